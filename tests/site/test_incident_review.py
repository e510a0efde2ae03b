"""After an incident: drafted from records, written by people, closed by a manager, never changed again."""

import io
import json
from datetime import timedelta

import frappe
import pytest
from alerts_on_site import escalation
from conftest import keep_sample, stored
from frappe.utils import add_days, today
from pypdf import PdfReader

from verenigingen_maintenance import api
from verenigingen_maintenance.core.findings import Review
from verenigingen_maintenance.core.report_periods import period_with
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import (
    findings_incidents,
    incident_draft,
    incidents,
    records,
    report_facts_incidents,
    review_causes,
    run_now,
    training_topics,
)
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import incidents as stored_incidents

INCIDENT, CHANGE, FAILURE = "Maintenance Incident", "Maintenance Change", "Critical System Failure"
MANAGER, OPERATOR, AUDITOR = "manager@example.com", "operator@example.com", "auditor@example.com"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SOON = "2999-01-01"

pytestmark = pytest.mark.usefixtures("over_http")


def an_incident(ago=60 * MINUTE, resolved=True, **values):
    """Began so long ago, opened 6 minutes later, mitigated after 30, resolved after 50."""
    began = clock.now() - ago
    head = {
        "procedure": FAILURE,
        "title": "Dashboard down",
        "trigger": "Dashboard Down",
        "severity": "Critical",
    }
    incident = incidents.make({**head, "began_at": began, **values}, "It did not answer", began + 6 * MINUTE)
    incident.commander_since = clock.stored(began + 10 * MINUTE)
    incidents.add_event(incident, "Commander", "Took command", began + 10 * MINUTE, by=OPERATOR)
    if resolved:
        for event, field, minutes in (("Mitigated", "mitigated_at", 30), ("Resolved", "resolved_at", 50)):
            incidents.move(incident, event, event)
            incident.set(field, clock.stored(began + minutes * MINUTE))
            incident.events[-1].happened_at = incident.get(field)
    incidents.write(incident)
    return incident.name


@pytest.fixture
def incident():
    return an_incident()


def told(name):
    return api.get_incident_review(name)


def test_an_incident_is_written_measured_and_reviewed_and_never_changes_again(incident):
    frappe.set_user(OPERATOR)
    api.write_incident_review(incident, root_cause="Redis had no memory", went_well="The alert")
    assert "Impact: nobody wrote it down." in told(incident)["summary"]
    api.write_incident_review(incident, impact="Nobody could pay for an hour")
    assert "Impact: Nobody could pay for an hour." in told(incident)["summary"]
    api.write_incident_review(incident, lessons="Watch Redis", went_well="")
    written = told(incident)["written"]
    assert (written["root_cause"], written["went_well"], written["lessons"]) == (
        "Redis had no memory",
        "",
        "Watch Redis",
    )
    todo = api.add_measure(incident, "Limit the memory of Redis", "Prevention", OPERATOR, SOON)["todo"]
    assigned = frappe.get_doc("ToDo", todo)
    assert (assigned.allocated_to, assigned.reference_name, str(assigned.date)) == (OPERATOR, incident, SOON)
    with pytest.raises(frappe.PermissionError, match="This needs the role Maintenance Manager"):
        api.review_incident(incident, "Went through it")

    frappe.set_user(MANAGER)
    review_causes.of_incident(frappe.get_doc(INCIDENT, incident))
    with pytest.raises(frappe.ValidationError, match=f"A look at the procedure {FAILURE} since then"):
        api.review_incident(incident)
    api.review_incident(incident, "Step 2 was missing: look at Redis", "To Be Changed")
    looked_at = frappe.get_doc("Maintenance Procedure", FAILURE).reviews[-1]
    assert (looked_at.note, looked_at.outcome) == (
        f"{incident}: Step 2 was missing: look at Redis",
        "To Be Changed",
    )
    assert f"{incident} “Dashboard down” was an emergency" in looked_at.because

    kept = told(incident)
    assert (kept["is_draft"], kept["status"], kept["reviewed_by"]) == (False, "Reviewed", "Test")
    assert [each["seconds"] / 60 for each in kept["times"]] == [6, 4, 30, 50]
    assigned.db_set({"status": "Closed"})
    after = told(incident)
    assert (after["measures_now"][0]["state"], after["measures"][0]["state"]) == ("Closed", "Open")
    for act in (
        lambda: api.write_incident_review(incident, lessons="Something else"),
        lambda: api.add_measure(incident, "One more", "Prevention", OPERATOR, SOON),
        lambda: api.review_incident(incident, "Once more"),
    ):
        with pytest.raises(frappe.ValidationError, match=incident):
            act()
    frappe.set_user("Administrator")
    with pytest.raises(frappe.ValidationError, match="is a record"):
        frappe.get_doc(INCIDENT, incident).update({"root_cause": "x"}).save()


