"""The dashboard in Desk and as a page: it leads to its evidence, keeps up to date, and runs no markup."""

import json
import os
import re
from pathlib import Path

import pytest
from conftest import FLAGS, PATIENCE_MS
from playwright.sync_api import expect

ON_SITE = str(Path(__file__).parent / "dashboard_on_site.py")
DOOR = re.compile(r"maintenance\.api\.dashboard")
HALF_A_MINUTE = 31_000
ASKED_TWICE = """async () => {
    const board = frappe.pages["maintenance-dashboard"].maintenance_board, signals = [];
    const { ask } = board;
    board.ask = (stamp, signal) => (signals.push(signal), ask(stamp, signal));
    const first = board.refresh();
    board.refresh();
    await first;
    board.ask = ask;
    return signals.map((each) => each instanceof AbortSignal);
}"""


@pytest.fixture(scope="module")
def on_site(site):
    def act(action, *arguments):
        done = site.run(ON_SITE, site.name, action, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    yield act
    act("forget")


@pytest.fixture(scope="module")
def hostile(on_site):
    return on_site("make_hostile")


@pytest.fixture
def opened(playwright, site, contexts):
    """Opens a path in a page whose clock can be set forward. The test fails when it raised an exception.

    A clock is that of all pages of a browser's context: this is one of its own.
    """
    browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS.split())
    raised = []

    def open_as(user, path):
        state = contexts(user).storage_state()
        context = browser.new_context(base_url=site.url, storage_state=state, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: raised.append(str(error)))
        page.clock.install()
        page.goto(path, wait_until="domcontentloaded")
        return page

    yield open_as
    browser.close()
    assert raised == []


def part(page, name):
    return page.locator(f'.maintenance-dashboard [data-part="{name}"]')


def test_an_operator_reads_the_dashboard_in_desk_and_it_keeps_up_to_date(opened, hostile, on_site):
    page = opened("operator", "/app/maintenance-dashboard")
    board = page.locator(".maintenance-dashboard")
    summary = part(page, "summary")
    expect(summary.get_by_role("heading", name="Executive Summary")).to_be_visible()
    expect(summary.locator(".value")).to_have_text("critical")
    expect(page.locator(".maintenance-watch:visible")).to_have_count(0)
    expect(board.locator(".as-of")).to_have_text(re.compile(r"^Shown as of \d\d:\d\d:\d\d, \d+ s ago\.$"))

    # each part leads to its evidence, and the emergency comes first
    expect(board.locator(".contents section").first).to_have_attribute("data-part", "incident")
    expect(part(page, "incident").get_by_role("link")).to_have_attribute(
        "href", f"/app/maintenance-incident/{hostile['incident']}"
    )
    expect(part(page, "patterns").locator(f'a[href$="/{hostile["pattern"]}"]')).to_be_visible()
    card = board.locator('[data-card="Errors (24h)"]')
    expect(card.locator(".value")).to_contain_text("60 ")
    expect(card.locator("h2 a")).to_have_attribute(
        "href", f"/app/checklist-run/{hostile['run']}?check=errors_24h"
    )
    addresses = board.locator(".contents a").evaluate_all(
        "links => links.map((each) => each.getAttribute('href'))"
    )
    assert [each for each in addresses if not each.startswith("/app/")] == []

    # what was unfolded, focused and scrolled to stays as it is when something new is shown
    page.evaluate("window.is_the_same_page = true")
    part(page, "promises").locator("summary").click()
    focused = board.locator('[data-card="Errors (24h)"] h2 a')
    focused.focus()
    top = page.evaluate("window.scrollTo(0, 300), window.scrollY")
    on_site("escalate", "A new escalation")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(part(page, "escalations").get_by_role("link", name="A new escalation")).to_be_visible()
    assert page.evaluate("window.is_the_same_page")
    expect(part(page, "promises").locator("details")).to_have_attribute("open", "")
    expect(focused).to_be_focused()
    assert page.evaluate("window.scrollY") == top

    # nothing of it ran, and all of it is there as text
    assert page.evaluate("window.pwned") is None
    assert board.locator("img").count() == 0
    assert board.inner_text().count("<img src=x onerror=") > 8

    # a phone shows it without scrolling sideways
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert board.locator(".what a").first.bounding_box()["height"] >= 40

    # a server that does not answer is told in words
    page.route(DOOR, lambda route: route.fulfill(status=503, body="{}"))
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(board.get_by_role("alert")).to_contain_text("The server did not answer (HTTP 503)")
    expect(page.locator(".modal.show")).to_have_count(0)
    page.unroute(DOOR)
    page.get_by_role("button", name="Refresh").click()
    expect(board.locator(".silent")).to_be_hidden()

    # what is told while it asks is asked afterwards, and no question waits without end
    assert page.evaluate(ASKED_TWICE) == [True, True]

    focused.click()
    expect(page).to_have_url(re.compile(f"/app/checklist-run/{hostile['run']}"))


def test_the_page_for_a_wall_refreshes_itself_and_says_when_it_cannot(opened, hostile, on_site):
    page = opened("auditor", "/maintenance_dashboard")
    expect(part(page, "summary").locator(".value")).to_have_text("critical")
    page.evaluate("window.is_the_same_page = true")

    on_site("escalate", "Another escalation")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(part(page, "escalations").get_by_role("link", name="Another escalation")).to_be_visible()
    assert page.evaluate("[window.is_the_same_page, window.pwned]") == [True, None]

    page.route("**/maintenance_dashboard", lambda route: route.fulfill(body="<h1>Login</h1>"))
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.get_by_role("alert")).to_contain_text("it answers with another page")
    expect(part(page, "summary").locator(".value")).to_have_text("critical")
