"""Assesses security: reads each part by itself, compares with the assessment before, stores what was found.

One document for each day, made anew until midnight, with its evidence attached. Nothing else is changed.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.core.security_review import TITLES, compare, not_compared, review
from verenigingen_maintenance.operations import measure, records
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import (
    clock,
    security_advisories,
    security_code,
    security_flags,
    security_keys,
    security_logins,
    security_permissions,
    security_scripts,
    security_sign_in,
    security_users,
)

ASSESSMENT = "Security Assessment"
SECONDS, DUE, QUARTER = 60, timedelta(days=7), timedelta(days=92)
FIELDS = ["name", "data", "assessed_at"]
Answers = Mapping[str, Part | Unknown]


def assess_if_due(now: datetime) -> str | None:
    """Assesses where the latest assessment is older than a week; returns its name, or None."""
    latest = _latest(clock.stored(now).date())
    if latest and now - clock.instant_before(latest.assessed_at, now) < DUE:
        return None
    return keep(now)


def keep(now: datetime) -> str | None:
    """Assesses, and stores it as today's; returns its name, or None while another one does so."""
    with lock("security") as held:
        if not held:
            return None
        started = time.monotonic()
        previous = _before(clock.stored(now).date())
        since = _since(previous, now)
        answers = read(now, since)
        commit()
        found = _snapshot(answers, previous, since, now)
        document = _store(found, answers, time.monotonic() - started, now)
        commit()
        _detach_former(document)
        commit()
    return document.name


def read(now: datetime, since: datetime) -> dict[str, Part | Unknown]:
    """The parts as they are now. Those that take long have threads of their own."""
    readers: Mapping[str, Callable[[datetime], Part | Unknown]] = {
        "users": security_users.power,
        "permissions": lambda moment: security_permissions.changes(moment, since),
        "keys": security_keys.keys,
        "sign_in": security_sign_in.sign_in,
        "scripts": security_scripts.scripts,
        "flags": security_flags.flags,
        "logins": security_logins.refused,
        "addresses": security_logins.new_addresses,
        "methods": security_code.methods,
        "advisories": security_advisories.advisories,
    }
    logs = ("logins", "addresses")
    alone = ("methods", "advisories")
    quick = [key for key in readers if key not in (*logs, *alone)]
    groups = [{key: readers[key] for key in keys} for keys in (quick, logs, *((key,) for key in alone))]
    answers = measure.ask_all(groups, now, SECONDS, (Part, Unknown))
    return {key: answers[key] for key in TITLES}  # type: ignore[misc]


def describe() -> dict[str, Any]:
    """The latest assessment as it is stored, with its name as `assessment`; None and a `reason` without."""
    latest = _first({}, FIELDS)
    if not latest:
        return {"assessment": None, "reason": "security was not assessed yet"}
    return {"assessment": latest.name, **json.loads(latest.data)}


def changes_since(since: datetime) -> dict[str, Any]:
    """What changed between the latest assessment of the day of `since` or before, and the latest of all.

    Nothing is read anew. Keys: `from`, `to` (names; where none is so old, `from` is the first that there is),
    `changes` and `not_compared`, as in a snapshot. All are None where there are not two of them.
    """
    first = _before(clock.stored(since).date() + timedelta(days=1)) or _first({}, FIELDS, "day asc")
    last = _first({}, FIELDS)
    if not first or first.name == last.name:
        return dict.fromkeys(("from", "to", "changes", "not_compared"))
    before, now = json.loads(first.data), json.loads(last.data)
    changes = [each.as_item() for each in compare(before, now)]
    return {
        "from": first.name,
        "to": last.name,
        "changes": changes,
        "not_compared": not_compared(before, now["parts"]),
    }


def _since(previous: Any, now: datetime) -> datetime:
    """When the one before was made; a quarter ago at most, and where there is none."""
    earliest = now - QUARTER
    return max(clock.instant_before(previous.assessed_at, now), earliest) if previous else earliest


