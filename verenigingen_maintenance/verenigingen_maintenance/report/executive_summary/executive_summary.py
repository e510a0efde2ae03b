import html

from frappe import _

from verenigingen_maintenance.operations import analytics_tables
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column


def execute(filters=None):
    """What the analytics engine stored: the status above, then what is wrong and what to do."""
    rows, told = analytics_tables.summary()
    drawn = "".join(chart.svg() for chart in analytics_tables.charts())
    charts = f'<div class="maintenance-charts">{drawn}</div>' if drawn else ""
    return _columns(), rows, "<br>".join(map(html.escape, told)) + charts


def _columns():
    return [
        column("kind", _("What It Is"), "Data", 130),
        column("weight", _("Weight"), "Data", 90),
        column("text", _("In Words"), "Data", 470),
        column("because", _("Because"), "Data", 420),
        column("source", _("From"), "Data", 240),
        column("observed_at", _("Measured At"), "Data", 190),
    ]
