"""Drafts of what a person writes under a checklist, taken from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .wording import some

LONGEST_LINE = 300
ISSUES, ACTIONS, ESCALATIONS = "Issues", "Actions", "Escalations"


@dataclass(frozen=True)
class Line:
    """One row of a run, as far as drafting asks. `finding` is its value or reason in words."""

    title: str
    verdict: str
    finding: str
    note: str
    is_derived: bool = False
    failed: bool = False


def draft(kind: str, lines: Sequence[Line], escalations: Sequence[str]) -> str:
    """The draft of a free field: one line each. A kind that is not drafted gives an empty text."""
    found = {ISSUES: _issues(lines), ACTIONS: _actions(lines), ESCALATIONS: list(escalations)}.get(kind, [])
    return "\n".join(_short(each) for each in found)


def _issues(lines: Sequence[Line]) -> list[str]:
    """What is off target or failed; derived rows only repeat others, and what is unknown is counted."""
    found = [
        ", ".join(filter(None, (f"{line.title}: {_state(line)}", line.finding or line.note)))
        for line in lines
        if not line.is_derived and (line.failed or line.verdict in ("CRITICAL", "WARNING"))
    ]
    unknown = [line.title for line in lines if line.verdict == "UNKNOWN" and not line.is_derived]
    return [*found, f"Not known ({len(unknown)}): {', '.join(unknown)}"] if unknown else found


def _actions(lines: Sequence[Line]) -> list[str]:
    """What people wrote beside the rows that were off target; the same note once."""
    noted: dict[str, list[str]] = {}
    for line in lines:
        if line.note.strip() and line.verdict not in ("OK", "UNKNOWN"):
            noted.setdefault(" ".join(line.note.split()), []).append(line.title)
    return [f"{some(titles)}: {note}" for note, titles in noted.items()]


def _state(line: Line) -> str:
    return "failed" if line.failed else line.verdict


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
