import html

from frappe import _

from verenigingen_maintenance.operations import analytics_tables
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column

STANDINGS = {"OK": "Green", "CLAIMED": "Blue", "UNKNOWN": "Gray"}


def execute(filters=None):
    """What the app verenigingen claims, part by part, beside what was measured here."""
    standing = (filters or {}).get("standing")
    found = analytics_tables.claims()
    rows = [row for row in found if standing in (None, "", row["standing"])]
    shown = cells(rows, words=("standing",), texts=("reason",))
    return _columns(), shown, html.escape(analytics_tables.claims_in_words(found)), None, _summary(found)


def _summary(found):
    """How many parts are of which worth; none where nothing is claimed here."""
    standings = [row["standing"] for row in found]
    return [
        card(_(word), standings.count(word), indicator=color) for word, color in STANDINGS.items() if found
    ]


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
