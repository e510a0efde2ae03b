"""Reports for the browser tests: python reports_on_site.py SITE ACTION, as on_site.py."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import frappe
import on_site

sys.path.append(str(Path(__file__).parents[1] / "site"))

NAME, KIND, QUARTER = "QUARTERLY-PERFORMANCE-2026-Q3", "QUARTERLY-PERFORMANCE", "2026-Q3"


def begin() -> dict:
    """A quarter with a planted regression, and its report half-way: no job is there to go on with it."""
    import report_days

    from verenigingen_maintenance.operations import report_drafts
    from verenigingen_maintenance.sources import clock

    empty()
    report_days.simulate()
    report_drafts.ask(KIND, QUARTER, clock.now(), None)
    frappe.db.after_commit.reset()
    half_way = {"status": "Drafting", "progress": 40, "progress_text": f"reads {on_site.MARKUP}"}
    frappe.db.set_value("Maintenance Report", NAME, half_way)
    return {"report": NAME}


def go_on() -> dict:
    """What the job of the scheduler does with it."""
    from verenigingen_maintenance.operations import report_drafts
    from verenigingen_maintenance.sources import clock

    ten_minutes_ago = clock.stored(clock.now() - timedelta(minutes=11))
    frappe.db.set_value("Maintenance Report", NAME, "queued_at", ten_minutes_ago)
    frappe.db.commit()
    return {"queued": report_drafts.take_up(clock.now())}


def empty() -> dict:
    """No report is left, and nothing that was simulated."""
    import report_days

    report_days.clear()
    on_site.empty()
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", "")
    return {}


if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = {"begin": begin, "go_on": go_on, "empty": empty}[sys.argv[2]]()
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer))
