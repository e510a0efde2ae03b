"""What an account of this site is and may do, as far as somebody on duty needs it."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Count
from frappe.twofactor import two_factor_is_enabled_for_
from frappe.utils import cint, getdate

from verenigingen_maintenance.core.access import Access
from verenigingen_maintenance.sources import clock

APP_ROLES = ("Maintenance Manager", "Maintenance Operator", "Maintenance Auditor")
ACTING = APP_ROLES[:2]
OPENED_ON_DUTY = ("Checklist Run", "Maintenance Escalation", "Maintenance Procedure", "Emergency Contact")
MOST_LEVELS = 20
KEY_AGE = timedelta(days=365)


def access_of(user: str, now: datetime) -> Access:
    """Of one user."""
    fields = ["enabled", "user_type", "last_login", "api_key", "creation", "modified"]
    row = frappe.db.get_value("User", user, fields, as_dict=True)
    if row is None:
        return Access(is_there=False)
    roles = set(frappe.get_roles(user))
    return Access(
        enabled=bool(row.enabled),
        of_desk=row.user_type == "System User",
        roles=[role for role in APP_ROLES if role in roles],
        may_act=bool(roles & set(ACTING)),
        cannot=[name for name in OPENED_ON_DUTY if not frappe.has_permission(name, "read", user=user)],
        on_duty=_levels(user, now),
        last_login=getdate(row.last_login) if row.last_login else None,
        two_factor=_second_factor(user),
        has_key=bool(row.api_key),
        old_key=_has_old_key(row.creation, row.modified, clock.stored(now)),
    )


def with_roles() -> dict[str, int]:
    """How many enabled users of Desk have each role of this app; Administrator, who has all, is none."""
    user, has = frappe.qb.DocType("User"), frappe.qb.DocType("Has Role")
    is_person = (user.enabled == 1) & (user.user_type == "System User") & (user.name != "Administrator")
    query = frappe.qb.from_(has).join(user).on((has.parent == user.name) & (has.parenttype == "User"))
    rows = query.select(has.role, Count(user.name).distinct()).where(is_person & has.role.isin(APP_ROLES))
    return {role: 0 for role in APP_ROLES} | dict(rows.groupby(has.role).run())


def _second_factor(user: str) -> bool | None:
    """Whether Frappe asks them for it, and Administrator it never does; None where the site asks nobody."""
    if not cint(frappe.db.get_single_value("System Settings", "enable_two_factor_auth")):
        return None
    return two_factor_is_enabled_for_(user)


def _has_old_key(made: datetime, changed: datetime, now: datetime) -> bool | None:
    """Frappe keeps no age of a key, and a new one changes its user: older than the last change, and younger
    than the user, is all that is known."""
    if now - changed > KEY_AGE:
        return True
    return False if now - made <= KEY_AGE else None


def _levels(user: str, now: datetime) -> list[str]:
    """The levels in whose rotation somebody is, or where they stand in now or later."""
    level, duty, stand_in = map(
        frappe.qb.DocType, ("Escalation Level", "Maintenance Duty", "Maintenance Stand-in")
    )
    rotations = frappe.qb.from_(duty).join(level).on(level.name == duty.parent).select(level.title)
    stand_ins = frappe.qb.from_(stand_in).join(level).on(level.name == stand_in.parent).select(level.title)
    to_come = (stand_in.user == user) & (stand_in.ends > clock.stored(now))
    found = [
        *rotations.where(duty.user == user).limit(MOST_LEVELS).run(),
        *stand_ins.where(to_come).limit(MOST_LEVELS).run(),
    ]
    return sorted({title for (title,) in found})
