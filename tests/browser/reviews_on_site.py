"""A monthly run over what providers find, for the browser tests: python reviews_on_site.py SITE ACTION."""

import json
import sys
from datetime import timedelta

import frappe
import on_site

ASSESSMENT, REPORT, CHANGE = "Security Assessment", "Maintenance Report", "Maintenance Change"
AREAS = ("Changes", "Security", "Procedures", "Reports")


def begin() -> dict:
    """The monthly run of now: a change that made it worse, a weak flag, a procedure that is due and a report
    that failed. What people wrote in them is markup."""
    from verenigingen_maintenance.operations import findings, procedure_reviews, run_now
    from verenigingen_maintenance.sources import clock

    empty()
    changes()
    assess()
    procedure_reviews.mark(["Daily Maintenance"], f"Check {on_site.MARKUP}: > 90 → > 95")
    fail()
    frappe.db.commit()
    findings.PROVIDERS[:] = [each for each in findings.PROVIDERS if each.area in AREAS]
    name = run_now.find_or_open_procedure("Monthly Maintenance", clock.now())
    run_now.measure_now(name, clock.now())
    return {"run": name}


def changes() -> None:
    """One that was rolled back, one that waits for it, and one that is planned; nobody looked for more."""
    from verenigingen_maintenance.operations import change_records, records
    from verenigingen_maintenance.sources import clock

    frappe.db.set_single_value("Maintenance Settings", "opportunities", "")
    now = clock.stored(clock.now())
    applied = {
        "applied_at": now - timedelta(days=2),
        "measured_at": now,
        "decided_at": now,
        "verdict": "Worse",
    }
    planned = {"status": "Proposed", "gain_level": "High", "gain": "Answers within 20 ms"}
    worse = {**applied, "status": "Applied", "rollback_proposed": 1}
    for title, values in (
        ("Bigger cache", {**applied, "status": "Rolled Back"}),
        ("Index on the wrong end", worse),
        ("Index on mandates", planned),
    ):
        change = change_records.make(
            {"title": title, "kind": "By Hand", "finding": on_site.MARKUP}, title, clock.now()
        )
        for phase, median in (("Before", "10"), ("After", "15")) if "verdict" in values else ():
            row = {"phase": phase, "what": "the slow query", "unit": "ms", "n": 3, "median": median}
            change.append("measurements", row)
        records.write(change)
        frappe.db.set_value(CHANGE, change.name, values)


def assess() -> None:
    """Two assessments: in the later one a flag is wrong that was right."""
    from verenigingen_maintenance.core.security import Part
    from verenigingen_maintenance.core.security_review import review
    from verenigingen_maintenance.sources import clock

    for days, wrong in ((40, False), (1, True)):
        moment = clock.stored(clock.now() - timedelta(days=days))
        flag = {"key": "ignore_csrf", "title": "ignore_csrf", "value": str(wrong), "wrong": wrong}
        flag |= {"severity": "High", "told": on_site.MARKUP, "remedy": "Switch it off"}
        data = {
            "assessed_at": str(moment),
            "since": str(moment),
            **review({"flags": Part(rows=[flag])}, None),
        }
        for part in data["parts"].values():
            part.update(
                {"title": "Configuration of the site", "source": "the files", "observed_at": str(moment)}
            )
        values = {"name": f"SEC-{moment:%Y-%m-%d}", "day": moment.date(), "assessed_at": moment}
        document = frappe.get_doc({"doctype": ASSESSMENT, **values, "data": json.dumps(data, default=str)})
        document.db_insert()


def fail() -> None:
    """A report of a month that is over was not drafted."""
    month = {
        "period": "2026-10",
        "period_from": "2026-10-01",
        "period_until": "2026-10-31",
        "cadence": "Monthly",
    }
    told = {"title": "Monthly Performance Report 2026-10", "kind": "MONTHLY-PERFORMANCE", "status": "Failed"}
    report = {"doctype": REPORT, "name": "MONTHLY-PERFORMANCE-2026-10", "failure": on_site.MARKUP}
    frappe.get_doc({**report, **told, **month}).db_insert()


def empty() -> dict:
    from verenigingen_maintenance.operations import procedures

    for doctype in (ASSESSMENT, REPORT, CHANGE, "Maintenance Change Measurement"):
        frappe.db.delete(doctype)
    daily = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")
    daily.db_set({"review_because": "", "next_review": procedures.next_review(daily)})
    return on_site.empty()


if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = {"begin": begin, "empty": empty}[sys.argv[2]]()
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer))
