"""Nothing is clicked here after a page has loaded."""

import re

import pytest
from playwright.sync_api import expect

NOTE = "Looked at it, and told the office"
FAILED = "Check Error Patterns"


@pytest.fixture
def run(site):
    return site.script("make_trouble")["run"]


@pytest.fixture
def nearly(run, fill_in):
    """A run that lacks a note on the row that failed, and nothing else."""
    fill_in(run, failed=FAILED)
    return run


@pytest.fixture
def open_run(desk):
    """A run as the operator has it before them, loaded."""

    def open_named(name):
        form = desk("operator", f"/app/checklist-run/{name}")
        expect(form.items.first).to_be_visible()
        expect(form.button("Sign")).to_be_visible()
        return form

    return open_named


def test_an_operator_goes_to_each_row_that_needs_something_fills_it_in_and_signs(run, open_run, api):
    form = open_run(run)
    keyboard = form.page.keyboard
    to_visit = needed(form).locator("summary").all_inner_texts()
    keyboard.press("Control+Enter")
    expect(form.dialog).to_contain_text("Before it can be signed")
    missing = dict(each.rsplit(": ", 1) for each in form.dialog.locator("li").all_inner_texts())
    assert set(missing) == set(to_visit)
    close_by_escape(form)

    for title in to_visit:
        if missing[title] == "Done or Failed":
            go_to_next(form, form.item(title).get_by_label("Done"))
            keyboard.press("Space")
            expect(form.item(title).get_by_label("Done")).to_be_checked()
        elif not form.note(title).input_value():
            go_to_next(form, form.note(title))
            keyboard.type(NOTE)
            note_the_same_on_the_others(form, title)
    expect(form.indicator).to_have_text("Not Saved")
    keyboard.press("Control+Enter")
    confirm(form, run)

    expect(form.indicator).to_have_text("Signed, CRITICAL")
    kept = read(api, run)
    assert (kept["status"], kept["docstatus"], kept["closed_by"]) == ("Signed", 1, "operator@example.com")
    notes = {item["title"]: item.get("note") for item in kept["items"]}
    results = {item["title"]: item.get("result") for item in kept["items"]}
    for title, need in missing.items():
        written = results[title] if need == "Done or Failed" else notes[title]
        assert written == ("Done" if need == "Done or Failed" else NOTE), title
    expect_fixed(form)
    expect(form.value("closed_by")).to_contain_text("operator")


def test_what_is_missing_is_told_row_by_row_and_nothing_is_signed(run, open_run, api):
    form = open_run(run)

    form.page.keyboard.press("Control+Enter")

    told = form.dialog.locator("li")
    expect(told.filter(has_text="Check Executive Summary: Done or Failed")).to_have_count(1)
    expect(told.filter(has_text="Compliance score: a note on what is not known")).to_have_count(1)
    expect(told.filter(has_text="Errors in 24 hours")).to_have_count(0)
    expect(needed(form)).to_have_count(told.count())
    expect(form.checklist.locator(".still-needed")).to_contain_text(
        f"{told.count()} rows still need something"
    )
    close_by_escape(form)
    assert read(api, run)["status"] == "Open"


def test_a_row_that_failed_needs_a_note_before_the_run_is_signed(nearly, open_run, api):
    form = open_run(nearly)
    keyboard = form.page.keyboard

    keyboard.press("Control+Enter")
    expect(form.dialog.locator("li")).to_have_text([f"{FAILED}: a note on what failed"])
    close_by_escape(form)
    go_to_next(form, form.note(FAILED))
    keyboard.type("Two new titles that nobody knows")
    keyboard.press("Control+Enter")
    confirm(form, nearly)

    expect(form.indicator).to_have_text("Signed, CRITICAL")
    expect(form.note(FAILED)).to_have_value("Two new titles that nobody knows")
    assert read(api, nearly)["status"] == "Signed"


def test_a_note_typed_into_the_last_row_is_no_longer_missing_though_its_field_was_not_left(
    nearly, open_run, api
):
    form = open_run(nearly)
    go_to_next(form, form.note(FAILED))

    form.page.keyboard.type("Known since yesterday")
    form.page.keyboard.press("Control+Enter")
    confirm(form, nearly)

    expect(form.indicator).to_have_text("Signed, CRITICAL")


