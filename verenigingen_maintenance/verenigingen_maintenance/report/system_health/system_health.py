from functools import partial

import frappe
from frappe import _

from verenigingen_maintenance.operations import health_tables
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column

FIRST = "24 hours"
_column = partial(column, precision=3)


def execute(filters=None):
    """The metrics of a period, with a chart of each above them."""
    filters = filters or {}
    period, group = str(filters.get("period") or FIRST), str(filters.get("metric_group") or "")
    try:
        rows = health_tables.health(period, group)
    except frappe.ValidationError as error:
        frappe.clear_last_message()
        return _columns(), [], str(error)
    drawn = "".join(chart.svg() for chart in health_tables.charts(period, group))
    message = f'<div class="maintenance-charts">{drawn}</div>' if drawn else _("Nothing was sampled in it.")
    shown = cells(rows, words=("group",), texts=("title", "unit", "reason"))
    return _columns(), shown, message, None, _summary(rows)


def _summary(rows):
    """What has no value is not measured, and no part of what is."""
    missing = sum(row["latest"] is None for row in rows)
    return [
        card(_("Measured"), len(rows) - missing),
        card(_("Not Measured"), missing, indicator="Orange" if missing else "Green"),
        card(_("Samples of This Period"), sum(row["samples"] for row in rows)),
    ]


def _columns():
    return [
        _column("title", _("Metric"), "Data", 270),
        _column("group", _("Group"), "Data", 90),
        _column("latest", _("Latest"), "Float", 95),
        _column("unit", _("Unit"), "Data", 110),
        _column("middle", _("Mean or Sum"), "Float", 105),
        _column("minimum", _("Lowest"), "Float", 90),
        _column("maximum", _("Highest"), "Float", 90),
        _column("before", _("The Period Before"), "Float", 130),
        _column("change", _("Change (%)"), "Float", 95),
        _column("samples", _("Samples"), "Int", 80),
        _column("reason", _("Not Measured Because"), "Data", 320),
    ]
