"""What a training session still needs before it can be closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Participant:
    """One of those who were asked; whoever was not there needs nothing. `access_ok` is None until checked."""

    name: str
    present: bool = True
    confirmed: bool = False
    access_ok: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Practice:
    """What was practised: `name` of the drill; `is_drill` whether it is one; `is_over` whether it ended
    (a run is signed, an escalation is over)."""

    name: str
    is_drill: bool = True
    is_over: bool = True


def missing(
    participants: Sequence[Participant], practised: Sequence[Practice], not_practised_because: str
) -> list[str]:
    """What keeps a session from being closed, one text for each; empty when nothing does."""
    there = [each for each in participants if each.present]
    nobody = [] if there else ["Nobody is marked as present"]
    people = [f"{each.name}: {need}" for each in there for need in _of(each)]
    return [*nobody, *people, *_of_practice(practised, not_practised_because)]


def _of(participant: Participant) -> list[str]:
    found = {
        "has not confirmed that the procedures are understood": not participant.confirmed,
        "the access is not checked": participant.access_ok is None,
        "the access has problems: note what is done about them": participant.access_ok is False
        and not participant.note.strip(),
    }
    return [text for text, is_so in found.items() if is_so]


def _of_practice(practised: Sequence[Practice], because: str) -> list[str]:
    if not practised:
        told = "Nothing was practised: name a drill, or say why none was held"
        return [] if because.strip() else [told]
    no_drills = [f"{each.name} is no drill" for each in practised if not each.is_drill]
    not_over = [f"{each.name} is not over: sign it, or let it end" for each in practised if not each.is_over]
    return [*no_drills, *not_over]
