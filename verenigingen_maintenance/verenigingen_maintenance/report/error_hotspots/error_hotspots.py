from frappe import _

from verenigingen_maintenance.operations import error_tables
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.verenigingen_maintenance.report import error_reports
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells

# More of them leave no room for their names.
MOST_BARS = 5
# As error_hotspots.js offers them.
KINDS = {
    "Area": "functional_areas",
    "App": "system_components",
    "Type of Error": "error_types",
    "Kind of User": "user_groups",
    "Hour": "time_periods",
}


def execute(filters=None):
    """Where the errors of the last days gather; users and hours have no severity."""
    filters = filters or {}
    found, refusal = error_reports.read(error_tables.spots, filters)
    if refusal:
        return _columns(), [], refusal, None, None
    wanted = [kind for kind in KINDS if filters.get("kind") in (None, "", kind)]
    rows = [{"kind": _(kind), **spot} for kind in wanted for spot in found["spots"][KINDS[kind]]]
    shown = cells(rows, words=("severity",), texts=("name",))
    return _columns(), shown, error_reports.note(found), _chart(found["spots"]), _summary(found)


def _columns():
    return [
        error_reports.column("kind", _("Kind"), "Data", 110),
        error_reports.column("name", _("Name"), "Data", 260),
        error_reports.column("errors", _("Errors"), "Int", 90),
        error_reports.column("share", _("Share", context="Maintenance sentence"), "Percent", 90),
        error_reports.column("severity", _("Severity"), "Data", 90),
        error_reports.column("score", _("Score"), "Float", 80, precision=1),
        error_reports.column("most_frequent", _("Most Frequent Pattern"), "Data", 400),
    ]


def _chart(spots):
    areas = sorted(spots["functional_areas"], key=lambda spot: -spot["errors"])[:MOST_BARS]
    names, errors = [said(area["name"]) for area in areas], [area["errors"] for area in areas]
    return error_reports.chart(names, errors, _("Errors by Area"))


def _summary(found):
    critical = found["critical"]
    return [card(_("Critical Hotspots"), critical, indicator="Red" if critical else "Green")]
