"""Who is on duty at an escalation level, and whom it reaches now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, time

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_time, getdate

from verenigingen_maintenance.core import duty
from verenigingen_maintenance.core.duty import Duty, Rota, StandIn
from verenigingen_maintenance.core.placeholders import emails, is_no_contact
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

LEVEL = "Escalation Level"
NEVER_TOLD = ("Administrator", "Guest")
ACTING = ("Maintenance Manager", "Maintenance Operator")
HANDOVER = time(9)


@dataclass(frozen=True)
class Reached:
    """Whom a level reaches: users in Desk and by e-mail, addresses of its contact; why, and what is wrong."""

    users: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    why: str = ""
    gaps: tuple[str, ...] = ()


def reached(level: str, now: datetime) -> Reached:
    """Whom to tell at a level: who is on duty, or everybody with its role; and the level's contact."""
    if not frappe.db.exists(LEVEL, level):
        return Reached(gaps=(f"there is no Escalation Level {level}",))
    return _reached(frappe.get_doc(LEVEL, level), now)


def describe(level: str, now: datetime) -> dict:
    """A level for its form: who is on duty, until when, who is next, and what is wrong."""
    if not frappe.db.exists(LEVEL, level):
        refuse(_("There is no Escalation Level {0}."), level, kind=frappe.DoesNotExistError)
    document = frappe.get_doc(LEVEL, level)
    rota, found = (rota_of(document) if document.rotation else None), _reached(document, now)
    return {
        **asdict(found),
        "gaps": [*of_contact(document), *found.gaps],
        **{field: document.get(field) for field in ("level", "title", "role", "phone", "contract")},
        "on_duty": _told(duty.on_duty(rota, now)) if rota else None,
        "next": _told(duty.following(rota, now)) if rota else None,
    }


def of_contact(level: Document) -> list[str]:
    """What is wrong with the contact of a level: it is blank, a placeholder, or reaches nobody."""
    if not is_no_contact(level.contact):
        return []
    if not level.contact:
        return ["the contact is blank"]
    told = "the contact is {0}, a placeholder or no full address or telephone number"
    return [told.format(level.contact)]


def rota_of(level: Document) -> Rota:
    """The rotation of a level as the rules want it."""
    users, stand_ins = tuple(row.user for row in level.rotation), tuple(map(_stand_in, level.stand_ins))
    return Rota(
        users=users,
        first_day=getdate(level.rotation_from) if level.rotation_from else None,
        handover=get_time(level.handover_at) if level.handover_at is not None else HANDOVER,
        zone=clock.zone(),
        stand_ins=stand_ins,
        unfit=unfit([*users, *(each.user for each in stand_ins)]),
    )


def unfit(users: Iterable[str]) -> dict[str, str]:
    """Which users cannot be on duty, and why."""
    fields = ["name", "enabled", "user_type"]
    there = {row.name: row for row in frappe.get_all("User", {"name": ("in", list(users))}, fields)}
    found = {user: _why_unfit(user, there.get(user)) for user in users}
    return {user: why for user, why in found.items() if why}


def users_with(role: str | None) -> list[str]:
    """The enabled users of Desk with a role."""
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
    return [row[0] for row in rows.run() if row[0] not in NEVER_TOLD]


def _reached(level: Document, now: datetime) -> Reached:
    if not level.rotation:
        return _by_role(level, f"everybody with the role {level.role}", [])
    rota = rota_of(level)
    present, gaps = duty.on_duty(rota, now), _of_people(rota, now)
    if present.user:
        return Reached((present.user,), _addresses(level), present.why, tuple(gaps))
    gaps = list(dict.fromkeys([f"nobody is on duty: {present.why}", *gaps]))
    why = f"nobody is on duty, so everybody with the role {level.role}"
    return _by_role(level, why, gaps)


def _by_role(level: Document, why: str, gaps: list[str]) -> Reached:
    users, addresses = tuple(users_with(level.role)), _addresses(level)
    if users:
        return Reached(users, addresses, why, tuple(gaps))
    gap = f"nobody has the role {level.role}" if level.role else "no role is told in Desk"
    return Reached((), addresses, gap, (*gaps, gap))


def _addresses(level: Document) -> tuple[str, ...]:
    return tuple(emails(level.contact))


def _of_people(rota: Rota, now: datetime) -> list[str]:
    """Who of the rotation, and of the stand-ins that are not over, cannot do what is asked of them."""
    to_come = (each.user for each in rota.stand_ins if each.ends > now)
    gaps = {user: _what_is_wrong(user, rota) for user in (*rota.users, *to_come)}
    return [gap for gap in gaps.values() if gap]


def _what_is_wrong(user: str, rota: Rota) -> str:
    if user in rota.unfit:
        return f"{user} {rota.unfit[user]}"
    if set(ACTING) & set(frappe.get_roles(user)):
        return ""
    return "{} has neither the role {} nor {}, and could not acknowledge".format(user, *ACTING)


def _stand_in(row: Document) -> StandIn:
    begins, ends = clock.instant(row.begins), clock.instant(row.ends)
    return StandIn(row.user, begins, ends, row.instead_of or None, row.reason or "")


def _why_unfit(user: str, row: dict | None) -> str:
    if user in NEVER_TOLD:
        return "is never told"
    if not row:
        return "is no user any more"
    if not row["enabled"]:
        return "is disabled"
    return "" if row["user_type"] == "System User" else "has no access to Desk"


def _told(found: Duty | None) -> dict | None:
    if not found:
        return None
    name = frappe.db.get_value("User", found.user, "full_name") if found.user else None
    until = clock.shown(found.until) if found.until else None
    return {"user": found.user, "name": name, "why": found.why, "until": until}
