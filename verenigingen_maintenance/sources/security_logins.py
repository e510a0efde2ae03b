"""Refused logins in bursts, and logins of accounts with power from addresses they never used before."""

from __future__ import annotations

from datetime import datetime

import frappe

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources.controls import ago, rows
from verenigingen_maintenance.sources.security_users import ADMINISTRATOR, OWN, powerful_roles

DAYS, KNOWN_DAYS, MOST = 35, 120, 100
# So many refused logins of one day are a burst: of one account, or from one address.
OF_ONE, FROM_ONE = 10, 30
REFUSED = "modified >= %s and operation = 'Login' and status = 'Failed'"


def refused(now: datetime) -> Part:
    """Bursts of 35 days. A name that is no account is counted and not told: people type passwords there."""
    since = ago(now, days=DAYS)
    total, strangers = frappe.db.sql(
        f"select count(*), coalesce(sum(u.name is null), 0) from `tabActivity Log` a "
        f"left join tabUser u on u.name = a.user where a.{REFUSED.replace(' and ', ' and a.')}",
        since,
    )[0]
    accounts = _bursts("user", OF_ONE, since, "and user in (select name from tabUser)")
    addresses = _bursts("ip_address", FROM_ONE, since)
    figures = {
        "days": DAYS,
        "refused": int(total),
        "of names that are no account": int(strangers),
        "many of one account in a day": OF_ONE,
        "many from one address in a day": FROM_ONE,
    }
    is_cut = len(accounts) > MOST or len(addresses) > MOST
    at_least = f"there are more bursts than the {MOST} that are told" if is_cut else ""
    return Part([*accounts[:MOST], *addresses[:MOST]], figures, at_least=at_least)


def _bursts(column: str, many: int, since: datetime, where: str = "") -> list[dict]:
    query = (
        f"select `{column}`, date(modified), count(*), min(modified), max(modified) from `tabActivity Log` "
        f"where {REFUSED} and ifnull(`{column}`, '') != '' {where} group by 1, 2 having count(*) >= %s "
        "order by 3 desc limit %s"
    )
    who = "user" if column == "user" else "address"
    return [
        {
            **{
                "kind": "burst",
                "of": who,
                "who": "one account" if who == "user" else name,
                who: name,
                "day": str(day),
            },
            **{"count": count, "first": str(first)[:19], "last": str(last)[:19]},
        }
        for name, day, count, first, last in frappe.db.sql(query, (since, many, MOST + 1))
    ]


def new_addresses(now: datetime) -> Part:
    """Addresses from which accounts with power logged in in 35 days, and in the 85 days before never."""
    holders = frappe.get_all(
        "Has Role",
        {"parenttype": "User", "role": ("in", [*powerful_roles(), *OWN])},
        pluck="parent",
        distinct=True,
        limit=0,
    )
    since = ago(now, days=DAYS)
    query = (
        "select user, ip_address, min(modified), count(*) from `tabActivity Log` where modified >= %s "
        "and operation = 'Login' and status = 'Success' and user in %s and ifnull(ip_address, '') != '' "
        "group by 1, 2"
    )
    found = rows(query, ago(now, days=KNOWN_DAYS), [*holders, ADMINISTRATOR], most=10_000)
    known = {user for user, _address, first, _count in found if first < since}
    new = [
        {"user": user, "address": address, "first": str(first)[:19], "count": count}
        for user, address, first, count in found
        if first >= since and user in known
    ]
    figures = {"days": DAYS, "accounts with logins before": len(known), "looked back over days": KNOWN_DAYS}
    at_least = f"there are more than {MOST}" if len(new) > MOST else ""
    return Part(new[:MOST], figures, at_least=at_least)
