"""Findings from the security assessments: what changed since the last signed run, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.security_review import TITLES
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.operations import security_assessment
from verenigingen_maintenance.sources import security

ASSESSMENT = security.ASSESSMENT
CHANGED = "security changed"
MOST_TOLD = 5


def found(review: Review, now: datetime) -> Found:
    """The changes by part, beside the assessment that the last signed run had, and the open findings."""
    latest = security.latest(now)
    if isinstance(latest, Unknown):
        return Found(missing=latest.reason)
    # Without a signed run the changes of the whole period are told.
    since = review.since if review.since < now else review.begins(now)
    changed = security_assessment.changes_since(since)
    each = (*_changes(changed), *_findings(latest))
    past = [key for key in review.known if _is_past(key, changed)]
    unread = [*_unread(review.known, latest), *_not_compared(changed)]
    return worst_first(each, _missing(latest, changed), unread, past=past)


def _changes(changed: Mapping[str, Any]) -> Iterator[Finding]:
    """One for each part; known by the assessment that it is compared with, so that later ones are new."""
    by_part: dict[str, list[Mapping]] = {}
    for each in changed["changes"] or ():
        by_part.setdefault(each["part"], []).append(each)
    for part, those in by_part.items():
        severity = Verdict.WARNING if any(each["is_worse"] for each in those) else Verdict.OK
        text = f"since {changed['from']}: {some([each['told'] for each in those], MOST_TOLD)}"
        about = {"doctype": ASSESSMENT, "name": changed["to"]}
        key = _key(changed, part)
        yield Finding(key, f"Changed: {TITLES[part]}", text, len(those), "changes", severity, **about)


def _key(changed: Mapping[str, Any], part: str) -> str:
    return f"{CHANGED} since {changed['from']}: {part}"


def _is_past(key: str, changed: Mapping[str, Any]) -> bool:
    return key.startswith(f"{CHANGED} ") and not key.startswith(_key(changed, ""))


def _findings(latest: Mapping[str, Any]) -> Iterator[Finding]:
    for each in latest["findings"]:
        severity = Verdict.CRITICAL if each["severity"] == "Critical" else Verdict.WARNING
        title, text = f"{each['severity']}: {each['title']}", f"{each['told']}. {each['remediation']}"
        about = {"doctype": ASSESSMENT, "name": latest["name"]}
        key = f"security {each['part']} {each['key']}"
        yield Finding(key, title, text, each["count"], "found", severity, **about)


def _unread(known: Iterable[str], latest: Mapping[str, Any]) -> Iterator[str]:
    """What was found in a part that could not be read now."""
    parts = tuple(f"security {each['part']} " for each in latest["not_measured"])
    return (key for key in known if parts and key.startswith(parts))


def _not_compared(changed: Mapping[str, Any]) -> Iterator[str]:
    return (_key(changed, each["part"]) for each in changed["not_compared"] or ())


def _missing(latest: Mapping[str, Any], changed: Mapping[str, Any]) -> str:
    if changed["changes"] is None:
        told = [f"what changed: there is no assessment to compare {latest['name']} with"]
    else:
        told = [f"changes of {each['title']}: {each['reason']}" for each in changed["not_compared"]]
    unread = [f"{each['title']}: {each['reason']}" for each in latest["not_measured"]]
    return "; ".join([*told, *unread])
