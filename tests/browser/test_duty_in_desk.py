"""Who is on duty, in the form of a level; and what keeps escalation from being switched on."""

import re

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran

LEVEL, SETTINGS = "/app/escalation-level/level-1", "/app/maintenance-settings"


@pytest.fixture
def rotation(site):
    """Week by week the manager and the operator, from this one on; nobody afterwards."""
    site.script("rotate", "manager", "operator")
    yield
    site.script("enable", "auditor", "1")
    site.script("rotate")


def headline(form):
    return form.page.locator(".form-message:visible")


def test_a_level_without_a_rotation_says_who_is_told(desk):
    form = desk("manager", LEVEL)

    expect(headline(form)).to_contain_text("Told in Desk: ")
    expect(headline(form)).to_contain_text("operator@example.com")
    expect(headline(form)).to_contain_text("everybody with the role Maintenance Operator")
    expect(headline(form).locator(".gap")).to_have_text(
        "the contact is operations@vereniging.nl, a placeholder or no full address or telephone number"
    )
    expect(headline(form)).to_have_class(re.compile("orange"))


@pytest.mark.parametrize("user", ["manager", "auditor"])
def test_the_form_of_a_level_shows_who_is_on_duty_until_when_and_who_is_next(rotation, user, desk):
    form = desk(user, LEVEL)

    told = headline(form).locator(".on-duty > div").first
    expect(told).to_have_text(
        re.compile(r"^On duty: manager \(it is their week\), until [\d-]+ 00:00(:00)?, then operator$")
    )


def test_a_manager_lists_a_rotation_and_sees_at_once_who_is_on_duty(rotation, desk, api):
    form = desk("manager", LEVEL)
    expect(headline(form)).to_contain_text("On duty: manager")

    form.page.locator('[data-fieldname="rotation"] .grid-body .row-check').first.click()
    form.page.locator('[data-fieldname="rotation"] .grid-remove-rows').click()
    assert form.save().ok

    expect(headline(form)).to_contain_text("On duty: operator (it is their week), for good")
    told = api("manager").get("/api/method/verenigingen_maintenance.api.on_duty?level=level-1").json()
    assert told["message"]["users"] == ["operator@example.com"]


def test_somebody_who_was_disabled_since_stands_there_in_orange(rotation, site, desk):
    site.script("rotate", "auditor", "operator")
    site.script("enable", "auditor", "0")
    form = desk("manager", LEVEL)

    expect(headline(form)).to_contain_text("operator (auditor@example.com is disabled, so the next in turn)")
    expect(headline(form).locator(".gap", has_text="auditor@example.com is disabled")).to_have_count(1)
    expect(headline(form)).to_have_class(re.compile("orange"))


def test_markup_as_the_reason_of_a_stand_in_is_text(rotation, site, desk):
    site.script("stand_in", "auditor")
    form = desk("manager", LEVEL)

    expect(headline(form)).to_contain_text(f"auditor (on duty instead of whoever's week it is ({MARKUP}))")
    expect_nothing_ran(form)


def test_a_stand_in_that_ends_before_it_begins_is_refused_in_words(rotation, api):
    row = {"user": "operator@example.com", "begins": "2026-12-02 09:00:00", "ends": "2026-12-01 09:00:00"}
    answer = api("manager").put("/api/resource/Escalation Level/level-1", data={"stand_ins": [row]})

    assert answer.status == 417
    assert "Row 1 of the stand-ins ends at 2026-12-01 09:00, before it begins" in answer.text()


def test_activation_is_refused_with_the_list_of_what_is_blank(desk, api):
    form = desk("manager", SETTINGS)
    expect(form.page.locator(".still-to-fill li").first).to_contain_text("Escalation is not active")

    form.button("Activate Escalation").click()
    form.dialog.get_by_role("button", name="Yes").click()

    told = form.page.locator(".msgprint")
    expect(told).to_contain_text("Before escalation can be activated:")
    contact = "Level 1, Operations Team: the contact is operations@vereniging.nl, a placeholder"
    expect(told.locator("li", has_text=contact)).to_have_count(1)
    expect(told.locator("li", has_text="Emergency Contact 24/7 Support: telephone to fill in")).to_have_count(
        1
    )
    settings = api("auditor").get("/api/resource/Maintenance Settings/Maintenance Settings").json()["data"]
    assert not settings["escalation_active"]


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_who_is_no_manager_has_no_button_to_activate(user, desk):
    form = desk(user, SETTINGS)

    expect(form.page.locator(".still-to-fill li").first).to_be_visible()
    expect(form.button("Activate Escalation")).to_have_count(0)


def test_a_manager_switches_it_off_with_a_reason_that_everybody_reads(site, desk, api):
    site.script("switch_escalation", "1")
    form = desk("manager", SETTINGS)

    form.button("Deactivate Escalation").click()
    form.dialog.locator("textarea").fill("The vendor moves")
    form.dialog.locator(".btn-modal-primary").click()

    expect(form.button("Activate Escalation")).to_be_visible()
    kept = form.page.locator(".timeline-item", has_text="Escalation was switched off: The vendor moves")
    expect(kept.first).to_be_visible()
    settings = api("auditor").get("/api/resource/Maintenance Settings/Maintenance Settings").json()["data"]
    assert not settings["escalation_active"]
