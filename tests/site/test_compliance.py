"""An assessment: stored once a day, alone in its failures, compared with a week ago; gaps and their ToDos."""

import json
import threading
import time
from datetime import datetime, timedelta

import frappe
import pytest
from conftest import AMSTERDAM, PEOPLE, fresh
from frappe.desk.query_report import run as run_report

from verenigingen_maintenance import api, scheduled
from verenigingen_maintenance.core.compliance import Found, NotHere, Unmeasured
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import compliance, compliance_gaps, compliance_metrics, records
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import compliance as stored_assessment
from verenigingen_maintenance.sources import controls

ASSESSMENT, GAP, TODO = "Compliance Assessment", "Compliance Gap", "ToDo"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=AMSTERDAM)
CRITICAL, HIGH, MEDIUM, LAW = "access.two_factor", "backups.encrypted", "privacy.exports", "sepa.notice_given"


@pytest.fixture
def answers(monkeypatch):
    """What each control answers; what a test does not say is met. A function is called."""
    said = {}

    def find(key):
        def control(now):
            answer = said.get(key, Found(0, "fine", 10))
            return answer(now) if callable(answer) else answer

        return control

    monkeypatch.setattr(controls, "find", find)
    return said


def assess(now=MONDAY):
    return fresh(ASSESSMENT, compliance.assess(now))


def area(document, key):
    return next(row for row in document.areas if row.area == key)


def gap(key=HIGH):
    return fresh(GAP, key)


def forget():
    """As another request: what is read once for one moment is read anew."""
    frappe.local.maintenance_shared = {}


def todos(key=HIGH, **filters):
    frappe.db.commit()
    about = {"reference_type": GAP, "reference_name": key, **filters}
    return frappe.get_all(TODO, about, ["name", "status", "allocated_to", "description", "priority"])


def read(source, now=MONDAY):
    frappe.db.commit()
    forget()
    return getattr(stored_assessment, source)(now)


def describe(now):
    forget()
    return compliance_metrics.describe(now)


def value(source, now=MONDAY):
    found = read(source, now)
    assert not isinstance(found, Unknown), found.reason
    return found.value


def broken(count=1, of=None, told="not fine"):
    return Found(count, told, of)


# --- storing


def test_a_real_assessment_measures_this_site_and_invents_nothing_about_sepa():
    document = assess()
    assert document.name == "COMPLIANCE-2026-11-23"
    assert 0 < float(document.score) < 100
    assert document.areas_with_error == 0, [row.told for row in document.areas]
    assert "2 not applicable" in document.measured
    assert (area(document, "sepa").verdict, area(document, "sepa").score) == ("Not applicable", "")
    assert "DocType SEPA Mandate" in area(document, "sepa").told
    assert area(document, "backups").verdict == "CRITICAL"


def test_a_day_has_one_assessment_that_is_made_anew_until_midnight(answers):
    first = assess()
    answers[HIGH] = broken()
    later = assess(MONDAY + timedelta(hours=15, minutes=59))
    assert (later.name, first.name) == ("COMPLIANCE-2026-11-23",) * 2
    assert (first.score, len(later.areas)) == ("100.00", 8)
    assert float(later.score) < 100
    assert later.first_at == first.first_at < later.assessed_at
    assert assess(MONDAY + timedelta(hours=16)).name == "COMPLIANCE-2026-11-24"
    assert frappe.db.count(ASSESSMENT) == 2
    assert frappe.db.count("Compliance Area") == 16


def test_evidence_is_stored_with_each_control_and_texts_are_redacted(answers):
    answers[HIGH] = Found(1, "jan@example.com has it", 4, {"account": "NL91ABNA0417164300"})
    row = area(assess(), "backups")
    control = next(each for each in json.loads(row.controls) if each["key"] == HIGH)
    assert (control["state"], control["count"], control["of"], control["met"]) == ("Broken", 1, 4, 0.75)
    assert (control["told"], control["evidence"]) == ("<e-mail> has it", {"account": "<iban>"})
    assert row.told == "<e-mail> has it"
    assert gap().evidence == '{\n "account": "<iban>"\n}'


