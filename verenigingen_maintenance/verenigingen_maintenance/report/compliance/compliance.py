import html

from frappe import _

from verenigingen_maintenance.operations import compliance_metrics

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
        _column("title", _("Area"), "Data", 160),
        _column("score", _("Score (%)"), "Float", 90),
        _column("change", _("Change in a Week (Points)"), "Float", 200),
        _column("verdict", _("Verdict"), "Data", 110),
        _column("measured", _("Controls Measured"), "Data", 160),
        _column("told", _("Why"), "Data", 700),
    ]


def _gap_columns():
    return [
        {**_column("name", _("Broken Control"), "Link", 280), "options": "Compliance Gap"},
        _column("area", _("Area"), "Data", 130),
        _column("severity", _("Severity"), "Data", 80),
        _column("regulatory", _("Regulatory"), "Check", 110),
        _column("told", _("What Is Broken"), "Data", 380),
        _column("remediation", _("Remediation"), "Data", 500),
        _column("opened_at", _("Opened At"), "Datetime", 150),
        _column("last_measured", _("Last Measured"), "Datetime", 150),
    ]


def _column(name, label, kind, width):
    return {"fieldname": name, "label": label, "fieldtype": kind, "width": width, "precision": 2}
