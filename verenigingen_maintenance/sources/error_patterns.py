"""What was counted of Error Log: the ledger of its rows, and the hours and days of their patterns.

Error Log itself is not read here, so that deleting old logs changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import frappe
from frappe.utils import get_datetime

from verenigingen_maintenance.core.error_facts import Pattern
from verenigingen_maintenance.core.grouping import Grouping, Known
from verenigingen_maintenance.core.severity import SeverityRule
from verenigingen_maintenance.sources import clock, error_log

PATTERN, FINGERPRINT = "Error Pattern", "Error Pattern Fingerprint"
LEDGER, COUNT = "Ingested Error", "Error Count"
SETTINGS = "Maintenance Settings"
TEXTS = ("name", "title", "state", "severity", "kind", "exception", "app", "area")
MOST_MOMENTS = 5_000
MOST_UNCOUNTED = 10_000
OVERLAP = timedelta(hours=2)
ORIGIN = "Error Log, counted by pattern, and its queue in Redis"


def grouping() -> Grouping:
    """A grouping that knows all stored fingerprints."""
    rows = frappe.db.sql(
        f"select fingerprint, parent, words from `tab{FINGERPRINT}` order by creation, fingerprint"
    )
    known = [Known(fingerprint, parent, tuple((words or "").split())) for fingerprint, parent, words in rows]
    return Grouping(known, continued())


def continued() -> dict[str, str]:
    """The patterns that go on in others, with those."""
    filters = {"continues_in": ("is", "set")}
    return dict(frappe.get_all(PATTERN, filters=filters, fields=["name", "continues_in"], as_list=True))


def survivors() -> Grouping:
    """A grouping that knows which pattern goes on in which."""
    return Grouping((), continued())


def members(patterns: Iterable[str]) -> dict[str, list[str]]:
    """The patterns that go on for these, each with all whose errors it counts."""
    known, before = survivors(), continued()
    found = {known.survivor(each): [known.survivor(each)] for each in patterns}
    for name in before:
        if (survivor := known.survivor(name)) in found:
            found[survivor].append(name)
    return found


def patterns() -> dict[str, Pattern]:
    """All patterns that do not go on in another, by name."""
    texts = ", ".join(f"ifnull(`{each}`, '')" for each in TEXTS)
    rows = frappe.db.sql(
        f"select {texts}, own = 1, first_at, last_at from `tab{PATTERN}` where ifnull(continues_in, '') = ''"
    )
    return {row[0]: Pattern(*row) for row in rows}


def severity_rules() -> list[SeverityRule]:
    """Those of Maintenance Settings, in their order."""
    rows = frappe.get_cached_doc(SETTINGS).severity_rules
    return [SeverityRule.of(row.title, row.words, row.severity) for row in rows]


def uncounted() -> int:
    """How many rows Error Log has past what was counted; 10,000 where there are more."""
    reached = _reached() or datetime(1900, 1, 1)
    counted = frappe.db.sql(f"select count(*) from `tab{LEDGER}` where modified > %s", reached)[0][0]
    past = "select 1 from `tabError Log` where modified > %s limit %s"
    rows = frappe.db.sql(f"select count(*) from ({past}) past", (reached, counted + MOST_UNCOUNTED))[0][0]
    return max(0, rows - counted)


def oldest_uncounted() -> datetime | None:
    """The first row past what was counted, by its stored time; None where nothing was counted yet."""
    reached = _reached()
    first = "select min(modified) from `tabError Log` where modified > %s"
    return frappe.db.sql(first, reached)[0][0] if reached else None


def _reached() -> datetime | None:
    """The time of the latest counted row; two hours ago where that is ahead of a clock that was set back."""
    latest = frappe.db.sql(f"select max(modified) from `tab{LEDGER}`")[0][0]
    now = clock.stored(clock.now())
    return now - OVERLAP if latest and latest > now else latest


def is_behind(until: datetime) -> bool:
    """Whether Error Log has rows from before an instant that are past what was counted."""
    latest = frappe.db.sql(f"select max(modified) from `tab{LEDGER}`")[0][0] or datetime(1900, 1, 1)
    past = "select 1 from `tabError Log` where modified > %s and modified < %s limit 1"
    return bool(frappe.db.sql(past, (latest, clock.stored(until))))


def by_pattern(since: datetime) -> Counter[str]:
    """The errors since an instant, by the pattern that goes on for theirs."""
    rows = frappe.db.sql(
        f"select pattern, count(*) from `tab{LEDGER}` where creation >= %s group by pattern",
        clock.stored(since),
    )
    known, found = survivors(), Counter[str]()
    for pattern, errors in rows:
        found[known.survivor(pattern)] += errors
    return found


def moments(since: datetime) -> list[datetime]:
    """When the errors since an instant happened, the newest 5,000 of them."""
    rows = frappe.db.sql(
        f"select creation from `tab{LEDGER}` where creation >= %s order by creation desc limit %s",
        (clock.stored(since), MOST_MOMENTS),
    )
    return [clock.instant(row[0]) for row in rows]


def latest(pattern: str, most: int) -> list[dict]:
    """The latest counted logs of a pattern and of those that go on in it: log, happened_at, user."""
    return frappe.db.sql(
        f"select name log, creation happened_at, owner user from `tab{LEDGER}` where pattern in %s "
        "order by creation desc limit %s",
        (next(iter(members([pattern]).values())), most),
        as_dict=True,
    )


def counted_since() -> datetime | None:
    """Since when errors are counted: when that began, or the first counted error if it is older. As it is
    stored; None where nothing was counted yet."""
    began = frappe.db.get_single_value(SETTINGS, "errors_counted_from")
    first = frappe.db.sql(f"select min(first_at) from `tab{COUNT}` where span = 'Day'")[0][0]
    return min(filter(None, (began and get_datetime(began), first)), default=None)


def kept_since() -> date | None:
    """The first day whose counts are kept, where Log Settings dropped those of earlier ones."""
    dropped = f"select max(last_at) from `tab{COUNT}` where span = 'Ever' and user = ''"
    last = frappe.db.sql(dropped)[0][0]
    return last.date() + timedelta(days=1) if last else None


def not_rolled_up() -> str:
    """Why hours and days may have fewer errors than were counted; empty where they have all."""
    days = frappe.db.count(COUNT, {"stale": (">", 0)})
    return f"{days} days are to be counted anew" if days else ""


def hours_of(text: str | None) -> list[int]:
    """The 24 numbers of a day, as they are stored: "0 0 3 …"."""
    return [int(number) for number in (text or "0 " * 24).split()]


def days_left() -> list[date]:
    """Days before today of which Error Log has rows that are not counted: a backfill is under way."""
    first = frappe.db.sql("select min(modified) from `tabError Log`")[0][0]
    if not first:
        return []
    today = clock.stored(clock.now()).date()
    counted = frappe.db.sql(
        f"select day from `tab{COUNT}` where span = 'Day' and user = '' and day >= %s and pattern = '' "
        "and stale = 0",
        first.date(),
        pluck=True,
    )
    days = (first.date() + timedelta(days=each) for each in range((today - first.date()).days))
    return [day for day in days if day not in counted and _has_rows(day)]


def _has_rows(day: date) -> bool:
    period = (day, day + timedelta(days=1))
    return bool(
        frappe.db.sql("select 1 from `tabError Log` where modified >= %s and modified < %s limit 1", period)
    )


def not_counted(waiting: error_log.Waiting) -> str:
    """Why there may be more errors than were counted; empty where all were."""
    rows = uncounted()
    return waiting.at_least or (f"{_many(rows)} rows of Error Log are not counted yet" if rows else "")


def _many(rows: int) -> str:
    return f"{rows} or more" if rows == MOST_UNCOUNTED else str(rows)
