import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import PASSWORD
from playwright.sync_api import expect
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran

API = "/api/method/verenigingen_maintenance.api"
ACTIONS = ("Resolve", "Ignore…", "Reopen")
PAYMENT = "PaymentRefused in verenigingen.doctype.member.member.pay"


@pytest.fixture(scope="module")
def on_site(site):
    """Runs an action of patterns_on_site.py; nothing is left of it afterwards."""

    def run(action, *arguments):
        done = site.run(str(Path(__file__).parent / "patterns_on_site.py"), site.name, action, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    yield run
    run("empty")


@pytest.fixture(scope="module")
def patterns(on_site):
    """The names of the patterns `payment`, `mailbox` and `marked`, and those of two logs of the mailbox."""
    return on_site("make_patterns", PASSWORD)


@pytest.fixture
def reopened(patterns, api):
    """The pattern `payment`, which nobody decided about."""
    assert decide(api, "operator", "reopen", pattern=patterns["payment"]).ok
    return patterns["payment"]


def test_an_operator_resolves_a_pattern_with_a_note(reopened, desk, api):
    form = desk("operator", f"/app/error-pattern/{reopened}")
    expect(form.value("title")).to_have_text(PAYMENT)
    expect(form.value("total")).to_have_text("4")
    expect(form.indicator).to_have_text("New")
    expect(form.button("Reopen")).to_be_hidden()

    form.button("Resolve").click()
    form.dialog.locator("textarea").fill("The provider <b>is back</b>")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.indicator).to_have_text("Resolved")
    expect(form.value("resolved_by")).to_contain_text("operator")
    expect(form.page.locator(".timeline-item", has_text="The provider <b>is back</b>").first).to_be_visible()
    expect(form.button("Resolve")).to_be_hidden()
    expect(form.button("Reopen")).to_be_visible()
    kept = read(api, reopened)
    assert (kept["state"], kept["resolved_by"]) == ("Resolved", "operator@example.com")


def test_what_was_resolved_is_reopened(reopened, desk, api):
    assert decide(api, "operator", "resolve", pattern=reopened).ok
    form = desk("operator", f"/app/error-pattern/{reopened}")

    form.button("Reopen").click()
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.indicator).to_have_text("New")
    assert "resolved_at" not in read(api, reopened)


def test_an_operator_ignores_a_pattern_until_so_many_errors_more(reopened, desk, api):
    form = desk("operator", f"/app/error-pattern/{reopened}")

    choose(form, "Until so many errors more")
    form.dialog.locator('input[data-fieldname="errors"]').fill("5")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.indicator).to_have_text("Ignored")
    expect(form.value("ignored_to_total")).to_have_text("9")
    assert "ignored_until" not in read(api, reopened)
    expect(form.button("Ignore…")).to_be_hidden()


def test_an_operator_ignores_a_pattern_until_a_date(reopened, desk, api):
    form = desk("operator", f"/app/error-pattern/{reopened}")
    until = date.today() + timedelta(days=9)

    choose(form, "Until a date")
    fill_date(form, f"{until:%d-%m-%Y}")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.indicator).to_have_text("Ignored")
    assert read(api, reopened)["ignored_until"] == f"{until} 00:00:00"


def test_an_operator_ignores_a_pattern_for_good(reopened, desk, api):
    form = desk("operator", f"/app/error-pattern/{reopened}")

    choose(form, "For good")
    form.dialog.locator("textarea").fill("Nobody minds")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.indicator).to_have_text("Ignored")
    expect(form.page.locator(".timeline-item", has_text="Nobody minds").first).to_be_visible()
    kept = read(api, reopened)
    assert ("ignored_until" in kept, kept["ignored_to_total"]) == (False, 0)


def test_a_date_that_is_over_is_refused(reopened, desk, api):
    form = desk("operator", f"/app/error-pattern/{reopened}")

    choose(form, "Until a date")
    fill_date(form, "01-02-2020")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.dialog).to_contain_text("2020-02-01 is over: choose a moment to come.")
    assert read(api, reopened)["state"] == "New"


def test_a_way_without_its_value_is_not_submitted(reopened, desk, api):
    form = desk("operator", f"/app/error-pattern/{reopened}")

    choose(form, "Until so many errors more")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.dialog).to_contain_text("Missing Values Required")
    assert read(api, reopened)["state"] == "New"


def test_a_pattern_that_goes_on_in_another_has_no_buttons(patterns, desk):
    form = desk("operator", f"/app/error-pattern/{patterns['former']}")

    expect(form.value("continues_in")).to_be_visible()
    for name in ACTIONS:
        expect(form.button(name)).to_be_hidden()


def test_the_auditor_sees_a_pattern_and_decides_nothing(reopened, desk, api):
    form = desk("auditor", f"/app/error-pattern/{reopened}")

    expect(form.page.locator('[data-fieldname="latest"] tbody tr')).to_have_count(4)
    for name in (*ACTIONS, "Save"):
        expect(form.button(name)).to_be_hidden()
    for action in ("resolve", "ignore", "reopen"):
        assert decide(api, "auditor", action, pattern=reopened).status == 403
    assert read(api, reopened)["state"] == "New"


