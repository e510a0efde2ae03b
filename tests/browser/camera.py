"""What the pictures of the documentation are taken with: a browser for each role."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
DESK = (1440, 900)
PHONE = (390, 844)


class NothingToShow(Exception):
    """The site has none of what a picture shows."""


class Camera:
    """Takes pictures of one site, as the users that `./dev demo` makes, into one directory."""

    def __init__(self, browser: Browser, base_url: str, password: str, out: Path):
        self.browser, self.base_url, self.password, self.out = browser, base_url, password, out
        self.opened: dict[tuple[str, str], BrowserContext] = {}

    def page(self, role: str, size: tuple[int, int] = DESK) -> Page:
        """A new page of operator, manager or auditor, in a window of that size."""
        is_phone = size == PHONE
        return self._context(role, "phone" if is_phone else "desk", size, 2 if is_phone else 1).new_page()

    def requests(self, role: str) -> APIRequestContext:
        """A session that never opened Desk, and so has no CSRF token: it may write."""
        return self._context(role, "requests").request

    def _context(
        self, role: str, what_for: str, size: tuple[int, int] = DESK, scale: int = 1
    ) -> BrowserContext:
        if (role, what_for) not in self.opened:
            window = {"width": size[0], "height": size[1]}
            context = self.browser.new_context(
                base_url=self.base_url, viewport=window, reduced_motion="reduce", device_scale_factor=scale
            )
            form = {"usr": f"{role}@example.com", "pwd": self.password}
            answer = context.request.post("/api/method/login", form=form)
            if not answer.ok:
                raise SystemExit(f"{self.base_url} does not let {form['usr']} in: {answer.status}")
            self.opened[role, what_for] = context
        return self.opened[role, what_for]

    def take(self, page: Page, name: str) -> None:
        """Takes what the window shows, once it is quiet, and closes it."""
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)  # what grows and fades
        page.screenshot(path=self.out / f"{name}.png", animations="disabled")
        page.close()

    def take_paper(self, role: str, address: str, name: str) -> None:
        """Takes the first page of a PDF."""
        answer = self.requests(role).get(address)
        if not answer.ok:
            raise NothingToShow(f"no PDF: {answer.status}")
        with tempfile.NamedTemporaryFile(suffix=".pdf") as paper:
            paper.write(answer.body())
            paper.flush()
            picture = ["-png", "-r", "80", "-f", "1", "-singlefile", paper.name, self.out / name]
            subprocess.run(["pdftoppm", *picture], check=True)


def show(page: Page, path: str, awaited: str) -> None:
    """Opens a page and waits for what has to be on it."""
    page.goto(path, wait_until="domcontentloaded")
    page.locator(awaited).locator("visible=true").first.wait_for()


def scroll_to(page: Page, selector: str, above: int = 140) -> None:
    """Puts an element so far below the top of what it scrolls in: that may be a part of the window."""
    page.locator(selector).first.evaluate(
        "(element, above) => { element.style.scrollMarginTop = `${above}px`; element.scrollIntoView(); }",
        above,
    )


def latest(requests: APIRequestContext, doctype: str, **filters: object) -> str:
    """The name of the newest document. Raises NothingToShow where there is none."""
    query = {"order_by": "creation desc", "limit": 1, "filters": json.dumps(filters)}
    rows = requests.get(f"/api/resource/{doctype}", params=query).json()["data"]
    if not rows:
        wanted = ", ".join(f"{field} {value}" for field, value in filters.items())
        raise NothingToShow(f"there is no {doctype} to show ({wanted or 'any'})")
    return rows[0]["name"]


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