def test_a_row_that_is_set_to_failed_is_gone_to_until_it_has_a_note(run, open_run):
    form = open_run(run)
    keyboard = form.page.keyboard
    row = form.item("Check Executive Summary")
    for _each in needed(form).all():
        keyboard.press("Control+ArrowDown")
        if row.locator(":focus").count():
            break

    keyboard.press("Space")
    assert not is_needed(row)
    keyboard.press("ArrowRight")
    expect(row.get_by_label("Failed")).to_be_checked()
    assert is_needed(row)
    keyboard.press("Tab")
    expect(form.note("Check Executive Summary")).to_be_focused()
    keyboard.type("It says healthy there")
    keyboard.press("Control+ArrowDown")

    expect(row.locator(":focus")).to_have_count(0)
    assert not is_needed(row)


def test_what_was_typed_last_is_signed_too_without_leaving_its_field(run, fill_in, open_run, api):
    fill_in(run)
    form = open_run(run)
    form.note("Errors in 24 hours").focus()

    form.page.keyboard.press("Control+a")
    form.page.keyboard.type("The very last thing")
    form.page.keyboard.press("Control+Enter")
    confirm(form, run)

    expect(form.indicator).to_have_text("Signed, CRITICAL")
    (note,) = (item["note"] for item in read(api, run)["items"] if item["title"] == "Errors in 24 hours")
    assert note == "The very last thing"


def test_no_is_an_answer_and_leaves_the_run_open(run, fill_in, open_run, api):
    fill_in(run)
    form = open_run(run)
    before = read(api, run)

    form.page.keyboard.press("Control+Enter")
    expect_confirmation(form, run)
    close_by_escape(form)

    expect(form.indicator).to_have_text("Open, CRITICAL")
    expect(form.button("Sign")).to_be_visible()
    assert read(api, run) == before


def test_the_keys_pressed_twice_ask_once_and_sign_once(run, fill_in, open_run):
    fill_in(run)
    form = open_run(run)
    saved = []
    form.page.on("request", lambda request: "savedocs" in request.url and saved.append(request))

    form.page.keyboard.press("Control+Enter")
    form.page.keyboard.press("Control+Enter")
    expect_confirmation(form, run)
    expect(form.page.locator(".modal.show")).to_have_count(1)
    form.page.keyboard.press("Control+Enter")
    form.page.keyboard.press("Enter")

    expect(form.indicator).to_have_text("Signed, CRITICAL")
    expect(form.page.locator(".modal.show")).to_have_count(0)
    assert len(saved) == 1


def needed(form):
    return form.checklist.locator(".item.needed")


def is_needed(row):
    return "needed" in row.get_attribute("class").split()


def go_to_next(form, expected):
    form.page.keyboard.press("Control+ArrowDown")
    expect(expected).to_be_focused()


def note_the_same_on_the_others(form, title):
    """Where others have the same reason: the button behind the note, by Tab and Enter."""
    button = form.item(title).locator(".same-note")
    if not button.count():
        return
    reason = re.compile(f"^{re.escape(form.item(title).locator('.finding').inner_text())}$")
    form.page.keyboard.press("Tab")
    expect(button).to_be_focused()
    form.page.keyboard.press("Enter")
    alike = form.items.filter(has=form.page.locator(".verdict", has_text="UNKNOWN")).filter(
        has=form.page.locator(".finding", has_text=reason)
    )
    expect(button).to_have_text(f"Same note for {alike.count() - 1} others with this reason")
    for note in alike.locator("textarea").all():
        expect(note).to_have_value(NOTE)


def expect_confirmation(form, run):
    """The dialog has faded in, so that it hears a key."""
    expect(form.dialog).to_contain_text(f"Permanently Submit {run}?")
    form.page.wait_for_function("window.cur_dialog?.confirm_dialog && cur_dialog.display")


def confirm(form, run):
    expect_confirmation(form, run)
    form.page.keyboard.press("Enter")


def close_by_escape(form):
    form.page.wait_for_function("window.cur_dialog?.display")
    form.page.keyboard.press("Escape")
    expect(form.page.locator("body.modal-open")).to_have_count(0)


def expect_fixed(form):
    expect(form.checklist.locator("textarea:disabled").first).to_be_visible()
    expect(form.checklist.locator(":is(input, textarea, button):enabled")).to_have_count(0)
    expect(form.checklist.locator(".item.needed, .still-needed")).to_have_count(0)
    for name in ("Save", "Sign", "Submit", "Update", "Cancel", "Amend", "Measure Again"):
        expect(form.button(name)).to_be_hidden()


def read(api, run):
    return api("operator").get(f"/api/resource/Checklist Run/{run}").json()["data"]
