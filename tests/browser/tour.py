"""Every page of the app, looked at: python tests/browser/tour.py BASE_URL USER PASSWORD LANGUAGE AXE OUT_DIR

Not a test (test_pages_are_accessible.py goes through a part of it). Opens each list, form, report, page and
workspace of the app that has something to show, in one language (en, nl), 1440 and 390 pixels wide; takes a
picture, asks axe-core (AXE is its axe.min.js, of the npm package axe-core), looks whether it is wider than
the screen; prints what it found, and ends with 1 when that is something serious.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from camera import FLAGS, chromium
from playwright.sync_api import Page, sync_playwright

WIDTHS = (1440, 390)
SERIOUS = {"serious", "critical"}
# Of the page that is shown, without Frappe's own bar above it.
ASK_AXE = """async () => {
    const shown = window.frappe?.container?.page || document;
    const { violations } = await axe.run(shown, { resultTypes: ["violations"] });
    const where = (nodes) => nodes.map((node) => node.target.join(" "));
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: where(nodes) }));
}"""


def main(base_url: str, user: str, password: str, language: str, axe: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        context = browser.new_context(base_url=base_url, reduced_motion="reduce")
        answer = context.request.post("/api/method/login", form={"usr": user, "pwd": password})
        if not answer.ok:
            sys.exit(f"{base_url} does not let {user} in: {answer.status}")
        context.request.put(f"/api/resource/User/{user}", data={"language": language})
        found = [line for width in WIDTHS for line in tour(context.new_page(), width, axe, out)]
        browser.close()
    print(f"{len(found)} findings")
    sys.exit(1 if found else 0)


def tour(page: Page, width: int, axe: Path, out: Path) -> Iterator[str]:
    page.set_viewport_size({"width": width, "height": 900})
    load_desk(page)
    for route in routes_of(page):
        go_to(page, route)
        page.screenshot(path=out / f"{width}-{slug(route)}.png", animations="disabled")
        for line in [*faults(page, axe), *too_wide(page)]:
            print(f"{width} {route}: {line}")
            yield line


def load_desk(page: Page) -> None:
    page.goto("/app/maintenance")
    page.wait_for_function("window.frappe?.boot?.maintenance_pages && cur_page")


def routes_of(page: Page) -> Iterator[str]:
    """Addresses: the workspace, pages, reports, and of each DocType a list and a document."""
    pages = page.evaluate("frappe.boot.maintenance_pages")
    yield "maintenance"
    yield from pages.get("Page", [])
    yield from (f"query-report/{report}" for report in pages["Report"])
    for doctype in pages["DocType"]:
        meta = page.request.get(
            "/api/method/frappe.desk.form.load.getdoctype", params={"doctype": doctype}
        ).json()
        fields = meta["docs"][0]
        if fields["istable"]:
            continue
        if fields["issingle"]:
            yield dashed(doctype)
            continue
        yield f"{dashed(doctype)}/view/list"
        query = {"order_by": "creation desc", "limit": 1}
        rows = page.request.get(f"/api/resource/{doctype}", params=query).json().get("data")
        if rows:
            yield f"{dashed(doctype)}/{rows[0]['name']}"


def go_to(page: Page, route: str) -> None:
    """Shows a page within Desk, without loading Desk anew."""
    page.evaluate("(route) => frappe.set_route(`/app/${route}`)", "/".join(map(quoted, route.split("/"))))
    page.wait_for_timeout(300)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)


def faults(page: Page, axe: Path) -> Iterator[str]:
    """What axe-core calls serious or critical of the page that is shown."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(content=axe.read_text())
    for found in page.evaluate(ASK_AXE):
        if found["impact"] in SERIOUS:
            yield f"{found['id']}: {', '.join(found['where'][:5])}"


def too_wide(page: Page) -> Iterator[str]:
    """What makes the page wider than the screen, so that a person scrolls sideways."""
    wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    if wide > 1:
        yield f"wider than the screen by {wide} pixels"


def dashed(doctype: str) -> str:
    return doctype.lower().replace(" ", "-")


def quoted(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F")


def slug(route: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", route.lower()).strip("-")


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    main(*sys.argv[1:5], Path(sys.argv[5]), Path(sys.argv[6]))
