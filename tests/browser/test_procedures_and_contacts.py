import re
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

EMERGENCIES = ["Critical System Failure", "Performance Degradation", "Analytics Engine Failure"]
ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(autouse=True)
def emptied(site):
    site.script("empty")


def test_an_operator_opens_a_weekly_run_with_its_boxes_and_a_row_for_each_task(site, desk, api):
    weekly = read(api, "Maintenance Procedure", "Weekly Maintenance")
    boxes = weekly["boxes"].splitlines()
    assert len(boxes) == 8
    form = desk("operator", "/app/maintenance-procedure/Weekly Maintenance")

    run = open_run(form)

    assert re.fullmatch(r"(AD-HOC-)?WEEKLY-\d{4}-.*", run)
    measured = {row["box"] for row in weekly["checks"]}
    verdicts = [re.compile("To do|WARNING|UNKNOWN" if box in measured else "To do") for box in boxes]
    expect(form.checklist.locator("section[data-box] h4")).to_have_text(verdicts)
    for number, box in enumerate(boxes):
        expect(form.checklist.locator("section[data-box] h4").nth(number)).to_contain_text(box)
    expect(form.items).to_have_count(len(weekly["tasks"]) + len(weekly["checks"]))
    for task in weekly["tasks"]:
        row = form.item(task["title"], task["box"])
        expect(row.locator(".verdict")).to_have_text("To do")
        expect(row.get_by_label("Done")).to_be_enabled()
    expect(form.checklist.locator(".free label")).to_have_text(
        ["Key Findings", "Optimizations Implemented", "Follow-up Required"]
    )
    expect(form.checklist.locator(".procedure")).to_have_text("Weekly Maintenance")


def test_what_is_typed_at_once_into_a_run_that_was_just_opened_is_saved(desk, api):
    form = desk("operator", "/app/maintenance-procedure/Weekly Maintenance")
    run = open_run(form)

    form.write(form.note("Identify error hotspots"), "None stands out")
    form.item("Identify error hotspots").get_by_label("Done").check()
    expect(form.checklist.locator(".measured-by")).to_have_text("operator")
    expect(form.note("Identify error hotspots")).to_have_value("None stands out")
    assert form.save().ok

    document = read(api, "Checklist Run", run)
    (item,) = (item for item in document["items"] if item["title"] == "Identify error hotspots")
    assert (item["note"], item["result"]) == ("None stands out", "Done")


def test_a_run_that_was_just_opened_shows_its_values_as_soon_as_they_are_measured(desk):
    form = desk("operator", "/app/maintenance-procedure/Daily Maintenance")

    open_run(form)

    expect(form.item("Errors in 24 hours").locator(".finding")).to_have_text("0 errors")
    expect(form.checklist.locator(".measured-by")).to_have_text("operator")


def test_the_instructions_and_the_command_of_a_task_are_in_its_opened_row(site, desk):
    form = desk("operator", "/app/maintenance-procedure/Critical System Failure")
    open_run(form)

    details = form.open_item("Check database connectivity")

    row = form.item("Check database connectivity")
    expect(row).to_contain_text("The database answers 1 within a second.")
    expect(details).to_contain_text(f'bench --site {site.name} mariadb -e "SELECT 1"')
    expect(form.open_item("Restart services if needed")).to_contain_text("This changes the system.")


def test_an_emergency_opens_a_run_of_its_own_outside_any_slot(desk, api):
    form = desk("operator", "/app/maintenance-procedure/Critical System Failure")
    before = datetime.now(ZONE)

    run = open_run(form)

    days = {f"{moment:%Y-%m-%d}" for moment in (before, datetime.now(ZONE))}
    assert run in {f"AD-HOC-CRITICAL-SYSTEM-FAILURE-{day}" for day in days}
    expect(form.checklist.locator("section[data-box]")).to_have_count(6)
    assert not read(api, "Checklist Run", run).get("slot")


