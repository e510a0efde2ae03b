"""A review tells what changes, security, procedures and reports ask for, and drafts what changes brought."""

import json
from datetime import timedelta

import frappe
import pytest
from frappe.utils import getdate

from verenigingen_maintenance.core.findings import Review, compare
from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.core.security_review import review as reviewed
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import (
    change_records,
    findings,
    findings_changes,
    findings_procedures,
    findings_reports,
    findings_security,
    measure_change,
    procedure_reviews,
    records,
    review_facts,
    sign,
)
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.still_to_fill import still_to_fill
from verenigingen_maintenance.sources import changes, clock, documentation, reports

CHANGE, ASSESSMENT, REPORT = "Maintenance Change", "Security Assessment", "Maintenance Report"
MANAGER, OPERATOR = "manager@example.com", "operator@example.com"
DAY = timedelta(days=1)


def ask(provider, cadence="Monthly", since=None, known=(), at=None):
    now = at or clock.now()
    review = Review("X", cadence, 30, since or now - 30 * DAY, frozenset(known))
    return provider.found(review, now)


def told(found):
    return {each.key: each for each in found.findings}


# --- changes


def change(title, ago=None, **values):
    """A change as it stands, applied so many days ago; of an index, whose query was measured."""
    row = change_records.make({"title": title, "kind": "By Hand", "area": "Database"}, title, clock.now())
    if ago is not None:
        values = {"applied_at": clock.stored(clock.now() - ago * DAY), **values}
    frappe.db.set_value(CHANGE, row.name, values, update_modified=False)
    return row.name


def measured(name, before, after):
    document = frappe.get_doc(CHANGE, name)
    for phase, median in (("Before", before), ("After", after)):
        row = {"phase": phase, "what": "the slow query", "unit": "ms", "n": 3, "median": str(median)}
        document.append("measurements", row)
    records.write(document)


def looked(**not_measured):
    last = json.dumps({"at": clock.shown(clock.now()), "not_measured": not_measured})
    frappe.db.set_single_value(SETTINGS, "opportunities", last)


def test_a_change_that_hurts_comes_first_then_what_nobody_judged_then_what_could_be_better():
    looked(buffer_pool="sampled for 3 hours")
    worse = change(
        "Index A", 9, status="Applied", verdict="Worse", rollback_proposed=1, measured_at="2026-11-20"
    )
    late = change("Retention B", 9, status="Applied")
    planned = {"status": "Approved", "responsible": OPERATOR, "due_on": getdate() + 3 * DAY}
    approved = change("Cache C", gain_level="Low", **planned)
    proposed = change("Index D", gain_level="High", gain="Answers in 20 ms")
    found = ask(findings_changes)
    assert [(each.severity.value, each.name) for each in found.findings] == [
        ("CRITICAL", worse),
        ("WARNING", late),
        ("WARNING", proposed),
        ("OK", approved),
    ]
    each = told(found)
    assert each[f"made something worse {worse}"].text == "made something worse: roll it back"
    text = "proposed, high gain expected; no person, no date; Answers in 20 ms"
    assert each[f"open {proposed}"].text == text
    assert "buffer_pool: sampled for 3 hours" in found.missing
    frappe.db.set_value(CHANGE, worse, {"status": "Rolled Back", "rollback_proposed": 0})
    assert ask(findings_changes).is_over(f"made something worse {worse}"), (
        "what is stored is known all the same"
    )


def test_where_nobody_looked_for_opportunities_that_is_said_and_an_overdue_change_waits():
    late = change("Index", status="Approved", responsible=OPERATOR, due_on=getdate() - DAY)
    found = ask(findings_changes)
    assert "nobody looked for opportunities yet" in found.missing
    assert told(found)[f"open {late}"].severity is Verdict.WARNING
    assert f"by {getdate() - DAY}, overdue" in told(found)[f"open {late}"].text
    name = frappe.db.get_value("User", OPERATOR, "full_name")
    assert f"; {name}, by" in told(found)[f"open {late}"].text, "an address would be redacted"