def crash(_now):
    raise TypeError("of NL91ABNA0417164300")


def query_that_fails(_now):
    frappe.db.sql("select nothing from nowhere")


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (crash, "TypeError: of <iban>"),
        (query_that_fails, "nowhere"),
        (lambda _now: 95, "the source answered int"),
        (lambda _now: None, "the source answered NoneType"),
    ],
)
def test_a_control_that_fails_is_unknown_alone_neither_0_nor_100(answers, failure, told):
    answers[HIGH] = failure
    answers["backups.age"] = broken(told="too old")
    document = assess()
    row = area(document, "backups")
    failed = next(each for each in json.loads(row.controls) if each["key"] == HIGH)
    assert (failed["state"], failed["met"], failed["failed"]) == ("Unknown", None, True)
    assert told in failed["told"]
    assert row.measured == "3 of 4"
    assert row.score == f"{100 * 8 / 16:.2f}"
    assert document.areas_with_error == 1
    assert area(document, "access").score == "100.00"


def test_an_area_of_which_every_control_crashes_is_unknown_and_outside_the_mean(answers):
    answers |= {f"backups.{name}": crash for name in ("age", "encrypted", "off_site", "restore_proven")}
    document = assess()
    row = area(document, "backups")
    assert (row.verdict, row.score, row.measured) == ("UNKNOWN", "", "0 of 4")
    assert document.score == "100.00"
    assert document.measured == "measured 7 of 8 areas (34 of 38 controls)"
    assert value("errors") == 1
    assert "backups.age: TypeError: of <iban>" in read("errors").detail


def test_an_area_that_hangs_is_unknown_and_the_others_are_stored(answers, monkeypatch):
    monkeypatch.setattr(compliance, "SECONDS", 1)
    released = threading.Event()
    answers["backups.encrypted"] = lambda _now: released.wait(20)
    begun = time.monotonic()
    row = area(assess(), "backups")
    released.set()
    assert time.monotonic() - begun < 5
    assert row.measured == "1 of 4"
    told = {each["key"]: each["told"] for each in json.loads(row.controls)}
    assert told[HIGH] == "no answer within 1 s"
    assert told["backups.off_site"] == "no answer within 1 s: backups.encrypted took too long"


def test_a_query_without_an_end_is_ended_in_the_database(answers, monkeypatch):
    monkeypatch.setattr("verenigingen_maintenance.operations.measure.STATEMENT", 1)
    answers[HIGH] = lambda _now: frappe.db.sql("select sleep(30)")
    row = area(assess(), "backups")
    assert row.measured == "3 of 4"


def test_where_nothing_at_all_was_measured_there_is_no_score(answers, monkeypatch):
    monkeypatch.setattr(controls, "find", lambda key: crash)
    document = assess()
    assert (document.score, document.verdict) == ("", "UNKNOWN")
    found = read("score")
    assert isinstance(found, Unknown)
    assert found.reason == "nothing was measured (measured 0 of 8 areas (0 of 38 controls))"


def test_two_at_once_make_one_assessment(answers):
    waiting, go = threading.Event(), threading.Event()

    def hold():
        frappe.init(frappe_site, sites_path=".")
        frappe.connect()
        with lock("compliance") as held:
            assert held
            waiting.set()
            go.wait(10)
        frappe.destroy()

    frappe_site = frappe.local.site
    other = threading.Thread(target=hold)
    other.start()
    assert waiting.wait(10)
    try:
        assert compliance.assess(MONDAY) is None
        assert frappe.db.count(ASSESSMENT) == 0
    finally:
        go.set()
        other.join()
    assert compliance.assess(MONDAY)


