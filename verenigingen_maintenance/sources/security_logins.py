"""Refused logins in bursts, and logins of accounts with power from addresses they never used before.

Activity Log is read in stretches of its indexed column: under an attack it has a million rows, and one query
over all of them would take longer than it may.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.security_users import ADMINISTRATOR, OWN, powerful_roles

DAYS, KNOWN_DAYS, STRETCH, MOST = 35, 120, 10, 100
# So many refused logins of one day are a burst: of one account, or from one address.
OF_ONE, FROM_ONE = 10, 30
REFUSED = "a.modified >= %s and a.modified < %s and a.operation = 'Login' and a.status = 'Failed'"
Stretch = tuple[datetime, datetime]


def refused(now: datetime) -> Part:
    """Bursts of 35 days. A name that is no account is counted and not told: people type passwords there."""
    total, known, accounts, addresses = 0, 0, [], []
    for day in _stretches(now, DAYS, 1):
        count, bursts = _bursts("address", "a.ip_address", "", FROM_ONE, day)
        if count:
            total += count
            addresses += bursts
            count, bursts = _bursts("user", "u.name", "join tabUser u on u.name = a.user", OF_ONE, day)
            known += count
            accounts += bursts
    figures = {
        "days": DAYS,
        "refused": total,
        "of names that are no account": total - known,
        "many of one account in a day": OF_ONE,
        "many from one address in a day": FROM_ONE,
    }
    is_cut = len(accounts) > MOST or len(addresses) > MOST
    at_least = f"there are more bursts than the {MOST} of each kind that are told" if is_cut else ""
    return Part([*_first(accounts), *_first(addresses)], figures, at_least=at_least)


def _stretches(now: datetime, days: int, length: int) -> Iterator[Stretch]:
    """Whole days of the site's clock, `length` at a time, the latest first; today is one of them."""
    ends = clock.stored(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for past in range(0, days, length):
        yield ends - timedelta(days=past + length), ends - timedelta(days=past)


def _bursts(who: str, column: str, joined: str, many: int, day: Stretch) -> tuple[int, list[dict[str, Any]]]:
    """How many were refused on a day, and those whose count is a burst, the largest first."""
    query = (
        f"select {column}, count(*), min(a.modified), max(a.modified), sum(count(*)) over () "
        f"from `tabActivity Log` a {joined} where {REFUSED} group by 1 order by 2 desc limit %s"
    )
    rows = frappe.db.sql(query, (*day, MOST + 1))
    found = [
        {
            **{"kind": "burst", "of": who, "who": "one account" if who == "user" else name, who: name},
            **{"day": str(first)[:10], "count": count, "first": str(first)[:19], "last": str(last)[:19]},
        }
        for name, count, first, last, _all in rows
        if name and count >= many
    ]
    return (int(rows[0][4]) if rows else 0), found


def _first(bursts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(bursts, key=lambda row: -row["count"])[:MOST]


def new_addresses(now: datetime) -> Part:
    """Addresses from which accounts with power logged in in 35 days, and in the 85 days before never."""
    since = next(iter(_stretches(now, DAYS, DAYS)))[0]
    seen = _first_logins(now)
    known = {user for (user, _address), (first, _count) in seen.items() if first < since}
    new = [
        {"user": user, "address": address, "first": str(first)[:19], "count": count}
        for (user, address), (first, count) in seen.items()
        if first >= since and user in known
    ]
    figures = {"days": DAYS, "accounts with logins before": len(known), "looked back over days": KNOWN_DAYS}
    at_least = f"there are more than {MOST}" if len(new) > MOST else ""
    return Part(new[:MOST], figures, at_least=at_least)


def _first_logins(now: datetime) -> dict[tuple[str, str], tuple[datetime, int]]:
    """When each account with power logged in first from each address, and how often."""
    filters = {"parenttype": "User", "role": ("in", [*powerful_roles(), *OWN])}
    holders = frappe.get_all("Has Role", filters, pluck="parent", distinct=True, limit=0)
    query = (
        "select user, ip_address, min(modified), count(*) from `tabActivity Log` where modified >= %s "
        "and modified < %s and operation = 'Login' and status = 'Success' and user in %s "
        "and ifnull(ip_address, '') != '' group by 1, 2 order by 1, 2"
    )
    found: dict[tuple[str, str], tuple[datetime, int]] = {}
    for stretch in _stretches(now, KNOWN_DAYS, STRETCH):
        for user, address, first, count in frappe.db.sql(query, (*stretch, [*holders, ADMINISTRATOR])):
            later = found.get((user, address), (first, 0))
            found[user, address] = (min(first, later[0]), count + later[1])
    return found