@pytest.fixture
def run():
    """A monthly run after one that was signed ten days ago."""
    values = {"doctype": "Checklist Run", "procedure": "Monthly Maintenance"}
    last = frappe.get_doc({**values, "name": "LAST", "status": "Signed"})
    last.measured_at = clock.stored(clock.now() - 10 * DAY)
    last.db_insert()
    return frappe.get_doc({**values, "name": "NOW", "status": "Open"})


def test_the_drafts_have_the_changes_since_the_last_signed_run_with_before_and_after(run):
    kept = change("Index on mandates", 9, status="Kept", verdict="Better", reason="It helps")
    measured(kept, 420, 12)
    back = change(
        "Bigger cache", 40, status="Rolled Back", verdict="Worse", decided_at=clock.stored(clock.now())
    )
    measured(back, 10, 15)
    fresh = change("Retention of logs", 1, status="Applied")
    change("Old index", 40, status="Kept", verdict="Better", decided_at=clock.stored(clock.now() - 30 * DAY))
    lines = [
        f"{back} Bigger cache: Rolled Back, Worse, the slow query 10 → 15 ms (+50 %)",
        f"{kept} Index on mandates: Kept, Better, the slow query 420 → 12 ms (-97.1 %), It helps",
        f"{fresh} Retention of logs: Applied, not judged",
    ]
    found = review_facts.of(run, {"Implemented", "Changes", "Improvements"}, is_measured=True)
    assert found.done == lines
    assert found.changes[1:4] == lines
    assert found.improvements[:2] == lines[:2], "what was not judged improved nothing yet"
    assert not any(fresh in line for line in found.improvements)


def test_the_focus_has_the_three_of_the_roadmap_from_which_most_is_expected(run):
    names = {level: change(f"{level} one", gain_level=level) for level in ("Low", "Medium", "High")}
    frappe.db.set_value(CHANGE, names["High"], {"responsible": OPERATOR, "due_on": "2027-01-04"})
    change("Nothing expected", gain_level="")
    assert review_facts.of(run, {"Focus"}, is_measured=False).roadmap == [
        f"{names['High']} High one (Proposed, high gain expected; {OPERATOR}, by 2027-01-04)",
        f"{names['Medium']} Medium one (Proposed, medium gain expected; nobody yet, without a date)",
        f"{names['Low']} Low one (Proposed, low gain expected; nobody yet, without a date)",
    ]


# --- procedures


def test_a_procedure_is_due_with_its_reasons_and_once_more_as_another_finding():
    daily, weekly = "Daily Maintenance", "Weekly Maintenance"
    frappe.db.set_value("Maintenance Procedure", daily, "next_review", getdate() - 5 * DAY)
    procedure_reviews.mark([daily, weekly], "Check “Disk”: > 90 → > 95")
    first = told(ask(findings_procedures))
    due = first[f"review {getdate() - 5 * DAY} {daily}"]
    assert (due.figure, due.doctype, due.name) == (2, "Maintenance Procedure", daily)
    assert due.text.startswith(
        f"due for review since {getdate() - 5 * DAY}: by the calendar; {getdate()} Check"
    )
    assert first[f"review {getdate()} {weekly}"].figure == 1, "its calendar is not due"
    frappe.set_user(MANAGER)
    procedure_reviews.review(daily, "Read with the team")
    frappe.db.set_value("Maintenance Procedure", daily, "next_review", getdate())
    found = ask(findings_procedures)
    assert found.is_over(due.key)
    assert due.key not in told(found)
    assert told(found)[f"review {getdate()} {daily}"].figure == 1


def test_a_version_that_nobody_approved_is_a_finding_that_leads_to_it():
    frappe.set_user(MANAGER)
    procedure = frappe.get_doc("Maintenance Procedure", "Weekly Maintenance")
    procedure.update({"owner_title": "Somebody", "change_reason": "Who leads changed"}).save()
    frappe.set_user("Administrator")
    version = f"Weekly Maintenance v{procedure.version}"
    each = told(ask(findings_procedures))
    assert each["versions of the app"].figure == 6, "told once, however many"
    frappe.db.set_value("Maintenance Procedure", "Daily Maintenance", "enabled", 0)
    assert told(ask(findings_procedures))["versions of the app"].figure == 5, "it is not in use"
    found = each[f"version {version}"]
    assert (found.title, found.doctype, found.name) == (f"Approve {version}", "Procedure Version", version)
    assert f"not approved; made by {MANAGER}" in found.text


