"""What became of the promises of a month: a record for each, computed anew while the month can change.

All of it is arithmetic of what was recorded: downtimes, escalations, hours of metrics. Time in which nobody
looked is told, and counts as neither up nor down.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import floor
from statistics import median

import frappe
from frappe import _
from frappe.utils import add_months, cint, flt, get_datetime, get_first_day

from verenigingen_maintenance.core.availability import Availability, Span, availability
from verenigingen_maintenance.core.calendar import at
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.operations import downtimes, records, settings
from verenigingen_maintenance.operations.downtimes import DOWN, NOT_MEASURED, PLANNED
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, stored

RECORD = "Monthly Service Level"
AFTERWARDS = timedelta(days=3)
ANALYTICS, DATA_AGE = "analytics.response_seconds", "sampling.age"
MOST_LINES = 200
TABLES = ((stored.SAMPLE, "observed_at"), (stored.HOUR, "begins"), (stored.DAY, "begins"))
FIRST_YEAR = 2000


def compute(now: datetime) -> None:
    """This month's record, for some days that of the month before, and those that were not finished."""
    today = clock.stored(now)
    recent = (get_first_day(today - back) for back in (AFTERWARDS, timedelta()))
    for day in sorted({*_unfinished(today), *recent}):
        compute_month(day, now)


def _unfinished(today: datetime) -> list[date]:
    """Months that are over, whose records were made before that was certain."""
    rows = frappe.get_all(RECORD, fields=["month", "computed_at"], limit=0)
    ends = {row.month: get_datetime(add_months(row.month, 1)) for row in rows}
    return [row.month for row in rows if row.computed_at < ends[row.month] + AFTERWARDS <= today + AFTERWARDS]


def compute_named(month: str, now: datetime) -> str:
    """The record of a month such as 2026-11. Raises frappe.ValidationError for what is no past month."""
    try:
        first = datetime.strptime(month, "%Y-%m").date()
    except ValueError:
        refuse(_("“{0}” is not a month: write a year and a month, such as 2026-11."), month)
    if first.year < FIRST_YEAR:
        refuse(_("{0} is too long ago."), month)
    if first > clock.stored(now).date():
        refuse(_("{0} has not begun."), month)
    return compute_month(first, now)


def compute_month(first: datetime, now: datetime) -> str:
    """The record of the month that begins on `first`; returns its name."""
    name = f"{first:%Y-%m}"
    if not frappe.db.exists(RECORD, name):
        records.insert(frappe.get_doc({"doctype": RECORD, "name": name, "month": first}))
    record = frappe.get_doc(RECORD, name)
    month = _month(first, now)
    figures = figures_of(month, now)
    record.set("figures", figures)
    record.update(
        {
            "availability": figures[0]["value"],
            "verdict": worst(Verdict(each["verdict"]) for each in figures).value,
            "computed_at": clock.stored(now),
            "downtimes": "\n".join(_lines(month)),
        }
    )
    records.write(record)
    return name


def figures_of(span: Span, now: datetime) -> list[dict]:
    """What became of each promise in a span of time: title, span, value, target, verdict and detail."""
    return [*_availability(span, now), _analytics(span), _alerts(span), _data_age(span)]


def _month(first: datetime, now: datetime) -> Span:
    begins, ends = (clock.instant(datetime.combine(day, time())) for day in (first, add_months(first, 1)))
    return Span(begins, max(begins, min(ends, now)))


def _figure(title: str, span: str, value: str, target: str, verdict: Verdict, detail: str) -> dict:
    return {
        **{"title": title, "span": span, "value": value, "target": target},
        **{"verdict": verdict.value, "detail": detail},
    }


# --- availability


def _availability(month: Span, now: datetime) -> list[dict]:
    every = settings.sampling_interval()
    kinds = {kind: downtimes.spans(kind, month.begins, month.ends) for kind in (DOWN, NOT_MEASURED, PLANNED)}
    unseen = [*kinds[NOT_MEASURED], *_outside_probes(month, every)]
    windows = {phrase("around the clock"): [month], phrase("business hours"): _business_hours(month)}
    return [
        _available(span, availability(asked, kinds[DOWN], kinds[PLANNED], unseen))
        for span, asked in windows.items()
    ]


def _outside_probes(month: Span, every: timedelta) -> list[Span]:
    """The time before the first probe of all, and after the last one was due to be followed."""
    first, last = _first_probe(), _last_probe()
    if first is None or last is None:
        return [month]
    silent_from = last + downtimes.longest_silence(every)
    before = Span(month.begins, min(max(first, month.begins), month.ends))
    return [before, Span(min(silent_from, month.ends), month.ends)]


def _first_probe() -> datetime | None:
    """As exactly as it is still known: the hour or day only where the samples of it are gone."""
    sample, hour, day = (_extreme("min", *each) for each in TABLES)
    first = sample
    if hour and (first is None or hour < first.replace(minute=0, second=0, microsecond=0)):
        first = hour
    if day and (first is None or day < first.replace(hour=0, minute=0, second=0, microsecond=0)):
        first = day
    return clock.instant(first) if first else None


def _last_probe() -> datetime | None:
    sample, hour, day = (_extreme("max", *each) for each in TABLES)
    if sample is None and hour:
        sample = hour + timedelta(hours=1)
    if sample is None and day:
        sample = day + timedelta(days=1)
    return clock.instant(sample) if sample else None


