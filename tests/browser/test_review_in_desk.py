"""A review in its form: findings are accepted or acted upon, actions come again until they are done."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def run(site):
    site.script("empty")
    return site.script("make_review")["run"]


def finding(form, title):
    return form.checklist.locator(".review-finding").filter(has_text=title)


def actions(form):
    return form.checklist.locator(".review-action")


def test_an_operator_decides_by_keyboard_and_by_a_dialog_and_the_action_comes_again(site, run, desk):
    form = desk("operator", f"/app/checklist-run/{run}")
    expect(form.checklist).to_contain_text("What changed since the last run")
    expect(finding(form, "Disk")).to_contain_text("New")
    assert form.page.evaluate("window.pwned") is None, "what a finding says is shown as text"
    form.write(form.free_field("Follow-up Required"), "Typed before")

    form.checklist.locator(".finding-note").first.focus()
    form.page.keyboard.type("As planned")
    form.page.keyboard.press("Enter")

    expect(finding(form, "Cache memory")).to_contain_text("Accepted (operator@example.com): As planned")
    expect(form.checklist.locator(".finding-note")).to_have_count(1)
    finding(form, "Disk").locator(".finding-note").fill("Nearly full")
    finding(form, "Disk").get_by_role("button", name="Act").click()
    expect(form.dialog.locator('[data-fieldname="what"] textarea')).to_have_value(
        re.compile("^Nearly full\nDisk")
    )
    form.dialog.locator('[data-fieldname="what"] textarea').fill("Order a disk")
    form.dialog.locator(".btn-modal-primary").click()
    expect(finding(form, "Disk")).to_contain_text("Action (operator@example.com)")
    expect(actions(form)).to_contain_text("Order a disk")
    expect(form.free_field("Follow-up Required")).to_have_value("Typed before")
    answer = form.save()
    assert answer.ok, answer.text()

    later = site.script("make_next_review", run)["run"]
    form = desk("operator", f"/app/checklist-run/{later}")
    expect(finding(form, "Disk")).to_contain_text("Worse")
    expect(finding(form, "Disk")).to_contain_text("90 %, before: 70")
    expect(form.checklist.locator(".review.same summary")).to_have_text("As before: 1")
    expect(actions(form)).to_contain_text(f"from {run}")
    expect(actions(form)).to_contain_text("Overdue")

    auditor = desk("auditor", f"/app/checklist-run/{later}")
    expect(finding(auditor, "Disk")).to_contain_text("Worse")
    expect(auditor.checklist.locator(".accept-finding, .act-on-finding, .add-action")).to_have_count(0)


def test_a_key_held_down_accepts_no_second_finding_and_a_double_click_accepts_once(site, desk):
    site.script("empty")
    form = desk("operator", f"/app/checklist-run/{site.script('make_review')['run']}")
    notes, asked = form.checklist.locator(".finding-note"), []
    form.page.on("request", lambda each: asked.append(each.url) if "accept_finding" in each.url else None)
    notes.first.focus()
    form.page.keyboard.down("Enter")
    expect(notes).to_have_count(1)
    expect(notes.first).to_be_focused()
    form.page.keyboard.down("Enter")  # of a key that is down already, this is a repetition
    form.page.keyboard.up("Enter")
    finding(form, "Disk").get_by_role("button", name="Accept").dblclick()
    expect(finding(form, "Disk")).to_contain_text("Accepted (operator@example.com)")
    expect(form.page.locator(".modal.show")).to_have_count(0)
    assert len(asked) == 2


def test_whoever_writes_a_note_on_a_finding_writes_on_when_the_run_is_drawn_anew(site, desk):
    site.script("empty")
    form = desk("operator", f"/app/checklist-run/{site.script('make_review')['run']}")
    note = form.checklist.locator(".finding-note").first
    note.focus()
    form.page.keyboard.type("As ")
    form.page.evaluate("cur_frm.reload_doc()")
    form.page.keyboard.type("planned")
    expect(note).to_be_focused()
    expect(note).to_have_value("As planned")


def test_a_run_whose_window_is_over_says_so_in_its_form_and_in_the_list(site, desk):
    site.script("empty")
    run = site.script("make_review")["run"]
    site.script("let_window_end", run)
    form = desk("operator", f"/app/checklist-run/{run}")
    expect(form.checklist).to_contain_text("Overdue: its window was over at")
    form.checklist.locator(".times summary").click()
    spent = form.checklist.get_by_label("Minutes spent: Comprehensive Analytics Review")
    form.write(spent, "25")
    assert form.save().ok
    expect(form.checklist.locator(".times summary")).to_have_text("Minutes: 45 estimated, 25 spent")
    rows = desk("operator", "/app/checklist-run/view/list").page.locator(".list-row-container")
    expect(rows.filter(has_text=run)).to_contain_text("Overdue")


def test_a_manager_agrees_on_a_date_and_everybody_with_a_role_is_told(site, desk, api):
    site.script("empty")
    days = site.script("days_to_agree_on")
    form = desk("manager", "/app/maintenance-procedure/Quarterly Maintenance")
    expect(form.page.locator(".form-message:visible")).to_contain_text(
        f"{days['default']} is the default one"
    )
    form.button("Agree on a Date").click()
    agree(form, days["weekend"], "The board meets")
    refusal = form.page.locator(".modal.show").filter(has_text="is no business day")
    refusal.locator(".btn-modal-close:visible").click()
    expect(refusal).to_have_count(0)
    agree(form, days["day"], "The board meets")
    expect(form.page.locator(".form-message:visible")).to_contain_text(
        f"manager@example.com agreed on {days['day']} in place of {days['default']}: The board meets"
    )
    event = api("operator").get(f"/api/resource/Event/{days['slot']}").json()["data"]
    assert event["starts_on"] == f"{days['day']} 09:00:00"
    filters = '[["kind","=","Run Announced"],["channel","=","Desk"]]'
    told = api("operator").get(
        f'/api/resource/Maintenance Notification?filters={filters}&fields=["recipient"]&limit_page_length=0'
    )
    whom = {each["recipient"].partition("@")[0] for each in told.json()["data"]}
    assert whom == {"manager", "operator", "auditor"}


def agree(form, day, reason):
    year, month, date = day.split("-")
    dialog = form.page.locator(".modal.show").filter(has=form.page.locator('[data-fieldname="day"]'))
    dialog.locator('input[data-fieldname="day"]').fill(f"{date}-{month}-{year}")
    dialog.locator('input[data-fieldname="day"]').press("Tab")
    dialog.locator('textarea[data-fieldname="reason"]').fill(reason)
    dialog.locator(".btn-modal-primary").click()
