"""A training session is prefilled, confirmed by each for themselves, and closed when all is there."""

import frappe
import pytest
from frappe.utils import add_days, today

from verenigingen_maintenance import api
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import escalations, run_now
from verenigingen_maintenance.operations.escalations import Breach
from verenigingen_maintenance.sources import clock, documentation, people

SESSION, RUN = "Training Session", "Checklist Run"
MANAGER, OPERATOR = "manager@example.com", "operator@example.com"
FAILURE = "Critical System Failure"


pytestmark = pytest.mark.usefixtures("over_http")


@pytest.fixture
def session():
    """One where the manager and the operator are present, and nobody else was asked."""
    frappe.set_user(MANAGER)
    name = api.start_training()["session"]
    document = frappe.get_doc(SESSION, name)
    document.participants = [row for row in document.participants if row.user in (MANAGER, OPERATOR)]
    for row in document.participants:
        row.present = 1
    document.save()
    return name


def confirmed_by(session, *users):
    for user in users:
        frappe.set_user(user)
        api.confirm_understanding(session)
    frappe.set_user(MANAGER)


def logged_in(*users):
    for user in users:
        frappe.db.set_value("User", user, "last_login", clock.stored(clock.now()), update_modified=False)


def a_drill_run(sign=True):
    """An emergency in drill mode with an answer to each step."""
    name = run_now.find_or_open_procedure(FAILURE, clock.now(), drill=True)
    run = frappe.get_doc(RUN, name)
    by_hand = [item for item in run.items if item.by_hand]
    for item in run.items:
        item.note = "Said what it would do"
    for item in by_hand:
        item.result = "Failed" if item is by_hand[0] else "Done"
    run.save()
    if sign:
        run.submit()
    return name


def rows(session):
    return {row.user: row for row in frappe.get_doc(SESSION, session).participants}


def test_a_session_begins_with_what_happened_and_who_works_here_and_is_found_again():
    frappe.set_user(MANAGER)
    breach = Breach("Bank", "The bank <b>is</b> gone", "", clock.now())
    name = escalations.record(breach)
    frappe.db.set_value("Maintenance Procedure", "Daily Maintenance", "next_review", today())
    found = frappe.get_doc(SESSION, api.start_training()["session"])
    assert found.name == f"TRAIN-{today()}"
    assert (str(found.date), found.led_by, found.status) == (today(), MANAGER, "Open")
    assert f"Escalations that are open: 1\n- {name} The bank <b>is</b> gone (Open)" in found.topics
    assert "Procedures due for review: 1\n- Daily Maintenance" in found.topics
    assert "Procedures that changed: 0\n" in found.topics, "versions that the app brings changed nothing"
    assert {MANAGER, OPERATOR} <= {row.user for row in found.participants}
    assert "auditor@example.com" not in {row.user for row in found.participants}
    assert api.start_training() == {"session": found.name}
    with pytest.raises(frappe.DoesNotExistError, match="There is no run MONTHLY"):
        api.start_training("MONTHLY-1999-01")


def test_each_confirms_for_themselves_and_nobody_for_another(session):
    document = frappe.get_doc(SESSION, session)
    confirmed_by(session, OPERATOR)
    document.update({"topics": "Typed while somebody confirmed"}).save()
    assert {user: row.confirmed for user, row in rows(session).items()} == {MANAGER: 0, OPERATOR: 1}
    document = frappe.get_doc(SESSION, session)
    for row in document.participants:
        row.update({"confirmed": 1, "access": "OK", "confirmed_at": "2026-01-01"})
    document.save()
    assert {user: row.confirmed for user, row in rows(session).items()} == {MANAGER: 0, OPERATOR: 1}
    assert not rows(session)[OPERATOR].access
    document = frappe.get_doc(SESSION, session)
    document.participants = [row for row in document.participants if row.user == MANAGER]
    document.save()
    frappe.set_user(OPERATOR)
    with pytest.raises(frappe.ValidationError, match="You are no participant"):
        api.confirm_understanding(session)


def test_a_date_that_is_none_is_refused(session):
    frappe.set_user(MANAGER)
    with pytest.raises(frappe.ValidationError, match="“0000-00-00” is no date"):
        frappe.get_doc(SESSION, session).update({"date": "0000-00-00"}).save()


def test_a_row_given_to_somebody_else_is_not_confirmed_any_more(session):
    confirmed_by(session, OPERATOR)
    document = frappe.get_doc(SESSION, session)
    (row,) = [row for row in document.participants if row.user == OPERATOR]
    row.user = "auditor@example.com"
    document.save()
    assert not rows(session)["auditor@example.com"].confirmed
    document.append("participants", {"user": MANAGER})
    with pytest.raises(frappe.ValidationError, match="Listed twice: manager@"):
        document.save()


def test_access_is_looked_at_for_each_who_is_there(session):
    logged_in(MANAGER)
    level = frappe.get_doc("Escalation Level", "level-1")
    level.append("rotation", {"user": MANAGER})
    level.flags.by_app = True
    level.save(ignore_permissions=True)
    found = api.check_access(session)["problems"]
    assert found == {MANAGER: [], OPERATOR: ["nobody ever logged in with it"]}
    assert rows(session)[MANAGER].access == "OK"
    assert "on duty in: Operations Team" in rows(session)[MANAGER].access_found
    assert rows(session)[OPERATOR].access == "Problems"
    assert rows(session)[OPERATOR].access_found.startswith("PROBLEM: nobody ever logged in with it\n")


