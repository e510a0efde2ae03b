"""What a run still needs before it can be signed."""

from __future__ import annotations

from dataclasses import dataclass

from .findings import Since

DONE, FAILED = "Done", "Failed"


@dataclass(frozen=True)
class Row:
    """One row of a run, as far as signing asks. `verdict` is empty where nothing was measured or answered.

    A derived row needs nothing of its own: its causes do.
    """

    title: str
    by_hand: bool = False
    result: str = ""
    verdict: str = ""
    note: str = ""
    has_escalation: bool = False
    is_derived: bool = False
    not_applicable: bool = False


def missing(row: Row) -> str:
    """What the row still needs, as a few words; empty when it needs nothing."""
    if row.not_applicable or row.is_derived:
        return ""
    if row.by_hand and row.result not in (DONE, FAILED):
        return "Done or Failed"
    if row.note.strip():
        return ""
    return _needs_note(row)


def _needs_note(row: Row) -> str:
    if row.by_hand:
        return "a note on what failed" if row.result == FAILED else ""
    if row.verdict == "CRITICAL":
        return "" if row.has_escalation else "an escalation or a note"
    return "a note on what is not known" if row.verdict in ("", "UNKNOWN") else ""


def missing_decision(since: str, decision: str) -> str:
    """What a finding still needs: one that is new or worse is accepted, or becomes an action."""
    return "" if decision or not since or not Since(since).asks else "Accept or Act"
