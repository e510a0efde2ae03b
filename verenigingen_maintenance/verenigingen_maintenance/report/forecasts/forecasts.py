import html
from functools import partial

from frappe import _

from verenigingen_maintenance.operations import forecast_tables
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column

_column = partial(column, precision=3)


def execute(filters=None):
    """What is expected of each metric, with a chart of each above them."""
    group = str((filters or {}).get("metric_group") or "")
    rows = forecast_tables.rows(group)
    if not rows:
        return _columns(), [], html.escape(forecast_tables.why_none(group))
    drawn = "".join(chart.svg() for chart in forecast_tables.charts(group))
    shown = cells(rows, words=("group", "trend"), texts=("title", "told", "unit"))
    return _columns(), shown, f'<div class="maintenance-charts">{drawn}</div>', None, _summary(rows)


def _summary(rows):
    """How many metrics move towards a limit, and the first day on which one may be met."""
    met = [row for row in rows if row["crosses_on"]]
    first = min((row["earliest"] or row["crosses_on"] for row in met), default=None)
    return [
        card(_("Forecasts"), len(rows)),
        card(_("Limit Ahead"), len(met), indicator="Orange" if met else "Green"),
        *([card(_("Met at the Earliest On"), first, "Date", "Orange")] if first else []),
    ]


def _columns():
    return [
        _column("title", _("Metric"), "Data", 250),
        _column("told", _("In Words"), "Data", 420),
        _column("group", _("Group"), "Data", 90),
        _column("expected", _("Expected in 7 Days"), "Float", 130),
        _column("least", _("At Least (80 %)"), "Float", 115),
        _column("most", _("At Most (80 %)"), "Float", 115),
        _column("unit", _("Unit"), "Data", 100),
        _column("trend", _("Trend"), "Data", 75),
        _column("limit", _("Limit"), "Data", 75),
        _column("crosses_on", _("Limit Met On"), "Date", 105),
        _column("earliest", _("Earliest"), "Date", 100),
        _column("latest", _("Latest"), "Date", 100),
        _column("mase", _("MASE"), "Float", 75),
        _column("coverage", _("Within 80 % (Backtest)"), "Percent", 155),
    ]
