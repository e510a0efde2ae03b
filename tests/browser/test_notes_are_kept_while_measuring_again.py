from datetime import datetime

import pytest
from playwright.sync_api import expect


@pytest.fixture
def form(trouble, desk):
    return desk("operator", f"/app/checklist-run/{trouble['run']}")


def test_notes_are_there_after_saving_and_reloading(trouble, form, api):
    write_notes(form, "provider down", "Forty times the same error")
    assert form.save().ok
    form.page.reload()

    expect_notes(form, "provider down", "Forty times the same error")
    assert notes_of(api, trouble["run"]) == ("provider down", "Forty times the same error")


def test_measure_again_shows_new_values_without_a_reload_and_keeps_the_notes(trouble, form, api):
    write_notes(form, "called them", "They know")
    assert form.save().ok
    expect(form.indicator).to_have_text("Open, CRITICAL")
    before = form.value("measured_at").inner_text()
    form.page.evaluate("window.never_reloaded = true")

    form.button("Measure Again").click()

    expect(form.value("measured_at")).not_to_have_text(before)
    expect(form.value("measured_at")).to_have_text(measured_at(api, trouble["run"]))
    expect(form.value("measured_by")).to_contain_text("operator")
    expect(form.cell("items", 1, "value")).to_have_text("60 errors")
    expect_notes(form, "called them", "They know")
    assert form.page.evaluate("window.never_reloaded")
    assert notes_of(api, trouble["run"]) == ("called them", "They know")


def test_measure_again_first_saves_what_was_not_saved(trouble, form, api):
    before = form.value("measured_at").inner_text()
    write_notes(form, "still writing", "Still looking")

    form.button("Measure Again").click()

    expect(form.value("measured_at")).not_to_have_text(before)
    expect_notes(form, "still writing", "Still looking")
    assert notes_of(api, trouble["run"]) == ("still writing", "Still looking")


def test_what_is_typed_while_a_worker_measures_is_not_lost(trouble, form, api):
    before = form.value("measured_at").inner_text()

    form.button("Measure Again").click()
    write_notes(form, "typed meanwhile", "Typed too")

    expect(form.value("measured_at")).not_to_have_text(before)
    expect_notes(form, "typed meanwhile", "Typed too")
    assert form.save().ok
    assert notes_of(api, trouble["run"]) == ("typed meanwhile", "Typed too")


def write_notes(form, note, issues):
    form.write(form.edit_cell("items", 3, "note"), note)
    form.write(form.input("issues_found"), issues)


def expect_notes(form, note, issues):
    expect(form.cell("items", 3, "note")).to_have_text(note)
    expect(form.input("issues_found")).to_have_value(issues)


def notes_of(api, run):
    document = read(api, run)
    return document["items"][2]["note"], document["issues_found"]


def measured_at(api, run):
    return f"{datetime.fromisoformat(read(api, run)['measured_at']):%d-%m-%Y %H:%M:%S}"


def read(api, run):
    return api("operator").get(f"/api/resource/Checklist Run/{run}").json()["data"]
