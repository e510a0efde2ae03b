"""Error patterns: what ingesting learns is stored here, and what was counted of them is renewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import frappe
from frappe import _

from verenigingen_maintenance.core.areas import area_of
from verenigingen_maintenance.core.fingerprints import Signature
from verenigingen_maintenance.core.grouping import Found
from verenigingen_maintenance.core.pattern_states import NEW
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.severity import SeverityRule, rule_of
from verenigingen_maintenance.core.tracebacks import failure_of
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.error_patterns import (
    COUNT,
    FINGERPRINT,
    PATTERN,
    severity_rules,
    survivors,
)
from verenigingen_maintenance.sources.error_patterns import members as members_of
from verenigingen_maintenance.sources.error_rows import Row

OWN_APP = "verenigingen_maintenance"
LONGEST_SAMPLE = 20_000
PATIENCE = 60


def store(found: Found, rows: Mapping[str, Row]) -> None:
    """Store what a grouping learnt, before `rows` (one of each pattern) are entered.

    In one transaction and by one process at a time: what is half stored would never become one pattern, and
    two patterns must not go on in one another. Another process may have found the same: its names are the
    same, and the first one stays. Raises frappe.ValidationError where another is at it for over a minute.
    """
    with lock("error patterns", PATIENCE) as mine:
        if not mine:
            frappe.throw(_("Another process stores error patterns for over a minute. Try again."))
        commit()
        _store(found, rows)
        commit()


def _store(found: Found, rows: Mapping[str, Row]) -> None:
    rules = severity_rules()
    for name, signature in sorted(found.patterns.items()):
        _insert(PATTERN, {"name": name, **_values(signature, rows.get(name), rules)})
    for known in sorted(found.fingerprints):
        parent = {"parent": known.pattern, "parenttype": PATTERN, "parentfield": "fingerprints"}
        own = {"name": known.fingerprint, "fingerprint": known.fingerprint, "words": " ".join(known.words)}
        _insert(FINGERPRINT, {**own, **parent})
    for name, survivor in sorted(found.continued.items()):
        if survivors().survivor(survivor) != name:
            frappe.db.set_value(PATTERN, name, "continues_in", survivor, update_modified=False)


def _insert(doctype: str, values: dict) -> None:
    now = clock.stored(clock.now())
    user = frappe.session.user
    row = {**values, "creation": now, "modified": now, "owner": user, "modified_by": user}
    fields, marks = ", ".join(f"`{each}`" for each in row), ", ".join(["%s"] * len(row))
    frappe.db.sql(f"insert ignore into `tab{doctype}` ({fields}) values ({marks})", tuple(row.values()))


def _values(signature: Signature, row: Row | None, rules: list[SeverityRule]) -> dict:
    frame = signature.frame
    sample = _sample(row)
    title = redact(signature.title)
    rule = rule_of(_telling(title, signature.exception, frame.module, sample), rules)
    return {
        "title": title,
        "state": NEW,
        "severity": rule.severity,
        "kind": rule.kind,
        "exception": signature.exception[:140],
        "app": frame.app[:140],
        "area": area_of(frame, row.reference_doctype if row else None)[:140],
        "place": ".".join(filter(None, (frame.module, frame.function)))[:140],
        "own": int(frame.app == OWN_APP),
        "sample": sample,
        "sample_of": row.name if row else None,
        "first_at": row.creation if row else None,
        "last_at": row.creation if row else None,
    }


def _sample(row: Row | None) -> str:
    """Title and text without personal data and secrets; of a long one beginning and end."""
    text = f"{row.method or ''}\n\n{row.error or ''}".strip() if row else ""
    if len(text) > LONGEST_SAMPLE:
        text = f"{text[: LONGEST_SAMPLE // 2]}\n…\n{text[-LONGEST_SAMPLE // 2 :]}"
    return redact(text)


def _telling(title: str, exception: str, module: str, sample: str) -> str:
    """What tells how severe an error is: not its whole traceback, which mentions much that works."""
    failure = failure_of(sample)
    return "\n".join((title, exception, module, failure.message if failure else sample.partition("\n")[0]))


def judge_severity_anew() -> None:
    """After the rules were changed."""
    rules = severity_rules()
    fields = ["name", "title", "exception", "place", "sample", "severity", "kind"]
    for row in frappe.get_all(PATTERN, fields=fields):
        rule = rule_of(_telling(row.title, row.exception or "", row.place or "", row.sample or ""), rules)
        if (row.severity, row.kind or "") != (rule.severity, rule.kind):
            change = {"severity": rule.severity, "kind": rule.kind}
            frappe.db.set_value(PATTERN, row.name, change, update_modified=False)


def renew(patterns: Iterable[str]) -> list[str]:
    """Bring totals, first and last times and affected users of these patterns up to what was counted.

    Returns the patterns that have them now: where one goes on in another, that one.
    """
    members = members_of(patterns)
    if not members:
        return []
    names = sorted({name for each in members.values() for name in each})
    counted = {row.pattern: row for row in _counted(names)}
    users = _users(names)
    rows = [
        _row(survivor, [counted[name] for name in each if name in counted], users, each)
        for survivor, each in sorted(members.items())
        if any(name in counted for name in each)
    ]
    _update(rows)
    return sorted(members)


def _counted(names: list[str]) -> list[dict]:
    return frappe.db.sql(
        f"select pattern, sum(errors) total, min(first_at) first_at, max(last_at) last_at from `tab{COUNT}` "
        "where pattern in %s and user = '' group by pattern",
        (names,),
        as_dict=True,
    )


def _users(names: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = frappe.db.sql(
        f"select pattern, user from `tab{COUNT}` where pattern in %s and span = 'Ever' and user != ''",
        (names,),
    )
    for pattern, user in rows:
        found.setdefault(pattern, set()).add(user)
    return found


def _row(name: str, counted: list[dict], users: dict[str, set[str]], members: list[str]) -> tuple:
    affected: set[str] = set().union(*(users.get(each, set()) for each in members))
    total = int(sum(row.total for row in counted))
    first = min((row.first_at for row in counted if row.first_at), default=None)
    last = max((row.last_at for row in counted if row.last_at), default=None)
    return name, total, first, last, len(affected)


def _update(rows: list[tuple]) -> None:
    """All at once: a statement for each takes longer than counting them."""
    if rows:
        frappe.db.sql(
            f"insert into `tab{PATTERN}` (name, total, first_at, last_at, users) "
            f"values {', '.join(['%s'] * len(rows))} on duplicate key update total = values(total), "
            "first_at = values(first_at), last_at = values(last_at), users = values(users)",
            rows,
        )