def test_one_that_ends_half_way_leaves_nothing_and_the_next_one_is_whole(answers, monkeypatch):
    answers[HIGH] = broken()
    with monkeypatch.context() as half_way:
        half_way.setattr(compliance, "_store", lambda *_: crash(None))
        with pytest.raises(TypeError):
            compliance.assess(MONDAY)
    frappe.db.rollback()
    assert (frappe.db.count(GAP), frappe.db.count(TODO), frappe.db.count(ASSESSMENT)) == (0, 0, 0)
    assess()
    assert (gap().state, len(todos())) == ("Open", 1)


def test_the_hourly_job_assesses(answers):
    scheduled.assess_maintenance_compliance()
    assert frappe.db.count(ASSESSMENT) == 1


# --- gaps and ToDos


def test_a_broken_control_opens_a_gap_with_its_remediation_and_one_todo_for_a_manager(answers):
    answers[HIGH] = broken(2, 5, "2 of 5 are in clear")
    assess()
    found = gap()
    assert (found.state, found.severity, found.area) == ("Open", "High", "Backups")
    assert (found.found, found.out_of, found.told) == (2, "5", "2 of 5 are in clear")
    assert found.remediation.startswith("Switch Encrypt Backups on in System Settings")
    assert [event.event for event in found.events] == ["Opened"]
    (todo,) = todos()
    assert (todo.name, todo.status, todo.priority) == (found.todo, "Open", "High")
    assert todo.allocated_to == "manager@example.com"
    assert todo.description.startswith("Not met: Backups are encrypted. Switch Encrypt Backups on")


def test_measuring_it_again_changes_its_figures_and_makes_no_second_todo(answers):
    answers[HIGH] = broken(2, 5)
    assess()
    answers[HIGH] = broken(1, 5)
    assess(MONDAY + timedelta(hours=1))
    found = gap()
    assert (found.found, found.last_measured.hour, found.opened_at.hour) == (1, 9, 8)
    assert len(found.events) == 1
    assert len(todos()) == 1


def test_it_is_closed_by_being_measured_as_met_and_its_todo_with_it(answers):
    answers[HIGH] = broken()
    assess()
    answers[HIGH] = Found(0, "the newest backup is encrypted")
    assess(MONDAY + timedelta(hours=1))
    found = gap()
    assert (found.state, found.closed_at.hour) == ("Closed", 9)
    assert (found.events[-1].event, found.events[-1].note) == ("Closed", "the newest backup is encrypted")
    assert [todo.status for todo in todos()] == ["Closed"]


@pytest.mark.parametrize("unknown", [crash, Unmeasured("Monitor is off")])
def test_a_gap_that_becomes_unknown_stays_open_and_says_why_it_is_not_measured(answers, unknown):
    answers[HIGH] = broken()
    assess()
    answers[HIGH] = unknown
    for hour in (1, 2):
        assess(MONDAY + timedelta(hours=hour))
    found = gap()
    assert (found.state, found.last_measured.hour) == ("Open", 8)
    assert found.not_measured in ("TypeError: of <iban>", "Monitor is off")
    assert [event.event for event in found.events] == ["Opened", "Not Measured"]
    assert [todo.status for todo in todos()] == ["Open"]
    answers[HIGH] = broken()
    assess(MONDAY + timedelta(hours=3))
    assert gap().not_measured == ""
    assert [event.event for event in gap().events] == ["Opened", "Not Measured", "Measured Again"]


def test_a_gap_that_comes_back_is_the_same_with_its_history_and_its_todo(answers):
    for hour, answer in enumerate((broken(), Found(0, "fine"), broken())):
        answers[HIGH] = answer
        assess(MONDAY + timedelta(hours=hour))
    found = gap()
    assert [event.event for event in found.events] == ["Opened", "Closed", "Reopened"]
    assert (found.state, found.closed_at) == ("Open", None)
    assert (found.first_found.hour, found.opened_at.hour) == (8, 10)
    assert [(todo.name, todo.status) for todo in todos()] == [(found.todo, "Open")]