def test_one_in_which_something_is_still_being_done_is_not_reviewed(incident):
    api.write_incident_review(incident, root_cause="Redis had no memory", lessons="None needed")
    document = incidents.get(incident)
    incidents.begin_action(document, "Restart", "Redis Cache", "Restarted by hand")
    incidents.begin_action(document, "Clear Cache", "", "it is slow", asked_at=stored(hours=1))
    incidents.write(document)
    with pytest.raises(frappe.ValidationError, match=r"Not ended yet: Restart Redis Cache\. Wait"):
        api.review_incident(incident, "The steps fit.", "Unchanged")
    document = incidents.get(incident)
    incidents.end_action(document, document.actions[0], "By Hand", "It came back")
    incidents.write(document)
    api.review_incident(incident, "The steps fit.", "Unchanged")
    killed = frappe.get_doc(INCIDENT, incident).actions[1]
    assert (killed.action, killed.outcome) == ("Clear Cache", "Failed")


def test_while_it_lasts_only_notes_on_its_root_cause_are_kept():
    name = an_incident(resolved=False)
    frappe.set_user(OPERATOR)
    api.write_incident_review(name, root_cause="Redis?")
    with pytest.raises(
        frappe.ValidationError, match="is Open: until it is resolved, only notes on its root cause"
    ):
        api.write_incident_review(name, root_cause="Redis!", lessons="x")
    assert told(name)["written"]["root_cause"] == "Redis?"
    frappe.set_user(MANAGER)
    with pytest.raises(frappe.ValidationError, match="is Open: it is reviewed once it is resolved"):
        api.review_incident(name, "x")


def test_a_measure_is_refused_that_nobody_could_do(incident):
    frappe.db.set_value("User", AUDITOR, "enabled", 0)
    frappe.db.set_value("User", "nobody@example.com", "user_type", "System User")
    for values, why in (
        (("", "Prevention", OPERATOR, SOON), "Say what is to be done"),
        (("x", "Punishment", OPERATOR, SOON), "The kind is one of: Prevention"),
        (("x", "Prevention", AUDITOR, SOON), "the user is disabled"),
        (("x", "Prevention", "nobody@example.com", SOON), "may not read incidents"),
        (("x", "Prevention", OPERATOR, add_days(today(), -1)), "is past"),
    ):
        with pytest.raises(frappe.ValidationError, match=why):
            api.add_measure(incident, *values)
    assert not frappe.db.exists("ToDo", {"reference_type": INCIDENT})


def a_change_half_an_hour_before():
    change = frappe.new_doc(CHANGE, title="Index on Member", kind="By Hand", status="Kept", area="Database")
    change.applied_at = stored(minutes=90)
    change.applied_by = MANAGER
    records.insert(change)
    return change.name


def figures_of_that_hour(incident, metric, usually, now):
    """Ten days of a metric at the hour of the beginning, and the day of the incident."""
    began = frappe.db.get_value(INCIDENT, incident, "began_at")
    hour = began.replace(minute=0, second=0, microsecond=0)
    for days in range(11):
        value = usually if days else now
        row = frappe.new_doc("Metric Hour", metric=metric, begins=hour - days * DAY, samples=12)
        records.insert(row.update(dict.fromkeys(("minimum", "median", "p95", "maximum"), value)))


