"""The blocks that this app draws in its workspace. They are fixtures, which Frappe leaves behind."""

from __future__ import annotations

import frappe

BLOCKS = ("Maintenance Setup", "Maintenance Charts", "Maintenance Guide")


def remove() -> None:
    """Takes them away with the app."""
    for name in BLOCKS:
        frappe.delete_doc("Custom HTML Block", name, force=True, ignore_permissions=True, ignore_missing=True)
