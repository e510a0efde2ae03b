import pytest
from playwright.sync_api import expect

CHECK, TITLE, OTHER = "active_members", "Active members", "Active members, as usual"
PROPOSAL = "this site has no DocType Member"
REASON = "The members of this association are kept elsewhere"
API = "/api/method/verenigingen_maintenance.api"


@pytest.fixture
def undeclared(site, api):
    """No check is declared, neither before nor after."""
    withdraw(api, CHECK)
    yield
    withdraw(api, CHECK)


@pytest.fixture
def declared(undeclared, api):
    answer = api("manager").post(f"{API}.declare_not_applicable", data={"check": CHECK, "reason": REASON})
    assert answer.ok, answer.text()


def test_a_manager_declares_a_check_not_applicable_from_what_is_proposed(undeclared, desk, api):
    form = desk("manager", f"/app/maintenance-check/{CHECK}")
    expect(form.page.locator(".form-message")).to_contain_text(f"Not applicable: {PROPOSAL}")

    form.button("Not Applicable").click()
    expect(form.dialog.locator("textarea")).to_have_value(PROPOSAL)
    form.dialog.locator("textarea").fill(REASON)
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.value("not_applicable_reason")).to_have_text(REASON)
    expect(form.value("not_applicable_by")).to_contain_text("manager")
    expect(form.button("Applicable Again")).to_be_visible()
    expect(form.button("Not Applicable")).to_be_hidden()
    expect(form.page.locator(".form-message", has_text=PROPOSAL)).to_be_hidden()
    kept = read(api)
    assert (kept["not_applicable"], kept["not_applicable_reason"]) == (1, REASON)
    assert kept["not_applicable_by"] == "manager@example.com"


def test_a_manager_says_why_where_nothing_is_proposed(undeclared, desk, api):
    form = desk("manager", "/app/maintenance-check/errors_24h")

    form.button("Not Applicable").click()
    expect(form.dialog.locator("textarea")).to_have_value("")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.dialog).to_contain_text("Missing Values Required")
    assert (
        not api("manager").get("/api/resource/Maintenance Check/errors_24h").json()["data"]["not_applicable"]
    )


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_only_a_manager_has_the_buttons(user, declared, desk, api):
    form = desk(user, f"/app/maintenance-check/{CHECK}")

    expect(form.value("not_applicable_reason")).to_have_text(REASON)
    for name in ("Not Applicable", "Applicable Again"):
        expect(form.button(name)).to_be_hidden()
    before = read(api)
    for method in ("declare_not_applicable", "withdraw_not_applicable"):
        answer = api(user).post(f"{API}.{method}", data={"check": CHECK, "reason": "Mine"})
        assert answer.status == 403
    assert read(api) == before


def test_a_run_measured_again_shows_what_is_not_applicable_and_counts_it(declared, site, desk):
    run = site.script("make_trouble")["run"]
    form = desk("operator", f"/app/checklist-run/{run}")

    expect(form.item(TITLE).locator(".verdict")).to_have_text("Not applicable")
    expect(form.item(TITLE).locator(".finding")).to_have_text(REASON)
    expect(form.note(TITLE)).to_have_count(0)
    expect(form.item(OTHER).locator(".verdict")).to_have_text("UNKNOWN")
    expect(form.checklist).to_contain_text("Not applicable: 1 row")


def test_from_its_row_an_operator_proposes_and_a_manager_decides_and_withdraws(
    undeclared, trouble, desk, api
):
    form = desk("operator", f"/app/checklist-run/{trouble['run']}")
    say_why(form, "Propose", "Kept elsewhere")
    expect(form.page.locator(".run-news")).to_contain_text("a manager decides")
    assert (read(api)["proposal"], read(api)["proposed_by"]) == (
        "Not applicable: Kept elsewhere",
        "operator@example.com",
    )
    expect(form.item(TITLE).locator(".verdict")).to_have_text("UNKNOWN")

    form = desk("manager", f"/app/checklist-run/{trouble['run']}")
    say_why(form, "Not Applicable", REASON)
    expect(form.item(TITLE).locator(".verdict")).to_have_text("Not applicable")
    expect(form.item(TITLE).locator(".finding")).to_have_text(REASON)
    expect(form.item(TITLE)).to_be_focused()
    form.page.keyboard.press("x")
    expect(form.dialog).to_contain_text("applicable to this site again?")
    form.dialog.locator(".btn-modal-primary").click()
    expect(form.item(TITLE).locator(".verdict")).to_have_text("UNKNOWN")
    expect(form.item(TITLE).locator(".finding")).to_have_text(PROPOSAL)
    expect(form.note(TITLE)).to_be_enabled()
    expect(form.checklist).not_to_contain_text("Not applicable: ")


def say_why(form, button, reason):
    form.item(TITLE).locator(".title").click()
    form.page.keyboard.press("x")
    form.dialog.locator("textarea").fill(reason)
    form.dialog.get_by_role("button", name=button, exact=True).click()
    expect(form.page.locator("body.modal-open")).to_have_count(0)


def withdraw(api, check):
    answer = api("manager").post(f"{API}.withdraw_not_applicable", data={"check": check})
    assert answer.ok, answer.text()


def read(api):
    return api("manager").get(f"/api/resource/Maintenance Check/{CHECK}").json()["data"]
