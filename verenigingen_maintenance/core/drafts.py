"""Drafts of what a person writes under a checklist: from its rows, findings, actions, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .verdicts import Verdict
from .wording import some

LONGEST_LINE, MOST_LINES = 300, 25
ISSUES, ACTIONS, ESCALATIONS = "Issues", "Actions", "Escalations"
FINDINGS, IMPLEMENTED, FOLLOW_UP = "Findings", "Implemented", "Follow-up"
CHANGES, IMPROVEMENTS, FOCUS = "Changes", "Improvements", "Focus"
OPTIMIZATION = "optimi"


@dataclass(frozen=True)
class Line:
    """One row of a run, as far as drafting asks. `finding` is its value or reason in words."""

    title: str
    verdict: str
    finding: str
    note: str
    is_derived: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Told:
    """A finding as a text; `since` is what became of it since the last review, such as New."""

    text: str
    severity: str
    since: str


@dataclass(frozen=True)
class Review:
    """What a review has beside its rows: findings, and in words what is open, was done and was changed."""

    findings: Sequence[Told] = ()
    open_actions: Sequence[str] = ()
    done: Sequence[str] = ()
    changes: Sequence[str] = ()
    improvements: Sequence[str] = ()
    roadmap: Sequence[str] = ()


NOTHING = Review()


def draft(kind: str, lines: Sequence[Line], escalations: Sequence[str], review: Review = NOTHING) -> str:
    """The draft of a free field: one line each. A kind that is not drafted gives an empty text."""
    ways = {
        ISSUES: lambda: _issues(lines),
        ACTIONS: lambda: _actions(lines),
        ESCALATIONS: lambda: list(escalations),
        FINDINGS: lambda: [*_findings(review), *_issues(lines)],
        IMPLEMENTED: lambda: [*review.done, *_optimizations(lines)],
        FOLLOW_UP: lambda: list(review.open_actions),
        CHANGES: lambda: list(review.changes),
        IMPROVEMENTS: lambda: list(review.improvements),
        FOCUS: lambda: _focus(review),
    }
    found = ways[kind]() if kind in ways else []
    return "\n".join(_first([_short(each) for each in found]))


def _first(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"and {more} more"] if more > 0 else list(lines)


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


def _findings(review: Review) -> list[str]:
    """The worst first, and of these what is new or worse; what is over or better is good news, at the end."""
    order = ("New", "Worse", "Same", "Unknown", "Better", "Over")
    good = ("Better", "Over")
    ranked = sorted(
        review.findings,
        key=lambda each: (
            each.since in good,
            each.severity != Verdict.CRITICAL.value,
            order.index(each.since),
        ),
    )
    return [f"{each.since}: {each.text}" for each in ranked]


def _optimizations(lines: Sequence[Line]) -> list[str]:
    """What people noted beside the steps about optimization."""
    about = [each for each in lines if OPTIMIZATION in each.title.lower()]
    return [f"{each.title}: {each.note}" for each in about if each.note.strip()]


def _focus(review: Review) -> list[str]:
    """Open actions, what is critical still, and what comes next on the roadmap."""
    critical = [
        each.text
        for each in review.findings
        if each.severity == Verdict.CRITICAL.value and each.since not in ("Over", "Unknown")
    ]
    return [*review.open_actions, *critical, *review.roadmap]


def _state(line: Line) -> str:
    return "failed" if line.failed else line.verdict


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
