"""Drills that people carry out: what they say is kept in the drill's data, and its steps follow from that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.guided_drills import Step, Told
from verenigingen_maintenance.operations import recovery_drills
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.typed_times import past_instant
from verenigingen_maintenance.sources import clock

AHEAD = timedelta(minutes=1)
LONGEST = 2_000


def running(name: str, kind: str) -> Document:
    """A drill of a kind that is under way, locked. Raises frappe.ValidationError where it is not."""
    drill = recovery_drills.running(name)
    if drill.kind != kind:
        refuse(_("{0} is a drill of another kind: {1}."), name, drill.kind)
    return drill


def put(drill: Document, data: Mapping[str, Any], steps: Sequence[Step]) -> None:
    """Keeps what is known, and the steps that follow from it. Saved."""
    how = data.get("how", {})
    drill.data = json.dumps(data, indent=1, ensure_ascii=False)
    drill.set("steps", [_row(step, how.get(step.title, "")) for step in steps])
    drill.progress = _progress([step.title for step in steps if step.verdict is None])
    recovery_drills.write(drill)


def moment(text: str, drill: Document, now: datetime) -> datetime:
    """A time that a person typed, by the site's clock; now where it is empty. Raises frappe.ValidationError
    for what is no time, is ahead, or lies before the drill began."""
    if not (text or "").strip():
        return now
    at = past_instant(text, now)
    if at > now + AHEAD:
        refuse(_("{0} is still to come: write when it was, by the site's clock."), text)
    if at < began(drill) - AHEAD:
        refuse(_("{0} was before the drill began at {1}."), text, drill.started_at)
    return at


def began(drill: Document) -> datetime:
    return clock.instant(get_datetime(drill.started_at))


def needed(text: str, message: str) -> str:
    """What a person typed. Raises frappe.ValidationError with `message` where it is empty."""
    if not (text or "").strip():
        refuse(message)
    return text.strip()[:LONGEST]


def told(found: Mapping[str, Any] | None) -> Told | None:
    """What a person said, as the data of a drill has it."""
    return Told(**{**found, "at": datetime.fromisoformat(found["at"])}) if found else None


def as_data(found: Told) -> dict[str, Any]:
    return {"at": found.at.isoformat(), "by": found.by, "evidence": found.evidence, "person": found.person}


def _progress(waiting: Sequence[str]) -> str:
    if not waiting:
        return _("Ready to be ended")
    more = _(", and {0} more").format(len(waiting) - 1) if len(waiting) > 1 else ""
    return _("Still to come: {0}").format(waiting[0])[:120] + more


def _row(step: Step, how: str) -> dict[str, Any]:
    at = clock.stored(step.done_at).replace(microsecond=0) if step.done_at else None
    return {
        **{"title": step.title[:140], "verdict": step.verdict.value if step.verdict else ""},
        **{"expected": step.expected, "found": step.found, "seconds": step.seconds, "note": step.note},
        **{"detail": step.detail or how, "subject": step.subject[:140]},
        **{"done_by": step.done_by or None, "done_at": at},
    }
