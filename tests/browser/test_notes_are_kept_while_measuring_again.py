import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

ROW, BY_HAND, FREE = "Same error in 24 hours", "Check Error Patterns", "Issues Found"

# After the form has asked for the run again, and before the site has answered.
ANSWER_IN_RELOAD = """(radio) => {
    const usual = cur_frm.reload_doc.bind(cur_frm);
    cur_frm.reload_doc = () => {
        const answer = usual();
        radio.click();
        return answer;
    };
}"""


@pytest.fixture
def form(trouble, desk):
    return desk("operator", f"/app/checklist-run/{trouble['run']}")


def test_what_was_filled_in_is_saved_before_measuring_again_and_is_there_after_a_reload(trouble, form, api):
    fill_in(form, "called them", "They know")
    form.item(BY_HAND).get_by_label("Failed").check()
    before = form.measured_at.inner_text()
    form.page.evaluate("window.never_reloaded = true")

    form.button("Measure Again").click()

    expect(form.measured_at).not_to_have_text(before)
    expect(form.measured_at).to_have_text(measured_at(api, trouble["run"]))
    expect(form.checklist.locator(".measured-by")).to_have_text("operator")
    expect(form.item("Errors in 24 hours").locator(".finding")).to_contain_text("60 errors")
    expect(form.item(BY_HAND).locator(".verdict")).to_have_text("WARNING")
    expect_filled_in(form, "called them", "They know")
    assert form.page.evaluate("window.never_reloaded")
    assert filled_in(api, trouble["run"]) == ("called them", "They know")
    form.page.reload()
    expect_filled_in(form, "called them", "They know")
    expect(form.item(BY_HAND).get_by_label("Failed")).to_be_checked()


def test_what_is_filled_in_while_a_worker_measures_is_not_lost_and_drafts_are_renewed(site, desk, api):
    run = site.script("make_trouble")["run"]
    form = desk("operator", f"/app/checklist-run/{run}")
    expect(form.free_field(FREE)).to_have_value(contains("Errors in 24 hours: CRITICAL, 60 errors"))
    form.write(form.note(ROW), "to be deleted")
    assert form.save().ok
    expect(form.indicator).to_have_text("Open, CRITICAL")
    before = form.measured_at.inner_text()
    site.script("add_error")

    measure_again(form)
    form.write(form.note(ROW), "")
    form.write(form.note("Compliance score"), "typed meanwhile")
    form.page.evaluate(ANSWER_IN_RELOAD, form.item(BY_HAND).get_by_label("Done").element_handle())
    minutes = form.checklist.locator(".times input").first
    form.checklist.locator(".times summary").click()
    minutes.focus()
    form.page.keyboard.type("2")

    expect(form.measured_at).not_to_have_text(before)
    expect(minutes).to_be_focused()
    form.page.keyboard.type("5")
    minutes.blur()
    expect(form.item("Errors in 24 hours").locator(".finding")).to_contain_text("61 errors")
    expect(form.free_field(FREE)).to_have_value(contains("Errors in 24 hours: CRITICAL, 61 errors"))
    expect(form.item(BY_HAND).get_by_label("Done")).to_be_checked()
    expect(form.note("Compliance score")).to_have_value("typed meanwhile")
    assert form.save().ok
    document = read(api, run)
    assert filled_in(api, run)[0] == "", "what was deleted stays deleted"
    assert "61 errors" in filled_in(api, run)[1]
    assert document["times"][0]["spent"] == "25"
    assert {item["title"]: item["result"] for item in document["items"]}[BY_HAND] == "Done"


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
