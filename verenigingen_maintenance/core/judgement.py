"""From a reading to a verdict: thresholds, duration rule, and what a partial reading may prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .durations import Duration, Sample, judged_stretches
from .readings import Reading, Unknown
from .thresholds import Thresholds
from .verdicts import Verdict


@dataclass(frozen=True)
class Rule:
    """How a check judges: its unit, its thresholds, and how long a breach must last."""

    unit: str
    thresholds: Thresholds
    duration: Duration = field(default_factory=Duration)


@dataclass(frozen=True)
class Judgement:
    """A verdict and, where it needs one, its reason."""

    verdict: Verdict
    reason: str = ""


def judge(measured: Reading | Unknown, rule: Rule, earlier: Sequence[Sample] = ()) -> Judgement:
    """Judge what was measured now. `earlier` are this check's former values with their times.

    A duration rule counts medians of five minutes (reading 3 of the requirements).
    """
    if isinstance(measured, Unknown):
        return Judgement(Verdict.UNKNOWN, f"{'learning: ' * measured.learning}{measured.reason}")
    if measured.unit != rule.unit:
        return Judgement(
            Verdict.UNKNOWN, f"measured in “{measured.unit}”, while the thresholds are in “{rule.unit}”"
        )
    if measured.at_least and not _proves_a_breach(measured, rule):
        return Judgement(Verdict.UNKNOWN, f"at least {measured.value:g} {measured.unit}: {measured.at_least}")
    return _judge_value(measured, rule, earlier)


def _proves_a_breach(measured: Reading, rule: Rule) -> bool:
    """A value that may only be higher proves what it is already, where nothing worse is left."""
    worst = Verdict.CRITICAL if rule.thresholds.critical else Verdict.WARNING
    return rule.thresholds.higher_is_worse and rule.thresholds.judge(measured.value) is worst


def _judge_value(measured: Reading, rule: Rule, earlier: Sequence[Sample]) -> Judgement:
    series = [*earlier, (measured.observed_at, measured.value)]
    verdicts = judged_stretches(series, rule.thresholds.judge)
    single, held = verdicts[-1], rule.duration.hold(verdicts)
    why_held = _why_held(single, rule) if held is not single else ""
    detail = measured.detail if held is not Verdict.OK else ""
    return Judgement(held, "; ".join(filter(None, (detail, why_held, measured.at_least))))


def _why_held(single: Verdict, rule: Rule) -> str:
    if single is Verdict.CRITICAL:
        return f"{rule.thresholds.critical}, but not yet {rule.duration.breaches} in a row"
    return f"was CRITICAL, and is not yet under target {rule.duration.clears} times in a row"
