"""What keeps people from being told now: silences, planned downtime, causes that are open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.language import quoted
from verenigingen_maintenance.core.muting import Inhibition, Quiet, Silence, in_a_circle, why_muted
from verenigingen_maintenance.operations import downtimes
from verenigingen_maintenance.operations.breaches import OTHERS
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

SILENCE, ESCALATION = "Maintenance Silence", "Maintenance Escalation"
LONGEST, NEAR = timedelta(days=90), timedelta(hours=2)
AREAS = ("Health", "Errors", "Performance", "Optimisation", "Analytics", "Compliance", "Data Loss")


def quiet(now: datetime) -> Quiet:
    """All of it, as it is now; asked once for many escalations."""
    return Quiet([*_silences(now), *_planned(now)], inhibitions(), _open_now())


def why(subject: str, checks: Iterable[str], kept: Quiet, now: datetime) -> str:
    """Why nobody is told of a subject; `checks` are those that it is about."""
    areas = frappe.get_all("Maintenance Check", {"name": ("in", [*checks, ""])}, pluck="area")
    return why_muted(subject, areas, kept, now)


def inhibitions() -> list[Inhibition]:
    rows = frappe.get_cached_doc(SETTINGS).inhibitions
    return [Inhibition(row.cause.strip(), row.silenced.strip(), row.reason or "") for row in rows]


def _silences(now: datetime) -> list[Silence]:
    """Those of about now: in the hour that October repeats, only their instants tell."""
    moment = clock.stored(now)
    filters = {"begins": ("<=", moment + NEAR), "ends": (">", moment - NEAR)}
    rows = frappe.get_all(SILENCE, filters, ["name", "subject", "begins", "ends", "reason"], limit=0)
    return [_silence(row.name, row.subject, row) for row in rows]


def _planned(now: datetime) -> list[Silence]:
    """A planned downtime is a silence of everything. Those of about now, as with silences."""
    rows = downtimes.listed(now - NEAR, now + NEAR)
    return [_silence(row.name, "", row) for row in rows if row.kind == downtimes.PLANNED and row.ends]


def _silence(name: str, subject: str | None, row: dict) -> Silence:
    begins, ends = clock.instant(row.begins), clock.instant(row.ends)
    reason = f"{quoted(row.reason or '')} until {clock.shown(ends)}"
    return Silence(name, (subject or "").strip(), begins, ends, reason)


def _open_now() -> dict[str, str]:
    """What is broken now: one that is over, and only waits for a person's word, silences nothing."""
    filters = {"status": ("in", ("Open", "Acknowledged")), "is_drill": 0, "cleared_at": ("is", "not set")}
    rows = frappe.get_all(ESCALATION, filters, ["subject", "name"], limit=0)
    return {row.subject: row.name for row in rows}


# --- by hand


def declare(silence: Document) -> None:
    """For the controller: it has an end and a reason, and what is over stays as it was."""
    begins, ends = get_datetime(silence.begins), get_datetime(silence.ends)
    if ends <= begins:
        refuse(_("A silence cannot end at {0}, before it begins at {1}."), ends, begins)
    if silence.is_new() and ends <= clock.stored(clock.now()):
        refuse(_("A silence that was over at {0} silences nothing: look at its dates."), ends)
    _refuse_unknown([silence.subject])
    if not (silence.subject or "").strip() and "Maintenance Manager" not in frappe.get_roles():
        refuse(_("Name a subject: only a Maintenance Manager silences everything."))
    if ends - begins > LONGEST:
        message = _("A silence of over {0} days hides what nobody remembers. Choose an earlier end.")
        refuse(message, LONGEST.days)
    before = silence.get_doc_before_save()
    if before and before.ends < clock.stored(clock.now()):
        refuse(_("{0} is over and stays as it is. Declare another one."), silence.name)
    silence.declared_by = before.declared_by if before else frappe.session.user


def _by_subject(rules: Iterable[Inhibition]) -> list[Inhibition]:
    """A rule on an area is one on each of its subjects, but for its cause."""
    fields = ["name", "subject", "area"]
    checks = frappe.get_all("Maintenance Check", fields=fields, limit=0)
    return [
        Inhibition(rule.cause, subject)
        for rule in rules
        for subject in {
            rule.silenced,
            *(each.subject or each.name for each in checks if each.area == rule.silenced),
        }
        if subject != rule.cause or subject == rule.silenced
    ]


def _refuse_unknown(subjects: Iterable[str | None], also: Iterable[str] = ()) -> None:
    """A subject that no check has would silence nothing, and nobody would notice."""
    rows = frappe.get_all("Maintenance Check", fields=["name", "subject"], limit=0)
    known = {row.subject or row.name for row in rows} | set(OTHERS) | set(also)
    known |= set(frappe.get_all(ESCALATION, pluck="subject", distinct=True, limit=500))
    for subject in subjects:
        if (subject or "").strip() not in {"", *known}:
            refuse(
                _("No check has the subject “{0}”. There are: {1}."),
                subject,
                ", ".join(sorted(filter(None, known))),
            )


def refuse_bad_inhibitions(document: Document) -> None:
    """Subjects that silence each other would never be told."""
    pairs = [(row.cause or "", row.silenced or "") for row in document.inhibitions]
    rows = [Inhibition(cause.strip(), silenced.strip()) for cause, silenced in pairs]
    if not document.flags.ignore_permissions:  # a person saves; the runbook comes before its checks are there
        _refuse_unknown([row.cause for row in rows])
        _refuse_unknown([row.silenced for row in rows], AREAS)
    if circle := in_a_circle(_by_subject(rows)):
        message = _("These silence each other, and nobody would be told of any: {0}. Take out a row.")
        refuse(message, ", ".join(circle))