@pytest.mark.parametrize("status", ["Closed", "Cancelled"])
def test_a_todo_that_somebody_closed_while_the_gap_is_there_is_opened_again(answers, status):
    answers[HIGH] = broken()
    assess()
    todo = frappe.get_doc(TODO, gap().todo)
    todo.update({"status": status}).save()
    frappe.db.commit()
    assess(MONDAY + timedelta(hours=1))
    assert [todo.status for todo in todos()] == ["Open"]
    assert gap().events[-1].event == "ToDo Opened Again"


def test_an_uninstallation_leaves_no_todo_about_a_gap(answers):
    answers[HIGH] = broken()
    assess()
    compliance_gaps.forget_todos()
    assert todos() == []


def test_a_todo_that_is_gone_is_made_anew(answers):
    answers[HIGH] = broken()
    assess()
    frappe.db.delete(TODO)
    frappe.db.commit()
    assess(MONDAY + timedelta(hours=1))
    assert [(todo.name, todo.status) for todo in todos()] == [(gap().todo, "Open")]


def test_a_gap_of_what_this_site_has_no_more_is_closed(answers):
    answers[LAW] = broken()
    assess()
    answers[LAW] = NotHere("this site has no DocType Direct Debit Batch")
    assess(MONDAY + timedelta(hours=1))
    assert (gap(LAW).state, gap(LAW).events[-1].note) == (
        "Closed",
        "this site has no DocType Direct Debit Batch",
    )


def test_without_a_manager_the_todo_is_nobodys(answers):
    frappe.db.set_value("User", "manager@example.com", "enabled", 0)
    frappe.db.commit()
    try:
        answers[HIGH] = broken()
        assess()
        assert [todo.allocated_to for todo in todos()] == [None]
    finally:
        frappe.db.set_value("User", "manager@example.com", "enabled", 1)
        frappe.db.commit()


# --- what the checks read


def test_without_an_assessment_and_with_an_old_one_nothing_is_known(answers):
    assert read("score").reason == "nothing was assessed yet; a job does it each hour"
    assess()
    assert value("score", MONDAY + timedelta(hours=6)) == 100
    late = MONDAY + timedelta(hours=6, seconds=1)
    for source in ("score", "errors", "open_gaps", "violations", "points_lost", "new_critical_gaps"):
        assert read(source, late).reason == "not assessed since 2026-11-23 08:00", source


def test_an_assessment_that_is_to_come_tells_nothing_of_now(answers):
    """As after the clock, or the time zone, was set back."""
    assess()
    before = MONDAY - timedelta(hours=2)
    assert read("score", before).reason == "assessed 2026-11-23 08:00, which is to come"
    assert value("score", MONDAY - timedelta(minutes=4)) == 100


def test_the_score_says_how_much_was_measured_and_which_areas_are_low(answers):
    answers[HIGH] = broken()
    answers[MEDIUM] = Unmeasured("off")
    assess()
    found = read("score")
    assert found.value == pytest.approx(100 - 100 * 4 / 20 / 8, abs=0.01)
    assert found.detail == "measured 8 of 8 areas (37 of 38 controls); Backups 80.00 %"
    assert found.evidence["Privacy"] == "100.00 %"


def test_gaps_and_violations_are_counted_with_their_severity(answers):
    answers |= {HIGH: broken(), LAW: broken(3, 9), CRITICAL: broken()}
    assess()
    assert (value("open_gaps"), value("violations")) == (3, 1)
    assert read("violations").evidence[LAW] == "High, 3: not fine"
    assert read("open_gaps").detail.startswith("Administrators log in with a second factor (Critical), ")


def test_where_a_control_is_not_known_no_gap_is_not_none(answers):
    answers[MEDIUM] = Unmeasured("off")
    assess()
    assert read("open_gaps").at_least == "not measured: Personal data is rarely exported"
    assert read("violations").at_least == ""
    answers[MEDIUM] = Found(0, "fine")
    assess()
    assert read("open_gaps").at_least == ""


