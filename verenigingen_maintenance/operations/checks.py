"""Measures and judges one check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.derived import DERIVED, Cause, Situation
from verenigingen_maintenance.core.durations import LONGEST_GAP, Duration, lasting_worst
from verenigingen_maintenance.core.judgement import History, Judgement, Rule, judge
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.thresholds import ThresholdError, Thresholds
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations import breaches, ingest_errors, measure, metrics, settings
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, stored

CHECK = "Maintenance Check"
LIVE = {"live": 1, "enabled": 1, "not_applicable": 0}
LOOK_BACK = timedelta(hours=3)
ROUNDS_APART = 5
MOST_SAMPLES = 2_000
LONGEST_TIMEOUT = 60


@dataclass(frozen=True)
class Spec:
    """A check as it was at one moment: what a run keeps, and is judged by."""

    name: str
    title: str
    area: str
    subject: str
    source: str
    unit: str
    warning: str
    critical: str
    breaches: int
    clears: int
    timeout_seconds: int
    version: int
    target: str
    clear: str = ""
    starting_level: int = 0

    @classmethod
    def of(cls, check: Document) -> Spec:
        texts = ("name", "title", "area", "source", "unit", "warning", "critical", "clear")
        return cls(
            **{key: check.get(key) or "" for key in texts},
            subject=check.subject or check.name,
            breaches=check.breaches or 1,
            clears=check.clears or 1,
            timeout_seconds=min(max(check.timeout_seconds or 10, 1), LONGEST_TIMEOUT),
            version=check.version,
            starting_level=check.get("starting_level") or 0,
            target=_target(check),
        )

    @classmethod
    def from_json(cls, text: str) -> Spec:
        """Reads what an earlier version of this app may have kept; a field added since needs a default."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in json.loads(text).items() if key in known})

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @property
    def looks_back(self) -> bool:
        """Whether one value does not decide."""
        return self.breaches > 1 or self.clears > 1

    @property
    def must_last(self) -> bool:
        """Whether one value is no breach: then none tells how bad a breach is."""
        return self.breaches > 1

    @property
    def remembers(self) -> bool:
        """Whether it matters that it was CRITICAL before."""
        return self.looks_back or bool(self.clear)

    @property
    def rule(self) -> Rule:
        """Raises ThresholdError or ValueError with what to mend."""
        thresholds = Thresholds.parse(self.warning, self.critical, self.clear)
        return Rule(self.unit, thresholds, Duration(self.breaches, self.clears))


@dataclass(frozen=True)
class Result:
    """One check, measured and judged."""

    spec: Spec
    measured: Reading | Unknown
    judgement: Judgement

    @property
    def value(self) -> float | None:
        """None where the verdict is UNKNOWN: a value that cannot be judged is told in the reason."""
        known = isinstance(self.measured, Reading) and self.judgement.verdict is not Verdict.UNKNOWN
        return self.measured.value if known else None

    @property
    def is_critical(self) -> bool:
        return self.judgement.verdict is Verdict.CRITICAL

    def as_item(self) -> dict:
        """As the doors show it. `value` is None where nothing was measured."""
        return {
            "check": self.spec.name,
            "title": self.spec.title,
            "verdict": self.judgement.verdict.value,
            "value": self.value,
            "unit": self.spec.unit,
            "value_in_words": in_words(self.value, self.spec.unit),
            "target": self.spec.target,
            "source": self.measured.source,
            "observed_at": clock.shown(self.measured.observed_at),
            "reason": self.judgement.reason,
            "result": None,
            "not_applicable": False,
            "evidence": self.measured.evidence,
        }


def run(name: str) -> Result:
    """Measure the check `name` now, and keep no value. Raises frappe.DoesNotExistError for an unknown one."""
    if not frappe.db.exists(CHECK, name):
        known = ", ".join(names())
        refuse(_("There is no check “{0}”. There are: {1}."), name, known, kind=frappe.DoesNotExistError)
    spec = Spec.of(frappe.get_doc(CHECK, name))
    if spec.area == "Errors":
        ingest_errors.catch_up(clock.now())
    return run_derived(spec, enabled_specs()) if is_derived(spec) else run_spec(spec)


def run_all(specs: Mapping[str, Spec]) -> dict[str, Result]:
    """Measure and judge several, by their keys: those that follow from others come last."""
    results = {key: run_spec(spec) for key, spec in specs.items() if not is_derived(spec)}
    measured = list(results.values())
    derived = {key: derive(spec, measured) for key, spec in specs.items() if is_derived(spec)}
    return {key: {**results, **derived}[key] for key in specs}


def run_derived(spec: Spec, specs: Iterable[Spec]) -> Result:
    """Measure a derived check outside a run: from all the others, measured now."""
    return derive(spec, [run_spec(each) for each in specs if not is_derived(each)])


def derive(spec: Spec, results: Sequence[Result]) -> Result:
    """Judge a derived check by the results it follows from."""
    return derive_from(
        spec, [Cause(each.spec.title, each.spec.subject, each.judgement.verdict) for each in results]
    )


def derive_from(spec: Spec, causes: Sequence[Cause]) -> Result:
    """The same from verdicts alone."""
    measured = DERIVED[spec.source](Situation(causes, _open_subjects(), _titles()), clock.now())
    return Result(spec, measured, judge(measured, spec.rule))


