"""Live checks: judged with each round of samples, so that a breach is told within minutes.

What a check was at the last round stands beside it; only what changed since is told. A breach that somebody
closed while it lasted opens nothing new until it was over, or until a run finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.judgement import judge
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import breaches, checks, clearing, digest, escalations
from verenigingen_maintenance.operations.breaches import NOT_MEASURED, Part
from verenigingen_maintenance.operations.checks import CHECK, LIVE, Result, Spec
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

LONGEST_TEXT = 2_000
SETTLED = timedelta(minutes=5)
STATE = (
    *("live_verdict", "live_value", "live_reason", "live_at", "live_since"),
    *("breach_since", "unknown_since", "unknown_told"),
)


@dataclass(frozen=True)
class Watched:
    """A live check, and what it was at the last round (times as instants)."""

    spec: Spec
    verdict: str
    since: datetime | None
    breach_since: datetime | None
    unknown_since: datetime | None
    unknown_told: bool


def checks_to_judge() -> list[Watched]:
    """The live checks that are enabled and apply to this site."""
    rows = frappe.get_all(CHECK, filters=LIVE, fields=["*"], order_by="name", limit=0)
    return [each for each in map(_watched, rows) if not checks.is_derived(each.spec)]


def _watched(row: dict) -> Watched:
    since, breach, unknown = (
        clock.instant(row[each]) if row[each] else None
        for each in ("live_since", "breach_since", "unknown_since")
    )
    return Watched(Spec.of(row), row.live_verdict or "", since, breach, unknown, bool(row.unknown_told))


def judge_all(watched: Sequence[Watched], readings: Mapping[str, Reading | Unknown], now: datetime) -> None:
    """Judges each check, tells what began and what ended, and keeps where it stands."""
    results = [(each, _judge(each, readings[each.spec.source])) for each in watched]
    judged = [result for _each, result in results]
    escalations.record_breaches(
        [result for each, result in results if result.is_critical and not each.breach_since]
    )
    _keep_worst(results)
    _pend(judged)
    clearing.clear_measured(judged)
    clearing.clear_unwatched()
    digest.keep([result for each, result in results if _is_new_warning(each, result)])
    told = _tell_unknown(results, now)
    for each, result in results:
        _keep(each, result, now, each.spec.name in told)


def _judge(each: Watched, measured: Reading | Unknown) -> Result:
    """By its rule; one that cannot be meant is UNKNOWN, as in a run."""
    try:
        rule = each.spec.rule
    except ValueError as error:
        return checks.unjudged(each.spec, str(error))
    judgement = judge(measured, rule, checks.history(each.spec, measured, each.breach_since))
    if judgement.met and not each.verdict:  # a rule that is judged for the first time was not met before
        judgement = replace(judgement, met=measured.observed_at)
    return Result(each.spec, measured, judgement)


def _keep_worst(results: Sequence[tuple[Watched, Result]]) -> None:
    """Of what lasts, round by round: a person may end it before it is over."""
    for each, result in results:
        if result.is_critical and each.breach_since and (worst := checks.worst_so_far(result)) is not None:
            breaches.keep_worst(each.spec.subject, each.spec.name, worst, each.spec.critical)


def _pend(judged: Sequence[Result]) -> None:
    """What is beyond its threshold, but not yet for as long as its rule wants. UNKNOWN ends none of these."""
    pending = escalations.by_subject(each for each in judged if each.judgement.pending)
    for subject, results in pending.items():
        escalations.pend(escalations.Breach.of(subject, results))
    unknown = {each.spec.subject for each in judged if each.judgement.verdict is Verdict.UNKNOWN}
    escalations.did_not_last({*pending, *unknown})


def _is_new_warning(each: Watched, result: Result) -> bool:
    was_worse = each.verdict in (Verdict.WARNING.value, Verdict.CRITICAL.value)
    return result.judgement.verdict is Verdict.WARNING and not was_worse


def _tell_unknown(results: Sequence[tuple[Watched, Result]], now: datetime) -> set[str]:
    """Escalates what could not be measured for long, once and together; returns the checks it told of."""
    minutes = cint(frappe.db.get_single_value(SETTINGS, "unknown_minutes"))
    limit = timedelta(minutes=minutes)
    lasting = [
        (each, result)
        for each, result in results
        if minutes and _is_unknown(result) and each.unknown_since and now - each.unknown_since >= limit
    ]
    new = [(each, result) for each, result in lasting if not each.unknown_told]
    if new:
        began = min(each.unknown_since for each, _result in new if each.unknown_since)
        note = "\n".join(f"{each.spec.title}: {result.judgement.reason}" for each, result in new)
        title = f"Not measured for {minutes} minutes: {new[0][0].spec.title}"
        parts = tuple(Part(each.spec.name, each.spec.title, each.unknown_since) for each, _result in new)
        breach = escalations.Breach(NOT_MEASURED, title, note, began, began + limit, parts=parts)
        escalations.record(breach)
    told = [(each, _unknown_since(each, result, now)) for each, result in results if each.unknown_told]
    for each, since in told:
        if since is None:
            told_again = f"{each.spec.title} is measured again."
            escalations.clear(NOT_MEASURED, each.spec.name, told_again)
    return {each.spec.name for each, _result in lasting} | {each.spec.name for each, since in told if since}


def _unknown_since(each: Watched, result: Result, now: datetime) -> datetime | None:
    """Since when it is not measured; a value now and then does not end that."""
    if _is_unknown(result):
        return each.unknown_since or now
    is_settled = now - _since(each, result, now) >= SETTLED
    return None if is_settled else each.unknown_since


def _since(each: Watched, result: Result, now: datetime) -> datetime:
    """Since when the verdict is what it is."""
    is_same = each.verdict == result.judgement.verdict.value
    return each.since if is_same and each.since else now


def _is_unknown(result: Result) -> bool:
    """What time alone mends is not meant."""
    learns = isinstance(result.measured, Unknown) and result.measured.learning
    return result.judgement.verdict is Verdict.UNKNOWN and not learns


def _keep(each: Watched, result: Result, now: datetime, told: bool) -> None:
    verdict = result.judgement.verdict
    breach = each.breach_since if verdict is Verdict.UNKNOWN else None
    if verdict is Verdict.CRITICAL:
        breach = each.breach_since or now
    unknown = _unknown_since(each, result, now)
    check = frappe.qb.DocType(CHECK)
    values = {
        "live_verdict": verdict.value,
        "live_value": number(result.value),
        "live_reason": result.judgement.reason[:LONGEST_TEXT],
        "live_at": clock.stored(now),
        "live_since": clock.stored(_since(each, result, now)),
        "breach_since": clock.stored(breach) if breach else None,
        "unknown_since": clock.stored(unknown) if unknown else None,
        "unknown_told": int(told),
    }
    query = frappe.qb.update(check).where(check.name == each.spec.name)
    for field, value in values.items():
        query = query.set(check[field], value)
    query.run()
