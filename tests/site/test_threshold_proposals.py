"""Proposals for thresholds: one for each check, accepted or dismissed by a person, never by themselves."""

import json
from datetime import timedelta

import frappe
import pytest
from alerts_on_site import escalation, history
from conftest import fresh

from verenigingen_maintenance import api, scheduled
from verenigingen_maintenance.operations import records, threshold_proposals
from verenigingen_maintenance.sources import alert_rows, alerts, clock

PROPOSAL, CHECK = "Threshold Proposal", "Maintenance Check"
API = "api_response_now"
NOISE, REAL = [250, *range(201, 239)], [245, 380]
SENTENCE = "at 240 ms instead of 200, 3 of 41 alerts remain, none of the 2 real ones is lost"
WHY = "The provider is slow at night"


@pytest.fixture
def check():
    """The response of the API is CRITICAL above 200 ms, and has no WARNING."""
    frappe.get_doc(CHECK, API).update({"warning": "", "critical": "> 200"}).save()
    frappe.db.commit()
    return API


@pytest.fixture
def proposal(check):
    """That of 41 alerts of which 2 were real."""
    history(check, NOISE, REAL)
    (name,) = propose()
    return name


def propose():
    return threshold_proposals.propose(clock.now())


def status(name):
    return fresh(PROPOSAL, name).status


def test_forty_one_alerts_of_which_two_were_real_speak_for_240_instead_of_200(proposal):
    found = fresh(PROPOSAL, proposal)
    assert found.finding == SENTENCE
    assert (found.check_name, found.current, found.proposed) == (API, "> 200", "> 240")
    assert (found.alerts, found.remaining, found.real, found.real_kept) == (41, 3, 2, 2)
    assert found.threshold_version == fresh(CHECK, API).version
    named = json.loads(found.evidence)["alerts"]
    assert sorted(each["worst"] for each in named if each["kind"] == "Real") == REAL
    assert fresh(CHECK, API).critical == "> 200", "a proposal changes nothing"


def test_proposing_again_keeps_the_one_that_is_open_as_it_is(proposal):
    before = fresh(PROPOSAL, proposal).as_json()
    scheduled.propose_maintenance_thresholds()
    assert propose() == [proposal]
    assert fresh(PROPOSAL, proposal).as_json() == before


def test_a_new_alert_renews_the_one_that_is_open(proposal):
    history(API, [], [233])
    assert propose() == [proposal]
    found = fresh(PROPOSAL, proposal)
    assert (found.proposed, found.alerts, found.real) == ("> 230", 42, 3)


def test_an_alert_that_is_not_decided_drills_old_ones_and_other_units_say_nothing(check):
    history(check, NOISE[:8], REAL[:1])
    for values in (
        {"status": "Open"},
        {"is_drill": 1},
        {"ago": timedelta(days=91)},
        {"status": "Pending"},
    ):
        escalation(checks=[(check, 210)], **values)
    other_unit = escalation(checks=[(check, 210)])
    frappe.db.set_value("Maintenance Escalation Check", {"parent": other_unit}, "unit", "s")
    frappe.db.commit()
    assert propose() == []
    history(check, NOISE[8:9], [])
    (name,) = propose()
    assert fresh(PROPOSAL, name).alerts == 10


def test_where_no_alert_was_real_there_is_a_finding_without_a_value_that_is_only_dismissed(check):
    history(check, NOISE, [])
    (name,) = propose()
    found = fresh(PROPOSAL, name)
    assert found.finding.startswith("39 alerts, none of them real: False Positive 39.")
    assert not found.proposed
    with pytest.raises(frappe.ValidationError, match=f"{name} names no value. Change {API} by hand"):
        threshold_proposals.accept(name, WHY)
    threshold_proposals.dismiss(name, WHY)
    assert propose() == []


