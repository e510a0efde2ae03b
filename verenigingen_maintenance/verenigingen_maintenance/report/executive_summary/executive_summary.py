import html

from frappe import _

from verenigingen_maintenance.operations import analytics_tables
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells, verdict_card
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column


def execute(filters=None):
    """What the analytics engine stored: the status above, then what is wrong and what to do."""
    rows, told, figures = analytics_tables.summary()
    drawn = "".join(chart.svg() for chart in analytics_tables.charts())
    charts = f'<div class="maintenance-charts">{drawn}</div>' if drawn else ""
    head = "<br>".join(html.escape(said(line)) for line in told)
    shown = cells(rows, words=("weight",), texts=("kind", "text", "because"))
    return _columns(), shown, head + charts, None, _summary(figures)


def _summary(figures):
    issues, actions = figures["critical_issues"], figures["priority_actions"]
    return [
        verdict_card(_("Status"), figures["verdict"]),
        card(_("Critical Issues"), issues, indicator="Red" if issues else "Green"),
        card(_("Priority Actions"), actions, indicator="Orange" if actions else "Green"),
    ]


def _columns():
    return [
        column("kind", _("What It Is"), "Data", 130),
        column("weight", _("Weight"), "Data", 90),
        column("text", _("In Words"), "Data", 470),
        column("because", _("Because"), "Data", 420),
        column("source", _("From"), "Data", 240),
        column("observed_at", _("Measured At"), "Datetime", 160),
    ]
