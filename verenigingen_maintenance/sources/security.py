"""What the stored assessments say of security. Nothing is assessed for it: reading takes milliseconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.exposed_methods import Kind
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.security_findings import FRAMEWORK
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, shared, source

ASSESSMENT = "Security Assessment"
MONTH, QUARTER = 35, 92
STALE = timedelta(days=MONTH)
MOST_NAMED = 20
OPEN = (
    *(Kind.GUEST_WRITES.value, Kind.WRITES.value),
    *(Kind.GUEST_READS.value, Kind.GUEST_UNDECIDED.value),
)


@source
def serious_findings(now: datetime) -> Reading | Unknown:
    """Findings that are Critical or High."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    serious = [each for each in found["findings"] if each["severity"] in ("Critical", "High")]
    missing = [each["title"] for each in found["not_measured"]]
    evidence = {each["title"]: each["told"] for each in serious[:MOST_NAMED]}
    at_least = f"not measured: {some(missing)}" if missing else ""
    return _reading(len(serious), "findings", found, now, evidence, some(list(evidence)), at_least)


@source
def power_changes_of_35_days(now: datetime) -> Reading | Unknown:
    """Accounts whose power changed, and API keys that came, within 35 days."""
    return _power_changes(now, MONTH)


@source
def power_changes_of_92_days(now: datetime) -> Reading | Unknown:
    """The same within a quarter."""
    return _power_changes(now, QUARTER)


@source
def dormant_accounts(now: datetime) -> Reading | Unknown:
    """Accounts with power that were used once, and not for ninety days."""
    return _rows(now, "users", "accounts", lambda row: row["dormant"], lambda row: f"{row['user']}")


@source
def without_second_factor(now: datetime) -> Reading | Unknown:
    """Accounts with power whom no role asks for a second factor; Administrator, never asked, is left out."""
    return _rows(
        now,
        "users",
        "accounts",
        lambda row: row["power"] and row["second_factor"] is False,
        lambda row: f"{row['user']}",
    )


@source
def login_bursts(now: datetime) -> Reading | Unknown:
    """Days on which one account or one address was refused many times, of the 35 before the assessment."""
    return _rows(
        now,
        "logins",
        "bursts",
        lambda row: row["kind"] == "burst",
        lambda row: f"{row['count']} of {row['who']} on {row['day']}",
    )


@source
def exposed_methods(now: datetime) -> Reading | Unknown:
    """Whitelisted methods that ask nobody: all of the other apps, and of Frappe those that are new."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    new = {change["key"] for each in _of_days(now, MONTH) for change in _worse(each, ("methods",))}
    return _rows(
        now,
        "methods",
        "methods",
        lambda row: row["kind"] in OPEN and (row["app"] != FRAMEWORK or row["path"] in new),
        lambda row: f"{row['kind']}: {row['path']}",
    )


@source
def flags_on(now: datetime) -> Reading | Unknown:
    """Flags of the configuration that should be otherwise, and files that any user of the server may read."""
    return _rows(
        now,
        "flags",
        "flags",
        lambda row: row["wrong"] and row["severity"] != "Low",
        lambda row: f"{row['title']}: {row['value']}",
    )


@source
def weaknesses(now: datetime) -> Reading | Unknown:
    """Published weaknesses of installed packages."""
    return _rows(
        now,
        "advisories",
        "weaknesses",
        lambda _row: True,
        lambda row: f"{row['package']} {row['version']}: {row['id']}",
    )


@shared
def latest(now: datetime) -> Any:
    """The latest assessment; Unknown where there is none, or an old one."""
    rows = frappe.get_all(
        ASSESSMENT,
        {"day": ("<=", clock.stored(now).date())},
        ["name", "assessed_at", "data"],
        order_by="day desc",
        limit=1,
    )
    if not rows:
        told = (
            "security was not assessed yet; a job does it each week, and Assess Now in its list does it now"
        )
        return Unknown(told, now, ASSESSMENT)
    age = now - clock.instant_before(rows[0].assessed_at, now)
    if age > STALE:
        return Unknown(f"the latest assessment is {age.days} days old", now, rows[0].name)
    return {"name": rows[0].name, **json.loads(rows[0].data)}


def _power_changes(now: datetime, days: int) -> Reading | Unknown:
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    kept = [each for each in _of_days(now, days) if each["changes"] is not None]
    if not kept:
        return Unknown("there is no assessment before this one", now, found["name"], learning=True)
    told = [change["told"] for each in kept for change in _power(each)]
    missing = {
        gap["title"] for each in kept for gap in each["not_compared"] if gap["part"] in ("users", "keys")
    }
    why = [f"not compared each time: {some(sorted(missing))}"] if missing else []
    why += _since(now, days)
    evidence = {"assessments compared": len(kept), "changes": told[:MOST_NAMED]}
    return _reading(len(told), "changes", found, now, evidence, some(told), "; ".join(why))


def _since(now: datetime, days: int) -> list[str]:
    """Since when security is assessed, where that is for fewer days."""
    first = frappe.get_all(ASSESSMENT, pluck="day", order_by="day asc", limit=1)[0]
    is_short = first > clock.stored(now).date() - timedelta(days=days - 1)
    return [f"assessed since {first} only"] if is_short else []


def _of_days(now: datetime, days: int) -> list[Any]:
    """The assessments of so many days until now, the latest first."""
    today = clock.stored(now).date()
    within = ("between", [today - timedelta(days=days - 1), today])
    rows = frappe.get_all(ASSESSMENT, {"day": within}, pluck="data", order_by="day desc", limit=days)
    return [json.loads(each) for each in rows]


def _power(found: Any) -> Sequence[Mapping]:
    """Whose power grew or shrank, and keys that came."""
    changes = found["changes"]
    return [
        each for each in changes if each["part"] == "users" or (each["part"] == "keys" and each["is_worse"])
    ]


def _worse(found: Any, parts: Sequence[str]) -> Sequence[Mapping]:
    return [each for each in found["changes"] or () if each["part"] in parts and each["is_worse"]]


def _rows(
    now: datetime,
    part: str,
    unit: str,
    counts: Callable[[Mapping], object],
    told: Callable[[Mapping], str],
) -> Reading | Unknown:
    """How many rows of a part count, and which."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    there = found["parts"][part]
    if there["rows"] is None:
        return Unknown(there["reason"], now, found["name"])
    named = [told(row) for row in there["rows"] if counts(row)]
    return _reading(len(named), unit, found, now, {"first": named[:MOST_NAMED]}, some(named), there["reason"])


def _reading(
    value: float, unit: str, found: Any, now: datetime, evidence: Mapping, detail: str, at_least: str = ""
) -> Reading:
    told = {"assessment": found["name"], "assessed at": found["assessed_at"]}
    return Reading(value, unit, now, found["name"], {**told, **evidence}, at_least, detail)
