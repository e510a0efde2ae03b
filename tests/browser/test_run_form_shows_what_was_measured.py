"""The form of a run beside what `bench --site S maintenance run daily --json` printed of the same run."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

UNITS = Path(__file__).parents[2] / "verenigingen_maintenance" / "core" / "units.py"
ONE = dict(re.findall(r'"(.+)": phrase\("(.+)"\)', UNITS.read_text(encoding="utf-8")))
BY_HAND = ["Check Executive Summary", "Check Error Patterns"]
FREE_FIELDS = ["Issues Found", "Actions Taken", "Escalations Made"]
CRITICAL = {
    "Errors in 24 hours": "60 errors (target < 10)",
    "Errors in 60 minutes": "60 errors (target <= 20)",
    "Same error in 24 hours": "40 errors (target <= 5): “Connection lost made by …”",
}


@pytest.fixture(scope="module")
def printed(site, trouble):
    """The run, measured again by the command."""
    run = site.maintenance("run", "daily")
    assert run["run"] == trouble["run"]
    return run


def test_an_operator_sees_each_row_under_its_box_with_where_its_value_comes_from(printed, desk):
    form = desk("operator", f"/app/checklist-run/{printed['run']}")

    assert len(printed["items"]) >= 26
    expect(form.items).to_have_count(len(printed["items"]))
    expect(form.page.get_by_text("Submit this document to confirm")).to_be_hidden()
    rows = form.items.evaluate_all(
        """rows => rows.map(row => [row.closest("section").dataset.box,
            ...[".title", ".verdict", ".finding"].map(part => row.querySelector(part).innerText.trim())])"""
    )
    assert sorted(rows) == sorted(shown(item) for item in printed["items"])
    for title, value in CRITICAL.items():
        expect(form.item(title).locator(".finding")).to_contain_text(value)
    assert [item["title"] for item in printed["items"] if item["by_hand"]] == BY_HAND
    expect(form.items.get_by_role("radio", checked=False)).to_have_count(2 * len(BY_HAND))

    assert len(printed["boxes"]) == 8
    headings = [f"{tick(box)} {box['box']} {box['verdict'] or 'To do'}" for box in printed["boxes"]]
    expect(form.checklist.locator("section[data-box] h4")).to_have_text(headings)
    expect(form.indicator).to_have_text("Open, CRITICAL")
    expect(form.checklist.locator(".run-state > .indicator-pill").first).to_have_text("CRITICAL")
    moment = datetime.fromisoformat(printed["measured_at"])
    expect(form.measured_at).to_have_text(f"{moment:%d-%m-%Y %H:%M:%S}")
    told = local(printed["since_last_signed"]).replace(":\n", "\n").split("\n")
    expect(form.checklist.locator(".since :is(h4, li)")).to_have_text(
        [re.sub("^- ", "", each) for each in told]
    )
    assert printed["escalations"][0]["name"] in "".join(told)

    expect(form.checklist.locator(".free label")).to_have_text(FREE_FIELDS)
    assert "Errors in 24 hours: CRITICAL, 60 errors" in form.free_field("Issues Found").input_value()
    expect(form.free_field("Actions Taken")).to_have_value("")
    assert printed["escalations"][0]["name"] in form.free_field("Escalations Made").input_value()

    expect(form.item("Errors in 24 hours").get_by_text("in Error Log")).to_be_hidden()
    details = form.open_item("Errors in 24 hours")
    for label, text in (
        ("Step", "Error Log Review, 1. Review Recent Errors"),
        ("Target", "< 10 errors"),
        ("Source", "Error Log, counted by pattern, and its queue in Redis"),
        ("By", "Administrator on "),
        ("Command", "maintenance run check errors_24h"),
        ("Measured before", "CRITICAL, 60 errors"),
        ("Evidence", '"in Error Log": 40'),
        ("Evidence", '"waiting in Redis": 20'),
        ("Thresholds", '"critical": "> 50"'),
    ):
        expect(content(details, label)).to_contain_text(text)

    name = printed["escalations"][0]["name"]
    form.item("Errors in 24 hours").get_by_role("link", name=name).click()
    expect(form.value("status")).to_have_text("Open")
    expect(form.page).to_have_url(re.compile(f"/app/maintenance-escalation/{name}$"))


def content(details, label):
    """What stands under a label of the opened details."""
    return (
        details.locator(".detail")
        .filter(has=details.page.locator("dt", has_text=re.compile(f"^{label}$")))
        .locator("dd")
    )


def tick(box):
    return "☑" if box["verdict"] == "OK" else "☐"


def shown(item):
    return [item["box"], item["title"], item["verdict"] or "To do", finding(item)]


def finding(item):
    """The value with its unit and, off target, the target; the reason; the escalation."""
    if item["by_hand"]:
        return "Done\n Failed"
    target = f" (target {item['target']})" if item["target"] and item["verdict"] != "OK" else ""
    value = "" if item["value"] is None else in_words(item) + target
    return " ".join(
        filter(None, (": ".join(filter(None, (value, local(item["reason"])))), item["escalation"]))
    )


def local(text):
    """With its dates as this site writes them."""
    days = r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d):\d\d[+-]\d\d:\d\d)?(?=[ ,.;:)]|$)"
    return re.sub(
        days, lambda found: f"{found[3]}-{found[2]}-{found[1]} {found[4] or ''}".strip(), text or ""
    )


def in_words(item):
    steps = item["unit"].split("/")
    if len(steps) > 2:
        return steps[int(item["value"])]
    if item["value"] == 1 and item["unit"] in ONE:
        return ONE[item["unit"]]
    number = f"{item['value']:,.3f}".rstrip("0").rstrip(".")
    return f"{number} {item['unit']}"
