from playwright.sync_api import expect

ADDRESS = "/api/resource/Maintenance Check/errors_24h"


def test_a_manager_is_told_what_is_wrong_and_nothing_is_saved(site, desk, api):
    before = api("manager").get(ADDRESS).json()["data"]
    assert (before["warning"], before["critical"]) == (">= 10", "> 50")
    form = desk("manager", "/app/maintenance-check/errors_24h")

    form.write(form.input("warning"), "> 60")
    assert form.save().status == 417

    expect(form.dialog.locator(".msgprint")).to_have_text(
        "WARNING “> 60” and CRITICAL “> 50” cross: no value would be a WARNING before it is CRITICAL. "
        "Let the WARNING come first."
    )
    assert api("manager").get(ADDRESS).json()["data"] == before


def test_a_manager_changes_a_threshold_and_its_version_goes_up(site, desk, api):
    before = api("manager").get(ADDRESS).json()["data"]
    form = desk("manager", "/app/maintenance-check/errors_24h")

    form.write(form.input("warning"), ">= 20")
    assert form.save().ok
    saved = api("manager").get(ADDRESS).json()["data"]
    api("manager").put(ADDRESS, data={"warning": before["warning"]})

    assert (saved["warning"], saved["version"]) == (">= 20", before["version"] + 1)


def test_an_operator_cannot_change_a_threshold(site, desk, api):
    before = api("manager").get(ADDRESS).json()["data"]
    form = desk("operator", "/app/maintenance-check/errors_24h")

    expect(form.value("warning")).to_have_text(">= 10")
    expect(form.button("Save")).to_be_hidden()
    assert api("operator").put(ADDRESS, data={"warning": "> 20"}).status == 403
    assert api("manager").get(ADDRESS).json()["data"] == before