def test_a_threshold_that_is_broken_from_above_moves_down():
    history("cache_hit_rate", [48.5] * 10 + [41], [42, 30])
    (name,) = propose()
    found = fresh(PROPOSAL, name)
    assert found.finding == ("at 43 % instead of 50, 3 of 13 alerts remain, none of the 2 real ones is lost")
    assert (found.current, found.proposed) == ("< 50", "< 43")
    threshold_proposals.accept(name, WHY)
    check = fresh(CHECK, "cache_hit_rate")
    assert (check.warning, check.critical) == ("< 70", "< 43")


def test_a_check_without_critical_or_that_is_off_or_not_applicable_gets_none(check):
    history(check, NOISE, REAL)
    for change in ({"enabled": 0}, {"critical": "", "warning": "> 200"}, {"not_applicable": 1}):
        frappe.db.set_value(CHECK, check, change)
        frappe.db.commit()
        assert propose() == [], change
        frappe.db.set_value(CHECK, check, {"enabled": 1, "critical": "> 200", "not_applicable": 0})
    frappe.db.commit()
    assert len(propose()) == 1


# --- what people decide


def test_accepting_changes_the_check_counts_a_version_and_keeps_who_when_and_why(proposal):
    version = fresh(CHECK, API).version
    frappe.set_user("manager@example.com")
    api.accept_threshold(proposal, WHY)
    check, found = fresh(CHECK, API), fresh(PROPOSAL, proposal)
    assert (check.critical, check.version) == ("> 240", version + 1)
    assert (found.status, found.decided_by, found.reason) == ("Accepted", "manager@example.com", WHY)
    assert found.decided_at
    kept = frappe.get_all("Version", {"docname": API}, ["data", "owner"], order_by="creation desc", limit=1)[
        0
    ]
    assert ["critical", "> 200", "> 240"] in json.loads(kept.data)["changed"]
    assert kept.owner == "manager@example.com"
    comment = frappe.get_all("Comment", {"reference_name": API, "comment_type": "Comment"}, pluck="content")
    assert SENTENCE in comment[0]
    assert WHY in comment[0]


def test_what_was_accepted_is_not_proposed_again_by_the_same_alerts(proposal):
    threshold_proposals.accept(proposal, WHY)
    assert propose() == []
    assert status(proposal) == "Accepted"


def test_what_was_dismissed_is_not_proposed_again_until_the_thresholds_change(proposal):
    threshold_proposals.dismiss(proposal, WHY)
    found = fresh(PROPOSAL, proposal)
    assert (found.status, found.reason, found.decided_by) == ("Dismissed", WHY, "Administrator")
    assert (propose(), fresh(CHECK, API).critical) == ([], "> 200")
    frappe.get_doc(CHECK, API).update({"breaches": 4}).save()
    frappe.db.commit()
    (name,) = propose()
    assert name != proposal


def test_another_value_is_proposed_after_one_was_dismissed(proposal):
    threshold_proposals.dismiss(proposal, WHY)
    history(API, [], [233])
    (name,) = propose()
    assert fresh(PROPOSAL, name).proposed == "> 230"


def test_a_check_that_was_changed_since_refuses_and_its_proposal_is_outdated(proposal):
    frappe.get_doc(CHECK, API).update({"critical": "> 220"}).save()
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match=f"{API} was changed since {proposal} was made"):
        threshold_proposals.accept(proposal, WHY)
    (name,) = propose()
    found = fresh(PROPOSAL, proposal)
    assert (found.status, found.reason) == ("Outdated", "The check was changed to > 220.")
    assert (fresh(PROPOSAL, name).current, fresh(CHECK, API).critical) == ("> 220", "> 220")


def test_one_that_history_speaks_for_no_more_is_outdated(proposal):
    frappe.db.set_value("Maintenance Escalation", {"status": "False Positive"}, "outcome", "Real")
    frappe.db.commit()
    assert propose() == []
    assert fresh(PROPOSAL, proposal).reason == "The alerts of 90 days do not speak for it any more."


