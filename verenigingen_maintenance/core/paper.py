"""What fits on the front of a printed checklist; the rest of it stands on the pages behind."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

LINES, WIDTH = 38, 100


def fit(texts: Sequence[str], lines: int = LINES, width: int = WIDTH) -> list[tuple[str, bool]]:
    """As much of each text as fits on `lines` lines of `width` signs together, and whether that is all of it.

    Short ones are printed whole; the long ones share what is left.
    """
    needed = [_height(text, width) for text in texts]
    shares, left = {}, lines
    for count, index in enumerate(sorted(range(len(texts)), key=needed.__getitem__)):
        shares[index] = min(needed[index], left // (len(texts) - count))
        left -= shares[index]
    return [_first_lines(text, shares[index], width) for index, text in enumerate(texts)]


def _height(text: str, width: int) -> int:
    """How many lines of paper a text takes; an empty one has a line to write on."""
    return max(sum(max(ceil(len(line) / width), 1) for line in text.splitlines()), 1)


def _first_lines(text: str, most: int, width: int) -> tuple[str, bool]:
    shown: list[str] = []
    for line in text.splitlines():
        if _height("\n".join([*shown, line]), width) > most:
            return "\n".join(shown), False
        shown.append(line)
    return text, True
