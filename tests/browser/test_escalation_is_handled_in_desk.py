"""The path of an escalation as an operator walks it: told, acknowledged, noted, resolved, reviewed."""

import pytest
from conftest import PASSWORD
from playwright.sync_api import expect

LEVELS = {"level-1": "Operations Team", "level-2": "Technical Team", "level-3": "External Support"}
ACTIONS = ("Acknowledge", "Hand On", "Resolve", "False Positive")
TITLE = "Errors in 24 hours and 2 more"
OPENED_BY = (
    "Errors in 24 hours: 60 errors, critical > 50, target < 10",
    "Errors in 60 minutes: 60 errors, target <= 20",
    "Same error in 24 hours: 40 errors, critical > 10, target <= 5",
)
API = "/api/method/verenigingen_maintenance.api"


@pytest.fixture
def escalation(site, trouble, api):
    """An open escalation with the one event that opened it."""
    (opened,) = trouble["escalations"]
    if read(api, opened["name"])["status"] != "Open":
        trouble.update(site.script("make_trouble"))
        (opened,) = trouble["escalations"]
    return opened


def test_three_critical_checks_of_one_subject_are_one_escalation_in_the_list(escalation, desk):
    page = desk("operator", "/app/maintenance-escalation").page

    row = page.locator(".list-row")
    expect(row).to_have_count(1)
    for text in (escalation["name"], TITLE, LEVELS[escalation["level"]]):
        expect(row.get_by_text(text, exact=True)).to_be_visible()
    expect(row.locator(".indicator-pill").first).to_have_text("Open")


def test_an_operator_acknowledges_with_a_note(escalation, desk, api):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")
    expect(form.value("level")).to_have_text(LEVELS[escalation["level"]])
    for line in OPENED_BY:
        expect(form.cell("events", 1, "note")).to_contain_text(line)
    expect_event(form, 1, "Opened", "Administrator")
    expect(form.cell("checks", 1, "title")).to_have_text("Errors in 24 hours")
    expect(form.cell("checks", 1, "worst")).to_have_text("60")
    for name in ACTIONS:
        expect(form.button(name)).to_be_visible()

    answer(form, "Acknowledge", "Looking at it now")

    expect(form.value("status")).to_have_text("Acknowledged")
    expect(form.indicator).to_have_text("Acknowledged")
    expect_event(form, 2, "Acknowledged", "operator@example.com")
    expect(form.cell("events", 2, "note")).to_have_text("Looking at it now")
    expect(form.button("Acknowledge")).to_be_hidden()
    expect(form.button("Resolve")).to_be_visible()
    kept = read(api, escalation["name"])
    assert (kept["status"], kept["acknowledged_by"]) == ("Acknowledged", "operator@example.com")


def test_its_head_says_what_follows_whom_to_call_what_to_do_and_who_was_told(escalation, desk):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")

    head = form.page.locator(".what-is-next")
    expect(head).to_contain_text("Escalation is not active: it stays at this level.")
    expect(head).to_contain_text(LEVELS[escalation["level"]])
    expect(head).to_contain_text("What the runbook says")
    head.locator("summary").click()
    expect(head.locator("details li").first).to_contain_text("Opened, Desk, ")


def test_the_link_of_a_mail_asks_and_acknowledges_nothing_by_itself(escalation, desk, api):
    form = desk("operator", link_of_a_mail(escalation["name"]))

    expect(form.dialog).to_contain_text(f"Do you have {escalation['name']}: ")
    assert read(api, escalation["name"])["status"] == "Open"
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.value("status")).to_have_text("Acknowledged")


def test_the_link_of_a_mail_asks_whoever_has_to_log_in_first(escalation, contexts):
    page = contexts("guest").new_page()
    page.goto(link_of_a_mail(escalation["name"]))
    page.locator("#login_email").fill("operator@example.com")
    page.locator("#login_password").fill(PASSWORD)
    page.locator(".btn-login:visible").click()

    expect(page.locator(".modal.show")).to_contain_text(f"Do you have {escalation['name']}: ")
    page.close()
    page.context.clear_cookies()


def test_who_is_second_to_acknowledge_is_told_who_was_first(escalation, desk, api):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")
    expect(form.button("Acknowledge")).to_be_visible()
    other = api("manager").post(f"{API}.acknowledge", data={"escalation": escalation["name"]})
    assert other.ok

    answer(form, "Acknowledge", "Mine")

    refused = "is Acknowledged already, by manager@example.com at"
    expect(form.page.locator(".modal.show", has_text=refused)).to_be_visible()
    expect(form.page.locator(".modal.show textarea")).to_have_value("Mine")


def test_the_whole_path_to_its_review(escalation, desk, api):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")
    answer(form, "Acknowledge", "")
    expect(form.value("status")).to_have_text("Acknowledged")
    answer(form, "Add a Note", "The provider answers again")
    expect_event(form, 3, "Note", "operator@example.com")
    answer(form, "Resolve", "The provider was down")
    expect(form.value("status")).to_have_text("Resolved")

    form.button("Close with Review").click()
    form.dialog.locator("select").select_option("Real")
    form.dialog.locator("textarea").fill("Ask them for a status page")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.value("status")).to_have_text("Closed")
    for field, text in (("outcome", "Real"), ("review", "Ask them for a status page")):
        expect(form.value(field)).to_have_text(text)
    for name in (*ACTIONS, "Close with Review"):
        expect(form.button(name)).to_be_hidden()
    assert [event["event"] for event in read(api, escalation["name"])["events"]] == [
        *("Opened", "Acknowledged", "Note", "Resolved", "Closed"),
    ]


