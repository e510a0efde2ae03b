"""Findings from the alerts of the period: what came again and again, was none, or took long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.alert_review import (
    NO_CHECK,
    Alert,
    Kind,
    checks_of,
    counted,
    grouped,
    subject_of,
)
from verenigingen_maintenance.core.alert_wording import in_minutes, time_in_words
from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.sources import alert_rows, clock

ESCALATION = alert_rows.ESCALATION
PATTERN = 2
SLOW = timedelta(days=1)
MOST_OPEN = 50


def found(review: Review, now: datetime) -> Found:
    """Patterns, flapping, false positives, what nobody acted on, and what took more than a day."""
    read = alert_rows.escalations(review.begins(now), now)
    alerts = counted(read.alerts)
    each = (*_by_subject(alerts, review.days), *_false_positives(alerts), *_slow(alerts, now))
    return worst_first(each, "; ".join(read.missing), [] if read.is_whole else None)


def _by_subject(alerts: Sequence[Alert], days: int) -> Iterator[Finding]:
    for subject, those in grouped(alerts, subject_of).items():
        about = {"doctype": ESCALATION, "name": max(those, key=lambda each: each.opened).name}
        returns = sum(each.flaps for each in those)
        nobody = [each for each in those if each.kind is Kind.NOBODY_ACTED]
        if len(those) >= PATTERN:
            text = f"{len(those)} alerts in {days} days: {_kinds(those)}"
            yield Finding(
                f"alerts {subject}", f"{subject}: again and again", text, len(those), "alerts", **about
            )
        if returns:
            text = f"came back {returns} times after it was over"
            yield Finding(f"flapping {subject}", f"{subject}: flapping", text, returns, "returns", **about)
        if nobody:
            text = f"{len(nobody)} of {len(those)} were over by themselves before anybody acknowledged them"
            yield Finding(
                f"nobody {subject}", f"{subject}: nobody acted", text, len(nobody), "alerts", **about
            )


def _kinds(alerts: Sequence[Alert]) -> str:
    counts = {kind: sum(each.kind is kind for each in alerts) for kind in Kind}
    return ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)


def _false_positives(alerts: Sequence[Alert]) -> Iterator[Finding]:
    for check, those in grouped(alerts, checks_of).items():
        none = [each for each in those if each.kind is Kind.FALSE_POSITIVE]
        if none:
            about = {} if check == NO_CHECK else {"doctype": CHECK, "name": check}
            text = f"{len(none)} of {len(those)} alerts of {check} were none"
            yield Finding(
                f"false positives {check}", f"{check}: false positives", text, len(none), "alerts", **about
            )


def _slow(alerts: Sequence[Alert], now: datetime) -> Iterator[Finding]:
    """What took more than a day, and what is open for longer, whenever it was opened."""
    for each in alerts:
        took = each.time_to_resolve
        if took and took > SLOW:
            text = f"took {_in_words(took)} to resolve"
            yield _slow_one(each.name, each.title or each.subject, text, took)
    late = {"status": ("in", alert_rows.UNDECIDED), "opened_at": ("<", clock.stored(now - SLOW))}
    fields = ["name", "title", "opened_at"]
    rows = frappe.get_all(
        ESCALATION, {**late, "is_drill": 0}, fields, order_by="opened_at asc", limit=MOST_OPEN
    )
    for row in rows:
        age = now - clock.instant_before(row.opened_at, now)
        text = f"open for {_in_words(age)}, since {row.opened_at:%Y-%m-%d}"
        yield _slow_one(row.name, row.title, text, age, Verdict.CRITICAL)


def _slow_one(
    name: str, title: str, text: str, took: timedelta, severity: Verdict = Verdict.WARNING
) -> Finding:
    days = round(took / timedelta(days=1), 1)
    return Finding(f"slow {name}", f"{name} {title}", text, days, "days", severity, True, ESCALATION, name)


def _in_words(took: timedelta) -> str:
    return time_in_words(in_minutes(took.total_seconds()))
