import os
from pathlib import Path

import pytest
import tour

AXE = Path(os.environ["AXE"])
# What people work with; tests/browser/tour.py looks at all pages, those of every DocType included.
PAGES = (
    "maintenance",
    "maintenance-dashboard",
    "checklist-run/view/list",
    "checklist-run/view/calendar",
    "checklist-run/{run}",
    "maintenance-escalation/view/list",
    "maintenance-escalation/{escalation}",
    "error-pattern/{pattern}",
    "escalation-level/level-1",
    "maintenance-procedure/Daily Maintenance",
    "maintenance-settings",
    "query-report/Error Patterns",
    "query-report/System Health",
)


@pytest.fixture(scope="module")
def routes(trouble, api):
    pattern = api("auditor").get("/api/resource/Error Pattern").json()["data"][0]["name"]
    names = {"run": trouble["run"], "escalation": trouble["escalations"][0]["name"], "pattern": pattern}
    return [page.format(**names) for page in PAGES]


@pytest.mark.parametrize("width", tour.WIDTHS)
def test_axe_finds_nothing_serious_and_nobody_scrolls_sideways(width, routes, contexts):
    page = contexts("operator").new_page()
    page.set_viewport_size({"width": width, "height": 900})
    tour.load_desk(page)

    found = {}
    for route in routes:
        tour.go_to(page, route)
        found[route] = [*tour.faults(page, AXE), *tour.too_wide(page)]

    page.close()
    assert found == {route: [] for route in routes}
