"""A simulated quarter: metrics, errors, runs and escalations of 2026-Q3 and of the weeks before it.

In week 7 of its 14 ISO weeks (2026-W33, from Monday the 10th of August) errors and the response of the API
become worse, and stay so. Nothing here is random: the same days come each time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import frappe

from verenigingen_maintenance.sources import clock

REPORT = "Maintenance Report"
SIMULATED = ("Metric Day", "Metric Hour", "Error Count", "Error Pattern", "Metric Forecast", REPORT)
SIMULATED += ("Maintenance Report Text",)
BEGINS, FIRST, LAST = date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 4)
WORSE_FROM = date(2026, 8, 10)
WOBBLE = (0, 3, -2, 1, 2, -4, -1, 2, 0, -1, 3)
LEVELS = {
    "traffic.api_time": (120.0, 260.0),
    "traffic.p95_time": (400.0, 410.0),
    "mariadb.response_time": (4.0, 4.1),
    "dashboard.accessible": (0.0, 0.0),
    "sampling.age": (3.0, 3.0),
    "redis_cache.hit_rate_since_sample": (88.0, 88.0),
    "host.disk_used": (61.0, 64.0),
    "storage.database": (2100.0, 2300.0),
    "users.active": (12.0, 13.0),
}
PATTERN = "EP-planted"


def clear() -> None:
    frappe.db.rollback()
    for doctype in SIMULATED:
        frappe.db.sql(f"delete from `tab{doctype}`")
    frappe.db.commit()


def at(day: date, hour: int = 7) -> datetime:
    """An instant of a day, by the site's clock."""
    return clock.instant(datetime.combine(day, time(hour)))


AFTER = date(2026, 10, 5)


def days(begins: date = BEGINS, last: date = LAST) -> list[date]:
    return [begins + timedelta(days=number) for number in range((last - begins).days + 1)]


def keep_metrics(begins: date = BEGINS, last: date = LAST, metrics=LEVELS) -> None:
    """A row of Metric Day, and one of Metric Hour at noon, for each metric and day."""
    values = [
        (metric, day, (worse if day >= WORSE_FROM else usual) * (1 + WOBBLE[index % len(WOBBLE)] / 100))
        for index, day in enumerate(days(begins, last))
        for metric, (usual, worse) in metrics.items()
    ]
    for table, clock_time in (("Metric Day", time()), ("Metric Hour", time(12))):
        _insert(table, [(metric, datetime.combine(day, clock_time), value) for metric, day, value in values])
    frappe.db.commit()


def _insert(table: str, values: list[tuple[str, datetime, float]]) -> None:
    sequence = table.lower().replace(" ", "_") + "_id_seq"
    columns = "name, metric, begins, samples, minimum, median, p95, maximum, total"
    place = f"(nextval(`{sequence}`), %s, %s, 100, %s, %s, %s, %s, %s)"
    for first in range(0, len(values), 500):
        some = values[first : first + 500]
        rows = [(metric, begins, v * 0.9, v, v * 1.1, v * 1.2, 100 * v) for metric, begins, v in some]
        frappe.db.sql(
            f"insert into `tab{table}` ({columns}) values {', '.join([place] * len(rows))}",
            [value for row in rows for value in row],
        )


def keep_errors(begins: date = BEGINS, last: date = LAST, usual: int = 6, worse: int = 30) -> None:
    """Errors of each day; from the planted week on of a new critical pattern besides."""
    frappe.db.set_single_value(
        "Maintenance Settings", "errors_counted_from", str(datetime.combine(begins, time()))
    )
    counts = [
        (day, (worse if day >= WORSE_FROM else usual) + WOBBLE[index % len(WOBBLE)] % 4, "")
        for index, day in enumerate(days(begins, last))
    ]
    count_errors(
        counts + [(day, worse - usual, PATTERN) for day, _count, _all in counts if day >= WORSE_FROM]
    )
    planted = {
        "name": PATTERN,
        "title": "Mandate <b>X</b> could not be booked",
        "severity": "Critical",
        "state": "Ongoing",
    }
    planted |= {"kind": "exception", "area": "payments", "first_at": datetime.combine(WORSE_FROM, time(9))}
    planted |= {"last_at": datetime.combine(last, time(9)), "total": 1000}
    frappe.get_doc({"doctype": "Error Pattern", **planted}).db_insert()
    frappe.db.commit()


def count_errors(counts: list[tuple[date, int, str]]) -> None:
    """How many errors a day had, of a pattern or of all."""
    fields = ["name", "span", "day", "pattern", "user", "errors", "hours", "first_at", "last_at"]
    rows = [
        (f"D{day:%Y%m%d}{pattern}", "Day", day, pattern, "", errors, "0 " * 23 + str(errors), noon, noon)
        for day, errors, pattern in counts
        for noon in [datetime.combine(day, time(12))]
    ]
    frappe.db.bulk_insert("Error Count", fields, rows, ignore_duplicates=True, chunk_size=2_000)


def keep_run(name: str, procedure: str = "Weekly Maintenance", status: str = "Open", **values) -> None:
    run = {"doctype": "Checklist Run", "name": name, "slot": name, "procedure": procedure, "status": status}
    frappe.get_doc({**run, **values}).db_insert()


def simulate() -> None:
    """All of the quarter, with runs of which one was missed."""
    keep_metrics()
    keep_errors()
    for index, monday in enumerate(days(date(2026, 7, 6))[::7]):
        due = datetime.combine(monday, time(8))
        year, week, _day = monday.isocalendar()
        times = {"due_from": due, "opened_at": due, "closed_at": due + timedelta(minutes=38)}
        status = "Missed" if index == 4 else "Signed"
        keep_run(f"WEEKLY-{year}-W{week:02}", status=status, verdict="OK", **times)
    frappe.db.commit()
