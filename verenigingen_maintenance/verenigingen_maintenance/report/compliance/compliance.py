import html

from frappe import _

from verenigingen_maintenance.operations import compliance_metrics
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.verenigingen_maintenance.report import error_reports
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells, verdict_card
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column

GAPS = "Open Gaps"


def execute(filters=None):
    """The areas of the latest assessment, or the open gaps, with a chart of the score above them."""
    filters = filters or {}
    told, drawn = html.escape(compliance_metrics.in_words()), _history()
    if filters.get("show") == GAPS:
        gaps = compliance_metrics.gaps_of(str(filters.get("area") or ""))
        rows = cells(gaps, words=("severity",), texts=("title", "area", "told", "remediation"))
        return _gap_columns(), rows, f"{told}{drawn}", None, _summary()
    areas = compliance_metrics.areas()
    named = [{**area, "gaps_of": area["title"]} for area in areas]
    rows = cells(named, words=("verdict",), texts=("title", "told", "measured"))
    return _area_columns(), rows, f"{told}{drawn}", _chart(areas), _summary()


def _history():
    chart = compliance_metrics.chart()
    return f'<div class="maintenance-charts">{chart.svg()}</div>' if chart.points else ""


def _chart(areas):
    """A bar for each area that was measured: one that was not has no score, and none of nought."""
    known = [area for area in areas if area["score"] is not None]
    if not known:
        return None
    left_out = len(areas) - len(known)
    name = _("Score (%); not measured: {0}").format(left_out) if left_out else _("Score (%)")
    return error_reports.chart(
        [said(area["title"]) for area in known], [area["score"] for area in known], name
    )


def _summary():
    found = compliance_metrics.standing()
    open_gaps, critical = found["open_gaps"], found["critical_gaps"]
    return [
        card(_("Score (%)"), found["score"], "Float"),
        verdict_card(_("Verdict"), found["verdict"]),
        card(_("Open Gaps"), open_gaps, indicator="Orange" if open_gaps else "Green"),
        card(_("Critical Gaps"), critical, indicator="Red" if critical else "Green"),
    ]


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
        column("title", _("Broken Control"), "Data", 280),
        column("area", _("Area"), "Data", 130),
        column("severity", _("Severity"), "Data", 80),
        column("regulatory", _("Regulatory"), "Check", 110),
        column("told", _("What Is Broken"), "Data", 380),
        column("remediation", _("Remediation"), "Data", 500),
        column("opened_at", _("Opened At"), "Datetime", 150),
        column("last_measured", _("Last Measured"), "Datetime", 150),
        column("name", _("Control"), "Link", 180, options="Compliance Gap"),
    ]
