import html
from functools import partial

import frappe
from frappe import _

from verenigingen_maintenance.core.alert_wording import time_in_words
from verenigingen_maintenance.operations import alert_review
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.verenigingen_maintenance.report.cells import card, cells, short_day
from verenigingen_maintenance.verenigingen_maintenance.report.error_reports import DAYS, STILL, column

FIRST = "Level"
# Green for what was worth it, grey and orange for noise, red for what is open: in the order of the classes.
COLORS = ["#28a745", "#f39c12", "#b8c2cc", "#7c8896", "#e24c4c"]
_minutes = partial(column, kind="Float", width=125, precision=1)


def execute(filters=None):
    """What became of the alerts of some days, by level, subject, check or week."""
    filters = filters or {}
    group = filters.get("group") or FIRST
    try:
        found = alert_review.table(filters.get("days", DAYS), group)
    except frappe.ValidationError as error:
        frappe.clear_last_message()
        return _columns(FIRST), [], str(error), None, None
    rows = cells(found["rows"], texts=("group",))
    return _columns(group), rows, _message(found), _chart(found["bars"]), _cards(found)


def _columns(group):
    return [
        column("group", _(group), "Data", 250),
        column("alerts", _("Alerts"), "Int", 70),
        column("real", _("Real"), "Int", 65),
        column("false_positive", _("False Positives"), "Int", 115),
        column("false_positive_share", _("Share", context="Maintenance sentence"), "Percent", 70),
        column("no_action_needed", _("No Action Needed"), "Int", 135),
        column("nobody_acted", _("Nobody Acted"), "Int", 110),
        column("came_back", _("Came Back"), "Int", 95),
        column("still_open", _("Still Open"), "Int", 90),
        column("answered_late", _("Answered Late"), "Int", 115),
        _minutes("acknowledge_median", _("Acknowledged (min, Median)"), width=205),
        _minutes("acknowledge_ninety", _("90 % Within (min)"), width=135),
        _minutes("resolve_median", _("Resolved (min, Median)"), width=175),
        _minutes("resolve_ninety", _("90 % Within (min)"), width=135),
    ]


def _message(found):
    """What the report does not know, and what is open from before."""
    told = [said(each) for each in found["missing"]]
    if before := found["open_from_before"]:
        told.insert(0, _("open from before: {0}").format(before))
    return html.escape("; ".join(told)) or None


def _chart(bars):
    """Bars of each class on one another."""
    if not any(map(any, bars["kinds"].values())):
        return None
    data = {
        "labels": [short_day(day) for day in bars["days"]],
        "datasets": [{"name": _(kind), "values": values} for kind, values in bars["kinds"].items()],
    }
    return {"data": data, "type": "bar", "barOptions": {"stacked": 1}, "colors": COLORS, **STILL}


def _cards(found):
    of_all = found["all"]
    noise = sum(of_all[kind] for kind in ("false_positive", "no_action_needed", "nobody_acted"))
    return [
        card(_("Alerts"), of_all["alerts"]),
        card(_("Real"), of_all["real"]),
        card(_("Noise"), noise, "Int", "Orange" if noise else "Green"),
        card(_("Still Open"), of_all["still_open"], "Int", "Red" if of_all["still_open"] else "Green"),
        card(_("Acknowledged, Median"), time_in_words(of_all["acknowledge_median"]), "Data"),
        card(_("Resolved, Median"), time_in_words(of_all["resolve_median"]), "Data"),
    ]
