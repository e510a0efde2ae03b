"""From rows to boxes to the verdict of a run: each the worst of what is under it."""

from __future__ import annotations

from collections.abc import Sequence

from frappe.model.document import Document

from verenigingen_maintenance.core.signoff import DONE, FAILED
from verenigingen_maintenance.core.verdicts import Verdict, worst

ANSWERS = {DONE: Verdict.OK, FAILED: Verdict.WARNING}


def roll_up(run: Document) -> None:
    """Sets the verdict of the rows that people answer, of each box, and of the run.

    What is not applicable has none. A box is not OK while one of its rows waits for a person: where the
    others are fine, it has no verdict yet, and a run has none while all of its rows wait. What nothing
    answers is UNKNOWN.
    """
    for item in run.items:
        if item.by_hand:
            item.verdict = ANSWERS[item.result].value if item.result in ANSWERS else ""
    for box in run.boxes:
        _roll_up_box(box, [item for item in run.items if item.box == box.box])
    judged = [item for item in run.items if not is_open(item)] + [box for box in run.boxes if box.verdict]
    waits = any(item.by_hand and not item.result for item in run.items)
    verdict = worst(map(_verdict, judged))
    run.verdict = "" if waits and (not judged or verdict is Verdict.OK) else verdict.value


def is_open(item: Document) -> bool:
    """Whether a row counts for nothing yet: it waits for a person, or it is not applicable."""
    return bool(item.not_applicable or (item.by_hand and not item.result))


def _roll_up_box(box: Document, items: Sequence[Document]) -> None:
    answered = [item for item in items if not is_open(item)]
    box.not_applicable = bool(items) and all(item.not_applicable for item in items)
    waits = len(answered) < sum(not item.not_applicable for item in items)
    verdict = worst(_verdict(item) for item in answered)
    is_undecided = waits and (not answered or verdict is Verdict.OK)
    box.verdict = "" if box.not_applicable or is_undecided else verdict.value


def _verdict(row: Document) -> Verdict:
    return Verdict(row.verdict or "UNKNOWN")