def what_was_not_in_order():
    """A threshold was changed and a patch run in the hours before; a run was missed the day before."""
    check = frappe.get_doc("Maintenance Check", "disk_used")
    check.update({"warning": "> 75"}).save()
    filters = {"ref_doctype": check.doctype, "docname": check.name}
    frappe.db.set_value("Version", filters, "creation", stored(hours=3))
    frappe.get_doc({"doctype": "Patch Log", "patch": "a.patch"}).insert().db_set("creation", stored(hours=4))
    missed = {
        "doctype": "Checklist Run",
        "name": "DAILY-1999-01-01",
        "status": "Missed",
        "procedure": "Daily Maintenance",
    }
    frappe.get_doc({**missed, "lapses_at": stored(days=1)}).db_insert()


def test_the_draft_names_what_was_recorded_around_the_beginning_and_blames_nobody(incident):
    change = a_change_half_an_hour_before()
    alert = escalation(
        ago=56 * MINUTE, acknowledged=4, checks=["dashboard_accessible"], ups=1, incident=incident
    )
    keep_sample("host.disk_used", 93.0, minutes=59)
    figures_of_that_hour(incident, "mariadb.response_time", usually=10, now=90)
    what_was_not_in_order()
    pattern = {"title": "Redis refused", "severity": "High", "state": "New", "first_at": stored(minutes=58)}
    frappe.get_doc({"doctype": "Error Pattern", "name": "EP-review", **pattern}).db_insert()
    run = run_now.find_or_open_procedure(FAILURE, clock.now())
    document = frappe.get_doc(INCIDENT, incident)
    document.checklist_run = run
    began = clock.now() - 60 * MINUTE
    by_group = {}
    for item in frappe.get_doc("Checklist Run", run).items:
        by_group.setdefault(item.task_group, []).append(item)
        minutes = 14 if item.task_group.startswith("Immediate") else 95
        moment = clock.stored(began + minutes * MINUTE)
        frappe.db.set_value(
            item.doctype, item.name, {"done_at": moment, "observed_at": moment, "verdict": "OK"}
        )
    for minutes, used in ((7, 93), (40, 40)):
        state = {"parts": {"disk": {"title": "Disk", "figures": {"used": used}}}}
        at = clock.stored(began + minutes * MINUTE)
        document.append("captures", {"captured_at": at, "why": "x", "state": json.dumps(state)})
    row = incidents.begin_action(document, "Clear Cache", "", "Old pages")
    before, after = (json.dumps({"why": "x" * 2000, "keys": keys}) for keys in (9, 0))
    incidents.end_action(document, row, "Done", "Cleared", before=before, after=after)
    incidents.write(document)

    found = told(incident)
    texts = "\n".join(each["text"] for each in found["factors"])
    for part in (
        f"before the beginning: {change} Index on Member was applied",
        "“Redis refused”",
        "was at 93 %; 75 is a warning",
        "was 90 ms, usually 10 ms at that hour",
        "before the beginning: Maintenance Check disk_used: WARNING",
        "before the beginning: patches of apps that were run: 1",
        "A run of the days before was missed: DAILY-1999-01-01",
        "nobody answered in the time of its level, 1 time",
        "Follow-up Actions (5-30 minutes):",
    ):
        assert part in texts
    assert [each["held"] for each in found["minutes"]] == [True, False]
    assert found["minutes"][0]["rows"] == len(by_group["Immediate Actions (0-5 minutes)"])
    assert found["times"][0]["seconds"] == pytest.approx(240, abs=2), (
        "its escalation saw it before people did"
    )
    assert found["captured"]["differences"] == [
        {"part": "Disk", "what": "used", "before": "93", "after": "40"}
    ]
    assert found["actions"][0]["changed"] == "keys: 9 → 0", "of the whole of what was read, however long"
    assert found["escalations"][0]["name"] == alert
    assert any("saw it first" in each for each in found["questions"])
    people = {
        key: value
        for key, value in found.items()
        if key not in ("timeline", "measures", "measures_now", "html")
    }
    assert "@example.com" not in json.dumps(people)
    assert OPERATOR in [each["by"] for each in found["timeline"]]


