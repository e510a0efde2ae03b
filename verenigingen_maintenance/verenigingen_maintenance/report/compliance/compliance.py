import html

from frappe import _

from verenigingen_maintenance.operations import compliance_metrics
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column

GAPS = "Open Gaps"


def execute(filters=None):
    """The areas of the latest assessment, or the open gaps, with a chart of the score above them."""
    filters = filters or {}
    if filters.get("show") == GAPS:
        columns, rows = _gap_columns(), compliance_metrics.gaps_of(str(filters.get("area") or ""))
    else:
        columns, rows = _area_columns(), compliance_metrics.areas()
    told = html.escape(compliance_metrics.in_words())
    chart = compliance_metrics.chart()
    drawn = f'<div class="maintenance-charts">{chart.svg()}</div>' if chart.points else ""
    return columns, rows, f"{told}{drawn}"


def _area_columns():
    return [
        column("title", _("Area"), "Data", 160),
        column("score", _("Score (%)"), "Float", 90, precision=2),
        column("change", _("Change in a Week (Points)"), "Float", 200, precision=2),
        column("verdict", _("Verdict"), "Data", 110),
        column("measured", _("Controls Measured"), "Data", 160),
        column("told", _("Why"), "Data", 700),
    ]


def _gap_columns():
    return [
        column("name", _("Broken Control"), "Link", 280, options="Compliance Gap"),
        column("area", _("Area"), "Data", 130),
        column("severity", _("Severity"), "Data", 80),
        column("regulatory", _("Regulatory"), "Check", 110),
        column("told", _("What Is Broken"), "Data", 380),
        column("remediation", _("Remediation"), "Data", 500),
        column("opened_at", _("Opened At"), "Datetime", 150),
        column("last_measured", _("Last Measured"), "Datetime", 150),
    ]