def is_derived(spec: Spec) -> bool:
    """Whether it follows from other checks instead of reading a source."""
    return spec.source in DERIVED


def enabled_specs() -> list[Spec]:
    """The enabled checks that apply to this site."""
    filters = {"enabled": 1, "not_applicable": 0}
    found = frappe.get_all(CHECK, filters=filters, pluck="name", order_by="name")
    return [Spec.of(frappe.get_doc(CHECK, name)) for name in found]


def _open_subjects() -> frozenset[str]:
    filters = {"status": ("in", ("Open", "Acknowledged")), "is_drill": 0}
    return frozenset(frappe.get_all("Maintenance Escalation", filters=filters, pluck="subject"))


def _titles() -> dict[str, str]:
    """Of the checks that have no subject but themselves."""
    found = frappe.get_all(CHECK, filters={"subject": ("is", "not set")}, fields=["name", "title"])
    return {row.name: row.title for row in found}


def run_spec(spec: Spec) -> Result:
    """Measure and judge by the rule a run keeps."""
    return judge_reading(spec, measure.read(spec.source, spec.timeout_seconds))


def judge_reading(spec: Spec, measured: Reading | Unknown) -> Result:
    """Judge what was measured; a rule that cannot be meant is UNKNOWN."""
    try:
        rule = spec.rule
    except ValueError as error:
        return unjudged(spec, str(error))
    held_since = _held_since(spec) if spec.remembers else None
    return Result(spec, measured, judge(measured, rule, history(spec, measured, held_since)))


def by_present_rules(results: Iterable[Result]) -> list[Result]:
    """The same measurements by the rules that their checks have now: a run keeps those it was made with.

    What nobody wants to be watched any more is left out.
    """
    filters = {"enabled": 1, "not_applicable": 0}
    present = dict(frappe.get_all(CHECK, filters, ["name", "version"], as_list=True, limit=0))
    return [
        each if each.spec.version == present[each.spec.name] else _by_present_rule(each)
        for each in results
        if each.spec.name in present
    ]


def _by_present_rule(result: Result) -> Result:
    return judge_reading(Spec.of(frappe.get_doc(CHECK, result.spec.name)), result.measured)


def _held_since(spec: Spec) -> datetime | None:
    """Since when it is a breach: by the rounds where it is live, else by the escalation that is open."""
    live, breach_since = frappe.db.get_value(CHECK, spec.name, ["live", "breach_since"]) or (0, None)
    if live:
        return clock.instant(breach_since) if breach_since else None
    return breaches.lasts(spec.subject, spec.name)


def worst_so_far(result: Result) -> float | None:
    """How bad a breach is: as bad as this value, or where it must last, as what lasted."""
    if not (result.is_critical and result.spec.must_last):
        return result.value
    return worst_that_lasted(result, result.judgement.onset or result.measured.observed_at - LOOK_BACK)


def worst_that_lasted(result: Result, onset: datetime | None = None) -> float | None:
    """How bad a breach was that had to last, since it was opened or else since its onset.

    None where samples do not tell, and where one value decides.
    """
    spec, until = result.spec, result.measured.observed_at
    since = (breaches.lasts(spec.subject, spec.name) or onset) if spec.must_last else None
    if since is None:
        return None
    # In the hour that October repeats, only their instants tell which samples are the later ones.
    found = stored.latest(spec.source, since - timedelta(hours=1), MOST_SAMPLES)
    samples = [each for each in found if each[0] >= since]
    return lasting_worst(samples, spec.breaches, spec.rule.thresholds.higher_is_worse, until)


def history(spec: Spec, measured: Reading | Unknown, breach_since: datetime | None) -> History:
    """What a duration rule looks back on: some hours, or all since the breach that a round found last."""
    if not spec.looks_back:
        return History(was_critical=spec.remembers and bool(breach_since))
    since, every = breach_since or measured.observed_at - LOOK_BACK, settings.sampling_interval()
    longest_gap = ROUNDS_APART * every if every else LONGEST_GAP
    return History(stored.latest(spec.source, since, MOST_SAMPLES), bool(breach_since), longest_gap)


def unjudged(spec: Spec, why: str) -> Result:
    """The result of a check whose rule cannot be meant."""
    measured = Unknown(why, clock.now(), spec.source)
    return Result(spec, measured, Judgement(Verdict.UNKNOWN, why))


def keep_value(result: Result) -> None:
    """Keeps a value that a duration rule will look back on."""
    if result.spec.looks_back and isinstance(result.measured, Reading):
        metrics.insert({result.spec.source: result.measured})


def names() -> list[str]:
    """The enabled checks, by name."""
    return frappe.get_all(CHECK, filters={"enabled": 1}, pluck="name", order_by="name")


def stored_time(result: Result) -> datetime:
    """When it was observed, as Frappe stores it."""
    return clock.stored(result.measured.observed_at)


def _target(check: Document) -> str:
    """What is OK, as text; empty where the thresholds cannot be meant, which measuring then reports."""
    with suppress(ThresholdError):
        return Thresholds.parse(check.warning, check.critical, check.get("clear")).target
    return ""