# --- security


def assess(days_ago, users=(), **parts):
    """An assessment as one is stored: accounts with the roles that give them power, and other parts."""
    moment = clock.stored(clock.now() - days_ago * DAY)
    rows = [{"user": user, "roles": roles, "power": True} for user, roles in dict(users).items()]
    kept = {"users": Part(rows=rows), "flags": Part(), **parts}
    data = {"assessed_at": str(moment), **_jsonable(reviewed(kept, None))}
    document = frappe.get_doc({"doctype": ASSESSMENT, "name": f"SEC-{moment:%Y-%m-%d}", "day": moment.date()})
    document.update({"assessed_at": moment, "data": json.dumps(data)})
    document.db_insert()
    return document.name


def _jsonable(found):
    return json.loads(json.dumps(found, default=str))


def flag(count):
    rows = [
        {"key": f"f{n}", "title": f"Flag {n}", "value": 1, "wrong": True, "severity": "High"}
        for n in range(count)
    ]
    return Part(rows=[{**row, "told": "It is on", "remedy": "Switch it off"} for row in rows])


def test_what_changed_since_the_last_signed_run_is_new_and_what_was_told_then_is_not_called_over():
    first = assess(40, {"Ann": ["Accounts Manager"]})
    second = assess(20, {"Ann": ["Accounts Manager", "System Manager"]})
    month_ago = ask(findings_security, since=clock.now() - 35 * DAY, at=clock.now() - 19 * DAY)
    then = told(month_ago)[f"security changed since {first}: users"]
    assert (then.figure, then.name, then.severity) == (1, second, Verdict.WARNING)
    assert then.text == f"since {first}: Ann got System Manager"
    assess(5, {"Ann": ["Accounts Manager", "System Manager"], "Bob": ["System Manager"]})
    known = [each.key for each in month_ago.findings]
    now = ask(findings_security, since=clock.now() - 19 * DAY, known=known)
    states = {
        each.finding.key: each.since.value
        for each in compare({"Security": now}, {"Security": month_ago.findings})
        if "changed" in each.finding.key
    }
    assert states == {f"security changed since {second}: users": "New"}, "Ann's power is not over"


def test_findings_on_security_are_told_by_severity_and_of_a_part_that_was_not_read_nothing_is_over():
    assess(20, flags=flag(2))
    before = ask(findings_security, at=clock.now() - 19 * DAY)
    (key,) = [each.key for each in before.findings if each.title == "High: Flag 0"]
    latest = assess(3, flags=flag(1))
    now = ask(findings_security, known=[each.key for each in before.findings])
    assert told(now)[key].name == latest
    assert now.is_over(key.replace("f0", "f1"))
    frappe.db.set_value(ASSESSMENT, latest, "data", _without_flags(latest))
    unread = ask(findings_security, known=[each.key for each in before.findings])
    assert not unread.is_over(key)
    assert "Configuration of the site: the file is gone" in unread.missing


def test_what_a_run_found_itself_is_not_over_where_it_cannot_be_read_again(monkeypatch):
    monkeypatch.setattr(findings, "PROVIDERS", [findings.Provider("Security", "findings_security.found")])
    latest = assess(3, flags=flag(1))
    run = frappe.get_doc({"doctype": "Checklist Run", "name": "NOW", "procedure": "Monthly Maintenance"})
    assert measured_again(run) == "New"
    frappe.db.set_value(ASSESSMENT, latest, "data", _without_flags(latest))
    assert measured_again(run) == "New", "nobody decided on it, and nobody knows whether it is over"
    assert "Finding “High: Flag 0”: Accept or Act" in sign.still_needed(run)


def measured_again(run):
    """What became of the flag that is wrong, as providers see it: what is committed."""
    frappe.db.commit()
    findings.keep(run, findings.read(run, clock.now()))
    return next(row.since_last for row in run.findings if row.title == "High: Flag 0")


