"""Two assessments of security: of the quarter before, and of week 12, by which somebody got power."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import frappe
from quarter_plan import THURSDAY, TUESDAY, Plan, fact

from verenigingen_maintenance.core.security import Finding
from verenigingen_maintenance.core.security_review import TITLES
from verenigingen_maintenance.operations.security_assessment import ASSESSMENT
from verenigingen_maintenance.sources import clock

WITHOUT = "no file of advisories is at hand"
ROLE = "System Manager"


def write(plan: Plan) -> None:
    changed = fact("new power")
    user = changed.text.split()[0]
    before = _assess(plan.at(0, TUESDAY, 6), ["Administrator"], [], None)
    two_factor = Finding(
        *("two_factor_off", "users", "High", "Accounts with power that log in without a second factor"),
        *(f"2 accounts: Administrator, {user}", "Switch two-factor authentication on in System Settings."),
        *(2, True),
    )
    _assess(plan.at(changed.week, THURSDAY, 6), ["Administrator", user], [two_factor], before)
    frappe.db.commit()


def _assess(moment: Any, powerful: list[str], findings: list[Finding], previous: str | None) -> str:
    rows = [{"user": user, "roles": [ROLE], "power": True} for user in powerful]
    measured = {"rows": [], "figures": {}, "reason": ""}
    parts = {key: measured for key in TITLES} | {"users": {**measured, "rows": rows}}
    parts["advisories"] = {"rows": None, "figures": {}, "reason": WITHOUT}
    missing = [{"part": "advisories", "title": TITLES["advisories"], "reason": WITHOUT}]
    data = {
        "assessed_at": clock.shown(clock.instant(moment)),
        "since": "",
        "previous": previous,
        "parts": parts,
    }
    data |= {"changes": None, "not_compared": [], "not_measured": missing, "verdict": "UNKNOWN"}
    data["findings"] = [each.as_item() for each in findings]
    text = json.dumps(data, indent=1)
    name = f"SEC-{moment:%Y-%m-%d}"
    values = {"name": name, "day": moment.date(), "assessed_at": moment, "data": text, "creation": moment}
    values |= {"verdict": "UNKNOWN", "previous": previous, "findings": len(findings), "not_measured": 1}
    values |= {"evidence": f"/private/files/{name}.json", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    frappe.get_doc({"doctype": ASSESSMENT, **values}).db_insert()
    return name