def test_handing_on_tells_the_next_level(escalation, desk, api):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")
    expect(form.button("Hand On")).to_be_visible()
    number = int(escalation["level"][-1])

    answer(form, "Hand On", "Restarted it twice")

    expect(form.value("level")).to_have_text(LEVELS[f"level-{number + 1}"])
    expect_event(form, 2, "Handed On", "operator@example.com")
    api("operator").post(f"{API}.resolve", data={"escalation": escalation["name"], "note": "Over"})


def test_the_dialog_does_not_resolve_without_a_note(escalation, desk, api):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")
    before = read(api, escalation["name"])

    form.button("Resolve").click()
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.dialog).to_contain_text("Missing Values Required")
    assert read(api, escalation["name"]) == before


@pytest.mark.parametrize("method", ["resolve", "false_positive", "hand_on", "add_note"])
@pytest.mark.parametrize("note", ["", "  \n"], ids=["empty", "blank"])
def test_the_api_does_nothing_that_needs_a_note_without_one(method, note, escalation, api):
    name = escalation["name"]
    before = read(api, name)

    answered = api("operator").post(f"{API}.{method}", data={"escalation": name, "note": note})

    assert answered.status == 417
    assert name in answered.text()
    assert read(api, name) == before


def test_a_false_positive_takes_the_buttons_away(escalation, desk, api):
    name = escalation["name"]
    form = desk("operator", f"/app/maintenance-escalation/{name}")

    answer(form, "False Positive", "A test of the provider")

    expect(form.value("status")).to_have_text("False Positive")
    expect_event(form, 2, "False Positive", "operator@example.com")
    for each in ACTIONS:
        expect(form.button(each)).to_be_hidden()
    again = api("operator").post(f"{API}.resolve", data={"escalation": name, "note": "once more"})
    assert again.status == 417
    assert f"{name} is False Positive already, by operator@example.com" in again.text()


def test_a_manager_tests_the_escalation_from_its_list(site, trouble, desk, api):
    page = desk("manager", "/app/maintenance-escalation").page
    page.get_by_role("button", name="Test Escalation").click()
    dialog = page.locator(".modal.show").last
    dialog.locator('input[data-fieldname="reason"]').fill("Quarterly")
    dialog.locator(".btn-modal-primary").click()

    expect(page.locator(".what-is-next")).to_contain_text("This is a drill: nothing is broken.")
    drill = page.url.rsplit("/", 1)[1].split("?")[0]
    for user in ("operator", "manager"):
        assert api(user).post(f"{API}.acknowledge", data={"escalation": drill}).ok
    kept = read(api, drill)
    assert (kept["status"], kept["is_drill"]) == ("Resolved", 1)
    assert "operator@example.com answered after" in kept["events"][-1]["note"]


def test_an_operator_is_not_offered_a_drill_nor_may_begin_one(trouble, desk, api):
    page = desk("operator", "/app/maintenance-escalation").page
    expect(page.locator(".list-row").first).to_be_visible()
    expect(page.get_by_role("button", name="Test Escalation")).to_be_hidden()
    assert api("operator").post(f"{API}.start_drill", data={"reason": "x"}).status == 403


def test_an_escalation_is_not_written_past_its_buttons(escalation, api):
    name = escalation["name"]
    before = read(api, name)

    answered = api("operator").put(
        f"/api/resource/Maintenance Escalation/{name}", data={"status": "Resolved"}
    )

    assert answered.status == 403
    assert read(api, name) == before


def test_an_operator_silences_a_subject_and_may_not_silence_it_for_ever(trouble, desk, api):
    door = "/api/resource/Maintenance Silence"
    times = {"begins": "2027-01-01 09:00:00", "reason": "the provider moves"}
    too_long = api("operator").post(door, data={"subject": "Error Log", "ends": "2028-01-01", **times})
    assert too_long.status == 417
    kept = api("operator").post(door, data={"subject": "Error Log", "ends": "2027-01-01 12:00:00", **times})
    assert kept.json()["data"]["declared_by"] == "operator@example.com"
    assert api("auditor").post(door, data={"ends": "2027-01-01 12:00:00", **times}).status == 403


def answer(form, action, note):
    form.button(action).click()
    form.dialog.locator("textarea").fill(note)
    form.dialog.locator(".btn-modal-primary").click()


def expect_event(form, row, event, user):
    expect(form.cell("events", row, "event")).to_have_text(event)
    expect(form.cell("events", row, "by_user")).to_have_text(user)


def read(api, name):
    return api("operator").get(f"/api/resource/Maintenance Escalation/{name}").json()["data"]


def link_of_a_mail(name):
    return f"/login?redirect-to=%2Fapp%2Fmaintenance-escalation%2F{name}%3Facknowledge%3D1"
