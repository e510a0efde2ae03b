"""Whose an e-mail address is: it may be nobody's any more while a message to it waits."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from verenigingen_maintenance.core.placeholders import emails


def why_gone(addresses: Iterable[str]) -> dict[str, str]:
    """Those of the addresses that no enabled user and no contact of a level has, and why nothing is sent."""
    asked = dict.fromkeys(addresses)
    enabled = _users(asked)
    unknown = [each for each in asked if not enabled.get(each.lower())]
    contacts = _contacts() if unknown else set()
    disabled, nobody = "the user was disabled, or is gone", "nobody has this address any more"
    return {
        each: disabled if each.lower() in enabled else nobody
        for each in unknown
        if each.lower() not in contacts
    }


def _users(addresses: Iterable[str]) -> dict[str, bool]:
    """Addresses of users, and whether one of these is enabled."""
    rows = frappe.get_all("User", {"email": ("in", [*addresses, ""])}, ["email", "enabled"], limit=0)
    found: dict[str, bool] = {}
    for row in rows:
        found[row.email.lower()] = found.get(row.email.lower(), False) or bool(row.enabled)
    return found


def _contacts() -> set[str]:
    contacts = frappe.get_all("Escalation Level", pluck="contact", limit=0)
    return {address.lower() for contact in contacts for address in emails(contact)}
