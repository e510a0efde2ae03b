import html

from frappe import _

from verenigingen_maintenance.operations import analytics_tables
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column


def execute(filters=None):
    """What the app verenigingen claims, part by part, beside what was measured here."""
    standing = (filters or {}).get("standing")
    found = analytics_tables.claims()
    rows = [row for row in found if standing in (None, "", row["standing"])]
    return _columns(), rows, html.escape(analytics_tables.claims_in_words(found))


def _columns():
    return [
        column("component", _("Function"), "Link", 260, options="Analytics Component"),
        column("part", _("Part"), "Data", 240),
        column("standing", _("Worth"), "Data", 90),
        column("claimed", _("Claimed"), "Data", 150),
        column("measured", _("Measured Here"), "Data", 120),
        column("reason", _("Why, and Where They Differ"), "Data", 480),
        column("asked_at", _("Asked At"), "Datetime", 150),
    ]
