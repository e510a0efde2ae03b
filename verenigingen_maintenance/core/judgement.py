"""From a reading to a verdict: thresholds, duration rule, and what a partial reading may prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .durations import LONGEST_GAP, Duration, Held, Sample, stretches
from .readings import Reading, Unknown
from .thresholds import Thresholds
from .verdicts import Verdict


@dataclass(frozen=True)
class Rule:
    """How a check judges: its unit, its thresholds, and how long a breach must last."""

    unit: str
    thresholds: Thresholds
    duration: Duration = field(default_factory=Duration)

    def waits_for_its_end(self, value: float) -> bool:
        """Whether a breach goes on at a value that is none: for a rule of one value, that has its own end."""
        has_own_end = self.thresholds.clear is not None and not self.duration.looks_back
        return has_own_end and not self.thresholds.is_over(value)


@dataclass(frozen=True)
class Judgement:
    """A verdict and, where it needs one, its reason.

    Where it is CRITICAL, `onset` is when the breach began, and `met` when its rule was first met by what was
    observed; None where that is not known. `pending` marks a breach that has not lasted as its rule wants.
    """

    verdict: Verdict
    reason: str = ""
    onset: datetime | None = field(default=None, compare=False)
    met: datetime | None = field(default=None, compare=False)
    pending: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class History:
    """A check's former values with their times, and whether it was CRITICAL before they begin.

    Where two are more than `longest_gap` apart, nothing was measured between.
    """

    samples: Sequence[Sample] = ()
    was_critical: bool = False
    longest_gap: timedelta = LONGEST_GAP


def judge(measured: Reading | Unknown, rule: Rule, history: History = History()) -> Judgement:
    """Judge what was measured now.

    A duration rule counts medians of five minutes that are over (reading 3 of the requirements).
    """
    if isinstance(measured, Unknown):
        return Judgement(Verdict.UNKNOWN, f"{'learning: ' * measured.learning}{measured.reason}")
    if measured.unit != rule.unit:
        return Judgement(
            Verdict.UNKNOWN, f"measured in “{measured.unit}”, while the thresholds are in “{rule.unit}”"
        )
    if measured.at_least and not _proves_a_breach(measured, rule):
        return Judgement(Verdict.UNKNOWN, f"at least {measured.value:g} {measured.unit}: {measured.at_least}")
    return _judge_value(measured, rule, history)


def _proves_a_breach(measured: Reading, rule: Rule) -> bool:
    """A value that may only be higher proves what it is already, where nothing worse is left."""
    worst = Verdict.CRITICAL if rule.thresholds.critical else Verdict.WARNING
    return rule.thresholds.higher_is_worse and rule.thresholds.judge(measured.value) is worst


def _judge_value(measured: Reading, rule: Rule, history: History) -> Judgement:
    single, now = rule.thresholds.judge(measured.value), measured.observed_at
    past = (
        stretches(history.samples, rule.thresholds.judge_lasting, now, history.longest_gap)
        if rule.duration.looks_back
        else []
    )
    held = rule.duration.hold(past, single, now, history.was_critical and rule.duration.looks_back)
    if history.was_critical and rule.waits_for_its_end(measured.value):
        held = Held(Verdict.CRITICAL)
    why_held = _why_held(single, rule) if held.verdict is not single else ""
    detail = measured.detail if held.verdict is not Verdict.OK else ""
    reason = "; ".join(filter(None, (detail, why_held, measured.at_least)))
    at_once = rule.duration.breaches == 1 and held.met == now
    pending = single is Verdict.CRITICAL and held.verdict is not single
    onset = (at_once and measured.began) or held.onset
    return Judgement(held.verdict, reason, onset, held.met, pending)


def _why_held(single: Verdict, rule: Rule) -> str:
    if single is Verdict.CRITICAL:
        return f"{rule.thresholds.critical}, but not yet {rule.duration.breaches} in a row"
    target = rule.thresholds.clear or "under target"
    times = f" {rule.duration.clears} times in a row" if rule.duration.looks_back else ""
    return f"was CRITICAL, and is not yet {target}{times}"
