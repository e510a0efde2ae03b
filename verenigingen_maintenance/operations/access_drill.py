"""The emergency access drill: each account that an emergency needs signs in, and is kept or removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core import access, emergency_access
from verenigingen_maintenance.core.emergency_access import DECISIONS, DESK, OUTSIDE, Account, SignIn
from verenigingen_maintenance.core.guided_drills import Told, verdict_of
from verenigingen_maintenance.operations import duty, guided_drills, recovery_drills
from verenigingen_maintenance.operations.guided_drills import as_data, began, moment, needed, told
from verenigingen_maintenance.operations.recovery_drills import EMERGENCY_ACCESS
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.sources import clock, people, sign_ins

MOST = 100
ALWAYS = "Administrator"


def begin(user: str, now: datetime) -> str:
    """Begins a drill with each account that an emergency needs, and what is wrong with it. Returns its name.

    Raises frappe.ValidationError where one is under way, and where the accounts are too many to be looked at.
    """
    found = _accounts(now)
    if len(found) > MOST:
        message = _(
            "{0} accounts are {1} or more: take the role System Manager from those who do not need it."
        )
        refuse(message, len(found), MOST + 1)
    accounts = [Account(name, DESK, tuple(why), _problems(name, now)) for name, why in found.items()]
    drill = recovery_drills.begin(EMERGENCY_ACCESS, f"Emergency access of {len(accounts)} accounts", user)
    _put(drill, accounts)
    return str(drill.name)


def look_again(name: str) -> list[str]:
    """Reads who signed in since the drill began; returns the accounts that wait still."""
    drill = guided_drills.running(name, EMERGENCY_ACCESS)
    found = sign_ins.first_since([each.name for each in _of(drill) if each.kind == DESK], began(drill))
    accounts = [replace(each, signed_in=each.signed_in or found.get(each.name)) for each in _of(drill)]
    _put(drill, accounts)
    return [each.name for each in accounts if not each.is_proven]


def add(name: str, account: str, why: str) -> None:
    """An account that Desk knows nothing of: of the server, the database, a vendor's portal."""
    drill = guided_drills.running(name, EMERGENCY_ACCESS)
    account = needed(account, _("Name the account and where it is, such as “root at the database server”."))[
        :120
    ]
    if account in [each.name for each in _of(drill)]:
        refuse(_("{0} is in the list already."), account)
    if len(_of(drill)) >= MOST:
        refuse(_("The list has {0} accounts already."), MOST)
    needed(why, _("Say what the account is needed for in an emergency."))
    _put(drill, [*_of(drill), Account(account, OUTSIDE, (why.strip()[: guided_drills.LONGEST],))])


def confirm(name: str, account: str, person: str, at: str, evidence: str, now: datetime) -> None:
    """Somebody signed in with an account outside Desk; of one of Desk, Activity Log is the proof."""
    drill = guided_drills.running(name, EMERGENCY_ACCESS)
    if _one(drill, account).kind == DESK:
        refuse(_("{0} is an account of Desk: it signs in, and Look for Sign-ins finds it."), account)
    person = needed(person, _("Say who signed in."))
    evidence = needed(evidence, _("Say what shows it: what was seen after signing in, and from where."))
    said = Told(moment(at, drill, now), frappe.session.user, evidence, person)
    _change(drill, account, lambda each: replace(each, confirmed=said))


def explain(name: str, account: str, reason: str) -> None:
    """Why an account did not sign in, such as a person who is ill. It is a WARNING all the same."""
    drill = guided_drills.running(name, EMERGENCY_ACCESS)
    if _one(drill, account).is_proven:
        refuse(_("{0} signed in: there is nothing to explain."), account)
    reason = needed(reason, _("Say why {0} does not sign in.").format(account))
    _change(drill, account, lambda each: replace(each, reason=reason, reason_by=frappe.session.user))


