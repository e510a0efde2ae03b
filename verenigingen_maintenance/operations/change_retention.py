"""How long Log Settings keeps a log: Frappe deletes what is older once a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.operations.refusals import refuse, whole_number
from verenigingen_maintenance.sources import log_tables
from verenigingen_maintenance.sources.log_tables import LOG_SETTINGS

FEWEST_DAYS, MOST_DAYS = 7, 3_650
Parameters = Mapping[str, Any]


def refuse_bad(parameters: Parameters) -> None:
    """A DocType that is no log, or a number of days that nobody means."""
    doctype = parameters.get("doctype")
    if not doctype:
        refuse(_("Name the log that is to be kept for some days, such as Access Log."))
    if not frappe.db.exists("DocType", doctype) or not log_tables.supports_clearing(doctype):
        refuse(_("{0} is no log that Log Settings can clear."), doctype)
    days = whole_number(parameters.get("days"), _("Days"))
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        refuse(_("Keep it for {0} to {1} days; {2} is not."), FEWEST_DAYS, MOST_DAYS, days)


def no_longer(parameters: Parameters) -> str:
    doctype, days = parameters["doctype"], cint(parameters["days"])
    if log_tables.retention().get(doctype) == days:
        return _("Log Settings keeps {0} for {1} days already.").format(doctype, days)
    return ""


def is_shorter(parameters: Parameters) -> bool:
    """Whether rows go by it: the log is kept for ever, or for longer."""
    kept = log_tables.retention().get(parameters["doctype"])
    return not kept or kept > cint(parameters["days"])


def refuse_unsafe(parameters: Parameters) -> None:
    """Nothing is: Frappe deletes in its own time."""


def before(parameters: Parameters) -> dict[str, Any]:
    """The days it had; None where it was not in Log Settings."""
    return {"days": log_tables.retention().get(parameters["doctype"])}


def apply(parameters: Parameters, _undo: Mapping[str, Any]) -> None:
    settings = _settings()
    settings.register_doctype(parameters["doctype"], cint(parameters["days"]))
    settings.save(ignore_permissions=True)


def refuse_unless_done(parameters: Parameters) -> None:
    if not no_longer(parameters):
        message = _("Log Settings does not keep {0} for {1} days.")
        refuse(message, parameters["doctype"], parameters["days"])


def refuse_if_changed(parameters: Parameters, undo: Mapping[str, Any], is_begun: bool = False) -> None:
    found = log_tables.retention().get(parameters["doctype"])
    if found != cint(parameters["days"]) and not (is_begun and found == undo.get("days")):
        message = _(
            "Log Settings says {0} for {1} now: somebody changed it since. Change it there, and say so here."
        )
        refuse(message, _("nothing") if found is None else found, parameters["doctype"])


def undo(parameters: Parameters, undo: Mapping[str, Any]) -> None:
    """What it was before; what was deleted meanwhile does not come back."""
    settings = _settings()
    rows = [row for row in settings.logs_to_clear if row.ref_doctype == parameters["doctype"]]
    for row in rows:
        if undo.get("days") is None:
            settings.remove(row)
        else:
            row.days = undo["days"]
    settings.save(ignore_permissions=True)


def _settings() -> Document:
    return frappe.get_doc(LOG_SETTINGS)
