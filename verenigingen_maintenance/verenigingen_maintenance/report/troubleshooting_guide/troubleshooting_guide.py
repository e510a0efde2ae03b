import html

from frappe import _

from verenigingen_maintenance.operations import troubleshooting
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.verenigingen_maintenance.report.cells import cells
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import column


def execute(filters=None):
    """What was met on this site before, how often, and what helped."""
    found = troubleshooting.guide((filters or {}).get("words") or "")
    rows = [{**entry, "steps": "\n".join(map(said, entry["steps"]))} for entry in found["entries"]]
    missing = html.escape("; ".join(map(said, found["missing"])))
    return _columns(), cells(rows, words=("state",)), missing or None


def _columns():
    return [
        column("symptom", _("Symptom"), "Data", 320),
        column("solution", _("What Helped"), "Data", 420),
        column("steps", _("Steps of the Runbook"), "Data", 300),
        column("times", _("Times"), "Int", 70),
        column("last_seen", _("Last Seen"), "Datetime", 160),
        column("state", _("State"), "Data", 110),
        column("document", _("Document"), "Dynamic Link", 150, options="doctype"),
    ]
