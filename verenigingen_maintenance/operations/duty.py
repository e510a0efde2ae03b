"""stand-in until the other branch lands"""

from dataclasses import dataclass

import frappe


@dataclass(frozen=True)
class Reached:
    users: tuple = ()
    addresses: tuple = ()
    why: str = ""
    gaps: tuple = ()


def reached(level, now):
    from verenigingen_maintenance.core.placeholders import emails

    role, contact = frappe.db.get_value("Escalation Level", level, ["role", "contact"]) or (None, None)
    return Reached(tuple(users_with(role)), tuple(emails(contact)))


def users_with(role):
    if not role:
        return []
    has_role, user = frappe.qb.DocType("Has Role"), frappe.qb.DocType("User")
    rows = (
        frappe.qb.from_(has_role)
        .join(user)
        .on(user.name == has_role.parent)
        .select(user.name)
        .distinct()
        .where((has_role.role == role) & (has_role.parenttype == "User") & (user.enabled == 1))
        .where(user.user_type == "System User")
        .orderby(user.name)
    )
    return [row[0] for row in rows.run() if row[0] not in ("Administrator", "Guest")]
