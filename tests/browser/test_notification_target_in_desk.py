"""A manager enters a target; its address is shown to nobody, and a test says what became of it."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.append(str(Path(__file__).parents[1] / "site"))
import fake_target

RESOURCE, API = "/api/resource/Notification Target", "/api/method/verenigingen_maintenance.api"
SECRET = "doctype=Notification Target&name=Chat&fieldname=url"


@pytest.fixture
def webhook(api):
    with fake_target.serving() as told:
        yield told
    for row in api("manager").get(RESOURCE).json()["data"]:
        api("manager").delete(f"{RESOURCE}/{row['name']}")


def make(api, webhook, how):
    data = {"title": "Chat", "url": webhook.url(how), "timeout_seconds": 2}
    assert api("manager").post(RESOURCE, data=data).ok


@pytest.mark.parametrize(("how", "said"), [("200", "It was taken."), ("500", "It was not taken: ")])
def test_a_manager_sends_a_test_and_is_told_what_became_of_it(how, said, webhook, api, desk):
    make(api, webhook, how)
    form = desk("manager", "/app/notification-target/Chat")

    form.button("Send a Test").click()

    expect(form.page.locator(".msgprint")).to_contain_text(said)
    assert webhook.asked == [("POST", how)]


def test_a_test_of_an_address_that_is_refused_sends_nothing_and_keeps_what_was_typed(webhook, api, desk):
    make(api, webhook, "200")
    form = desk("manager", "/app/notification-target/Chat")
    form.write(form.input("url"), "nosuchkind://somewhere")

    form.button("Send a Test").click()

    expect(form.page.locator(".msgprint")).to_contain_text("Apprise does not take this address")
    expect(form.input("url")).to_have_value("nosuchkind://somewhere")
    assert webhook.asked == []


def test_the_address_is_shown_as_dots_and_answered_to_nobody(webhook, api, desk):
    make(api, webhook, "200")
    form = desk("manager", "/app/notification-target/Chat")

    expect(form.input("url")).to_have_value("*" * len(webhook.url()))
    for reader in ("manager", "operator", "auditor"):
        answer = api(reader).get(f"{RESOURCE}/Chat")
        assert answer.ok
        assert "json://" not in answer.text()
        assert api(reader).get(f"/api/method/frappe.client.get_password?{SECRET}").status == 403


@pytest.mark.parametrize("reader", ["operator", "auditor"])
def test_who_only_reads_sees_the_last_problem_and_neither_changes_nor_tests(reader, webhook, api, desk):
    make(api, webhook, "500")
    api("manager").post(f"{API}.test_target", data={"target": "Chat"})
    form = desk(reader, "/app/notification-target/Chat")

    expect(form.page.locator(".form-message")).to_contain_text("error=500")
    for name in ("Save", "Send a Test"):
        expect(form.button(name)).to_be_hidden()
    assert api(reader).put(f"{RESOURCE}/Chat", data={"enabled": 0}).status == 403


def test_an_address_that_apprise_does_not_know_is_refused_without_repeating_it(webhook, api):
    data = {"title": "Chat", "url": "nosuchkind://hunter2hunter2"}
    answer = api("manager").post(RESOURCE, data=data)

    assert answer.status == 417
    assert "Apprise does not take this address" in answer.text()
    assert "hunter2" not in answer.text()
