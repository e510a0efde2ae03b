"""A browser on the test stand: users of each role, their sessions, and a site in a known state."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import warm
from playwright.sync_api import (
    APIRequestContext,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)

HERE = Path(__file__).parent
PASSWORD = "a-password-of-the-test-stand"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Site:
    """The site under test: its address, and what can be done to it from a shell."""

    url: str = field(default_factory=lambda: os.environ["MAINTENANCE_URL"])
    name: str = field(default_factory=lambda: os.environ["MAINTENANCE_SITE"])
    bench: Path = field(default_factory=lambda: Path(os.environ["MAINTENANCE_BENCH"]))
    warm: str = ""  # the socket of a process that has Frappe imported

    def script(self, action: str, *arguments: str) -> dict:
        """Runs an action of on_site.py in the bench; what it prints last is its answer."""
        done = self.run(str(HERE / "on_site.py"), self.name, action, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def maintenance(self, *arguments: str) -> dict:
        """What `bench --site S maintenance ARGUMENTS --json` prints."""
        helper = ("-m", "frappe.utils.bench_helper", "frappe", "--site", self.name)
        done = self.run(*helper, "maintenance", *arguments, "--json")
        assert done.returncode in range(4), done.stderr
        return json.loads(done.stdout)

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Python of the bench with arguments, in its sites directory."""
        return warm.run(self.warm, [*arguments])


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The test stand with its users, emptied before and after."""
    there = Site()
    with warm.process(there.bench) as there.warm:
        there.script("add_users", PASSWORD)
        there.script("empty")
        yield there
        there.script("empty")


@pytest.fixture(scope="session")
def doors(site: Site) -> dict:
    """What the app opens to the outside, found in the app itself: `methods` and `doctypes`."""
    return site.script("list_doors")


@pytest.fixture(scope="module")
def trouble(site: Site) -> dict:
    """Today's run over 60 errors and nothing else, with the escalation it opened."""
    return site.script("make_trouble")


@pytest.fixture(scope="session")
def fill_in(api: Callable[[str], APIRequestContext]) -> Callable[..., None]:
    """Writes, as the operator, all that a run needs to be signed; the row `failed` fails, without a note."""

    def fill(run: str, failed: str = "", **values: object) -> None:
        address = f"/api/resource/Checklist Run/{run}"
        items = api("operator").get(address).json()["data"]["items"]
        for item in items:
            item["note"] = "" if item["title"] == failed else "Looked at it"
            if item["by_hand"]:
                item["result"] = "Failed" if item["title"] == failed else "Done"
        answer = api("operator").put(address, data={"items": items, **values})
        assert answer.ok, answer.text()

    return fill


@pytest.fixture(scope="module")
def signed(site: Site, fill_in: Callable[..., None]) -> str:
    """Today's run over 60 errors, which the operator filled in and signed."""
    run = site.script("make_trouble")["run"]
    fill_in(run, docstatus=1)
    return run


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def api(playwright: Playwright, site: Site) -> Iterator[Callable[[str], APIRequestContext]]:
    """Over HTTP as a user, by the first part of the e-mail address; as "guest" without logging in.

    A session that never opened Desk has no CSRF token, so that nothing but permissions can refuse it.
    """
    opened: dict[str, APIRequestContext] = {}

    def session_of(user: str) -> APIRequestContext:
        if user not in opened:
            opened[user] = playwright.request.new_context(base_url=site.url)
            if user != "guest":
                log_in(opened[user], user)
        return opened[user]

    yield session_of
    for context in opened.values():
        context.dispose()


@pytest.fixture(scope="session")
def contexts(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], BrowserContext]]:
    """The browser of a user, logged in once; as "guest" without logging in.

    Each has a profile on disk, for only there Chromium keeps compiled scripts: a page takes little more than
    half the time.
    """
    opened: dict[str, BrowserContext] = {}

    def context_of(user: str) -> BrowserContext:
        if user not in opened:
            opened[user] = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp(user),
                executable_path=os.environ["CHROMIUM"],
                args=FLAGS.split(),
                base_url=site.url,
                viewport={"width": 1366, "height": 900},
                reduced_motion="reduce",
            )
            opened[user].set_default_timeout(PATIENCE_MS)
            if user != "guest":
                log_in(opened[user].request, user)
        return opened[user]

    yield context_of
    for context in opened.values():
        context.close()


