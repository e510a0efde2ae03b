"""Chats, pagers and SMS services that are told of escalations."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, only_for, told_in_shell
from verenigingen_maintenance.operations import targets


@frappe.whitelist(methods=["POST"])
@told_in_shell
def test_target(target: str) -> dict:
    """Sends a test message, and says whether it was taken; it takes the target's time-out and 5 s at most."""
    only_for(MANAGER)
    return targets.test(target)
