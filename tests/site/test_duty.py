"""Whom an escalation level reaches: who is on duty, everybody with its role, and what is wrong with that."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, getdate

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import duty
from verenigingen_maintenance.operations.duty import Reached, reached
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.operations.still_to_fill import still_to_fill
from verenigingen_maintenance.sources import clock

LEVEL = "level-1"
MANAGER, OPERATOR, AUDITOR = (f"{name}@example.com" for name in ("manager", "operator", "auditor"))
MEMBER, NOBODY = "member@example.com", "nobody@example.com"
MONDAY = "2026-11-23"


def level(users=(MANAGER, OPERATOR), stand_ins=(), **fields):
    """Level 1 with a rotation, saved as a manager saves it."""
    document = frappe.get_doc("Escalation Level", LEVEL)
    fields = {"rotation_from": MONDAY, "contact": "ops@verenigingen.nl", **fields}
    rotation = [{"user": user} for user in users]
    document.update({"rotation": rotation, "stand_ins": list(stand_ins), **fields}).save()
    return document


def stand_in(user, begins, ends, instead_of=None):
    return {"user": user, "begins": begins, "ends": ends, "instead_of": instead_of, "reason": "holiday"}


def disable(user):
    frappe.db.set_value("User", user, "enabled", 0)


def refusal(**fields):
    with pytest.raises(frappe.ValidationError) as refused:
        level(**fields)
    return plain(refused.value)


def test_without_a_rotation_everybody_with_the_role_is_reached(at_nine):
    level(users=(), rotation_from=None)
    assert reached(LEVEL, at_nine) == Reached(
        (OPERATOR,), ("ops@verenigingen.nl",), "everybody with the role Maintenance Operator", ()
    )


def test_with_a_rotation_only_who_is_on_duty_is_reached_and_the_contact(at_nine):
    level()
    assert reached(LEVEL, at_nine) == Reached((MANAGER,), ("ops@verenigingen.nl",), "it is their week", ())
    assert reached(LEVEL, at_nine + timedelta(days=7)).users == (OPERATOR,)


def test_the_week_begins_at_the_handover_by_the_clock_of_the_site(at_nine):
    level(handover_at="10:30:00")
    monday = at_nine + timedelta(days=6, hours=1)
    assert reached(LEVEL, monday + timedelta(minutes=29)).users == (MANAGER,)
    assert reached(LEVEL, monday + timedelta(minutes=30)).users == (OPERATOR,)


def test_who_stands_in_is_reached_with_the_reason(at_nine):
    level(stand_ins=[stand_in(OPERATOR, "2026-11-24 08:00:00", "2026-11-24 12:00:00", MANAGER)])
    found = reached(LEVEL, at_nine)
    assert (found.users, found.why) == ((OPERATOR,), f"stands in for {MANAGER} (holiday)")
    assert reached(LEVEL, at_nine + timedelta(hours=3)).users == (MANAGER,)


def test_who_was_disabled_since_is_passed_over_and_the_gap_says_so(at_nine):
    level()
    disable(MANAGER)
    found = reached(LEVEL, at_nine)
    assert found.users == (OPERATOR,)
    assert found.why == f"{MANAGER} is disabled, so the next in turn"
    assert found.gaps == (f"{MANAGER} is disabled",)


def test_who_lost_access_to_desk_or_is_gone_is_passed_over(at_nine):
    level(users=(MANAGER, OPERATOR, AUDITOR))
    frappe.db.set_value("User", MANAGER, "user_type", "Website User")
    frappe.db.sql("update `tabMaintenance Duty` set user = 'gone@example.com' where user = %s", OPERATOR)
    found = reached(LEVEL, at_nine)
    assert found.users == (AUDITOR,)
    assert found.gaps[:2] == (f"{MANAGER} has no access to Desk", "gone@example.com is no user any more")


def test_a_disabled_stand_in_is_a_gap_until_the_time_is_over(at_nine):
    level(users=(MANAGER,), stand_ins=[stand_in(OPERATOR, "2026-12-01", "2026-12-02")])
    disable(OPERATOR)
    assert reached(LEVEL, at_nine).gaps == (f"{OPERATOR} is disabled",)
    assert reached(LEVEL, at_nine + timedelta(days=9)).gaps == ()


def test_who_could_not_acknowledge_is_a_gap(at_nine):
    level(users=(AUDITOR, OPERATOR))
    (gap,) = reached(LEVEL, at_nine).gaps
    assert gap.startswith(f"{AUDITOR} has neither the role Maintenance Manager nor Maintenance Operator")


def test_where_the_rotation_has_not_begun_everybody_with_the_role_is_reached(at_nine):
    level(users=(MANAGER,), rotation_from="2026-11-30")
    found = reached(LEVEL, at_nine)
    assert found.users == (OPERATOR,)
    assert found.gaps == ("nobody is on duty: the rotation begins on 2026-11-30",)


def test_where_all_of_the_rotation_are_disabled_everybody_with_the_role_is_reached(at_nine):
    level(users=(MANAGER,))
    disable(MANAGER)
    found = reached(LEVEL, at_nine)
    assert found.users == (OPERATOR,)
    assert found.gaps == (f"nobody is on duty: {MANAGER} is disabled", f"{MANAGER} is disabled")


@pytest.mark.parametrize(
    ("role", "gap"),
    [("Newsletter Manager", "nobody has the role Newsletter Manager"), (None, "no role is told")],
)
def test_a_level_that_nobody_has_the_role_of_reaches_nobody_in_desk(role, gap, at_nine):
    level(users=(), role=role)
    found = reached(LEVEL, at_nine)
    assert found.users == ()
    assert found.addresses == ("ops@verenigingen.nl",)
    assert found.gaps[0].startswith(gap)


def test_administrator_and_guest_are_never_told(at_nine):
    level(users=())
    frappe.get_doc("User", "Administrator").add_roles("Maintenance Operator")
    assert reached(LEVEL, at_nine).users == (OPERATOR,)
    assert "Administrator is never told, and cannot be on duty" in refusal(users=("Administrator",))


def test_a_level_that_is_gone_reaches_nobody_and_says_so(at_nine):
    assert reached("level-9", at_nine) == Reached(gaps=("there is no Escalation Level level-9",))


def test_nothing_is_sent_to_a_placeholder(at_nine):
    level(contact="operations@vereniging.nl")
    assert reached(LEVEL, at_nine).addresses == ()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"response_in_hours": -1}, "Response in Business Hours (min) is 0 or more minutes"),
        ({"response_after_hours": -5}, "Response after Hours (min) is 0 or more minutes"),
        ({"grace_minutes": -1}, "Next Level after So Many More (min)"),
        ({"response_in_hours": 3_000_000}, "are at most 43200 minutes together, which is 30 days"),
        ({"response_after_hours": 43_200, "grace_minutes": 1}, "Response after Hours (min) and Next Level"),
        ({"level": 0}, "A level is a number from 1"),
        ({"handover_at": "25:00:00"}, "Handover At is a time of the day, 00:00:00 to 23:59:59"),
        ({"users": (MEMBER,)}, f"{MEMBER} has no access to Desk, and cannot be on duty"),
        ({"rotation_from": "1026-11-23"}, "begins on 1026-11-23, which is too far away"),
        ({"rotation_from": "9026-11-23"}, "begins on 9026-11-23, which is too far away"),
        (
            {"stand_ins": [stand_in(OPERATOR, "2026-12-02", "2026-12-01")]},
            "Row 1 of the stand-ins ends at 2026-12-01 00:00, before it begins at 2026-12-02 00:00",
        ),
        (
            {"stand_ins": [stand_in(OPERATOR, "2026-12-02", "9999-12-31")]},
            "Row 1 of the stand-ins lasts more than a year. Change the rotation instead",
        ),
        (
            {"stand_ins": [stand_in(OPERATOR, "9999-12-30", "9999-12-31")]},
            "Row 1 of the stand-ins begins at 9999-12-30 00:00: check the year",
        ),
        (
            {"stand_ins": [stand_in(OPERATOR, "2036-12-02", "2036-12-03", OPERATOR)]},
            f"{OPERATOR} cannot stand in for themselves",
        ),
        (
            {"stand_ins": [stand_in(OPERATOR, "2036-12-02", "2036-12-03", NOBODY)]},
            f"{NOBODY} is never on duty, so nobody can stand in for them",
        ),
        (
            {"users": (), "stand_ins": [stand_in(OPERATOR, "2036-12-02", "2036-12-03")]},
            "there is no rotation. List first whose week it is",
        ),
        (
            {
                "stand_ins": [
                    stand_in(OPERATOR, "2036-12-02", "2036-12-05", MANAGER),
                    stand_in(AUDITOR, "2036-12-04", "2036-12-06", MANAGER),
                ]
            },
            f"{OPERATOR} and {AUDITOR} both stand in for {MANAGER} from 2036-12-04",
        ),
        (
            {
                "stand_ins": [
                    stand_in(OPERATOR, "2036-12-02", "2036-12-05"),
                    stand_in(MANAGER, "2036-12-01", "2036-12-06"),
                ]
            },
            f"{MANAGER} and {OPERATOR} both stand in for whoever is on duty from 2036-12-02",
        ),
    ],
)
def test_a_level_that_cannot_be_meant_is_refused(fields, message):
    assert message in refusal(**fields)


def test_a_disabled_user_is_not_entered_but_one_who_was_disabled_since_keeps_nobody_from_saving():
    level(users=(MANAGER,))
    disable(MANAGER)
    disable(OPERATOR)
    assert f"{OPERATOR} is disabled, and cannot be on duty" in refusal(users=(MANAGER, OPERATOR))
    assert level(users=(MANAGER,), scope="Nights").scope == "Nights"
    again = [stand_in(MANAGER, "2036-12-01", "2036-12-02")]
    assert f"{MANAGER} is disabled" in refusal(users=(MANAGER,), stand_ins=again)


def test_one_after_the_other_may_stand_in_and_one_person_may_take_two_weeks():
    first = stand_in(OPERATOR, "2036-12-01", "2036-12-05", MANAGER)
    second = stand_in(AUDITOR, "2036-12-05", "2036-12-06", MANAGER)
    saved = level(users=(MANAGER, MANAGER, OPERATOR), stand_ins=[second, first])
    assert [row.user for row in saved.rotation] == [MANAGER, MANAGER, OPERATOR]


def test_a_rotation_without_a_first_day_begins_on_monday_of_this_week_at_nine():
    saved = level(rotation_from=None, handover_at=None)
    today = getdate(clock.stored(clock.now()))
    assert getdate(saved.rotation_from) == getdate(add_days(today, -today.weekday()))
    assert str(saved.handover_at) == "09:00:00"


def test_the_door_says_who_is_on_duty_until_when_who_is_next_and_what_is_wrong(monkeypatch, at_nine):
    level(contact="[Email]", phone="020 123 45 67", contract="Nr. 7")
    frappe.db.set_value("User", OPERATOR, "first_name", "Olga")
    frappe.db.set_value("User", OPERATOR, "full_name", "Olga Jansen")
    monkeypatch.setattr(clock, "now", lambda: at_nine)
    frappe.set_user(AUDITOR)
    told = api.on_duty(LEVEL)
    assert told["on_duty"]["user"] == MANAGER
    assert told["on_duty"]["until"] == "2026-11-30T09:00:00+01:00"
    assert (told["next"]["user"], told["next"]["name"]) == (OPERATOR, "Olga Jansen")
    assert (told["phone"], told["contract"]) == ("020 123 45 67", "Nr. 7")
    assert told["gaps"] == ["the contact is [Email], a placeholder or no full address or telephone number"]


def test_the_door_refuses_a_level_that_is_not_there():
    with pytest.raises(frappe.DoesNotExistError, match="There is no Escalation Level x"):
        duty.describe("x", clock.now())


def test_what_is_wrong_with_a_rotation_is_still_to_fill_in():
    level()
    assert "Level 1" not in "\n".join(still_to_fill())
    disable(MANAGER)
    assert f"Escalation Level 1, Operations Team: {MANAGER} is disabled" in still_to_fill()
