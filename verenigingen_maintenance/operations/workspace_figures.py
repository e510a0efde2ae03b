"""The number cards of the workspace: each a figure that leads to its evidence, or words where none is known.

Frappe puts text that a card's method returns into the card as it is; a number it would format, and of what is
not known it could only make 0. So this returns HTML, in which every text is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import flt, format_datetime

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import procedures, service_levels, sign, watch
from verenigingen_maintenance.operations.checks import CHECK, LIVE
from verenigingen_maintenance.operations.language import in_figures, said
from verenigingen_maintenance.operations.open_escalations import UNRESOLVED
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.workspace_guide import critical_checks, list_of, report
from verenigingen_maintenance.sources import clock, compliance, error_patterns
from verenigingen_maintenance.sources.error_patterns import PATTERN
from verenigingen_maintenance.sources.trends import ESCALATION

RISING = ("New", "Escalating", "Regressed")
KNOWN = ("OK", "WARNING", "CRITICAL")
MOST_TITLES = 2
BEHIND = timedelta(hours=1)


@dataclass(frozen=True)
class Figure:
    """What a card shows: a value, or None with the reason as its note; and the page of its evidence."""

    value: str | None
    note: str
    route: str


def shown(name: str, now: datetime) -> str:
    """A card as HTML. Raises frappe.ValidationError for a name that there is not."""
    if name not in FIGURES:
        refuse(_("There is no figure “{0}”. There are: {1}."), name, ", ".join(FIGURES))
    figure = FIGURES[name](now)
    is_known = figure.value is not None
    value = html.escape(figure.value if is_known else _("not known"))
    kind = "" if is_known else " is-unknown"
    return (
        f'<a class="maintenance-figure{kind}" href="{html.escape(figure.route)}">{value}</a>'
        f'<div class="maintenance-note">{html.escape(figure.note)}</div>'
    )


def todays_run(now: datetime) -> str | None:
    """The daily run of today, by its name; without a slot today, one that somebody opened today."""
    today = clock.stored(now).date()
    daily = ["procedure", "in", [each.name for each in procedures.scheduled() if each.cadence == "Daily"]]
    of_slot = [["slot", "is", "set"], ["due_from", ">=", today], ["due_from", "<", today + timedelta(days=1)]]
    by_hand = [["status", "=", "Open"], ["opened_at", ">=", today]]
    return frappe.db.get_value(RUN, [daily, *of_slot]) or frappe.db.get_value(
        RUN, [daily, *by_hand], order_by="opened_at desc"
    )


def route_of_today(now: datetime) -> str:
    """Today's daily run in Desk, or the runs that are open."""
    name = todays_run(now)
    return f"/app/checklist-run/{quote(name)}" if name else list_of("Checklist Run", status="Open")


def _run(now: datetime) -> Figure:
    name, route = todays_run(now), route_of_today(now)
    if not name:
        return Figure(_("No run"), _("No daily run has a slot today, or it has not opened yet."), route)
    run = frappe.get_doc(RUN, name)
    if run.status != "Open":
        return Figure(_(run.status), name, route)
    if not run.measured_at:
        return Figure(None, _("{0} was not measured yet.").format(name), route)
    if needed := len(sign.still_needed(run)):
        return Figure(str(needed), _("to answer before {0} can be signed").format(name), route)
    return Figure(_("Ready"), _("Everything in {0} is answered: it can be signed.").format(name), route)


def _open_escalations(now: datetime) -> Figure:
    filters = {"status": ("in", UNRESOLVED), "is_drill": 0}
    found, waiting = (frappe.db.count(ESCALATION, each) for each in (filters, {**filters, "status": "Open"}))
    route = list_of("Maintenance Escalation", status=["in", list(UNRESOLVED)], is_drill=["!=", 1])
    note = _("{0} of them acknowledged by nobody").format(waiting) if found else _("Nothing is escalated.")
    return _watched(found, note, route, now)


def _critical_checks(now: datetime) -> Figure:
    critical = {**LIVE, "live_verdict": "CRITICAL"}
    titles = frappe.get_all(CHECK, critical, pluck="title", order_by="live_since asc", limit=0)
    more = _("{0} and {1} more").format(", ".join(map(said, titles[:MOST_TITLES])), len(titles) - MOST_TITLES)
    few = ", ".join(map(said, titles)) or _("No live check is CRITICAL.")
    note = more if len(titles) > MOST_TITLES else few
    route = critical_checks()
    known = frappe.db.count(CHECK, {**LIVE, "live_verdict": ("in", KNOWN)})
    silent = frappe.db.count(CHECK, LIVE) - known  # one that was never judged has no verdict at all
    if silent and watch.is_watching(now):
        why = _("Not known of {0} live checks: they may be critical too.").format(silent)
        return _at_least(len(titles), f"{note} {why}" if titles else why, route)
    return _watched(len(titles), note, route, now)


def _watched(found: int, note: str, route: str, now: datetime) -> Figure:
    """A count that is only all there is while samples come."""
    if watch.is_watching(now):
        return Figure(str(found), note, route)
    return _at_least(found, _("No samples come: what broke since is not known."), route)


def _at_least(found: int, why: str, route: str) -> Figure:
    """A count of which only a part is known; where that is none, nothing is."""
    return Figure(_("{0} or more").format(found) if found else None, why, route)


def _error_patterns(now: datetime) -> Figure:
    filters = {"state": ("in", RISING), "continues_in": ("is", "not set")}
    route = list_of("Error Pattern", state=["in", list(RISING)], continues_in=["is", "not set"])
    if error_patterns.counted_since() is None:
        return Figure(None, _("No errors were counted yet."), route)
    found = frappe.db.count(PATTERN, filters)
    if error_patterns.is_behind(now - BEHIND):
        return _at_least(found, _("The newest errors are not counted yet."), route)
    return Figure(str(found), _("new, escalating or back after they were resolved"), route)


def _compliance(now: datetime) -> Figure:
    found, route = compliance.latest(now), report("Compliance")
    if isinstance(found, Unknown):
        return Figure(None, said(found.reason), route)
    if not found.score:
        return Figure(None, said(found.measured), route)
    told = _("Assessed at {0}").format(format_datetime(found.assessed_at))
    return Figure(f"{in_figures(float(found.score))} %", told, route)


def _availability(now: datetime) -> Figure:
    month = f"{clock.stored(now):%Y-%m}"
    route = "/app/monthly-service-level"
    if not frappe.db.exists(service_levels.RECORD, month):
        return Figure(None, _("This month was not computed yet."), route)
    record = frappe.get_doc(service_levels.RECORD, month)
    figure, route = record.figures[0], f"{route}/{month}"
    if figure.verdict == "UNKNOWN":
        return Figure(None, said(figure.detail), route)
    promised = flt(frappe.db.get_single_value(SETTINGS, "promised_availability"))
    told = _("of the dashboard; promised: {0}").format(f"{in_figures(promised)} %")
    return Figure(said(figure.value), told, route)


FIGURES: dict[str, Callable[[datetime], Figure]] = {
    "todays_run": _run,
    "open_escalations": _open_escalations,
    "critical_checks": _critical_checks,
    "error_patterns": _error_patterns,
    "compliance_score": _compliance,
    "availability": _availability,
}
