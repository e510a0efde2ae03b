"""Whose turn it is, where several lines wait at one counter."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """The line that took the least time so far is served next, so that none keeps another waiting.

    Within a line it goes by order; who comes back stands at the end of it.
    """

    def __init__(self) -> None:
        self._lines: dict[str, deque[T]] = {}
        self._spent: dict[str, float] = {}

    def add(self, line: str, item: T) -> None:
        """Puts something at the end of a line."""
        self._lines.setdefault(line, deque()).append(item)

    def took(self, line: str, seconds: float) -> None:
        """Says how long something of a line took."""
        self._spent[line] = self._spent.get(line, 0.0) + seconds

    def next(self) -> T | None:
        """Takes out what is served next; None where nothing waits."""
        waiting = [line for line, items in self._lines.items() if items]
        if not waiting:
            return None
        return self._lines[min(waiting, key=lambda line: self._spent.get(line, 0.0))].popleft()
