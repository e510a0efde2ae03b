import pytest
from playwright.sync_api import expect

LEVELS = {"level-1": "Operations Team", "level-2": "Technical Team", "level-3": "External Support"}
ACTIONS = ("Acknowledge", "Resolve", "False Positive")
TITLE = "Errors in 24 hours and 2 more"
OPENED_BY = (
    "Errors in 24 hours: 60 errors, target < 10",
    "Errors in 60 minutes: 60 errors, target <= 20",
    "Same error in 24 hours: 40 errors, target <= 5",
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
    for name in ACTIONS:
        expect(form.button(name)).to_be_visible()

    form.button("Acknowledge").click()
    form.dialog.locator("textarea").fill("Looking at it now")
    form.dialog.get_by_role("button", name="Submit").click()

    expect(form.value("status")).to_have_text("Acknowledged")
    expect(form.indicator).to_have_text("Acknowledged")
    expect_event(form, 2, "Acknowledged", "operator@example.com")
    expect(form.cell("events", 2, "note")).to_have_text("Looking at it now")
    expect(form.button("Acknowledge")).to_be_hidden()
    expect(form.button("Resolve")).to_be_visible()
    kept = read(api, escalation["name"])
    assert (kept["status"], kept["acknowledged_by"]) == ("Acknowledged", "operator@example.com")


def test_the_dialog_does_not_resolve_without_a_note(escalation, desk, api):
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")
    before = read(api, escalation["name"])

    form.button("Resolve").click()
    form.dialog.get_by_role("button", name="Submit").click()

    expect(form.dialog).to_contain_text("Missing Values Required")
    assert read(api, escalation["name"]) == before


@pytest.mark.parametrize("method", ["resolve", "false_positive"])
@pytest.mark.parametrize("note", ["", "  \n"], ids=["empty", "blank"])
def test_the_api_does_not_close_without_a_note(method, note, escalation, api):
    name = escalation["name"]
    before = read(api, name)

    answer = api("operator").post(f"{API}.{method}", data={"escalation": name, "note": note})

    assert answer.status == 417
    assert f"Say in a note why {name} is closed" in answer.text()
    assert read(api, name) == before


@pytest.mark.parametrize(
    ("action", "status"), [("Resolve", "Resolved"), ("False Positive", "False Positive")]
)
def test_closing_with_a_note_takes_the_buttons_away(action, status, escalation, desk, api):
    name = escalation["name"]
    form = desk("operator", f"/app/maintenance-escalation/{name}")

    form.button(action).click()
    form.dialog.locator("textarea").fill("The provider is back")
    form.dialog.get_by_role("button", name="Submit").click()

    expect(form.value("status")).to_have_text(status)
    expect_event(form, 2, status, "operator@example.com")
    expect(form.cell("events", 2, "note")).to_have_text("The provider is back")
    for each in ACTIONS:
        expect(form.button(each)).to_be_hidden()
    kept = read(api, name)
    assert (kept["status"], kept["closed_by"]) == (status, "operator@example.com")

    again = api("operator").post(f"{API}.resolve", data={"escalation": name, "note": "once more"})
    assert again.status == 417
    assert f"{name} is {status} already." in again.text()


def test_an_escalation_is_not_written_past_its_buttons(escalation, api):
    name = escalation["name"]
    before = read(api, name)

    answer = api("operator").put(f"/api/resource/Maintenance Escalation/{name}", data={"status": "Resolved"})

    assert answer.status == 403
    assert read(api, name) == before


def expect_event(form, row, event, user):
    expect(form.cell("events", row, "event")).to_have_text(event)
    expect(form.cell("events", row, "by_user")).to_have_text(user)


def read(api, name):
    return api("operator").get(f"/api/resource/Maintenance Escalation/{name}").json()["data"]
