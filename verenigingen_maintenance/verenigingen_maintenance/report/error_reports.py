"""Columns of a report; and what both on errors have: a default, a chart, and what is told above, escaped."""

import html

import frappe
from frappe import _
from frappe.utils import format_datetime

DAYS = 7
BLUE = "#2b7cd3"
# A chart that moves breaks where the window changes meanwhile.
STILL = {"disableEntryAnimation": 1}


def read(of_days, filters):
    """What `of_days` answers, or why it refuses: a report that raises becomes an Error Log itself."""
    try:
        return of_days(filters.get("days", DAYS)), None
    except frappe.ValidationError as error:
        frappe.clear_last_message()
        return None, str(error)


def note(found):
    """What the report does not know yet."""
    notes = []
    if left := found["not_counted_yet"]:
        notes.append(_("{0} rows of Error Log are not counted yet.").format(left))
    if since := found["unknown_before"]:
        told = _("Errors are counted since {0}; of the time before nothing is known.")
        notes.append(told.format(in_local_form(since)))
    return " ".join(notes) or None


def in_local_form(moment):
    """A moment to the minute, as the reader writes dates."""
    return format_datetime(moment).rpartition(":")[0]


def column(name, label, kind, width, **more):
    """Text to the left: Frappe takes a column for numbers whose first row is empty."""
    if kind == "Data":
        more = {"align": "left", **more}
    return {"fieldname": name, "label": label, "fieldtype": kind, "width": width, **more}


def chart(labels, values, name):
    """Bars; Frappe's charts write their labels as HTML."""
    data = {
        "labels": [html.escape(label) for label in labels],
        "datasets": [{"name": name, "values": [*values]}],
    }
    return {"data": data, "type": "bar", "title": name, "colors": [BLUE], **STILL}
