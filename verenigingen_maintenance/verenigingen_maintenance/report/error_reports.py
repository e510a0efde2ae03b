"""What both reports on errors have: a default, columns, a chart, and what is told above them, escaped."""

import html

from frappe import _

from verenigingen_maintenance.operations.error_tables import LONGEST

DAYS = 7


def refusal(days):
    message = _("Days must be a whole number from 1 to {0}: “{1}” is not.")
    return message.format(LONGEST, html.escape(str(days)))


def note(found):
    """What the report does not know yet."""
    left = found["not_counted_yet"]
    return _("{0} rows of Error Log are not counted yet.").format(left) if left else None


def column(name, label, kind, width, **more):
    return {"fieldname": name, "label": label, "fieldtype": kind, "width": width, **more}


def chart(labels, values, name):
    """Bars; Frappe's charts write their labels as HTML."""
    data = {
        "labels": [html.escape(label) for label in labels],
        "datasets": [{"name": name, "values": [*values]}],
    }
    return {"data": data, "type": "bar"}
