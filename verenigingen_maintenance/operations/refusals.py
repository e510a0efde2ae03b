"""Says no. Desk shows a refusal as HTML, so what it quotes is escaped; for a shell it is plain text again."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document

TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?")


def refuse(message: str, *quoted: object, kind: type[Exception] = frappe.ValidationError) -> NoReturn:
    """Raises `kind` with `message` (translated, with {0}, {1} … for what is quoted)."""
    frappe.throw(message.format(*(html.escape(str(each)) for each in quoted)), kind)
    raise AssertionError("frappe.throw raises")


def refuse_until(message: str, needed: Iterable[str]) -> NoReturn:
    """Raises frappe.ValidationError with `message` and the list of what is needed first."""
    lines = "".join(f"<li>{html.escape(each)}</li>" for each in needed)
    frappe.throw(f"{message}<ul>{lines}</ul>")
    raise AssertionError("frappe.throw raises")


def parsed(value: object) -> object:
    """JSON that HTTP brings as text, else as it is; None where it cannot be read."""
    try:
        return frappe.parse_json(value)
    except ValueError:
        return None


def whole_number(value: object, name: str) -> int:
    """A number that HTTP brings as text. Raises frappe.ValidationError where it is no whole number."""
    try:
        return int(str(value).strip())
    except ValueError:
        refuse(_("{0} must be a whole number: “{1}” is not."), name, value)


def refuse_no_times_of_day(document: Document) -> None:
    """MariaDB takes 25:00:00 for a time, which a form cannot show and which reads as 1:00 of some day."""
    for field in document.meta.get("fields", {"fieldtype": "Time"}):
        value = document.get(field.fieldname)
        if value and not TIME_OF_DAY.fullmatch(str(value)):
            message = _("{0} is a time of the day, 00:00:00 to 23:59:59: “{1}” is not.")
            refuse(message, _(field.label), value)


def plain(error: Exception) -> str:
    """A refusal as text for a shell; the items of its list are lines."""
    text = re.sub("</?ul>|</li>", "", str(error).replace("<li>", "\n- "))
    return html.unescape(text)
