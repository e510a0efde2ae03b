"""What people decide about an error pattern, and what its state becomes by itself."""

from __future__ import annotations

import html
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime

from verenigingen_maintenance.core.pattern_states import (
    HISTORY_DAYS,
    IGNORED,
    ONGOING,
    REGRESSED,
    RESOLVED,
    Standing,
    ceiling,
    state_of,
)
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, error_patterns
from verenigingen_maintenance.sources.error_patterns import COUNT, PATTERN

NOTHING_DECIDED = {
    **dict.fromkeys(("resolved_at", "resolved_by", "regressed_at", "ignored_until")),
    "ignored_to_total": 0,
}
# Not "first_seen": Frappe leaves a column out of every list whose name has "_seen" in it.
STANDING = ("state", "total", "resolved_at", "ignored_until", "ignored_to_total")
FIELDS = (*STANDING, "first_at", "last_at", "ceiling")
WRITTEN_BY_HAND = ("notes",)


def keep_what_is_counted(document: Document) -> None:
    """For the controller: by hand only the notes are written."""
    fields = [each.fieldname for each in document.meta.fields if each.fieldname not in WRITTEN_BY_HAND]
    keep(document, *fields)


def resolve(pattern: str, note: str = "") -> None:
    """It is mended: its next error makes it Regressed."""
    now = clock.stored(clock.now())
    _decide(pattern, note, state=RESOLVED, resolved_at=now, resolved_by=frappe.session.user)


def ignore(pattern: str, until: str | None = None, errors: int | None = None, note: str = "") -> None:
    """Leave it out of what is judged: until a moment, until so many errors more, or for good.

    Raises frappe.ValidationError for a moment that is over or no number of errors.
    """
    moment = refuse_no_end(until, errors)
    total = cint(frappe.db.get_value(PATTERN, pattern, "total")) + errors if errors else 0
    _decide(pattern, note, state=IGNORED, ignored_until=moment, ignored_to_total=total)


def refuse_no_end(until: str | None, errors: int | None) -> datetime | None:
    """Until when a pattern is ignored, as it is stored; raises what `ignore` does."""
    moment = _moment(until) if until else None
    if moment and moment <= clock.stored(clock.now()):
        refuse(_("{0} is over: choose a moment to come."), until)
    if errors is not None and errors < 1:
        refuse(_("Ignore until 1 error more, or a larger number."))
    return moment


def _moment(text: str) -> datetime:
    try:
        moment = get_datetime(text)
    except ValueError:
        refuse(_("“{0}” is no date. Write it as 2026-12-31."), text)
    return clock.stored(moment) if moment.tzinfo else moment


def reopen(pattern: str, note: str = "") -> None:
    """Neither resolved nor ignored: its state follows its errors again."""
    _decide(pattern, note, state=ONGOING)
    renew_states([pattern], clock.now())


def _decide(pattern: str, note: str, **values: object) -> None:
    if not frappe.db.exists(PATTERN, pattern):
        refuse(_("There is no error pattern {0}."), pattern, kind=frappe.DoesNotExistError)
    document = frappe.get_doc(PATTERN, pattern, for_update=True)
    document.update({**NOTHING_DECIDED, **values})
    if note:
        document.add_comment("Comment", html.escape(note))
    document.flags.by_operation = True
    document.save(ignore_permissions=True)


def renew_all(now: datetime) -> None:
    """Bring the states and ceilings of all patterns up to `now`: time alone changes some."""
    filters = {"continues_in": ("is", "not set")}
    renew_states(frappe.get_all(PATTERN, filters=filters, pluck="name"), now)


def renew_states(names: Iterable[str], now: datetime) -> None:
    """The same for some patterns."""
    wanted = sorted(set(names))
    if not wanted:
        return
    recent = error_patterns.by_pattern(now - timedelta(days=1))
    days = _days_before(error_patterns.members(wanted), clock.stored(now))
    for row in frappe.get_all(PATTERN, filters={"name": ("in", wanted)}, fields=["name", *FIELDS]):
        if row.first_at:
            _renew(row, recent[row.name], days[row.name], clock.stored(now))


def _renew(row: dict, recent: int, days: Mapping[date, int], now: datetime) -> None:
    limit = ceiling(_history(row.first_at, days, now))
    decided = {field: row[field] for field in STANDING}
    standing = Standing(
        **decided, first_seen=row.first_at, last_seen=row.last_at, last_24_hours=recent, ceiling=limit
    )
    state = state_of(standing, now)
    values = {"ceiling": round(limit or 0, 1)}
    if state != row.state:
        values["state"] = state
        values |= {"regressed_at": row.last_at} if state == REGRESSED else {}
        values |= NOTHING_DECIDED if row.state == IGNORED else {}
    if any(row.get(field) != value for field, value in values.items()):
        frappe.db.set_value(PATTERN, row.name, values, update_modified=False)


def _history(first_seen: datetime, days: Mapping[date, int], now: datetime) -> list[int]:
    """The counts of the seven whole days before today; fewer where the pattern is younger."""
    today = now.date()
    before = [today - timedelta(days=each) for each in range(1, HISTORY_DAYS + 1)]
    return [days.get(day, 0) for day in before if day >= first_seen.date()]


def _days_before(members: dict[str, list[str]], now: datetime) -> dict[str, Counter[date]]:
    """The errors by day of each pattern and of those that go on in it."""
    owners = {name: survivor for survivor, names in members.items() for name in names}
    rows = frappe.db.sql(
        f"select pattern, day, errors from `tab{COUNT}` where pattern in %s and span = 'Day' and day >= %s",
        (sorted(owners), now.date() - timedelta(days=HISTORY_DAYS)),
    )
    found: dict[str, Counter[date]] = defaultdict(Counter)
    for pattern, day, errors in rows:
        found[owners[pattern]][day] += errors
    return found
