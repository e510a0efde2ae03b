"""The monthly run as an operator has it: findings that lead to their documents, and drafts."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import expect_nothing_ran


@pytest.fixture
def run(site):
    def action(name):
        done = site.run(str(Path(__file__).parent / "reviews_on_site.py"), site.name, name)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    yield action("begin")["run"]
    action("empty")


def test_findings_lead_to_their_documents_and_the_drafts_tell_of_changes(run, desk):
    form = desk("operator", f"/app/checklist-run/{run}")
    review = form.checklist.locator(".review.changed")

    def finding(title):
        return review.locator(".review-finding").filter(has_text=title)

    expect(finding("Index on the wrong end")).to_contain_text("made something worse: roll it back")
    expect(finding("Index on mandates")).to_contain_text("proposed, high gain expected; no person, no date")
    expect(finding("Changed: Configuration of the site")).to_contain_text("ignore_csrf: False, now True")
    expect(finding("Review Daily Maintenance")).to_contain_text("> 90 → > 95")
    expect(finding("Monthly Performance Report 2026-10")).to_contain_text("was not drafted: ")
    expect(finding("Changes: not known")).to_contain_text("nobody looked for opportunities yet")
    expect(finding("Changes: not known").get_by_role("button")).to_have_count(0)
    line = "Bigger cache: Rolled Back, Worse, the slow query 10 → 15 ms (+50 %)"
    for label in ("Major Changes", "Performance Improvements"):
        assert line in form.free_field(label).input_value()
    assert (
        "Index on mandates (Proposed, high gain expected"
        in form.free_field("Next Month's Focus").input_value()
    )
    expect_nothing_ran(form)

    finding("High: ignore_csrf").get_by_role("link").click()
    expect(form.page.locator(".title-text:visible")).to_contain_text("SEC-")
    expect(form.page.locator('[data-fieldname="told"]:visible')).to_contain_text("Switch it off")
    expect_nothing_ran(form)
