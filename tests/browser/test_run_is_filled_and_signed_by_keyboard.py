"""A morning by keyboard only: nothing is clicked after the page has loaded. Then the next run, on a phone."""

import base64
import re

import pytest
from playwright.sync_api import expect

NOTE = "Looked at it, and told the office"
ERRORS, SUMMARY, PATTERNS = "Errors in 24 hours", "Check Executive Summary", "Check Error Patterns"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PASTE = """([element, bytes]) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(bytes)], "image.png", { type: "image/png" }));
    const how = { clipboardData: files, bubbles: true, cancelable: true };
    element.dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture(scope="module")
def run(site):
    return site.script("make_trouble")["run"]


@pytest.fixture
def form(run, desk):
    form = desk("operator", f"/app/checklist-run/{run}")
    expect(form.items.first).to_be_visible()
    expect(form.button("Sign")).to_be_visible()
    return form


def test_an_operator_goes_through_a_morning_without_a_mouse(run, form, site, api):
    keyboard = form.page.keyboard
    missing = dict(each.rsplit(": ", 1) for each in form.needs.all_text_contents())
    assert missing[SUMMARY] == missing[PATTERNS] == "Done or Failed"
    assert missing["Compliance score"] == "a note on what is not known"
    assert ERRORS not in missing, "its escalation is open"
    count = form.items.count()
    expect_settled(form, count - len(missing), count)

    ask_for_the_keys_and_close(form)
    go_through_rows(form)
    a_key_is_a_letter_where_somebody_types(form)
    sign_in_vain_and_be_led_to_the_first_need(form, api, run)
    fill_in_what_is_needed(form, missing)
    measure_one_row_meanwhile(form, site)
    attach_a_file_and_a_screenshot(form)

    saved = []
    form.page.on("request", lambda request: "savedocs" in request.url and saved.append(request))
    keyboard.press("Control+Enter")
    keyboard.press("Control+Enter")
    expect_confirmation(form, run)
    expect(form.page.locator(".modal.show")).to_have_count(1)
    keyboard.press("Escape")
    expect(form.page.locator("body.modal-open")).to_have_count(0)
    expect(form.indicator).to_have_text("Open, CRITICAL")
    assert read(api, run)["status"] == "Open", "no is an answer"
    keyboard.press("Control+Enter")
    expect_confirmation(form, run)
    keyboard.press("Enter")

    expect(form.indicator).to_have_text("Signed, CRITICAL")
    assert len(saved) == 2, "saved once, and signed once"
    expect_kept(read(api, run), missing)
    expect_fixed(form)


def test_the_next_run_has_the_former_values_beside_and_is_signed_on_a_phone(run, site, fill_in, api, desk):
    if read(api, run)["status"] == "Open":  # where this test runs alone
        fill_in(run, docstatus=1)
    later = site.script("next_run")["run"]
    form = desk("operator", f"/app/checklist-run/{later}")
    form.page.set_viewport_size({"width": 390, "height": 844})
    expect(form.checklist.locator(".run-state")).to_contain_text(f"“before” is {run}")
    before = form.item(ERRORS).locator(".before")
    expect(before).to_have_text(re.compile(r"^before: 6\d errors (▲ worse|= unchanged)$"))
    expect(form.item("Active members").locator(".before")).to_have_text("before: not measured")
    expect(form.item(PATTERNS).locator(".before")).to_have_text(re.compile("before: (Done|Failed)"))

    assert form.page.evaluate("document.documentElement.scrollWidth") == 390
    bar = form.checklist.locator(".run-bar")
    expect(bar).to_be_in_viewport()
    expect(bar).to_contain_text("settled")
    bar.get_by_role("button", name="Sign").click()
    expect(form.needs).to_have_text([f"{SUMMARY}: Done or Failed"])
    form.needs.get_by_role("link").click()
    row = form.item(SUMMARY)
    expect(row).to_be_focused()
    assert row.get_by_role("button", name="Photo").bounding_box()["height"] >= 40
    with form.page.expect_file_chooser() as chosen:
        row.get_by_role("button", name="Photo").click()
    chosen.value.set_files({"name": "rack.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    expect(form.dialog).to_contain_text("is not of a kind that is kept as evidence")
    form.page.wait_for_function("window.cur_dialog?.display")
    form.page.keyboard.press("Escape")
    expect(form.page.locator("body.modal-open")).to_have_count(0)
    done = row.locator("label", has_text="Done")
    assert done.bounding_box()["height"] >= 40
    done.click()
    bar.get_by_role("button", name="Sign").click()
    expect_confirmation(form, later)
    form.page.keyboard.press("Enter")
    expect(form.checklist.locator(".run-state .status")).to_have_text("Signed")
    expect(bar).to_have_count(0)


def ask_for_the_keys_and_close(form):
    form.page.keyboard.press("Shift+Slash")
    expect(form.dialog).to_contain_text("Row: passed (Done)")
    form.page.wait_for_function("window.cur_dialog?.display")
    form.page.keyboard.press("Escape")
    expect(form.page.locator("body.modal-open")).to_have_count(0)


def go_through_rows(form):
    keyboard = form.page.keyboard
    form.page.evaluate("document.activeElement.blur()")
    keyboard.press("j")
    expect(form.items.nth(0)).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("j")
    keyboard.press("k")
    expect(form.items.nth(1)).to_be_focused()
    assert form.items.evaluate_all("rows => rows.filter(row => row.tabIndex === 0).length") == 1
    keyboard.press("e")
    expect(form.items.nth(1).locator(".more")).to_contain_text("Evidence")
    expect(form.items.nth(1).locator("[data-act=evidence]")).to_have_attribute("aria-expanded", "true")
    keyboard.press("p")
    expect(news(form)).to_contain_text("is measured: write a note, or measure it again")


def a_key_is_a_letter_where_somebody_types(form):
    title = form.items.nth(1).locator(".title").inner_text()
    form.page.keyboard.press("n")
    expect(form.note(title)).to_be_focused()
    form.page.keyboard.type("jaxmepf")
    expect(form.note(title)).to_have_value("jaxmepf")
    form.page.keyboard.press("Escape")
    expect(form.items.nth(1)).to_be_focused()
    form.page.locator(".comment-input-container [contenteditable]").evaluate("(element) => element.focus()")
    form.page.keyboard.type("pj")
    expect(form.page.locator(".comment-input-container [contenteditable]")).to_have_text("pj")
    form.page.keyboard.press("Control+ArrowDown")
    expect(form.page.locator(".comment-input-container [contenteditable]")).to_be_focused()
    expect(form.checklist.get_by_role("radio", checked=True)).to_have_count(0)
    form.page.evaluate("document.activeElement.blur()")


def sign_in_vain_and_be_led_to_the_first_need(form, api, run):
    form.page.keyboard.press("Control+Enter")
    first = form.needs.first.get_by_role("link")
    expect(first).to_be_focused()
    expect(news(form)).to_contain_text("Not signed")
    assert read(api, run)["status"] == "Open"
    form.page.keyboard.press("Enter")
    title = form.needs.first.inner_text().rsplit(": ", 1)[0]
    expect(
        form.item(title).locator(":focus").or_(form.item(title).and_(form.page.locator(":focus")))
    ).to_have_count(1)
    form.page.evaluate("document.activeElement.blur()")


def fill_in_what_is_needed(form, missing):
    keyboard = form.page.keyboard
    for title, need in missing.items():
        if need == "Done or Failed":
            keyboard.press("Control+ArrowDown")
            expect(form.item(title)).to_be_focused()
            keyboard.press("f" if title == PATTERNS else "p")
            expect(form.item(title).get_by_label("Failed" if title == PATTERNS else "Done")).to_be_checked()
            if title == PATTERNS:
                expect(form.needs.filter(has_text=f"{title}: a note on what failed")).to_have_count(1)
                keyboard.press("n")
                keyboard.type("Two new titles that nobody knows")
        elif not form.note(title).input_value():
            keyboard.press("Control+ArrowDown")
            expect(form.note(title)).to_be_focused()
            keyboard.type(NOTE)
            note_the_same_on_the_others(form, title)
        if not form.needs.count():
            break
    expect(form.indicator).to_have_text("Not Saved")
    form.page.keyboard.press("Escape")
    expect(form.checklist.locator(".still-needed")).to_contain_text("Nothing keeps it from being signed.")
    expect_settled(form, form.items.count(), form.items.count())


def note_the_same_on_the_others(form, title):
    """Where others have the same reason: the button behind the note, by Tab and Enter."""
    button = form.item(title).locator(".same-note")
    if not button.count():
        return
    form.page.keyboard.press("Tab")
    expect(button).to_be_focused()
    form.page.keyboard.press("Enter")


def measure_one_row_meanwhile(form, site):
    """What was typed and is not saved stays, and so does the focus."""
    site.script("add_error")
    while not form.item(ERRORS).evaluate("(row) => row === document.activeElement"):
        form.page.keyboard.press("k")
    form.page.keyboard.press("m")
    form.page.keyboard.press("m")
    expect(news(form)).to_contain_text(f"Measuring {ERRORS}.")
    expect(form.item(ERRORS).locator(".finding")).to_contain_text("61 errors")
    expect(form.item(ERRORS)).to_be_focused()
    expect(news(form)).to_have_text(f"{ERRORS}: CRITICAL, 61 errors")
    expect(form.item(SUMMARY).get_by_label("Done")).to_be_checked()
    expect(form.note("Compliance score")).to_have_value(NOTE)
    expect(form.indicator).to_have_text("Not Saved")


def attach_a_file_and_a_screenshot(form):
    with form.page.expect_file_chooser() as chosen:
        form.page.keyboard.press("a")
    form.page.evaluate("cur_frm.refresh()")  # the list is drawn anew while somebody chooses
    hostile = {"name": "<img src=x onerror='window.pwned=1'>.png", "mimeType": "image/png", "buffer": PNG}
    chosen.value.set_files([hostile, {"name": "trace.log", "mimeType": "text/plain", "buffer": b"a trace"}])
    files = form.item(ERRORS).locator(".evidence-files .file")
    expect(files).to_have_count(2)
    expect(files.first.locator("img")).to_have_js_property("complete", True)
    assert files.first.locator("img").evaluate("(image) => image.naturalWidth") == 1, (
        "a private file, and it is read"
    )
    expect(files.nth(1).get_by_role("link")).to_have_attribute("download", re.compile(r"^trace\w*\.log$"))
    expect(files.nth(1)).to_contain_text("operator")
    form.page.evaluate(PASTE, [form.item(ERRORS).element_handle(), list(PNG + b"pasted")])
    expect(files).to_have_count(3)
    expect(files.nth(2)).to_contain_text("Screenshot")
    assert form.page.evaluate("window.pwned") is None


def expect_kept(kept, missing):
    assert (kept["status"], kept["docstatus"], kept["closed_by"]) == ("Signed", 1, "operator@example.com")
    notes = {item["title"]: item.get("note") for item in kept["items"]}
    results = {item["title"]: item.get("result") for item in kept["items"]}
    assert (results[SUMMARY], results[PATTERNS]) == ("Done", "Failed")
    assert notes[PATTERNS] == "Two new titles that nobody knows"
    assert {notes[title] for title, need in missing.items() if need != "Done or Failed"} == {NOTE}
    (errors,) = (item for item in kept["items"] if item["title"] == ERRORS)
    assert '"value": "60"' in errors["earlier"]
    assert kept["files"].count('"sha256"') == 3


def expect_fixed(form):
    expect(form.writable).to_have_count(0)
    expect(form.checklist.locator(".item.needed, .still-needed li, .remove-file")).to_have_count(0)
    expect(form.item(ERRORS).locator(".evidence-files .file")).to_have_count(3)
    for name in ("Save", "Sign", "Submit", "Update", "Cancel", "Amend", "Measure Again"):
        expect(form.button(name)).to_be_hidden()


def expect_settled(form, settled, count):
    bar = form.checklist.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", f"{settled} of {count} settled")


def expect_confirmation(form, run):
    """The dialog has faded in, so that it hears a key."""
    expect(form.dialog).to_contain_text(f"Permanently Submit {run}?")
    form.page.wait_for_function("window.cur_dialog?.confirm_dialog && cur_dialog.display")


def news(form):
    return form.page.locator(".run-news")


def read(api, run):
    return api("operator").get(f"/api/resource/Checklist Run/{run}").json()["data"]
