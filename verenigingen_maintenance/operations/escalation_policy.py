"""The rules for escalations as this site has them now: levels and their times, where a breach starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint

from verenigingen_maintenance.core.levels import starting_level
from verenigingen_maintenance.core.policy import Policy, PolicyLevel, in_order
from verenigingen_maintenance.operations import settings
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS

LEVEL = "Escalation Level"


def present(drill_minutes: int = 0, last_level: int = 0) -> Policy:
    """The policy of an escalation that opens now."""
    fields = ["name", "level", "title", "response_in_hours", "response_after_hours", "grace_minutes"]
    levels = [_level(row) for row in frappe.get_all(LEVEL, fields=fields, limit=0)]
    remind = cint(frappe.db.get_single_value(SETTINGS, "remind_minutes"))
    return Policy(in_order(levels), settings.calendar(), remind, drill_minutes, last_level)


def start_of(areas: Iterable[str], own: Iterable[int], policy: Policy, now: datetime) -> str:
    """The name of the level at which a breach opens; empty where a site has none."""
    rows = frappe.get_cached_doc(SETTINGS).starting_levels
    starts = {row.area: (cint(row.in_hours), cint(row.after_hours)) for row in rows}
    wanted = starting_level(areas, policy.calendar.is_open(now), starts, own)
    level = policy.at_least(wanted)
    return level.name if level else ""


def refuse_above_highest(level: int) -> None:
    """For a number that a person gives: what is above the highest level would never come."""
    highest = frappe.db.get_value(LEVEL, {}, ["level", "title"], order_by="level desc")
    if highest and level > cint(highest[0]):
        refuse(_("There is no level {0}: the highest is {1}, {2}."), level, *highest)


def _level(row: dict) -> PolicyLevel:
    grace = max(cint(row.grace_minutes), 0)
    in_hours, after_hours = (
        max(cint(row[key]), 0) + grace for key in ("response_in_hours", "response_after_hours")
    )
    return PolicyLevel(row.name, cint(row.level), row.title, in_hours, after_hours)