def _snapshot(answers: Answers, previous: Any, since: datetime, now: datetime) -> dict[str, Any]:
    """What an assessment found, as JSON.

    Keys: `assessed_at`, `since`, `previous` (a name or None), `verdict`, `parts` (each has `title`, `source`,
    `observed_at`, `figures`, `reason`, and `rows`, None where nothing was measured), `changes` (None without
    one before), `not_compared`, `findings`, `not_measured`.
    """
    found = review(answers, json.loads(previous.data) if previous else None)
    for key, part in found["parts"].items():
        part.update(title=TITLES[key], source=SOURCES[key], observed_at=clock.shown(now))
    head = {"assessed_at": clock.shown(now), "since": clock.shown(since)}
    return json.loads(
        json.dumps({**head, "previous": previous.name if previous else None, **found}, default=str)
    )


def _before(day: date) -> Any:
    """The latest assessment of an earlier day."""
    return _first({"day": ("<", day)}, FIELDS)


def _latest(day: date) -> Any:
    """Until a day: one that a clock which ran ahead dated is not waited for."""
    return _first({"day": ("<=", day)}, ["name", "assessed_at"])


def _first(filters: Mapping[str, Any], fields: list[str], order: str = "day desc") -> Any:
    rows = frappe.get_all(ASSESSMENT, filters, fields, order_by=order, limit=1)
    return rows[0] if rows else None


# --- what is stored


def _store(found: Mapping[str, Any], answers: Answers, seconds: float, now: datetime) -> Document:
    """Today's document, made or made anew, and its evidence."""
    moment = clock.stored(now)
    name = f"SEC-{moment:%Y-%m-%d}"
    if not frappe.db.exists(ASSESSMENT, name):
        records.insert(frappe.get_doc({"doctype": ASSESSMENT, "name": name, "day": moment.date()}))
    document = frappe.get_doc(ASSESSMENT, name, for_update=True)
    evidence = _evidence(found, answers)
    document.update({"assessed_at": moment, "seconds": round(seconds, 2), **_figures(found)})
    document.update({"data": json.dumps(found, indent=1), "sha256": hashlib.sha256(evidence).hexdigest()})
    document.evidence = _attach(document, evidence)
    records.write(document)
    return document


def _figures(found: Mapping[str, Any]) -> dict[str, Any]:
    changes, findings = found["changes"], found["findings"]
    return {
        "verdict": found["verdict"],
        "previous": found["previous"],
        "findings": len(findings),
        "serious": sum(each["severity"] in ("Critical", "High") for each in findings),
        "changes": "" if changes is None else str(len(changes)),
        "not_measured": len(found["not_measured"]),
    }


def _evidence(found: Mapping[str, Any], answers: Answers) -> bytes:
    """All that was read, what an assessment does not list included."""
    details = {key: asdict(answer) for key, answer in answers.items()}
    return json.dumps({**found, "read": details}, indent=1, default=str).encode()


def _attach(document: Document, evidence: bytes) -> str:
    """Of Administrator: whoever a file is of may delete it, and read it when all roles are gone."""
    file = {"doctype": "File", "file_name": f"{document.name}.json", "content": evidence, "is_private": 1}
    attached = {"attached_to_doctype": ASSESSMENT, "attached_to_name": document.name}
    made = frappe.get_doc({**file, **attached}).insert(ignore_permissions=True)
    made.db_set("owner", "Administrator", update_modified=False)
    return made.file_url


def _detach_former(document: Document) -> None:
    """The file of an assessment that was made anew goes when the new one is there: it leaves the disk too."""
    attached = {"attached_to_doctype": ASSESSMENT, "attached_to_name": document.name}
    former = {**attached, "file_url": ("!=", document.evidence)}
    for name in frappe.get_all("File", former, pluck="name", limit=0):
        frappe.delete_doc("File", name, ignore_permissions=True)


SOURCES = {
    "users": "User, Has Role, DocPerm and Custom DocPerm",
    "permissions": "User, Version, Custom DocPerm, Role, Role Profile, User Permission, Server Script, "
    "OAuth Client",
    "keys": "User, OAuth Client and OAuth Bearer Token",
    "sign_in": "System Settings, Website Settings, Social Login Key and Role",
    "logins": "Activity Log",
    "addresses": "Activity Log",
    "methods": "the Python files of the installed apps",
    "scripts": "Server Script",
    "flags": "site_config.json, common_site_config.json and the modes of files",
    "advisories": "the file that maintenance_advisories names, and the installed packages",
}
