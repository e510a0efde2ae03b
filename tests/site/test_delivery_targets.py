"""Chats and pagers are told through Apprise: in one message, within a time; their address stays secret."""

import time

import frappe
import pytest
from conftest import fresh
from delivery_on_site import deliver, make_escalation, make_target, row, status, waits
from frappe import client
from frappe.utils.password import set_encrypted_password

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import targets

SECRET = "hunter2hunter2"


def waits_for(target, **fields):
    return waits("Target", target, make_escalation(f"Of {target}"), **fields)


def test_a_target_is_told_all_that_is_due_in_one_message(webhook):
    target = make_target(webhook.url())
    names = [waits("Target", target, make_escalation(f"S{number}")) for number in range(3)]
    deliver()
    deliver()
    (text,) = webhook.texts
    for name in names:
        assert f"ref {row(name).escalation}/{name}" in text
    assert {status(name) for name in names} == {"Delivered"}
    assert "and 2 more" in text.splitlines()[0]


@pytest.mark.parametrize("how", ["302", "500", "404"])
def test_an_answer_that_is_no_yes_is_a_failure_and_no_redirect_is_followed(webhook, how):
    name = waits_for(make_target(webhook.url(how, "?redirect=yes")))
    deliver()
    failed = row(name)
    assert (failed.status, failed.attempts) == ("Waiting", 1)
    assert how in failed.waits_because
    assert "127.0.0.1" not in failed.waits_because
    assert webhook.asked == [("POST", how)]
    assert fresh("Notification Target", "Chat").problem == failed.waits_because


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_one_that_hangs_or_drips_is_left_after_its_time_and_the_others_have_their_turn(
    webhook, how, monkeypatch
):
    monkeypatch.setattr("verenigingen_maintenance.operations.targets.PATIENCE", 1)
    slow = waits_for(make_target(webhook.url(how), "Slow"))
    fast = waits_for(make_target(webhook.url(), "Fast"))
    desk = waits("Desk", "operator@example.com", row(slow).escalation)
    began = time.monotonic()
    deliver()
    assert time.monotonic() - began < 10
    assert [status(name) for name in (slow, fast, desk)] == ["Waiting", "Delivered", "Delivered"]
    assert row(slow).attempts == 1


def test_one_that_works_again_gets_what_waited_for_it_and_its_problem_goes(webhook):
    target = make_target(webhook.url("500"))
    first = waits_for(target)
    deliver()
    deliver(minutes=2)
    assert row(first).attempts == 2
    frappe.get_doc("Notification Target", target).update({"url": webhook.url()}).save()
    second = waits("Target", target, row(first).escalation)
    deliver(minutes=2)
    deliver(minutes=2)
    assert [status(name) for name in (first, second)] == ["Delivered", "Delivered"]
    assert not fresh("Notification Target", target).problem


@pytest.mark.parametrize("change", ["off", "deleted"])
def test_what_is_for_a_target_that_was_switched_off_or_deleted_is_not_sent(webhook, change):
    target = make_target(webhook.url())
    name = waits_for(target)
    if change == "off":
        frappe.get_doc("Notification Target", target).update({"enabled": 0}).save()
    else:
        frappe.delete_doc("Notification Target", target)
    deliver()
    assert (status(name), webhook.asked) == ("Not Sent", [])
    assert "switched off, or was deleted" in row(name).reason


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (SECRET, "begins with a kind"),
        (f"nosuchkind://{SECRET}", "Apprise does not take this address"),
        (f"slack://{SECRET}", "Apprise does not take this address"),
        (f"syslog://{SECRET}", "on this machine are refused: blink1, dbus"),
        (f"dbus://{SECRET}", "on this machine are refused"),
        (f"discord://{SECRET}/b?template=/etc/passwd", "names a file of this machine"),
        (f"discord://{SECRET}/b?x=1;template=/etc/passwd", "names a file of this machine"),
    ],
)
def test_an_address_that_would_not_work_is_refused_with_what_to_do_and_never_repeated(url, message):
    document = frappe.get_doc({"doctype": "Notification Target", "title": "Bad", "url": url})
    with pytest.raises(frappe.ValidationError, match=message) as refused:
        document.insert()
    assert SECRET not in str(refused.value)
    assert SECRET not in frappe.as_json(frappe.local.message_log)