def test_an_open_emergency_is_found_again_and_another_one_has_its_own_run(desk):
    runs = [
        open_run(desk("operator", f"/app/maintenance-procedure/{name}"))
        for name in ["Critical System Failure", "Critical System Failure", *EMERGENCIES[1:]]
    ]

    assert runs[0] == runs[1]
    assert len(set(runs)) == 3


def test_the_auditor_reads_a_procedure_and_opens_no_run(desk):
    form = desk("auditor", "/app/maintenance-procedure/Critical System Failure")

    expect(form.value("owner_title")).to_have_text("Operations Team Lead")
    expect(form.button("Open a Run")).to_be_hidden()


def test_an_emergency_shows_the_trigger_that_starts_it(desk):
    form = desk("operator", "/app/maintenance-procedure/Critical System Failure")

    expect(form.value("owner_title")).to_have_text("Operations Team Lead")
    expect(form.value("trigger_text")).to_have_text(
        'Monitoring dashboard inaccessible or system status "critical"'
    )


@pytest.mark.parametrize("user", ["manager", "operator", "auditor"])
def test_the_settings_say_what_is_still_to_fill_in_or_decide(user, desk, api):
    told = api(user).get("/api/method/verenigingen_maintenance.api.still_to_fill").json()["message"]
    form = desk(user, "/app/maintenance-settings")

    expect(form.page.get_by_text("Still to fill in or decide", exact=True)).to_be_visible()
    listed = form.page.locator(".still-to-fill li")
    expect(listed).to_have_text(told)
    for text in (
        "Escalation Level 1, Operations Team: the contact is operations@vereniging.nl, a placeholder",
        "Escalation Level 2, Technical Team: the contact is tech-team@vereniging.nl, a placeholder",
        "Escalation Level 3, External Support: the contact is support-vendor@company.com, a placeholder",
        "Emergency Contact Technical Lead: name, telephone, e-mail to fill in",
        "Emergency Contact 24/7 Support: telephone to fill in",
        "Maintenance Check Active members: decide on the proposal",
    ):
        expect(listed.filter(has_text=text)).to_have_count(1)


def test_a_contact_that_a_manager_fills_in_is_no_longer_to_fill_in(site, desk, api):
    address = "/api/resource/Emergency Contact/DevOps Engineer"
    before = read(api, "Emergency Contact", "DevOps Engineer")
    form = desk("manager", "/app/emergency-contact/DevOps Engineer")

    try:
        for field, text in (
            ("full_name", "D. Vries"),
            ("phone", "+31 20 1234567"),
            ("email", "d@vereniging.org"),
        ):
            form.write(form.input(field), text)
        assert form.save().ok
        settings = desk("manager", "/app/maintenance-settings")
        expect(settings.page.locator(".still-to-fill li").first).to_be_visible()
        expect(settings.page.locator(".still-to-fill", has_text="DevOps Engineer")).to_have_count(0)
    finally:
        blank = {field: before.get(field) for field in ("full_name", "phone", "email")}
        assert api("manager").put(address, data=blank).ok


def test_an_operator_reads_the_contacts_and_does_not_change_them(desk, api):
    form = desk("operator", "/app/emergency-contact/24%2F7 Support")

    expect(form.value("remark")).to_have_text("The vendor's number by contract")
    expect(form.button("Save")).to_be_hidden()
    answer = api("operator").put("/api/resource/Emergency Contact/Technical Lead", data={"phone": "1"})
    assert answer.status == 403


def open_run(form):
    """Presses the button; gives the name of the run that then lies open."""
    with form.page.expect_response("**/verenigingen_maintenance.api.open_run") as opened:
        form.button("Open a Run").click()
    run = opened.value.json()["message"]["run"]
    expect(form.page).to_have_url(re.compile(f"/app/checklist-run/{re.escape(quote(run))}$"))
    expect(form.items.first).to_be_visible()
    return run


def read(api, doctype, name):
    return api("operator").get(f"/api/resource/{doctype}/{name}").json()["data"]
