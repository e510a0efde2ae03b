"""Opens one escalation for a breach, adds to it while it is open, and takes what people say of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.levels import starting_level
from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations import checks, notifications, records, settings
from verenigingen_maintenance.operations.checks import Result
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

ESCALATION = "Maintenance Escalation"
MOST_EVENTS = 100


@dataclass(frozen=True)
class Breach:
    """What opens an escalation: `onset` is when it began, `met` when observed data first met its rule."""

    subject: str
    title: str
    note: str
    onset: datetime
    met: datetime | None = None
    areas: frozenset[str] = frozenset({"Health"})

    @classmethod
    def of(cls, subject: str, results: Sequence[Result]) -> Breach:
        """That of the CRITICAL results of one subject."""
        met = min(result.judgement.met or result.measured.observed_at for result in results)
        onsets = [result.judgement.onset for result in results if result.judgement.onset]
        note = "\n".join(map(describe, results))
        areas = frozenset(result.spec.area for result in results)
        return cls(subject, _title(results), note, min([*onsets, met]), met, areas)


def record_breaches(results: Sequence[Result], run: str | None = None) -> dict[str, str]:
    """For each subject with CRITICAL results: opens an escalation, or adds to the one that is open.

    Returns the escalation of each subject. Derived results open none: their causes do.
    """
    breaches: dict[str, list[Result]] = {}
    for result in results:
        if result.is_critical and not checks.is_derived(result.spec):
            breaches.setdefault(result.spec.subject, []).append(result)
    return {subject: record(Breach.of(subject, found), run) for subject, found in breaches.items()}


def record(breach: Breach, run: str | None = None) -> str:
    """Opens an escalation of a subject, or adds to the one that is open; returns its name."""
    if found := note(breach.subject, "Still Critical", breach.note, run):
        return found
    escalation = _new(breach, run)
    _add_event(escalation, "Opened", breach.note, run)
    records.insert(escalation)
    notifications.announce(escalation)
    return escalation.name


def note(subject: str, event: str, text: str, run: str | None = None) -> str | None:
    """Adds an event to the open escalation of a subject; returns its name, or None where there is none."""
    name = frappe.db.get_value(ESCALATION, {"open_key": subject}, for_update=True)
    if name:
        escalation = frappe.get_doc(ESCALATION, name, for_update=True)
        _add_event(escalation, event, text, run)
        records.write(escalation)
    return name


def _title(results: Sequence[Result]) -> str:
    first, more = results[0].spec.title, len(results) - 1
    return _("{0} and {1} more").format(first, more) if more else first


def describe(result: Result) -> str:
    """A result as a line: what was measured, the target, and why."""
    spec, reason = result.spec, result.judgement.reason
    text = f"{spec.title}: {in_words(result.value, spec.unit)}, target {spec.target}"
    return f"{text} ({reason})" if reason else text


def acknowledge(name: str, note: str = "") -> None:
    """Somebody has it. Raises frappe.ValidationError unless it is open and not acknowledged."""
    escalation = _get(name, {"Open"})
    escalation.update({"status": "Acknowledged", "acknowledged_by": frappe.session.user})
    escalation.acknowledged_at = clock.stored(clock.now())
    _add_event(escalation, "Acknowledged", note)
    records.write(escalation)


def resolve(name: str, note: str) -> None:
    """It is over, and `note` says how. A later breach opens another."""
    _close(name, "Resolved", note)


def false_positive(name: str, note: str) -> None:
    """It never was one, and `note` says why."""
    _close(name, "False Positive", note)


def open_ones() -> list[dict]:
    """The escalations that are not closed, latest first; a hundred at most."""
    fields = ["name", "title", "status", "level", "subject", "opened_at"]
    filters = {"status": ("in", ("Open", "Acknowledged"))}
    return frappe.get_all(ESCALATION, filters=filters, fields=fields, order_by="opened_at desc", limit=100)


def first_open() -> str | None:
    """The escalation that is open longest."""
    return frappe.db.get_value(ESCALATION, {"open_key": ("is", "set")}, order_by="opened_at")


def titles(names: Iterable[str]) -> list[str]:
    """Escalations by name as a person would write them down."""
    found = frappe.get_all(
        ESCALATION,
        filters={"name": ("in", list(names))},
        fields=["name", "title", "status", "level"],
        order_by="opened_at",
    )
    levels = dict(frappe.get_all("Escalation Level", fields=["name", "title"], as_list=True))
    return [f"{row.name} {row.title}: {levels.get(row.level, row.level)}, {row.status}" for row in found]


def _close(name: str, status: str, note: str) -> None:
    if not (note or "").strip():
        refuse(_("Say in a note why {0} is closed: the next one who meets this will look for it."), name)
    escalation = _get(name, {"Open", "Acknowledged"})
    escalation.update({"status": status, "open_key": None, "closed_by": frappe.session.user})
    escalation.closed_at = clock.stored(clock.now())
    _add_event(escalation, status, note)
    records.write(escalation)


def _get(name: str, expected: set[str]) -> Document:
    if not frappe.db.exists(ESCALATION, name):
        refuse(_("There is no escalation {0}."), name, kind=frappe.DoesNotExistError)
    escalation = frappe.get_doc(ESCALATION, name, for_update=True)
    if escalation.status not in expected:
        refuse(_("{0} is {1} already."), name, escalation.status)
    return escalation


def _new(breach: Breach, run: str | None) -> Document:
    now, met = clock.now(), breach.met or breach.onset
    in_hours = settings.calendar().is_open(now)
    level = max(starting_level(area, in_hours) for area in breach.areas)
    return frappe.get_doc(
        {
            "doctype": ESCALATION,
            "title": breach.title[:140],
            "status": "Open",
            "level": frappe.db.get_value("Escalation Level", {"level": level}),
            "subject": breach.subject,
            "open_key": breach.subject,
            "checklist_run": run,
            "onset_at": clock.stored(breach.onset),
            "triggered_at": clock.stored(met),
            "opened_at": clock.stored(now),
            "onset_to_escalation": round((now - breach.onset).total_seconds()),
            "trigger_to_escalation": round((now - met).total_seconds()),
        }
    )


def _add_event(escalation: Document, event: str, note: str, run: str | None = None) -> None:
    """Adds an event; from the hundredth on, one that repeats takes the place of its last like."""
    alike = [each for each in escalation.events if each.event == event]
    if len(escalation.events) >= MOST_EVENTS and alike:
        alike[-1].update({"happened_at": clock.stored(clock.now()), "note": note, "checklist_run": run})
        return
    escalation.append(
        "events",
        {
            "happened_at": clock.stored(clock.now()),
            "event": event,
            "note": note,
            "by_user": frappe.session.user,
            "checklist_run": run,
        },
    )