def test_an_address_that_an_earlier_version_took_and_that_names_a_file_is_not_used(webhook):
    target = make_target(webhook.url())
    set_encrypted_password("Notification Target", target, webhook.url(more="?a=1;attach=/x"), "url")
    name = waits_for(target)
    deliver()
    assert (status(name), webhook.asked) == ("Waiting", [])
    assert "enter it again" in row(name).waits_because


def test_the_refusal_names_kinds_there_are_and_where_their_list_is():
    document = frappe.get_doc({"doctype": "Notification Target", "title": "Bad", "url": "nosuchkind://x"})
    with pytest.raises(frappe.ValidationError, match=r"slack://.*github.com/caronc/apprise"):
        document.insert()


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"timeout_seconds": 0}, "The time-out is 1 to 60"),
        ({"timeout_seconds": 61}, "The time-out is 1 to 60"),
        ({"from_level": 0}, "The level is 1 or higher"),
        ({"from_level": 9}, "There is no level 9: the highest is 3, External Support"),
    ],
)
def test_a_time_out_or_a_level_that_is_none_is_refused(values, refusal):
    document = {"doctype": "Notification Target", "title": "Bad", "url": "json://h", **values}
    with pytest.raises(frappe.ValidationError, match=refusal):
        frappe.get_doc(document).insert()


def test_the_address_is_read_back_by_nobody(webhook):
    target = make_target(f"json://user:{SECRET}@127.0.0.1:{webhook.port}/500")
    waits_for(target)
    deliver()
    for reader in ("manager@example.com", "operator@example.com", "auditor@example.com"):
        frappe.set_user(reader)
        assert SECRET not in frappe.as_json(client.get("Notification Target", target))
        assert SECRET not in frappe.as_json(frappe.get_list("Notification Target", ["*"]))
        assert SECRET not in frappe.get_print("Notification Target", target)
    frappe.set_user("Administrator")
    assert SECRET not in frappe.as_json(frappe.get_all("Maintenance Notification", ["*"]))


def test_why_it_failed_repeats_no_part_of_the_address():
    name = waits_for(make_target(f"json://{SECRET}.localhost:1/{SECRET}"))
    try:
        deliver()
        assert "connection error" in row(name).waits_because.lower()
        assert SECRET not in row(name).waits_because
    finally:
        frappe.delete_doc("Notification Target", "Chat")
        frappe.db.commit()


def test_why_it_failed_repeats_nothing_that_a_semicolon_ends():
    assert targets._without(f"json://h/?a={SECRET};b=1", f"cannot use {SECRET}") == "cannot use ***"


def broken(*_any, **_more):
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("what", ["threading.Thread", "_examples", "_apprise"])
def test_what_breaks_on_the_way_puts_no_address_into_error_log(webhook, monkeypatch, what):
    target = make_target(webhook.url(more=f"?a={SECRET}"))
    document = frappe.get_doc({"doctype": "Notification Target", "title": "Bad", "url": f"nokind://{SECRET}"})
    monkeypatch.setattr(f"verenigingen_maintenance.operations.targets.{what}", broken)
    try:
        targets.test(target) if what == "threading.Thread" else document.insert()
    except RuntimeError:
        logged = frappe.get_traceback(with_context=True)
    assert "can't start new thread" in logged
    assert SECRET not in logged


def test_saving_another_field_keeps_the_address(webhook):
    target = make_target(webhook.url())
    document = frappe.get_doc("Notification Target", target)
    document.update({"timeout_seconds": 2}).save()
    name = waits_for(target)
    deliver()
    assert (status(name), len(webhook.messages)) == ("Delivered", 1)


def test_a_test_says_whether_the_target_took_it(webhook):
    good, bad = make_target(webhook.url()), make_target(webhook.url("500"), "Bad")
    frappe.set_user("manager@example.com")
    assert api.test_target(good) == {"taken": True, "reason": ""}
    assert "Nothing is broken" in webhook.texts[0]
    refused = api.test_target(bad)
    assert refused["taken"] is False
    assert "500" in refused["reason"]


@pytest.mark.parametrize(
    ("user", "reads", "writes"),
    [("manager", 1, 1), ("operator", 1, 0), ("auditor", 1, 0), ("nobody", 0, 0)],
)
def test_each_role_reads_targets_and_only_a_manager_changes_them(user, reads, writes):
    may = (
        frappe.has_permission("Notification Target", kind, user=f"{user}@example.com")
        for kind in ("read", "write")
    )
    assert tuple(may) == (reads, writes)