def test_the_document_is_a_pdf_which_says_that_it_is_a_draft(incident):
    frappe.set_user(AUDITOR)
    api.incident_review_pdf(incident)
    response = frappe.local.response
    assert (response.type, response.filename) == ("pdf", f"{incident}-review-draft.pdf")
    pages = PdfReader(io.BytesIO(response.filecontent)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "DRAFT" in text
    assert "Time to acknowledge" in text
    assert "What was the root cause?" in text


def test_the_reviews_reports_and_training_tell_what_of_incidents_is_not_done():
    now = clock.now()
    waits, lasts = an_incident(6 * DAY), an_incident(2 * DAY, resolved=False)
    an_incident(6 * DAY, resolved=False, is_drill=1)
    todo = incident_review_measure(waits)
    assert stored_incidents.not_reviewed(now).value == 1
    review = Review("X", "Weekly", 7, now)
    found = {each.key: each for each in findings_incidents.found(review, now).findings}
    assert set(found) == {f"not reviewed {waits}", f"lasts {lasts}", f"measure {todo}"}
    assert found[f"lasts {lasts}"].severity.value == "CRITICAL"
    periods = [period_with(Cadence.WEEKLY, clock.stored(now - ago).date()) for ago in (6 * DAY, 2 * DAY)]
    facts = [report_facts_incidents.facts(each, now) for each in periods]
    times = {each["name"]: each["times"] for told in facts for each in told["incidents"]}
    assert times[waits]["resolve"]["seconds"] == 3000
    assert times[lasts]["resolve"] == {"seconds": None, "why": "it was not resolved yet", "held": None}
    assert facts[0]["late_measures"][0]["todo"] == todo
    assert facts[0]["middle"]["detect"] == 360
    topics = training_topics.since_the_last(now)
    assert f"- {waits} Dashboard down (Resolved)" in topics
    api.add_measure(waits, "Later", "Follow-up", OPERATOR, SOON)
    frappe.db.set_value("ToDo", todo, "status", "Closed")
    assert f"measure {todo}" not in {each.key for each in findings_incidents.found(review, now).findings}


def incident_review_measure(name):
    """One whose day is over."""
    todo = api.add_measure(name, "Watch Redis", "Monitoring", OPERATOR, SOON)["todo"]
    frappe.db.set_value("ToDo", todo, "date", add_days(today(), -1))
    return todo


def test_a_drill_is_compared_with_the_drills_before_it_and_needs_lessons():
    earlier, name = an_incident(3 * DAY, is_drill=1), an_incident(is_drill=1)
    an_incident(2 * DAY)
    found = told(name)
    assert found["compared"]["with"] == [earlier]
    rows = {each["key"]: each for each in found["compared"]["rows"]}
    assert (rows["resolve"]["before"], rows["resolve"]["change"]) == (3000, 0)
    with pytest.raises(frappe.ValidationError, match="Lessons: what the drill showed"):
        api.review_incident(name, "Went through it")
    api.write_incident_review(name, lessons="All know the steps")
    api.review_procedure(FAILURE, "Before the drill")
    (before,) = frappe.get_all("Procedure Review", {"note": "Before the drill"}, pluck="name")
    frappe.db.set_value("Procedure Review", before, "at", stored(minutes=40))
    with pytest.raises(frappe.ValidationError, match="A look at the procedure"):
        api.review_incident(name)
    api.review_procedure(FAILURE, "After the drill")
    api.review_incident(name)
    assert frappe.db.get_value(INCIDENT, name, "status") == "Reviewed"
    assert incident_draft.measures(frappe.get_doc(INCIDENT, name), clock.now()) == []