class Desk:
    """A page of Desk, and where things are on it."""

    def __init__(self, page: Page):
        self.page = page

    def button(self, name: str) -> Locator:
        """One of a page: that of a dialog which it opens has the same name."""
        return self.page.get_by_role("button", name=name, exact=True).and_(
            self.page.locator(":not(.btn-modal-primary)")
        )

    def press(self, name: str, **values: str) -> None:
        """Presses a button, fills in the dialog that it opens, and submits that."""
        self.button(name).click()
        for fieldname, value in values.items():
            self.dialog.locator(f':is(input, textarea)[data-fieldname="{fieldname}"]').fill(value)
        self.dialog.locator(".btn-modal-primary").click()

    def value(self, field: str) -> Locator:
        """What a field that cannot be written shows."""
        return self.page.locator(
            f'.frappe-control[data-fieldname="{field}"] > .form-group .control-value:visible'
        )

    def input(self, field: str) -> Locator:
        return self.page.locator(f':is(input, textarea)[data-fieldname="{field}"]:visible')

    def cell(self, table: str, row: int, field: str) -> Locator:
        """A cell of a table as text; rows count from 1."""
        rows = self.page.locator(f'[data-fieldname="{table}"] .grid-body .grid-row')
        return rows.nth(row - 1).locator(f'.grid-static-col[data-fieldname="{field}"] > .static-area')

    @property
    def indicator(self) -> Locator:
        """What stands beside the title."""
        return self.page.locator(".title-area .indicator-pill:visible")

    @property
    def dialog(self) -> Locator:
        """The dialog that lies on top."""
        return self.page.locator(".modal.show").last

    @property
    def checklist(self) -> Locator:
        """The list of a run."""
        return self.page.locator(".maintenance-checklist")

    def box(self, name: str) -> Locator:
        """A section of the list, under the box of the written checklist that it answers."""
        return self.checklist.locator("section[data-box]").filter(has=self.page.locator("h4", has_text=name))

    @property
    def items(self) -> Locator:
        return self.checklist.locator(".item")

    def item(self, title: str, box: str = "") -> Locator:
        """A row of the list, or of a section of it."""
        named = self.page.locator(".title", has_text=re.compile(f"^{re.escape(title)}$"))
        rows = self.box(box).locator(".item") if box else self.items
        return rows.filter(has=named)

    def open_item(self, title: str) -> Locator:
        """Opens the details of a row; gives what then lies open."""
        self.item(title).locator(".title").click()
        self.item(title).locator("[data-act=evidence]").click()
        return self.item(title).locator(".more:not([hidden])")

    @property
    def needs(self) -> Locator:
        """What the head says is needed before the run can be signed."""
        return self.checklist.locator(".still-needed li")

    @property
    def measured_at(self) -> Locator:
        """When the run was measured, in its head."""
        return self.checklist.locator(".measured-at")

    @property
    def writable(self) -> Locator:
        """All that a person could fill in or press in the list, but what only unfolds."""
        return self.checklist.locator(":is(input, textarea, button):enabled:not([data-act=evidence], .copy)")

    def note(self, title: str) -> Locator:
        """The note of a row."""
        return self.checklist.get_by_label(f"Note: {title}", exact=True)

    def free_field(self, label: str) -> Locator:
        """A field under the list, such as Issues Found."""
        return self.checklist.get_by_label(label, exact=True)

    def write(self, field: Locator, text: str) -> None:
        """Fills a field, and waits until the form knows: it then draws its buttons anew."""
        field.fill(text)
        field.blur()
        expect(self.indicator).to_have_text("Not Saved")

    def save(self) -> Response:
        """Presses Save, and waits for the answer."""
        with self.page.expect_response("**/frappe.desk.form.save.savedocs") as saved:
            self.button("Save").click()
        return saved.value


@pytest.fixture
def desk(contexts: Callable[[str], BrowserContext]) -> Iterator[Callable[[str, str], Desk]]:
    """Opens a path as a user. The test fails when a page raised a JavaScript exception."""
    pages: list[Page] = []
    raised: list[str] = []

    def open_as(user: str, path: str) -> Desk:
        page = contexts(user).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: raised.append(f"{user} at {page.url}: {error}"))
        page.goto(path, wait_until="domcontentloaded")
        return Desk(page)

    yield open_as
    for page in pages:
        page.close()
    assert raised == []


def log_in(requests: APIRequestContext, user: str) -> None:
    answer = requests.post("/api/method/login", form={"usr": f"{user}@example.com", "pwd": PASSWORD})
    assert answer.ok, answer.text()
