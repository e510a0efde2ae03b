"""Access security: who may do much, and how well those accounts are kept.

Accounts are counted and not named: a name is an e-mail address. Each remediation says where the list is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.compliance import Found, NotHere, Unmeasured
from verenigingen_maintenance.sources.controls import ago, rows

SETTINGS, MANAGER = "System Settings", "System Manager"
# Accounts with one of these can do lasting harm.
POWER = (MANAGER, "Maintenance Manager", "Accounts Manager", "Verenigingen Administrator")
DORMANT, NEVER_USED, KEY_AGE = 90, 30, 365
LOWEST_SCORE, MOST_MANAGERS = 2, 5
REFUSED_OF_ONE, REFUSED_FROM_ONE = 10, 30
MOST_KEYS = 1_000
NO_ACCOUNTS = NotHere("nobody but Administrator, or only who has an API key, has power here")


def two_factor(now: datetime) -> Found | NotHere:
    """System Managers whom no role of theirs asks for a second factor."""
    managers = _holders((MANAGER,))
    if not managers:
        return NotHere("nobody but Administrator is a System Manager, and Frappe never asks that one")
    is_on = cint(frappe.db.get_single_value(SETTINGS, "enable_two_factor_auth"))
    asked = _asked() if is_on else set()
    without = [user for user in managers if user not in asked]
    evidence = {
        "two-factor authentication": "on" if is_on else "off",
        "left out for restricted addresses": bool(
            cint(frappe.db.get_single_value(SETTINGS, "bypass_2fa_for_retricted_ip_users"))
        ),
    }
    told = f"{len(without)} of {len(managers)} System Managers log in without a second factor"
    return Found(len(without), told, len(managers), evidence)


def password_policy(now: datetime) -> Found:
    """Whether weak passwords are refused."""
    is_on = cint(frappe.db.get_single_value(SETTINGS, "enable_password_policy"))
    lowest = cint(frappe.db.get_single_value(SETTINGS, "minimum_password_score"))
    evidence = {"policy": "on" if is_on else "off", "lowest score": lowest, "asked for": LOWEST_SCORE}
    is_met = is_on and lowest >= LOWEST_SCORE
    told = f"passwords need a score of {lowest}" if is_on else "the password policy is off"
    return Found(0 if is_met else 1, told, None, evidence)


def dormant(now: datetime) -> Found | NotHere:
    """Accounts with power that were used once, and not for ninety days."""
    users, since = _accounts(), ago(now, days=DORMANT)
    if not users:
        return NO_ACCOUNTS
    found = [each for each in users if each.last_active and each.last_active < since]
    told = f"{len(found)} of {len(users)} accounts with power were not used for {DORMANT} days"
    return Found(len(found), told, len(users))


def never_used(now: datetime) -> Found | NotHere:
    """Accounts with power that nobody ever used, a month after they were made."""
    users, since = _accounts(), ago(now, days=NEVER_USED)
    if not users:
        return NO_ACCOUNTS
    found = [each for each in users if not each.last_active and each.creation < since]
    told = f"{len(found)} of {len(users)} accounts with power were never used"
    return Found(len(found), told, len(users))


def api_keys(now: datetime) -> Found | Unmeasured | NotHere:
    """API keys that were not renewed for a year.

    Frappe keeps no age of a key, and a new secret under the same key leaves no Version. So a user who was not
    changed for a year has an old one; one who was made within a year, or got the key then by Version, a young
    one. Of the others nothing is known, and they are in no share.
    """
    since = ago(now, days=KEY_AGE)
    users = rows(
        "select name, creation, modified from tabUser where enabled = 1 and ifnull(api_key, '') != ''",
        most=MOST_KEYS,
    )
    if not users:
        return NotHere("no user has an API key")
    old = [name for name, _made, changed in users if changed < since]
    unclear = [name for name, made, changed in users if made < since <= changed]
    unknown = set(unclear) - _keyed_since(since, unclear)
    if unknown and not old:
        return Unmeasured(f"when {len(unknown)} of {len(users)} API keys were renewed last is not recorded")
    known = len(users) - len(unknown)
    told = f"{len(old)} of {known} API keys of known age are older than {KEY_AGE} days"
    return Found(len(old), told, known, {"of unknown age": len(unknown)})


def failed_logins(now: datetime) -> Found:
    """Accounts and addresses with many refused logins in 24 hours."""
    accounts, addresses = _tried(now, "user", REFUSED_OF_ONE), _tried(now, "ip_address", REFUSED_FROM_ONE)
    told = f"{accounts} accounts and {addresses} addresses with many refused logins in 24 hours"
    evidence = {"many of one account": REFUSED_OF_ONE, "many from one address": REFUSED_FROM_ONE}
    return Found(accounts + addresses, told, None, evidence)


def system_managers(now: datetime) -> Found:
    """How many System Managers there are beyond five."""
    managers = len(_holders((MANAGER,)))
    told = f"{managers} users are System Manager besides Administrator; {MOST_MANAGERS} are enough"
    return Found(max(managers - MOST_MANAGERS, 0), told, None, {"System Managers": managers})


def _holders(roles: Sequence[str]) -> set[str]:
    """Enabled users of the desk with one of some roles; Administrator has them all, and is left out."""
    found = frappe.db.sql(
        "select distinct u.name from tabUser u join `tabHas Role` r on r.parent = u.name "
        "where r.parenttype = 'User' and r.role in %s and u.enabled = 1 and u.user_type = 'System User' "
        "and u.name not in ('Administrator', 'Guest')",
        (roles,),
    )
    return {row[0] for row in found}


def _asked() -> set[str]:
    roles = frappe.get_all("Role", {"two_factor_auth": 1}, pluck="name")
    return _holders((MANAGER,)) if "All" in roles else _holders(roles or ("",))


def _accounts() -> list[dict]:
    """Accounts with power that people log in to; one with an API key is judged by the age of that."""
    filters = {"name": ("in", sorted(_holders(POWER)) or [""]), "api_key": ("is", "not set")}
    return frappe.get_all("User", filters, ["name", "creation", "last_active"], limit=0)


def _keyed_since(since: datetime, users: Sequence[str]) -> set[str]:
    """Those who got an API key since then, by Version."""
    changes = frappe.db.sql(
        "select distinct docname from tabVersion where ref_doctype = 'User' and docname in %s "
        "and modified >= %s and (data like '%%\"api_key\"%%' or data like '%%\"api_secret\"%%')",
        (users or [""], since),
    )
    return {row[0] for row in changes}


def _tried(now: datetime, column: str, many: int) -> int:
    """How many accounts, or addresses, had many refused logins in 24 hours.

    Counted by the database: there may be a million.
    """
    tried = (
        f"select 1 from `tabActivity Log` where modified >= %s and operation = 'Login' and status = 'Failed' "
        f"and ifnull(`{column}`, '') != '' group by `{column}` having count(*) >= %s"
    )
    return frappe.db.sql(f"select count(*) from ({tried}) tried", (ago(now, days=1), many))[0][0]
