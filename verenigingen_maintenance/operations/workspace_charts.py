"""The charts of the workspace, as lines with gaps where nothing was measured.

Drawn here and not as Dashboard Charts: Frappe's charts take a day without a value for 0 and draw it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from frappe import _
from frappe.utils import formatdate

from verenigingen_maintenance.core.charts import Chart
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations.language import figures_within, said
from verenigingen_maintenance.sources import clock, trends

DAYS, LONG, WEEKS = 30, 90, 12
MIDDLE, GAP = time(12), 1.5


@dataclass(frozen=True)
class _Series:
    """Figures by the day on which each begins, `apart` from each other; where their evidence is."""

    title: str
    unit: str
    figures: Mapping[date, float]
    length: timedelta
    route: str
    none: str
    apart: timedelta = timedelta(days=1)


def describe(now: datetime) -> list[dict]:
    """Each chart: title, svg (none without a figure), what it says in words, and the page of its evidence."""
    return [_drawn(each, clock.stored(now)) for each in _series(now)]


def _series(now: datetime) -> list[_Series]:
    return [
        _Series(
            *(_("Errors per Day"), "errors", trends.errors(DAYS, now), timedelta(days=DAYS)),
            route="/app/query-report/Error Patterns",
            none=_("No whole day was counted yet."),
        ),
        _Series(
            *(_("Database Response"), "ms", trends.database_response(DAYS, now), timedelta(days=DAYS)),
            route="/app/query-report/System Health",
            none=_("No whole day was measured yet."),
        ),
        _Series(
            *(_("Compliance Score"), "%", trends.compliance(LONG, now), timedelta(days=LONG)),
            route="/app/query-report/Compliance",
            none=_("Nothing was assessed yet."),
        ),
        _Series(
            *(_("Escalations per Week"), phrase("opened"), trends.escalations(WEEKS, now)),
            length=timedelta(weeks=WEEKS),
            route="/app/query-report/Escalation Review",
            none=_("No whole week was watched yet."),
            apart=timedelta(weeks=1),
        ),
    ]


def _drawn(series: _Series, now: datetime) -> dict:
    begins, told = now - series.length - series.apart, _told(series)
    chart = Chart(
        title=series.title,
        unit=said(series.unit),
        points=[(datetime.combine(day, MIDDLE), value) for day, value in sorted(series.figures.items())],
        begins=begins,
        ends=now,
        longest_gap=series.apart * GAP,
        labels=(formatdate(begins), formatdate(now)),
        figure=figures_within,
    )
    svg = chart.svg(told) if chart.points else ""
    return {"title": series.title, "route": series.route, "svg": svg, "told": told}


def _told(series: _Series) -> str:
    """The last figure and its day; days that are missing say so."""
    if not series.figures:
        return series.none
    last = max(series.figures)
    shown = words.value(float(series.figures[last]), series.unit)
    if series.apart > timedelta(days=1):
        return _("Last: {0}, in the week of {1}").format(shown, formatdate(last))
    return _("Last: {0}, on {1}").format(shown, formatdate(last))