def _without_flags(name):
    data = json.loads(frappe.db.get_value(ASSESSMENT, name, "data"))
    data["findings"] = [each for each in data["findings"] if each["part"] != "flags"]
    reason = {"part": "flags", "title": "Configuration of the site", "reason": "the file is gone"}
    return json.dumps({**data, "not_measured": [reason]})


def test_without_an_assessment_nothing_is_known_and_with_one_nothing_can_be_compared():
    found = ask(findings_security)
    assert "security was not assessed yet" in found.missing
    assert not found.is_over("security flags f0")
    name = assess(1)
    assert f"there is no assessment to compare {name} with" in ask(findings_security).missing


# --- reports


def report(name, status, days_ago=3, cadence="Weekly", **values):
    day = getdate() - days_ago * DAY
    values |= {"title": name.title(), "cadence": cadence, "period_from": day - 6 * DAY, "period_until": day}
    frappe.get_doc({"doctype": REPORT, "name": name, "status": status, **values}).db_insert()
    return name


def test_reports_that_failed_or_wait_are_findings_until_they_are_approved(monkeypatch):
    monkeypatch.setattr(reports, "measured_since", lambda: clock.stored(clock.now() - 90 * DAY))
    failed = report("A-FAILED", "Failed", failure="MariaDB went away")
    old = report("AN-OLD-DRAFT", "Draft", 40, drafted_at="2026-11-02 08:00:00")
    report("APPROVED", "Approved")
    report("OF-THE-MONTH", "Draft", cadence="Monthly")
    report("NOT-OVER-YET", "Draft", -2)
    found = ask(findings_reports, "Weekly")
    first = told(found)
    (not_there,) = set(first) - {f"report {failed}", f"report {old}"}
    assert not_there.startswith("report WEEKLY-ANALYTICS-")
    assert (first[not_there].title.rpartition(" ")[0], first[not_there].name) == (
        "Weekly Analytics Summary",
        "",
    )
    assert (first[f"report {failed}"].severity, first[f"report {failed}"].text) == (
        Verdict.CRITICAL,
        "was not drafted: MariaDB went away",
    )
    assert first[f"report {old}"].text == "drafted at 2026-11-02 08:00, waits for approval"
    frappe.db.set_value(REPORT, old, "status", "Approved")
    assert ask(findings_reports, "Weekly").is_over(f"report {old}")


def test_a_report_that_is_not_there_is_not_over_when_its_period_is_no_longer_the_last(monkeypatch):
    monkeypatch.setattr(reports, "measured_since", lambda: clock.stored(clock.now() - 90 * DAY))
    (first,) = ask(findings_reports, "Weekly").findings
    in_a_week = {"known": [first.key], "at": clock.now() + 7 * DAY}
    later = told(ask(findings_reports, "Weekly", **in_a_week))
    assert later[first.key].title == first.title
    assert len(later) == 2
    report(first.key.removeprefix("report "), "Approved")
    assert ask(findings_reports, "Weekly", **in_a_week).is_over(first.key)


def test_a_report_of_a_period_before_anything_was_measured_is_not_asked_for(monkeypatch):
    monkeypatch.setattr(reports, "measured_since", lambda: None)
    found = ask(findings_reports, "Quarterly")
    assert found.findings == ()
    assert found.missing.startswith("nothing was measured in ")


# --- what has no time is not late


def test_what_was_never_begun_and_what_is_measured_no_more_is_not_taken_for_late():
    change("Approved only", status="Approved")
    done = change("Measured", 30, status="Kept", verdict="Better", measured_at="2026-11-01 08:00:00")
    over = change("Time is over", 30, status="Applied", measure_until="2026-11-01 08:00:00")
    found = changes.failures(clock.now())
    assert found.value == 0, found.evidence
    assert (done in measure_change.due(clock.now()), over in measure_change.due(clock.now())) == (False, True)


def test_a_procedure_that_asks_for_no_review_is_not_due():
    frappe.db.set_value("Maintenance Procedure", "Daily Maintenance", "next_review", None)
    assert documentation.procedures_due(clock.now()).value == 0
    assert not [line for line in still_to_fill() if "its review is due" in line]
