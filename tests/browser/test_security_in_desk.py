import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_markup_is_shown_as_text import MARKUP, expect_nothing_ran


@pytest.fixture(scope="module")
def assessed(site):
    """The name of the assessment of a week ago, and that which today's will have."""

    def run(action):
        done = site.run(str(Path(__file__).with_name("security_on_site.py")), site.name, action)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    yield run("assess_a_week_ago")
    run("empty")


def test_an_operator_has_security_assessed_and_the_auditor_reads_what_changed(assessed, desk, api):
    listed = desk("operator", "/app/security-assessment")
    expect(listed.page.locator(".list-row")).to_have_count(1)
    listed.button("Assess Now").click()
    expect(listed.page.locator(f'.list-row a[data-name="{assessed["today"]}"]').first).to_be_visible(
        timeout=60_000
    )

    form = desk("auditor", f"/app/security-assessment/{assessed['today']}")
    changes = form.page.locator('section[data-part="changes"]')
    expect(changes.locator("h4")).to_have_text(f"Changes since {assessed['name']}")
    expect(changes.locator("li").first).to_have_text(f"new Server Script {MARKUP}")
    finding = form.page.locator('li[data-finding="guest_scripts"]')
    expect(finding).to_contain_text("New")
    expect(finding).to_contain_text(MARKUP)
    expect(form.page.locator('section[data-part="missing"]')).to_contain_text("no advisories at hand")
    form.page.locator('details[data-part-of="scripts"] summary').click()
    expect(form.page.locator('details[data-part-of="scripts"] td', has_text=MARKUP)).to_be_visible()
    expect_nothing_ran(form)

    expect(desk("auditor", "/app/security-assessment").button("Assess Now")).to_be_hidden()
    evidence = (
        api("auditor")
        .get(f"/api/resource/Security Assessment/{assessed['today']}")
        .json()["data"]["evidence"]
    )
    assert api("auditor").get(evidence).status == 200
    assert api("deskuser").get(evidence).status == 403
