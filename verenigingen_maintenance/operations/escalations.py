"""Opens one escalation for what breaks, adds to it, reopens it, and resolves it when all is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations import (
    breaches,
    checks,
    escalation_policy,
    notifications,
)
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.checks import Result
from verenigingen_maintenance.operations.escalation_steps import (
    ESCALATION,
    add_event,
    get,
    move,
    policy_of,
    start,
    write,
)
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

UNRESOLVED = ("Open", "Acknowledged")
MOST_FLAPS = 3
SAME = timedelta(minutes=1)
NOT_OVER = {
    **dict.fromkeys(("acknowledged_by", "acknowledged_at", "closed_by", "closed_at", "cleared_at")),
    **{"cleared_by_itself": 0, "outcome": ""},
}


@dataclass(frozen=True)
class Breach:
    """What opens an escalation: `onset` is when it began, `met` when observed data first met its rule.

    `parts` are what of the subject broke; where there is none, the subject as a whole, which only a person
    resolves.
    """

    subject: str
    title: str
    note: str
    onset: datetime
    met: datetime | None = None
    areas: frozenset[str] = frozenset({"Health"})
    parts: tuple[Part, ...] = ()

    @classmethod
    def of(cls, subject: str, results: Sequence[Result]) -> Breach:
        """That of the results of one subject that are breaches."""
        met = min(result.judgement.met or result.measured.observed_at for result in results)
        onsets = [result.judgement.onset for result in results if result.judgement.onset]
        note = "\n".join(map(describe, results))
        areas = frozenset(result.spec.area for result in results)
        parts = tuple(part_of(result) for result in results)
        return cls(subject, _title(results), note, min([*onsets, met]), met, areas, parts)


def record_breaches(results: Sequence[Result], run: str | None = None) -> dict[str, str]:
    """For each subject with CRITICAL results: opens an escalation, or adds to the one that is open.

    Returns the escalation of each subject. Derived results open none: their causes do.
    """
    found = {subject: Breach.of(subject, its) for subject, its in _by_subject(results).items()}
    return {subject: record(breach, run) for subject, breach in found.items()}


def record(breach: Breach, run: str | None = None) -> str:
    """Opens an escalation of a subject, adds to the one that is open, or reopens one that was over.

    Returns its name.
    """
    escalation = _ongoing(breach.subject) or _returned(breach.subject) or _new(breach)
    if escalation.status in UNRESOLVED and not _was_long_over(escalation):
        _add(escalation, breach, run)
    else:
        _open(escalation, breach, run)
    return escalation.name


def pend(breach: Breach) -> None:
    """A breach that has not lasted as its rule wants is written down, and told to nobody.

    One that was told, and is over for a short while, opens again if this lasts: nothing is kept beside it.
    """
    if frappe.db.exists(ESCALATION, {"open_key": breach.subject}) or _returned(breach.subject):
        return
    escalation = _fleeting(breach.subject) or _new(breach)
    escalation.update({**NOT_OVER, "checks": []})
    breaches.put(escalation, breach.parts)
    step = add_event if escalation.is_new() else move
    step(escalation, "Pending", breach.note)
    write(escalation)


def did_not_last(lasting: Iterable[str]) -> None:
    """Ends what was pending and is a breach no more; `lasting` are the subjects that still are, or may be."""
    filters = {"status": "Pending", "subject": ("not in", [*lasting, ""])}
    for name in frappe.get_all(ESCALATION, filters, pluck="name", limit=0):
        escalation = get(name)
        move(escalation, "Did Not Last")
        escalation.cleared_by_itself = 1
        write(escalation)


def clear(subject: str, key: str, text: str, worst: float | None = None) -> None:
    """One breach of a subject is over. With the last one the escalation is, too: it resolves by itself.

    One that came back three times stays open: a person has to say that it is over.
    """
    escalation = _ongoing(subject)
    if escalation is None or escalation.status not in UNRESOLVED or not breaches.is_lasting(escalation, key):
        return
    now = clock.now()
    if not breaches.clear(escalation, key, now, worst):
        add_event(escalation, "Cleared", text)
        write(escalation)
        return
    escalation.cleared_at = clock.stored(now)
    if cint(escalation.flaps) >= MOST_FLAPS:
        told = f"It came back {escalation.flaps} times: a person has to resolve it. {text}"
        move(escalation, "Note", told)
        write(escalation)
        return
    move(escalation, "Cleared", text)
    escalation.cleared_by_itself = 1
    write(escalation)
    notifications.announce_over(escalation)


def by_subject(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results of measured checks by their subjects."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if not checks.is_derived(result.spec):
            found.setdefault(result.spec.subject, []).append(result)
    return found


def _by_subject(results: Iterable[Result]) -> dict[str, list[Result]]:
    return by_subject(result for result in results if result.is_critical)


def describe(result: Result) -> str:
    """A result as a line: what was measured, the rule that it broke, the target, and why."""
    spec, reason = result.spec, result.judgement.reason
    rule = f", critical {spec.critical}" if result.is_critical and spec.critical and spec.warning else ""
    text = f"{spec.title}: {in_words(result.value, spec.unit)}{rule}, target {spec.target}"
    return f"{text} ({reason})" if reason else text


def part_of(result: Result) -> Part:
    """What one result says of a breach."""
    spec, judgement = result.spec, result.judgement
    met = judgement.met or result.measured.observed_at
    rule = {"unit": spec.unit, "critical": spec.critical, "version": spec.version}
    start = {"area": spec.area, "starting_level": spec.starting_level}
    seen = {"worst": checks.worst_so_far(result), "evidence": result.measured.evidence}
    return Part(spec.name, spec.title, min(judgement.onset or met, met), **start, **rule, **seen)


def _title(results: Sequence[Result]) -> str:
    first, more = results[0].spec.title, len(results) - 1
    return f"{first} and {more} more" if more else first


def _ongoing(subject: str) -> Document | None:
    name = frappe.db.get_value(ESCALATION, {"open_key": subject}, for_update=True)
    return frappe.get_doc(ESCALATION, name, for_update=True) if name else None


def _add(escalation: Document, breach: Breach, run: str | None) -> None:
    if run is None and _is_repeated(escalation, breach):
        _keep_worst(breach)
        return
    new = [part for part in _parts(breach) if not breaches.is_lasting(escalation, part.key)]
    holder = escalation.acknowledged_by if escalation.status == "Acknowledged" else None
    breaches.put(escalation, _parts(breach))
    escalation.flaps = cint(escalation.flaps) + bool(escalation.cleared_at)
    escalation.cleared_at = None
    move(escalation, "Still Critical", breach.note, run)
    kind = _rise(escalation, new) if new else ""
    write(escalation)
    if kind:
        notifications.announce(escalation, kind)
    if new and holder:
        notifications.tell_holder(escalation, holder)


def _rise(escalation: Document, new: Sequence[Part]) -> str:
    """What broke too may start at a higher level: it goes there at once."""
    if not escalation.clock:
        return ""
    policy, now = policy_of(escalation), clock.now()
    starts = escalation_policy.start_of({part.area for part in new}, _own(new), policy, now)
    start_, present = policy.level(starts), policy.level(escalation.level or "")
    if start_ is None or (present and present.level >= start_.level):
        return ""
    move(escalation, "Raised", f"{new[0].title} starts at a higher level")
    start(escalation, start_.name, policy, now)
    return "Next Level"


def _own(parts: Iterable[Part]) -> list[int]:
    return [part.starting_level for part in parts]


def _was_long_over(escalation: Document) -> bool:
    """One that stays open for a person's word was over for longer than what is reopened: it begins anew."""
    if not escalation.cleared_at:
        return False
    return clock.instant_before(escalation.cleared_at, clock.now()) < clock.now() - _reopening()


