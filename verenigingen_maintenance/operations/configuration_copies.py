"""Copies of the configuration beside the settings, as private files: kept when something changed, the last
ten."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.configuration import digest, from_text
from verenigingen_maintenance.operations import configuration
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import configuration as copies

KEPT, BEFORE = copies.KEPT, copies.BEFORE
MOST = 10


def keep_changed(now: datetime) -> bool:
    """Keeps a copy where the latest one is not what the configuration is now; returns whether it did.

    Either way it is noted that now a copy has what is here. Repeating it changes nothing.
    """
    is_new = configuration.read().digest != _latest()
    if is_new:
        keep(configuration.export(now), KEPT, now)
    frappe.db.set_single_value(SETTINGS, "configuration_kept_at", clock.stored(now), update_modified=False)
    return is_new


def keep(text: str, kind: str, now: datetime) -> str:
    """Keeps a file, and the last ten of its kind; returns its name."""
    name = f"{kind}{clock.stored(now):%Y-%m-%d-%H%M%S}.json"
    file = {"doctype": "File", "file_name": name, "content": text, "is_private": 1}
    at = {"attached_to_doctype": SETTINGS, "attached_to_name": SETTINGS}
    frappe.get_doc({**file, **at}).insert(ignore_permissions=True)
    for old in copies.kept(kind)[MOST:]:
        frappe.delete_doc("File", old.name, ignore_permissions=True)
    return name


def _latest() -> str:
    """The SHA-256 of what the latest copy has; none where there is none, or it cannot be read."""
    text = copies.latest_text()
    try:
        found = from_text(text, configuration.__version__)
    except ValueError:
        return ""
    return digest({"documents": found.documents, "shipped": found.shipped})
