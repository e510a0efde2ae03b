"""What may follow in a table of states: {event: (states it may happen in, state it leads to)}."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

S = TypeVar("S", bound=Enum)


class TransitionError(ValueError):
    """What cannot happen in the present state."""


def follow(transitions: Mapping[str, tuple[frozenset[S], S]], status: S, event: str) -> S:
    """The state that `event` leads to. Raises TransitionError where it may not happen now."""
    allowed, leads_to = transitions[event]
    if status not in allowed:
        raise TransitionError(f"“{event}” does not follow “{status.value}”.")
    return leads_to
