"""Seven days of the metrics that the dashboard draws, for its trends and charts; read all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import formatdate

from verenigingen_maintenance.core.charts import Chart, Mark, Point, sparkline
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations.dashboard_rows import rows
from verenigingen_maintenance.operations.language import figures_within, said
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.compliance import ASSESSMENT
from verenigingen_maintenance.sources.stored import HOUR, SAMPLE

PERIOD, ONE_DAY = timedelta(days=7), timedelta(days=1)
HOUR_LONG, LATEST = timedelta(hours=1), timedelta(hours=3)
MOST_HOURS = 7 * 24 + 2
MOST_LATEST = 12
SCORE = "compliance.score"
FIELDS = ("name", "title", "metric_group", "unit", "kind", "reason", "unknown_since", "enabled")
# What is drawn as a chart, in this order.
CHARTS = (
    *("dashboard.load_seconds", "traffic.p95_time", "mariadb.response_time", "errors.last_hour"),
    *("redis_cache.hit_rate_since_sample", "workers.waiting_jobs", "host.load", "host.disk_used"),
    "users.active",
)


@dataclass(frozen=True)
class Series:
    """A metric and its points of seven days, as local times; `limits` are CRITICAL thresholds."""

    title: str
    unit: str
    url: str
    begins: datetime
    ends: datetime
    points: Sequence[Point] = ()
    why_none: str = ""
    apart: timedelta = HOUR_LONG
    limits: Sequence[float] = field(default_factory=list)

    def told(self) -> str:
        return words.of_line(list(self.points), self.unit)

    def sparkline(self) -> str:
        return sparkline(self.points, self.begins, self.ends, self.apart * 1.5, self._labelled())

    def _labelled(self) -> str:
        return _("{0} since {1}: {2}").format(said(self.title), self._label(self.begins), self.told())

    def _label(self, moment: datetime) -> str:
        is_short = self.ends - self.begins < ONE_DAY
        return f"{moment:%H:%M}" if is_short else formatdate(moment.date())

    def chart(self, marks: Sequence[Mark]) -> str:
        drawn = Chart(
            **{"title": "", "unit": said(self.unit), "points": self.points},
            **{"begins": self.begins, "ends": self.ends, "longest_gap": self.apart * 1.5},
            **{"limits": self.limits, "marks": marks},
            labels=(self._label(self.begins), self._label(self.ends)),
            figure=figures_within,
        )
        return drawn.svg(self._labelled())


def read(sources: Iterable[str], now: datetime) -> dict[str, Series]:
    """The series of the metrics among `sources`, by name: one statement for hours, one for what is newer."""
    metrics = {row.name: row for row in _metrics([*sources, *CHARTS])}
    ends = clock.stored(now)
    points = _points([row.name for row in metrics.values() if row.kind != "Counter"], ends)
    limits, begins = _limits(CHARTS), _begins(points, ends)
    return {
        name: Series(
            **{"title": row.title, "unit": _unit(row), "url": _url(row.metric_group)},
            **{"begins": begins, "ends": ends, "points": points.get(name, ())},
            why_none=_why_none(row),
            limits=limits.get(name, ()),
        )
        for name, row in metrics.items()
    }


def _begins(points: Mapping[str, Sequence[Point]], ends: datetime) -> datetime:
    """Seven days ago; on a younger site its first value, and at least an hour ago."""
    first = min((each[0][0] for each in points.values()), default=ends)
    return min(max(first, ends - PERIOD), ends - HOUR_LONG)


def score(now: datetime) -> Series:
    """The score of compliance, which is assessed, not sampled."""
    ends = clock.stored(now)
    filters = {"day": (">=", (ends - PERIOD).date())}
    assessed = frappe.get_all(
        ASSESSMENT, filters, ["assessed_at", "score"], order_by="day asc", limit=PERIOD.days + 1
    )
    points = [
        (row.assessed_at, float(row.score)) for row in assessed if row.score and row.assessed_at <= ends
    ]
    url = "/app/query-report/Compliance"
    more = {"points": points, "apart": timedelta(days=1)}
    return Series("Compliance score", "%", url, ends - PERIOD, ends, **more)


def _metrics(names: Sequence[str]) -> list[Any]:
    return rows("Metric", FIELDS, {"name": ("in", names)})


def _unit(row: Any) -> str:
    """A Count is drawn as how many there were in an hour."""
    return row.unit if row.kind != "Count" else f"{row.unit} an hour"


def _url(group: str) -> str:
    return f"/app/query-report/System%20Health?{urlencode({'period': '7 days', 'metric_group': group})}"


def _why_none(row: Any) -> str:
    if not row.enabled:
        return _("not measured: the metric is switched off")
    if row.unknown_since and row.reason:
        return _("not measured: {0}").format(said(row.reason))
    return _("not measured: no round of samples had a value for seven days")


def _points(names: Sequence[str], ends: datetime) -> dict[str, list[Point]]:
    if not names:
        return {}
    points = _of_hours(names, ends)
    last = max((each[-1][0] for each in points.values()), default=None)
    since = max(last + HOUR_LONG, ends - LATEST) if last else ends - LATEST
    for name, newer in _of_samples(names, since, ends).items():
        points.setdefault(name, []).extend(newer)
    return points


def _of_hours(names: Sequence[str], ends: datetime) -> dict[str, list[Point]]:
    """The middle of each hour; of a Count its sum. Times come as seconds: to read dates takes longest."""
    since = ends - PERIOD
    found = frappe.db.sql(
        f"select h.metric, timestampdiff(second, %s, h.begins), if(m.kind = 'Count', h.total, h.median) "
        f"from `tab{HOUR}` h join `tabMetric` m on m.name = h.metric "
        "where h.metric in %s and h.begins >= %s and h.begins < %s order by h.metric, h.begins limit %s",
        (since, names, since, ends, MOST_HOURS * len(names)),
    )
    return _by_metric(found, since)


def _of_samples(names: Sequence[str], since: datetime, ends: datetime) -> dict[str, list[Point]]:
    """What came since the last hour that was rolled up, some of it: it is drawn within a few pixels."""
    found = frappe.db.sql(
        f"select s.metric, timestampdiff(second, %s, s.observed_at), s.value from `tab{SAMPLE}` s "
        "join `tabMetric` m on m.name = s.metric "
        "where s.metric in %s and s.observed_at >= %s and s.observed_at <= %s and m.kind = 'Gauge' "
        "order by s.metric, s.observed_at limit %s",
        (since, names, since, ends, 200 * len(names)),
    )
    return {name: _thinned(points) for name, points in _by_metric(found, since).items()}


def _thinned(points: list[Point]) -> list[Point]:
    step = -(-len(points) // MOST_LATEST)
    return points[::-step][::-1]


def _by_metric(values: Iterable[tuple[str, int, float]], since: datetime) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for metric, seconds, amount in values:
        found.setdefault(metric, []).append((since + timedelta(seconds=seconds), float(amount)))
    return found


def _limits(names: Sequence[str]) -> dict[str, list[float]]:
    """The CRITICAL thresholds of the checks that read a metric; one that cannot be meant is not drawn."""
    filters = {"enabled": 1, "critical": ("!=", ""), "source": ("in", names)}
    found: dict[str, list[float]] = {}
    for row in rows("Maintenance Check", ["source", "critical"], filters):
        with suppress(ThresholdError):
            found.setdefault(row.source, []).append(Limit.parse(row.critical).value)
    return found
