"""What others are told of an incident: kept in its timeline, and mailed where somebody says to whom."""

from __future__ import annotations

import html
import re
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import validate_email_address

from verenigingen_maintenance.operations import incidents, mail
from verenigingen_maintenance.operations.incidents import INCIDENT
from verenigingen_maintenance.operations.refusals import refuse

MOST = 50


def send(name: str, subject: str, text: str, to: str, now: datetime) -> int:
    """Returns to how many addresses it was mailed; without any it was told in another way, and is noted."""
    for value in (subject, text):
        if not (value or "").strip():
            refuse(_("Write a subject and a text: it stands in the timeline as it was told."))
    incident, addresses = incidents.not_reviewed(name), _addresses(to)
    if addresses:
        _mail(incident.name, subject.strip(), text.strip(), addresses)
    told = f"mailed to {len(addresses)} addresses" if addresses else "told by other ways"
    incidents.add_event(incident, "Message", f"{subject.strip()} ({told})\n{text.strip()}", now)
    incidents.write(incident)
    return len(addresses)


def _addresses(to: str) -> list[str]:
    found = list(dict.fromkeys(each for each in re.split(r"[\s,;]+", to or "") if each))
    if len(found) > MOST:
        refuse(_("{0} addresses at most: use a mailing list."), MOST)
    for each in found:
        validate_email_address(each, throw=True)
    return found


def _mail(name: str, subject: str, text: str, to: list[str]) -> None:
    if reason := mail.why_not():
        refuse(_("It cannot be mailed: {0}. Leave the addresses out, and tell it another way."), reason)
    body = "<br>".join(html.escape(line) for line in text.splitlines())
    frappe.sendmail(
        recipients=to,
        subject=subject[:250],
        message=f"<p>{body}</p>",
        reference_doctype=INCIDENT,
        reference_name=name,
    )
