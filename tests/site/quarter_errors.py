"""The errors of the simulated quarter: a rhythm of the week, a regression, a pattern that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

import frappe
from quarter_plan import (
    BEFORE,
    MANAGER,
    MONDAY,
    REGRESSION,
    RETURNED,
    SEPA,
    TUESDAY,
    USUAL_ERRORS,
    WEDNESDAY,
    Plan,
    fact,
)
from quarter_sql import insert

from verenigingen_maintenance.operations import error_counts, error_states, ingest_errors
from verenigingen_maintenance.operations.error_ledger import Ledger
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock, error_patterns

KEPT = timedelta(days=14)  # as long as Frappe keeps Error Log
RHYTHM = (24, 20, 18, 17, 15, 4, 2)
HOURS = (*range(6, 23), *range(9, 17), *range(9, 17))
USERS = ("Guest", "Administrator", *(f"user{number:02}@example.com" for number in range(1, 19)))
NAME, PATTERN = "quarter-error-", error_patterns.PATTERN


class Kind(NamedTuple):
    """A type of error: its exception, what it says, its file and function; how much of the usual it is."""

    exception: str
    message: str
    path: str
    function: str
    weight: int = 0


USUAL = (
    Kind(
        "ValidationError",
        "The postal code is missing",
        "verenigingen/doctype/member/member.py",
        "validate",
        26,
    ),
    Kind(
        "TypeError",
        "can only join an iterable",
        "verenigingen/doctype/member/member_names.py",
        "full_name",
        18,
    ),
    Kind("ReadTimeout", "The address register took too long", "utils/addresses.py", "look_up", 14),
    Kind("KeyError", "'chapter'", "verenigingen/doctype/chapter/chapter.py", "members", 12),
    Kind("LinkValidationError", "Could not find Region", "verenigingen/doctype/region/region.py", "find", 10),
    Kind("JSONDecodeError", "Expecting value", "api/website.py", "sign_up", 10),
    Kind(
        "AttributeError", "no attribute 'email'", "verenigingen/doctype/newsletter/newsletter.py", "send", 10
    ),
)
REFUSED = Kind(
    SEPA,
    "SEPA direct debit batch refused: 3 mandates are missing",
    "verenigingen/doctype/direct_debit_batch/direct_debit_batch.py",
    "submit_to_bank",
)
CAME_BACK = Kind(
    RETURNED, "No account for volunteers", "verenigingen/doctype/volunteer/volunteer.py", "book_expense"
)
TRACEBACK = """Traceback (most recent call last):
  File "apps/frappe/frappe/app.py", line 114, in application
    response = frappe.api.handle(request)
  File "apps/verenigingen/verenigingen/{path}", line {line}, in {function}
    result = self.{function}_now(document)
{exception}: {message}
"""


class Error(NamedTuple):
    """One row of Error Log to be."""

    moment: datetime
    user: str
    kind: Kind


def errors(plan: Plan) -> list[Error]:
    """All of both quarters and of the present week, oldest first."""
    weeks = (_of_week(plan, week) for week in range(1 - BEFORE, plan.present + 1))
    return sorted(
        (each for week in weeks for each in week if each.moment < plan.now), key=lambda each: each.moment
    )


def _of_week(plan: Plan, week: int) -> Iterator[Error]:
    random = plan.random("errors", week)
    yield from _usual(plan, week, random, _how_many(week, random))
    if week in (7, 8):
        count = int(fact("new critical pattern").number) - 6
        yield from _spread(
            plan, REFUSED, random, *((week, day) for day in _days(week, count if week == 7 else 6))
        )
    if week in (3, 5, 8):
        yield from _spread(plan, CAME_BACK, random, *((week, day) for day in (MONDAY, TUESDAY)))
    if week == 11:
        returned = int(fact("came back").number)
        yield from _spread(plan, CAME_BACK, random, *((week, each % 5) for each in range(returned)))


def _how_many(week: int, random: Random) -> int:
    if week == 7:
        return REGRESSION - int(fact("new critical pattern").number) + 6
    return random.randint(38, 42) if week < 1 else USUAL_ERRORS + random.randint(-3, 3)


def _days(week: int, count: int) -> Iterable[int]:
    """From Tuesday of week 7 on, and on the morning of the Monday after."""
    return (1 + each % 4 for each in range(count)) if week == 7 else [MONDAY] * count


def _usual(plan: Plan, week: int, random: Random, count: int) -> Iterator[Error]:
    kinds = random.choices(USUAL, [each.weight for each in USUAL], k=count)
    days = random.choices(range(7), RHYTHM, k=count)
    for kind, day in zip(kinds, days, strict=True):
        yield _error(plan, kind, week, day, random)


def _spread(plan: Plan, kind: Kind, random: Random, *days: tuple[int, int]) -> Iterator[Error]:
    for week, day in days:
        yield _error(plan, kind, week, day, random)


def _error(plan: Plan, kind: Kind, week: int, day: int, random: Random) -> Error:
    moment = plan.at(week, day, random.choice(HOURS), random.randrange(60))
    moment += timedelta(seconds=random.randrange(60), microseconds=random.randrange(10**6))
    return Error(moment, random.choice(USERS), kind)


# --- on a site


def write(plan: Plan) -> None:
    """As it would have been: logged, counted by the app, decided upon, and forgotten by Error Log in time."""
    began = datetime.combine(plan.first, datetime.min.time())
    frappe.db.set_single_value(SETTINGS, "errors_counted_from", str(began), update_modified=False)
    _log(errors(plan))
    _count(began)
    frappe.db.sql("delete from `tabError Log` where modified < %s", plan.now - KEPT)
    _close(plan.today - KEPT - timedelta(days=5))
    frappe.db.commit()
    assert ingest_errors.forget_deleted(seconds=60)
    _decide(plan)


def _log(found: list[Error]) -> None:
    fields = ("name", "creation", "modified", "owner", "modified_by", "method", "error")
    rows = [
        (
            f"{NAME}{number:05}",
            each.moment,
            each.moment,
            each.user,
            each.user,
            each.kind.path,
            _text(each.kind),
        )
        for number, each in enumerate(found)
    ]
    insert("Error Log", fields, rows)
    frappe.db.commit()


def _text(kind: Kind) -> str:
    return TRACEBACK.format(**kind._asdict(), line=40 + len(kind.function))


def _count(began: datetime) -> None:
    """As the job of each minute does, also where it has counted later ones."""
    with Ledger() as ledger:
        ingest_errors._Batches(ledger).add(began)
    error_counts.roll_up_stale(ledger.tally)


def _close(before: date) -> None:
    """All days before one at once, as the app closes each in its time: that takes ten seconds for so many."""
    kept = "kept = errors, kept_users = users, kept_hours = hours"
    frappe.db.sql(f"update `tab{error_patterns.COUNT}` set {kept} where span = 'Day' and day < %s", before)
    frappe.db.sql(f"delete from `tab{error_patterns.LEDGER}` where creation < %s", before)


def _decide(plan: Plan) -> None:
    """What came in week 7 was mended in week 8; what was mended in week 9 came back in week 11."""
    for kind, moment in ((REFUSED, plan.at(8, WEDNESDAY, 10)), (CAME_BACK, plan.at(9, TUESDAY, 11))):
        values = {"state": "Resolved", "resolved_at": moment, "resolved_by": MANAGER}
        frappe.db.set_value(PATTERN, {"exception": kind.exception}, values, update_modified=False)
    error_states.renew_all(clock.now())
    returned = min(each.moment for each in errors(plan) if each.kind == CAME_BACK and each.moment > moment)
    frappe.db.set_value(PATTERN, {"exception": RETURNED}, "regressed_at", returned, update_modified=False)
    frappe.db.commit()
