"""What the workspace shows: figures, charts, what to do when, and what a new site still needs."""

from __future__ import annotations

import frappe
from frappe import _

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, only_for, told_in_shell
from verenigingen_maintenance.operations import (
    site_setup,
    workspace_charts,
    workspace_figures,
    workspace_guide,
)
from verenigingen_maintenance.operations.refusals import parsed, refuse, whole_number
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET", "POST"])
@told_in_shell
def workspace_figure(filters: str | dict | None = None) -> str:
    """A number card as HTML; its filters name the figure: {"figure": "open_escalations"}."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    asked = parsed(filters or "{}")
    if not isinstance(asked, dict):
        refuse(_("The filters of a figure name it: {0}"), '{"figure": "open_escalations"}')
    return workspace_figures.shown(str(asked.get("figure") or ""), clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_workspace_charts() -> list[dict]:
    """The charts: each with its title, svg, words and the page of its evidence."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return workspace_charts.describe(clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def what_to_do() -> list[dict]:
    """Situations, what to do first in each, and links."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return workspace_guide.describe()


@frappe.whitelist(methods=["GET"])
@told_in_shell
def setup_steps(anew: int = 0) -> dict:
    """What a new site needs, as it is measured now; with `anew` also what is kept for some minutes."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return site_setup.describe(clock.now(), bool(whole_number(anew, "anew")))


@frappe.whitelist(methods=["POST"])
@told_in_shell
def send_test_mail() -> str:
    """Queues a message to whoever asks; returns the address. Once it is sent, the step of e-mail is done."""
    only_for(MANAGER)
    return site_setup.send_test_mail(frappe.session.user)
