import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

ROW, BY_HAND, FREE = "Same error in 24 hours", "Check Error Patterns", "Issues Found"


@pytest.fixture
def form(trouble, desk):
    return desk("operator", f"/app/checklist-run/{trouble['run']}")


def test_what_was_filled_in_is_there_after_saving_and_reloading(trouble, form, api):
    fill_in(form, "provider down", "Forty times the same error")
    form.item(BY_HAND).get_by_label("Failed").check()
    assert form.save().ok
    form.page.reload()

    expect_filled_in(form, "provider down", "Forty times the same error")
    expect(form.item(BY_HAND).get_by_label("Failed")).to_be_checked()
    expect(form.item(BY_HAND).locator(".verdict")).to_have_text("WARNING")
    assert filled_in(api, trouble["run"]) == ("provider down", "Forty times the same error")


def test_measure_again_shows_new_values_without_a_reload_and_keeps_the_notes(trouble, form, api):
    fill_in(form, "called them", "They know")
    assert form.save().ok
    expect(form.indicator).to_have_text("Open, CRITICAL")
    before = form.measured_at.inner_text()
    form.page.evaluate("window.never_reloaded = true")

    form.button("Measure Again").click()

    expect(form.measured_at).not_to_have_text(before)
    expect(form.measured_at).to_have_text(measured_at(api, trouble["run"]))
    expect(form.checklist.locator(".measured-by")).to_have_text("operator")
    expect(form.item("Errors in 24 hours").locator(".finding")).to_contain_text("60 errors")
    expect_filled_in(form, "called them", "They know")
    assert form.page.evaluate("window.never_reloaded")
    assert filled_in(api, trouble["run"]) == ("called them", "They know")


def test_measure_again_first_saves_what_was_not_saved(trouble, form, api):
    before = form.measured_at.inner_text()
    fill_in(form, "still writing", "Still looking")

    form.button("Measure Again").click()

    expect(form.measured_at).not_to_have_text(before)
    expect_filled_in(form, "still writing", "Still looking")
    assert filled_in(api, trouble["run"]) == ("still writing", "Still looking")


def test_what_is_filled_in_while_a_worker_measures_is_not_lost(trouble, form, api):
    before = form.measured_at.inner_text()

    measure_again(form)
    fill_in(form, "typed meanwhile", "Typed too")
    form.item(BY_HAND).get_by_label("Done").check()

    expect(form.measured_at).not_to_have_text(before)
    expect_filled_in(form, "typed meanwhile", "Typed too")
    expect(form.item(BY_HAND).get_by_label("Done")).to_be_checked()
    assert form.save().ok
    assert filled_in(api, trouble["run"]) == ("typed meanwhile", "Typed too")


def test_whoever_is_typing_while_a_worker_measures_types_on(trouble, form, api):
    before = form.measured_at.inner_text()
    measure_again(form)
    form.note(ROW).focus()
    form.page.keyboard.press("Control+a")
    typed = ""

    for count in range(200):
        typed += f"{count} "
        form.page.keyboard.type(f"{count} ", delay=20)
        if form.measured_at.inner_text() != before:
            break
    form.page.keyboard.type("the end")

    expect(form.measured_at).not_to_have_text(before)
    expect(form.note(ROW)).to_be_focused()
    expect(form.note(ROW)).to_have_value(f"{typed}the end")
    form.note(ROW).blur()
    assert form.save().ok
    assert filled_in(api, trouble["run"])[0] == f"{typed}the end"


def test_minutes_that_are_written_while_a_worker_measures_are_not_lost(trouble, form, api):
    before = form.measured_at.inner_text()
    minutes = form.checklist.locator(".times input").first
    measure_again(form)
    form.checklist.locator(".times summary").click()
    minutes.focus()
    form.page.keyboard.type("2")

    expect(form.measured_at).not_to_have_text(before)
    expect(minutes).to_be_focused()
    form.page.keyboard.type("5")
    minutes.blur()
    assert form.save().ok
    assert read(api, trouble["run"])["times"][0]["spent"] == "25"


def test_what_is_deleted_while_a_worker_measures_stays_deleted(trouble, form, api):
    fill_in(form, "to be deleted", "To stay")
    assert form.save().ok
    before = form.measured_at.inner_text()

    measure_again(form)
    form.write(form.note(ROW), "")

    expect(form.measured_at).not_to_have_text(before)
    expect_filled_in(form, "", "To stay")
    assert form.save().ok
    assert filled_in(api, trouble["run"]) == ("", "To stay")


def test_a_draft_is_renewed_by_measuring_though_somebody_types_elsewhere(site, desk, api):
    run = site.script("make_trouble")["run"]
    form = desk("operator", f"/app/checklist-run/{run}")
    expect(form.free_field(FREE)).to_have_value(contains("Errors in 24 hours: CRITICAL, 60 errors"))
    site.script("add_error")

    measure_again(form)
    form.write(form.note(ROW), "typed meanwhile")

    expect(form.item("Errors in 24 hours").locator(".finding")).to_contain_text("61 errors")
    expect(form.free_field(FREE)).to_have_value(contains("Errors in 24 hours: CRITICAL, 61 errors"))
    assert form.save().ok
    note, issues = filled_in(api, run)
    assert note == "typed meanwhile"
    assert "61 errors" in issues


def measure_again(form):
    """Presses the button, and waits until a worker has the job: what is typed now is typed meanwhile."""
    with form.page.expect_response("**/verenigingen_maintenance.api.measure"):
        form.button("Measure Again").click()


def fill_in(form, note, issues):
    form.write(form.note(ROW), note)
    form.write(form.free_field(FREE), issues)


def expect_filled_in(form, note, issues):
    expect(form.note(ROW)).to_have_value(note)
    expect(form.free_field(FREE)).to_have_value(issues)


def filled_in(api, run):
    document = read(api, run)
    (row,) = (item for item in document["items"] if item["title"] == ROW)
    (field,) = (note for note in document["notes"] if note["label"] == FREE)
    return row.get("note") or "", field.get("text")


def measured_at(api, run):
    return f"{datetime.fromisoformat(read(api, run)['measured_at']):%d-%m-%Y %H:%M:%S}"


def contains(text):
    return re.compile(re.escape(text))


def read(api, run):
    return api("operator").get(f"/api/resource/Checklist Run/{run}").json()["data"]