def decide(name: str, account: str, decision: str, note: str) -> None:
    """Whether an account is kept for emergencies, or removed from those who may; the removing is done by
    hand."""
    drill = guided_drills.running(name, EMERGENCY_ACCESS)
    _one(drill, account)
    if decision not in DECISIONS:
        refuse(_("Decide on one of: {0}."), ", ".join(DECISIONS))
    note = needed(note, _("Say why {0} is kept or removed: the next drill asks.").format(account))
    by = frappe.session.user
    _change(drill, account, lambda each: replace(each, decision=decision, note=note, decided_by=by))


def end(name: str) -> str:
    """The drill is over. Returns the verdict. Raises frappe.ValidationError with all that is still
    missing."""
    look_again(name)
    drill = guided_drills.running(name, EMERGENCY_ACCESS)
    if missing := emergency_access.missing(_of(drill)):
        refuse_until(_("Before the drill can be ended:"), missing)
    recovery_drills.end(drill, verdict_of(emergency_access.steps(_of(drill))))
    return str(drill.verdict)


# --- who is in the list


def _accounts(now: datetime) -> dict[str, list[str]]:
    """The enabled users of Desk that an emergency needs, each with why."""
    found: dict[str, list[str]] = {ALWAYS: ["it may do everything"]}
    for user, why in (*_on_duty(now), *_contacts(), *_system_managers()):
        found.setdefault(user, []).append(why)
    enabled = {"name": ("in", list(found)), "enabled": 1, "user_type": "System User"}
    there = frappe.get_all("User", enabled, pluck="name", order_by="name", limit=0)
    return {user: list(dict.fromkeys(found[user])) for user in there}


def _problems(user: str, now: datetime) -> tuple[str, ...]:
    """What keeps somebody from their duty; not that they did not sign in for long: the drill asks for
    that."""
    today = clock.stored(now).date()
    return tuple(access.problems(replace(people.access_of(user, now), last_login=today), today))


def _on_duty(now: datetime) -> list[tuple[str, str]]:
    """Of each level: the rotation, stand-ins to come, and whom it reaches now."""
    found = []
    for name in frappe.get_all(duty.LEVEL, pluck="name", order_by="level", limit=0):
        level = frappe.get_doc(duty.LEVEL, name)
        to_come = [row.user for row in level.stand_ins if row.ends > clock.stored(now)]
        users = [*(row.user for row in level.rotation), *to_come, *duty.reached(name, now).users]
        found += [(user, f"is told at level {level.level}, {level.title}") for user in users]
    return found


def _contacts() -> list[tuple[str, str]]:
    rows = frappe.get_all("Emergency Contact", {"email": ("is", "set")}, ["name", "email"], limit=0)
    return [(row.email.strip().lower(), f"is the Emergency Contact {row.name}") for row in rows]


def _system_managers() -> list[tuple[str, str]]:
    return [(user, "has the role System Manager") for user in duty.users_with("System Manager")]


# --- what is kept


def _of(drill: Document) -> list[Account]:
    return [_account(each) for each in json.loads(drill.data or "{}").get("accounts", [])]


def _one(drill: Document, account: str) -> Account:
    found = next((each for each in _of(drill) if each.name == account), None)
    if found is None:
        refuse(_("{0} is not in the list of this drill."), account)
    return found


def _change(drill: Document, account: str, change: Callable[[Account], Account]) -> None:
    _put(drill, [change(each) if each.name == account else each for each in _of(drill)])


def _put(drill: Document, accounts: list[Account]) -> None:
    data = {"accounts": [_as_data(each) for each in accounts]}
    guided_drills.put(drill, data, emergency_access.steps(accounts))


def _account(row: dict[str, Any]) -> Account:
    signed_in = row.get("signed_in")
    moment_of = SignIn(datetime.fromisoformat(signed_in["at"]), signed_in["address"]) if signed_in else None
    return Account(**{**row, "signed_in": moment_of, "confirmed": told(row.get("confirmed"))})


def _as_data(account: Account) -> dict[str, Any]:
    signed_in = account.signed_in
    at = {"at": signed_in.at.isoformat(), "address": signed_in.address} if signed_in else None
    confirmed = as_data(account.confirmed) if account.confirmed else None
    return {**vars(account), "signed_in": at, "confirmed": confirmed}