def _extreme(which: str, table: str, column: str) -> datetime | None:
    statement = f"select {which}(`{column}`) from `tab{table}` where metric = %s"
    return frappe.db.sql(statement, downtimes.METRIC)[0][0]


def _business_hours(month: Span) -> list[Span]:
    calendar = settings.calendar()
    day, last = (moment.astimezone(calendar.zone).date() for moment in (month.begins, month.ends))
    found, hours = [], (calendar.opens, calendar.closes)
    while day <= last:
        if calendar.is_business_day(day):
            found.append(Span(*(at(day, clock_time, calendar.zone) for clock_time in hours)))
        day += timedelta(days=1)
    return [Span(each.begins, min(each.ends, month.ends)) for each in found if each.begins < month.ends]


def _available(span: str, found: Availability) -> dict:
    promised = flt(frappe.db.get_single_value(settings.SETTINGS, "promised_availability"))
    detail = "up {}, down {}, planned {}, not measured {}".format(
        *map(in_hours, (found.up, found.down, found.planned, found.not_measured))
    )
    title, target = "Dashboard available", f">= {promised:g} %"
    if found.percent is None:
        return _figure(title, span, "not measured", target, Verdict.UNKNOWN, detail)
    left = found.budget_left(promised)
    budget = f"error budget left {in_hours(left)} of {in_hours(found.budget(promised))}"
    verdict = Verdict.OK if found.percent >= promised else Verdict.WARNING
    shown = floor(found.percent * 1000) / 1000  # never rounded up to what is promised
    return _figure(title, span, f"{shown:.3f} %", target, verdict, f"{detail}; {budget}")


def in_hours(length: timedelta) -> str:
    """A length of time for people: 1:05:00 h, also below nought."""
    seconds = round(abs(length.total_seconds()))
    sign = "-" if length < timedelta() and seconds else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} h"


# --- the other promises


def _analytics(month: Span) -> dict:
    return _longest("Analytics there", ANALYTICS, month, "promised_analytics_seconds", "s")


def _data_age(month: Span) -> dict:
    return _longest("Data no older than", DATA_AGE, month, "promised_data_minutes", "min")


def _longest(title: str, metric: str, month: Span, promise: str, unit: str) -> dict:
    """The largest value of a metric, which may not reach what is promised."""
    promised = cint(frappe.db.get_single_value(settings.SETTINGS, promise))
    longest, hours, late = _hours(metric, month, promised)
    target = f"< {promised} {unit}"
    if longest is None:
        return _figure(title, "", "not measured", target, Verdict.UNKNOWN, "There is no hour of it.")
    verdict = Verdict.WARNING if late else Verdict.OK
    detail = f"the longest; {late} of {hours} hours reached what is promised"
    return _figure(title, "", f"{longest:.1f} {unit}", target, verdict, detail)


def _alerts(month: Span) -> dict:
    promised = cint(frappe.db.get_single_value(settings.SETTINGS, "promised_alert_minutes"))
    table = frappe.qb.DocType("Maintenance Escalation")
    begins, ends = clock.stored(month.begins), clock.stored(month.ends)
    rows = (
        frappe.qb.from_(table)
        .select(table.triggered_at, table.opened_at)
        .where((table.opened_at >= begins) & (table.opened_at < ends) & table.triggered_at.isnotnull())
    ).run()
    title, target = "Escalation from its trigger", f"< {promised} min"
    if not rows and not _hours(DATA_AGE, month, 0)[1]:
        return _figure(title, "", "not measured", target, Verdict.UNKNOWN, "Nothing was sampled.")
    if not rows:
        return _figure(title, "", "none opened", target, Verdict.OK, "No escalation was opened.")
    delays = [(opened - triggered).total_seconds() for triggered, opened in rows]
    late = sum(each >= promised * 60 for each in delays)
    half = round(median(delays))
    detail = f"the longest; half of {len(delays)} within {half} s; {late} took longer than promised"
    value = f"{max(delays) / 60:.1f} min"
    return _figure(title, "", value, target, Verdict.WARNING if late else Verdict.OK, detail)


def _hours(metric: str, month: Span, promised: float) -> tuple[float | None, int, int]:
    """The largest value of a month, how many hours have values, and how many reached what is promised."""
    rows = frappe.db.sql(
        f"select max(maximum), count(*), ifnull(sum(maximum >= %s), 0) from `tab{stored.HOUR}` "
        "where metric = %s and begins >= %s and begins < %s",
        (promised, metric, clock.stored(month.begins), clock.stored(month.ends)),
    )
    longest, hours, late = rows[0]
    return (None if longest is None else float(longest)), hours, int(late)


def _lines(month: Span) -> list[str]:
    rows = downtimes.listed(month.begins, month.ends)
    lines = [
        f"{row.begins:%Y-%m-%d %H:%M:%S} to {_end(row.ends)}  {row.kind:<12}  "
        f"{in_hours(timedelta(seconds=row.seconds))}  {row.reason}"
        for row in rows[:MOST_LINES]
    ]
    more = len(rows) - MOST_LINES
    return [*lines, *([f"and {more} more, in the list Downtime"] if more > 0 else [])]


def _end(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "now, it lasts"
