import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

BY_HAND = ["Check Executive Summary", "Check Error Patterns"]
FREE_FIELDS = ["Issues Found", "Actions Taken", "Escalations Made"]


@pytest.fixture(scope="module")
def printed(site, trouble):
    """The run, measured again by `bench --site S maintenance run daily --json`."""
    run = site.maintenance("run", "daily")
    assert run["run"] == trouble["run"]
    return run


@pytest.fixture
def form(printed, desk):
    return desk("operator", f"/app/checklist-run/{printed['run']}")


def test_an_operator_sees_each_item_under_its_box_as_the_command_printed_it(printed, form):
    assert len(printed["items"]) >= 26
    expect(form.items).to_have_count(len(printed["items"]))
    expect(form.page.get_by_text("Submit this document to confirm")).to_be_hidden()
    for item in printed["items"]:
        row = form.item(item["title"], item["box"])
        expect(row.locator(".verdict")).to_have_text(item["verdict"] or "To do")
        expect(row.locator(".finding")).to_have_text(shown(item))


def test_rows_by_hand_ask_for_an_answer_and_measured_rows_do_not(printed, form):
    assert [item["title"] for item in printed["items"] if item["by_hand"]] == BY_HAND
    expect(form.items.get_by_role("radio")).to_have_count(2 * len(BY_HAND))
    for title in BY_HAND:
        expect(form.item(title).get_by_label("Done")).not_to_be_checked()
        expect(form.item(title).get_by_label("Failed")).not_to_be_checked()


def test_sixty_errors_are_critical_and_counted_where_they_are(form):
    for title, value in (
        ("Errors in 24 hours", "60 errors (target < 10)"),
        ("Errors in 60 minutes", "60 errors (target <= 20)"),
        ("Same error in 24 hours", "40 errors (target <= 5): “Connection lost made by …”"),
    ):
        expect(form.item(title).locator(".finding")).to_contain_text(value)
        expect(form.item(title).locator(".verdict")).to_have_text("CRITICAL")


def test_an_operator_sees_the_eight_boxes_and_the_verdict_of_the_run(printed, form):
    assert len(printed["boxes"]) == 8
    headings = [f"{tick(box)} {box['box']} {box['verdict'] or 'To do'}" for box in printed["boxes"]]
    expect(form.checklist.locator("section[data-box] h5")).to_have_text(headings)
    expect(form.value("verdict")).to_have_text("CRITICAL")
    expect(form.indicator).to_have_text("Open, CRITICAL")
    moment = datetime.fromisoformat(printed["measured_at"])
    expect(form.value("measured_at")).to_have_text(f"{moment:%d-%m-%Y %H:%M:%S}")


def test_the_head_says_what_happened_since_the_last_signed_run(printed, form):
    assert printed["escalations"][0]["name"] in printed["since_last_signed"]
    expect(form.checklist.locator(".since")).to_have_text(printed["since_last_signed"])


def test_the_free_fields_are_drafted_from_the_rows(printed, form):
    expect(form.checklist.locator(".free label")).to_have_text(FREE_FIELDS)
    issues = form.free_field("Issues Found").input_value()
    assert "Errors in 24 hours: CRITICAL, 60 errors" in issues
    expect(form.free_field("Actions Taken")).to_have_value("")
    assert printed["escalations"][0]["name"] in form.free_field("Escalations Made").input_value()


def test_an_opened_item_shows_where_its_value_comes_from(form):
    expect(form.item("Errors in 24 hours").get_by_text("in Error Log")).to_be_hidden()

    details = form.open_item("Errors in 24 hours")

    for label, text in (
        ("Step", "Error Log Review, 1. Review Recent Errors"),
        ("Target", "< 10 errors"),
        ("Source", "Error Log, counted by pattern, and its queue in Redis"),
        ("By", "Administrator"),
    ):
        expect(content(details, label)).to_have_text(text)
    expect(content(details, "Command")).to_contain_text("maintenance run check errors_24h")
    for text in ('"in Error Log": 40', '"waiting in Redis": 20'):
        expect(content(details, "Evidence")).to_contain_text(text)
    expect(content(details, "Thresholds")).to_contain_text('"critical": "> 50"')


def test_a_critical_item_leads_to_its_escalation(printed, form):
    name = printed["escalations"][0]["name"]

    form.item("Errors in 24 hours").get_by_role("link", name=name).click()

    expect(form.value("status")).to_have_text("Open")
    expect(form.page).to_have_url(re.compile(f"/app/maintenance-escalation/{name}$"))


def content(details, label):
    """What stands under a label of the opened details."""
    return details.locator("b", has_text=label).locator("xpath=following-sibling::pre[1]")


def tick(box):
    return "☑" if box["verdict"] == "OK" else "☐"


def shown(item):
    """The value with its unit and, off target, the target; the reason; the escalation."""
    if item["by_hand"]:
        return "Done Failed"
    target = f" (target {item['target']})" if item["target"] and item["verdict"] != "OK" else ""
    value = "" if item["value"] is None else in_words(item) + target
    return " ".join(filter(None, (": ".join(filter(None, (value, item["reason"]))), item["escalation"])))


def in_words(item):
    steps = item["unit"].split("/")
    if len(steps) > 2:
        return steps[int(item["value"])]
    number = f"{item['value']:.3f}".rstrip("0").rstrip(".")
    return f"{number} {item['unit']}"