def test_the_completeness_of_audit_is_that_of_all_documents_and_the_evidence_has_each_process(answers):
    answers |= {f"processes.{name}": Unmeasured("none") for name in ("bank_submission", "payment_processing")}
    answers |= {"processes.mandate_creation": broken(4, 40), "processes.batch_generation": broken(1, 10)}
    assess()
    found = read("audit_completeness")
    assert found.value == 90
    assert found.evidence["Mandate Creation is in the audit log"] == "36 of 40"
    assert found.evidence["Batch Generation is in the audit log"] == "9 of 10"


def test_where_a_process_could_not_be_read_completeness_is_not_that_of_the_others(answers):
    answers["processes.bank_submission"] = crash
    assess()
    assert "not known: Bank Submission" in read("audit_completeness").reason
    assert value("sepa_rate") == 100


def test_where_sepa_is_not_here_its_rate_is_unknown_and_says_so(answers):
    sepa = ("mandates_in_audit_log", "mandates_complete", "mandates_not_lapsed", "mandates_not_expired")
    for name in (*sepa, "entries_not_failed", "entries_reviewed", "notice_given"):
        answers[f"sepa.{name}"] = NotHere("this site has no DocType SEPA Mandate")
    assess()
    assert read("sepa_rate").reason == "this site has no DocType SEPA Mandate"
    assert value("score") == 100


# --- week over week


def after(weeks=1, **more):
    return MONDAY + timedelta(weeks=weeks, **more)


def test_until_there_is_an_assessment_of_a_week_ago_points_are_learning(answers):
    assess()
    assess(after(days=-1))
    found = read("points_lost", after(days=-1))
    assert (found.learning, found.reason) == (True, "compared from 2026-11-30 on")


def test_points_lost_are_told_with_what_they_are_compared_with(answers):
    assess()
    answers |= {f"backups.{name}": broken() for name in ("encrypted", "off_site")}
    assess(after())
    found = read("points_lost", after())
    assert found.value == 5.0
    assert found.evidence["compared with"] == "COMPLIANCE-2026-11-23"
    assert found.detail == (
        "100.0 in COMPLIANCE-2026-11-23, 95.0 now, by 38 controls measured in both: backups 100.0 to 60.0"
    )
    answers["privacy.exports"] = broken()
    assess(after(hours=1))
    assert value("points_lost", after(hours=1)) > 5


def test_a_control_that_was_not_measured_a_week_ago_loses_no_points(answers):
    answers[CRITICAL] = crash
    assess()
    answers[CRITICAL] = broken()
    assess(after())
    assert value("points_lost", after()) == 0
    assert read("points_lost", after()).evidence["controls measured in both"] == 37


def test_the_first_assessment_has_no_new_critical_gap_and_says_that_it_is_the_first(answers):
    answers[CRITICAL] = broken()
    assess()
    found = read("new_critical_gaps")
    assert (found.learning, found.reason) == (True, "there is no assessment before this one")
    assess(MONDAY + timedelta(hours=1))
    assert value("new_critical_gaps", MONDAY + timedelta(hours=1)) == 0


def test_a_critical_gap_is_new_for_a_week_and_no_longer(answers):
    assess()
    answers |= {CRITICAL: broken(), HIGH: broken()}
    later = MONDAY + timedelta(hours=1)
    assess(later)
    found = read("new_critical_gaps", later)
    assert (found.value, found.detail) == (1, "Administrators log in with a second factor (Critical)")
    assess(after())
    assert value("new_critical_gaps", after()) == 1
    assess(after(hours=2))
    assert value("new_critical_gaps", after(hours=2)) == 0


def test_a_critical_gap_that_comes_back_is_new_again(answers):
    answers[CRITICAL] = broken()
    assess()
    for days, answer in ((10, Found(0, "fine")), (11, broken())):
        answers[CRITICAL] = answer
        assess(MONDAY + timedelta(days=days))
    assert value("new_critical_gaps", MONDAY + timedelta(days=11)) == 1


# --- doors, report, rows