def _reopening() -> timedelta:
    return timedelta(minutes=cint(frappe.db.get_single_value(SETTINGS, "reopen_minutes")))


def _is_repeated(escalation: Document, breach: Breach) -> bool:
    """Whether the same was said within a minute: a storm of breaches is written down once a minute."""
    last, lasting = escalation.events[-1], {row.check_name for row in escalation.checks if not row.cleared_at}
    is_recent = abs(clock.stored(clock.now()) - last.happened_at) < SAME
    return is_recent and last.note == breach.note and {part.key for part in _parts(breach)} <= lasting


def _keep_worst(breach: Breach) -> None:
    for part in breach.parts:
        if part.worst is not None:
            breaches.keep_worst(breach.subject, part.key, part.worst, part.critical)


def _returned(subject: str) -> Document | None:
    """The last one that was told, where it is resolved, and over for no longer than the setting says.

    A person may have resolved it since this transaction began to read: only locked it is as it is now.
    """
    filters = {"subject": subject, "opened_at": ("is", "set"), "is_drill": 0}
    name = frappe.db.get_value(ESCALATION, filters, order_by="creation desc") if _reopening() else None
    last, now = get(name) if name else None, clock.now()
    if last is None or last.status != "Resolved" or not last.closed_at:
        return None
    return last if clock.instant_before(last.closed_at, now) >= now - _reopening() else None


def _fleeting(subject: str) -> Document | None:
    """One that never lasted is pending once more, instead of another beside it."""
    filters = {"subject": subject, "status": "Resolved", "opened_at": ("is", "not set"), "is_drill": 0}
    name = frappe.db.get_value(ESCALATION, filters, order_by="modified desc")
    return get(name) if name else None


def _open(escalation: Document, breach: Breach, run: str | None) -> None:
    """A new or pending one opens; one that was over opens again. What was pending beside it is not of it."""
    event = "Opened" if escalation.status == "Pending" else "Reopened"
    if event == "Opened":
        values = {"title": breach.title[:140], "checklist_run": run, "checks": []}
        escalation.update({**NOT_OVER, **_times(breach), **values})
    else:
        breaches.end_all(escalation)
        escalation.update({**NOT_OVER, "flaps": cint(escalation.flaps) + 1})
    move(escalation, event, breach.note, run)
    _begin(escalation, breach)
    write(escalation)
    notifications.announce(escalation, event)


def _begin(escalation: Document, breach: Breach) -> None:
    now, policy = clock.now(), escalation_policy.present()
    breaches.put(escalation, _parts(breach))
    level = escalation_policy.start_of(breach.areas, _own(breach.parts), policy, now)
    start(escalation, level, policy, now)


def _parts(breach: Breach) -> tuple[Part, ...]:
    return breach.parts or (Part(breach.subject, breach.title, breach.onset),)


def _new(breach: Breach) -> Document:
    values = {"title": breach.title[:140], "subject": breach.subject, "open_key": breach.subject}
    return frappe.new_doc(ESCALATION, status="Pending", **values)


def _times(breach: Breach) -> dict:
    now, met = clock.now(), breach.met or breach.onset
    return {
        "onset_at": clock.stored(breach.onset),
        "triggered_at": clock.stored(met),
        "opened_at": clock.stored(now),
        "onset_to_escalation": round((now - breach.onset).total_seconds()),
        "trigger_to_escalation": round((now - met).total_seconds()),
    }