def test_administrator_is_asked_for_no_second_factor_whatever_roles_say():
    frappe.db.set_single_value("System Settings", "enable_two_factor_auth", 1)
    frappe.db.set_value("Role", "All", "two_factor_auth", 1)
    asked = {user: people.access_of(user, clock.now()).two_factor for user in ("Administrator", MANAGER)}
    assert asked == {"Administrator": False, MANAGER: True}


def test_it_is_closed_only_when_all_confirmed_access_is_checked_and_something_was_practised(session):
    logged_in(MANAGER)
    frappe.db.set_value(SESSION, session, "date", add_days(today(), 1))
    with pytest.raises(frappe.ValidationError) as refused:
        api.close_training(session)
    frappe.db.set_value(SESSION, session, "date", today())
    for need in (
        f"Its date is to come: {add_days(today(), 1)}",
        "manager@example.com: has not confirmed that the procedures are understood",
        "operator@example.com: the access is not checked",
        "Nothing was practised: name a drill, or say why none was held",
    ):
        assert f"<li>{need}</li>" in str(refused.value)
    confirmed_by(session, MANAGER, OPERATOR)
    api.check_access(session)
    drill = a_drill_run(sign=False)
    document = frappe.get_doc(SESSION, session)
    document.practised_run = drill
    document.save()
    with pytest.raises(frappe.ValidationError) as refused:
        api.close_training(session)
    assert "operator@example.com: the access has problems: note what is done about them" in str(refused.value)
    assert f"{drill} is not over: sign it, or let it end" in str(refused.value)
    frappe.get_doc(RUN, drill).submit()
    (row,) = [row for row in document.participants if row.user == OPERATOR]
    row.note = "Logs in today"
    document.save()
    api.close_training(session)
    closed = frappe.get_doc(SESSION, session)
    assert (closed.status, closed.closed_by) == ("Closed", MANAGER)
    with pytest.raises(frappe.ValidationError, match="is closed and stays as it is"):
        closed.update({"topics": "Something else"}).save()


def test_the_days_since_the_last_closed_session_are_measured():
    assert isinstance(documentation.training_days(clock.now()), Unknown)
    values = {"name": "TRAIN-1", "date": add_days(today(), -36), "status": "Closed"}
    kept = frappe.get_doc({"doctype": SESSION, **values})
    kept.flags.by_operation = True
    kept.insert()
    assert documentation.training_days(clock.now()).value == 36


# --- an emergency in drill mode


def test_a_drill_is_a_run_of_its_own_whose_changing_commands_begin_with_a_warning():
    frappe.set_user(OPERATOR)
    real = run_now.find_or_open_procedure(FAILURE, clock.now())
    drill = run_now.find_or_open_procedure(FAILURE, clock.now(), drill=True)
    assert (real, drill) == (
        f"AD-HOC-CRITICAL-SYSTEM-FAILURE-{today()}",
        f"AD-HOC-DRILL-CRITICAL-SYSTEM-FAILURE-{today()}",
    )
    assert run_now.find_or_open_procedure(FAILURE, clock.now(), drill=True) == drill
    items = frappe.get_doc(RUN, drill).items
    changing = [item for item in items if item.changes_system]
    assert changing
    assert {item.command.splitlines()[0] for item in changing} == {
        "# DRILL: say what it would do, and do not run it. It changes the system."
    }
    lines = [line for item in changing for line in item.command.splitlines()]
    assert "# sudo service mariadb restart" in lines
    assert not [line for line in lines if not line.startswith("# ")], "pasted into a shell it changes nothing"
    assert not [item for item in items if not item.changes_system and "DRILL" in (item.command or "")]
    assert "DRILL" not in str([item.command for item in frappe.get_doc(RUN, real).items])
    with pytest.raises(frappe.ValidationError, match="is no emergency: only those are run as a drill"):
        api.open_run("Daily Maintenance", drill=1)


def test_a_signed_drill_counts_as_practice_and_not_as_an_emergency():
    frappe.set_user(OPERATOR)
    assert isinstance(documentation.emergency_practised_days(clock.now()), Unknown)
    drill = a_drill_run()
    found = documentation.emergency_practised_days(clock.now())
    assert (found.value, found.detail) == (0, drill)
    assert found.evidence["signed by"] == OPERATOR
    assert [step for step in found.evidence["steps"].values() if step.startswith("Failed ")]
    assert not frappe.db.get_value("Maintenance Procedure", FAILURE, "review_because")
    assert not [each for each in api.status()["procedures"] if each["run"] == drill]
    document = frappe.get_doc(RUN, run_now.find_or_open_procedure(FAILURE, clock.now()))
    for item in document.items:
        item.update({"note": "x", "result": "Done" if item.by_hand else None})
    document.save()
    document.submit()
    because = frappe.db.get_value("Maintenance Procedure", FAILURE, "review_because")
    assert f"{document.name} was an emergency, and is over" in because