def test_the_door_answers_the_documented_keys_and_none_with_a_reason_where_nothing_is_known(answers):
    nothing = describe(MONDAY)
    assert {nothing[key] for key in ("overall_score", "critical_gaps", "regulatory_violations")} == {None}
    assert nothing["data_retention_status"] is nothing["last_assessment"] is nothing["age_minutes"] is None
    assert nothing["reasons"]["overall_score"] == "nothing was assessed yet; a job does it each hour"
    answers |= {CRITICAL: broken(), LAW: broken(3, 9), "retention.policies": broken()}
    assess()
    found = describe(MONDAY + timedelta(minutes=90))
    assert (found["critical_gaps"], found["regulatory_violations"]) == (1, 1)
    assert found["data_retention_status"] == "WARNING"
    assert found["last_assessment"] == "2026-11-23T08:00:00+01:00"
    assert found["age_minutes"] == 90
    assert found["sepa_compliance_rate"] == pytest.approx(100 - 100 * 4 / 30 / 3, abs=0.01)
    assert [each["name"] for each in found["violations"]] == [LAW]
    assert (found["violations"][0]["found"], found["violations"][0]["severity"]) == (3, "High")
    assert len(found["areas"]) == 8
    assert found["audit_completeness"] == 100
    assert found["reasons"] == {"points_lost": "compared from 2026-11-30 on"}
    json.dumps(found)


def test_an_old_assessment_tells_when_it_was_and_nothing_of_the_present(answers):
    assess()
    found = describe(after())
    assert found["overall_score"] is found["critical_gaps"] is None
    assert found["age_minutes"] == 7 * 24 * 60
    assert found["reasons"]["critical_gaps"] == "not assessed since 2026-11-23 08:00"


def test_from_the_shell_the_door_assesses_at_once(answers):
    frappe.set_user("operator@example.com")
    assert api.assess_compliance()["assessment"].startswith("COMPLIANCE-")
    assert set(PEOPLE) >= {"auditor@example.com"}
    frappe.set_user("auditor@example.com")
    assert api.get_compliance_metrics()["overall_score"] == 100


def test_the_report_shows_areas_with_their_change_gaps_and_a_chart(answers):
    today = datetime.now(AMSTERDAM)
    assess(today - timedelta(days=8))
    answers[HIGH] = broken(told="<b>in clear</b>")
    assess(today)
    shown = run_report("Compliance", filters={"show": "Areas"})
    rows = {row["title"]: row for row in shown["result"]}
    assert (rows["Backups"]["score"], rows["Backups"]["change"]) == (80, -20)
    assert rows["Privacy"]["change"] == 0
    assert "97.50 %, measured 8 of 8 areas (38 of 38 controls)" in shown["message"]
    assert "<polyline" in shown["message"] or "<circle" in shown["message"]
    (row,) = run_report("Compliance", filters={"show": "Open Gaps", "area": "Backups"})["result"]
    assert (row["name"], row["told"]) == (HIGH, "<b>in clear</b>")
    assert run_report("Compliance", filters={"show": "Open Gaps", "area": "Privacy"})["result"] == []


@pytest.mark.parametrize("user", ["auditor@example.com", "manager@example.com", "Administrator"])
def test_nobody_closes_a_gap_or_changes_an_assessment_by_hand(answers, user):
    answers[HIGH] = broken()
    name = assess().name
    frappe.set_user(user)
    for doctype, document, change in ((GAP, HIGH, {"state": "Closed"}), (ASSESSMENT, name, {"score": "100"})):
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            frappe.get_doc(doctype, document).update(change).save()
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            frappe.delete_doc(doctype, document)
    with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
        frappe.get_doc("Compliance Area", {"parent": name}).update({"score": "100"}).save()
    frappe.set_user("Administrator")
    assert gap().state == "Open"


def test_a_gap_keeps_a_hundred_events_at_most(answers):
    answers[HIGH] = broken()
    assess()
    document = gap()
    for _ in range(110):
        document.append("events", {"event": "Reopened", "note": "x"})
    del document.events[100:]
    records.write(document)
    answers[HIGH] = Found(0, "fine")
    assess(MONDAY + timedelta(hours=1))
    assert len(gap().events) == 100
    assert gap().events[-1].event == "Closed"