def test_a_real_alert_that_came_since_and_would_be_lost_refuses(proposal):
    history(API, [], [222])
    with pytest.raises(
        frappe.ValidationError, match=r"&gt; 240 would have lost ESC-\S+, which was real \(222 ms\)"
    ):
        threshold_proposals.accept(proposal, WHY)
    assert fresh(CHECK, API).critical == "> 200"


@pytest.mark.parametrize("state", ["Open", "Acknowledged"])
@pytest.mark.parametrize("days", [0, 200])
def test_while_somebody_works_on_an_alert_that_it_would_end_it_is_refused(proposal, state, days):
    name = escalation(state, timedelta(days=days), checks=[(API, 222)])
    escalation("Open", is_drill=1, checks=[(API, 222)])
    frappe.db.commit()
    told = rf"{name} is {state}, and &gt; 240 would end it as if it were over \(222 ms\). Resolve it first"
    with pytest.raises(frappe.ValidationError, match=told):
        threshold_proposals.accept(proposal, WHY)
    assert fresh(CHECK, API).critical == "> 200"
    frappe.db.set_value("Maintenance Escalation", name, {"status": "False Positive", "open_key": None})
    threshold_proposals.accept(proposal, WHY)
    assert fresh(CHECK, API).critical == "> 240"


def test_an_open_alert_that_would_stay_one_keeps_nobody_from_accepting(proposal):
    escalation("Open", timedelta(0), checks=[(API, 245)])
    threshold_proposals.accept(proposal, WHY)
    assert status(proposal) == "Accepted"


def test_on_a_part_of_the_alerts_nothing_is_proposed_or_accepted(proposal, monkeypatch):
    monkeypatch.setattr(alert_rows, "MOST", 41)
    for act in (propose, lambda: threshold_proposals.accept(proposal, WHY)):
        with pytest.raises(frappe.ValidationError, match="of 90 days are 41 or more: not all are read"):
            act()
    assert (status(proposal), fresh(CHECK, API).critical) == ("Open", "> 200")


@pytest.mark.parametrize("decide", [threshold_proposals.accept, threshold_proposals.dismiss])
def test_a_decision_needs_a_reason_and_an_open_proposal(proposal, decide):
    for reason in ("", "  "):
        with pytest.raises(frappe.ValidationError, match="Say why: the next one"):
            decide(proposal, reason)
    with pytest.raises(frappe.DoesNotExistError, match="There is no proposal TP-0"):
        decide("TP-0", WHY)
    threshold_proposals.dismiss(proposal, WHY)
    with pytest.raises(frappe.ValidationError, match=f"{proposal} is Dismissed already"):
        decide(proposal, WHY)


@pytest.mark.parametrize("user", ["operator@example.com", "auditor@example.com"])
def test_only_a_manager_decides_and_nobody_writes_a_proposal_by_hand(proposal, user):
    frappe.set_user(user)
    for door in (api.accept_threshold, api.dismiss_threshold):
        with pytest.raises(frappe.PermissionError, match="This needs the role Maintenance Manager"):
            door(proposal, WHY)
    frappe.set_user("Administrator")
    document = frappe.get_doc(PROPOSAL, proposal)
    with pytest.raises(frappe.ValidationError, match="is a record"):
        document.update({"proposed": "> 9000"}).save()
    assert fresh(CHECK, API).critical == "> 200"


def test_the_database_admits_one_open_proposal_of_a_check(proposal):
    second = frappe.copy_doc(frappe.get_doc(PROPOSAL, proposal))
    second.open_key = API
    with pytest.raises(frappe.UniqueValidationError):
        records.insert(second)


def test_an_operator_proposes_and_the_monthly_row_counts_what_waits(check):
    history(check, NOISE, REAL)
    assert alerts.proposals_open(clock.now()).value == 0
    frappe.set_user("operator@example.com")
    (name,) = api.propose_thresholds()["open"]
    found = alerts.proposals_open(clock.now())
    assert (found.value, found.evidence) == (1, {API: SENTENCE})
    threshold_proposals.dismiss(name, WHY)
    assert alerts.proposals_open(clock.now()).value == 0
