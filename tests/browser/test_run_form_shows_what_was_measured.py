from datetime import datetime

import pytest
from playwright.sync_api import expect

CHECKS = [
    "errors_24h",
    "errors_60min",
    "errors_same_title",
    "database_response",
    "api_response",
    "cache_hit_rate",
]


@pytest.fixture(scope="module")
def printed(site, trouble):
    """The run, measured again by `bench --site S maintenance run daily --json`."""
    run = site.maintenance("run", "daily")
    assert run["run"] == trouble["run"]
    return run


def test_an_operator_sees_each_item_with_verdict_value_unit_and_target_as_the_command_printed_them(
    printed, desk
):
    form = desk("operator", f"/app/checklist-run/{printed['run']}")

    assert [item["check"] for item in printed["items"]] == CHECKS
    expect(form.rows("items")).to_have_count(len(CHECKS))
    for row, item in enumerate(printed["items"], start=1):
        expect(form.cell("items", row, "title")).to_have_text(item["title"])
        expect(form.cell("items", row, "verdict")).to_have_text(item["verdict"])
        expect(form.cell("items", row, "value")).to_have_text(shown(item))
        expect(form.cell("items", row, "target")).to_have_text(item["target"])


def test_sixty_errors_are_critical_and_counted_where_they_are(trouble, desk):
    form = desk("operator", f"/app/checklist-run/{trouble['run']}")

    for row, value in ((1, "60 errors"), (2, "60 errors"), (3, "40 errors")):
        expect(form.cell("items", row, "value")).to_contain_text(value)
        expect(form.cell("items", row, "verdict")).to_have_text("CRITICAL")


def test_an_operator_sees_the_boxes_and_the_verdict_of_the_run(printed, desk):
    form = desk("operator", f"/app/checklist-run/{printed['run']}")

    expect(form.rows("boxes")).to_have_count(3)
    for row, box in enumerate(printed["boxes"], start=1):
        expect(form.cell("boxes", row, "box")).to_have_text(box["box"])
        expect(form.cell("boxes", row, "verdict")).to_have_text(box["verdict"])
    expect(form.value("verdict").first).to_have_text("CRITICAL")
    expect(form.indicator).to_have_text("Open, CRITICAL")
    moment = datetime.fromisoformat(printed["measured_at"])
    expect(form.value("measured_at")).to_have_text(f"{moment:%d-%m-%Y %H:%M:%S}")


def test_an_opened_item_shows_where_its_value_comes_from(trouble, desk):
    form = desk("operator", f"/app/checklist-run/{trouble['run']}")
    item = form.open_row("items", 1)

    for field, text in (
        ("source", "Error Log by modified, and its queue in Redis"),
        ("unit", "errors"),
        ("box", "Error count (24h) < 10"),
        ("task", "Review Recent Errors"),
    ):
        expect(item.locator(f'[data-fieldname="{field}"] .control-value')).to_have_text(text)
    evidence = item.locator('[data-fieldname="evidence"] .control-value')
    expect(evidence).to_contain_text('"in Error Log": 40')
    expect(evidence).to_contain_text('"waiting in Redis": 20')


def shown(item):
    """The value with its unit; where nothing was measured, the reason."""
    if item["value"] is None:
        return item["reason"]
    number = f"{item['value']:.3f}".rstrip("0").rstrip(".")
    return f"{number} {item['unit']}" + (f": {item['reason']}" if item["reason"] else "")
