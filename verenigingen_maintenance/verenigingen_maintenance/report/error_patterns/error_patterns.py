from collections import Counter
from datetime import timedelta

from frappe import _

from verenigingen_maintenance.operations import error_tables
from verenigingen_maintenance.verenigingen_maintenance.report import error_reports
from verenigingen_maintenance.verenigingen_maintenance.report.cells import cells, short_day

# How many bars have room for a day of the month, and for a date.
MOST_DAYS, MOST_DATES = 32, 20


def execute(filters=None):
    """The error patterns of the last days, the most frequent first."""
    filters = filters or {}
    found, refusal = error_reports.read(error_tables.patterns, filters)
    if refusal:
        return _columns(), [], refusal, None, None
    rows = [row for row in found["patterns"] if _matches(row, filters)]
    shown = cells(rows, words=("state", "severity"), texts=("area",))
    return _columns(), shown, error_reports.note(found), _chart(found["daily"]), _summary(found, rows)


def _matches(row, filters):
    chosen = all(filters.get(field) in (None, "", row[field]) for field in ("state", "severity"))
    return chosen and str(filters.get("area") or "").lower() in row["area"].lower()


def _columns():
    return [
        error_reports.column("pattern", _("Pattern"), "Link", 150, options="Error Pattern"),
        error_reports.column("title", _("Title"), "Data", 360),
        error_reports.column("state", _("State"), "Data", 95),
        error_reports.column("severity", _("Severity"), "Data", 90),
        error_reports.column("area", _("Area"), "Data", 180),
        error_reports.column("errors", _("Errors"), "Int", 80),
        error_reports.column("share", _("Share", context="Maintenance sentence"), "Percent", 80),
        error_reports.column("users", _("Users, Ever"), "Int", 115),
        error_reports.column("first_at", _("First Seen"), "Datetime", 160),
        error_reports.column("last_at", _("Last Seen"), "Datetime", 160),
        error_reports.column("own", _("Of this App"), "Check", 100),
    ]


def _chart(daily):
    """All errors, whatever the filters: by day, and where the days are too many for that by week or month."""
    if len(daily) <= MOST_DAYS:
        days = [short_day(day) if len(daily) <= MOST_DATES else f"{day:%d}" for day in daily]
        return error_reports.chart(days, daily.values(), _("All Errors by Day"))
    if len(daily) <= MOST_DAYS * 7:
        weeks = _sums(daily, lambda day: short_day(day - timedelta(days=day.weekday())))
        return error_reports.chart(weeks, weeks.values(), _("All Errors by Week, from its Monday"))
    months = _sums(daily, lambda day: f"{day:%Y-%m}")
    return error_reports.chart(months, months.values(), _("All Errors by Month"))


def _sums(daily, period):
    sums = Counter()
    for day, errors in daily.items():
        sums[period(day)] += errors
    return sums


def _summary(found, rows):
    shown = sum(row["errors"] for row in rows)
    return [
        {"label": _("Errors"), "value": found["total"], "datatype": "Int"},
        {"label": _("Errors Shown"), "value": shown, "datatype": "Int"},
        {"label": _("Patterns Shown"), "value": len(rows), "datatype": "Int"},
    ]