def test_the_notes_of_an_operator_are_kept_and_nothing_else(reopened, api):
    address = f"/api/resource/Error Pattern/{reopened}"

    assert api("operator").put(address, data={"notes": "Ask the provider", "state": "Resolved"}).ok
    assert api("auditor").put(address, data={"notes": "I was here"}).status == 403

    kept = read(api, reopened)
    assert (kept["notes"], kept["state"]) == ("Ask the provider", "New")


def test_the_latest_logs_are_text_for_those_who_may_not_read_error_log(patterns, desk):
    form = desk("operator", f"/app/error-pattern/{patterns['mailbox']}")

    latest = form.page.locator('[data-fieldname="latest"]')
    expect(latest.locator("tbody tr")).to_have_count(3)  # that of the pattern that goes on in this one, too
    expect(latest.locator("tbody tr").nth(1)).to_contain_text(f"{patterns['gone']} (deleted from Error Log)")
    expect(latest.locator("tbody tr").nth(2)).to_contain_text(patterns["there"])
    expect(latest.locator("tbody tr").nth(2)).to_contain_text("Administrator")
    expect(latest.locator("a, button")).to_have_count(0)


def test_the_latest_logs_are_a_click_away_for_those_who_may(patterns, desk):
    form = desk("sysadmin", f"/app/error-pattern/{patterns['mailbox']}")

    latest = form.page.locator('[data-fieldname="latest"]')
    expect(latest.locator("tbody tr").nth(2).locator("a")).to_have_attribute(
        "href", f"/app/error-log/{patterns['there']}"
    )
    expect(latest.locator("tbody tr").nth(1).locator("a")).to_have_count(0)
    form.button("All Error Logs").click()
    rows = form.page.locator('[data-page-route="List/Error Log/List"] .list-row')
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="The mailbox is full")).to_have_count(1)


def test_markup_in_a_pattern_is_text_in_its_form(patterns, desk):
    form = desk("operator", f"/app/error-pattern/{patterns['marked']}")
    for field in ("title", "exception", "area", "place"):
        expect(form.value(field)).to_have_text(MARKUP)
    expect(form.page.locator('[data-fieldname="sample"] .control-value')).to_have_text(MARKUP)
    expect(form.page.locator('[data-fieldname="latest"] tbody tr')).to_have_count(1)
    expect_nothing_ran(form)


def test_the_report_error_hotspots_opens_with_data_and_chart(patterns, desk):
    report = desk("operator", "/app/query-report/Error Hotspots?kind=Area")

    rows = report.page.locator(".dt-scrollable .dt-row")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="verenigingen: Member")).to_contain_text(PAYMENT)
    expect(rows.filter(has_text=MARKUP)).to_have_count(1)
    expect(report.page.locator(".chart-container svg .bar")).to_have_count(3)
    expect_nothing_ran(report)


@pytest.mark.parametrize("name", ["Error Patterns", "Error Hotspots"])
def test_days_that_make_no_sense_are_told(name, patterns, desk):
    page = desk("operator", f"/app/query-report/{name}?days=soon").page

    message = "Days must be a whole number from 1 to 400: “soon” is not."
    expect(page.locator(".form-message", has_text=message)).to_be_visible()


@pytest.mark.parametrize("name", ["Error Patterns", "Error Hotspots"])
@pytest.mark.parametrize("user", ["deskuser", "member"])
def test_without_a_role_neither_report_is_run(user, name, patterns, api):
    answer = api(user).get("/api/method/frappe.desk.query_report.run", params={"report_name": name})

    assert answer.status == 403
    assert PAYMENT not in answer.text()


def test_an_operator_takes_a_pattern(patterns, desk, api):
    form = desk("operator", f"/app/error-pattern/{patterns['mailbox']}")

    form.page.locator(".form-assignments .add-assignment-btn").click()
    form.dialog.get_by_label("Assign to me").check()
    form.dialog.get_by_role("button", name="Add").click()

    expect(form.page.locator(".form-assignments .avatar").first).to_be_visible()
    fields = {"filters": json.dumps({"reference_name": patterns["mailbox"]}), "fields": '["allocated_to"]'}
    tasks = api("operator").get("/api/resource/ToDo", params=fields).json()["data"]
    assert tasks == [{"allocated_to": "operator@example.com"}]


def choose(form, way):
    """A date is asked for until something else is chosen; what belongs to that comes a moment later."""
    form.button("Ignore…").click()
    ways = form.dialog.locator('select[data-fieldname="way"]')
    expect(ways).to_have_value("date")
    if way != "Until a date":
        ways.select_option(label=way)
        expect(form.dialog.locator('input[data-fieldname="until"]')).to_be_hidden()


def fill_date(form, text):
    form.dialog.locator('input[data-fieldname="until"]').fill(text)
    form.dialog.locator('input[data-fieldname="until"]').press("Tab")


def decide(api, user, action, **values):
    return api(user).post(f"{API}.{action}_error_pattern", data=values)


def read(api, name):
    return api("operator").get(f"/api/resource/Error Pattern/{name}").json()["data"]
