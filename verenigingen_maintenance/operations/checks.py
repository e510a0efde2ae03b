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
from verenigingen_maintenance.core.durations import Duration
from verenigingen_maintenance.core.judgement import Judgement, Rule, judge
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.thresholds import ThresholdError, Thresholds
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations import ingest_errors, measure, samples
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

HISTORY = timedelta(days=1)
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

    @classmethod
    def of(cls, check: Document) -> Spec:
        texts = ("name", "title", "area", "source", "unit", "warning", "critical")
        return cls(
            **{key: check.get(key) or "" for key in texts},
            subject=check.subject or check.name,
            breaches=check.breaches or 1,
            clears=check.clears or 1,
            timeout_seconds=min(max(check.timeout_seconds or 10, 1), LONGEST_TIMEOUT),
            version=check.version,
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
    def rule(self) -> Rule:
        """Raises ThresholdError or ValueError with what to mend."""
        thresholds = Thresholds.parse(self.warning, self.critical)
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
    if not frappe.db.exists("Maintenance Check", name):
        known = ", ".join(names())
        refuse(_("There is no check “{0}”. There are: {1}."), name, known, kind=frappe.DoesNotExistError)
    spec = Spec.of(frappe.get_doc("Maintenance Check", name))
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
    causes = [Cause(each.spec.title, each.spec.subject, each.judgement.verdict) for each in results]
    measured = DERIVED[spec.source](Situation(causes, _open_subjects()), clock.now())
    return Result(spec, measured, judge(measured, spec.rule))


def is_derived(spec: Spec) -> bool:
    """Whether it follows from other checks instead of reading a source."""
    return spec.source in DERIVED


def enabled_specs() -> list[Spec]:
    """The enabled checks that apply to this site."""
    filters = {"enabled": 1, "not_applicable": 0}
    found = frappe.get_all("Maintenance Check", filters=filters, pluck="name", order_by="name")
    return [Spec.of(frappe.get_doc("Maintenance Check", name)) for name in found]


def _open_subjects() -> frozenset[str]:
    filters = {"open_key": ("is", "set")}
    return frozenset(frappe.get_all("Maintenance Escalation", filters=filters, pluck="subject"))


def run_spec(spec: Spec) -> Result:
    """Measure and judge by the rule a run keeps; a rule that cannot be meant is UNKNOWN."""
    try:
        rule = spec.rule
    except ValueError as error:
        unjudged = Unknown(str(error), clock.now(), spec.source)
        return Result(spec, unjudged, Judgement(Verdict.UNKNOWN, unjudged.reason))
    measured = measure.read(spec.source, spec.timeout_seconds)
    earlier = samples.latest(spec.name, measured.observed_at - HISTORY) if _looks_back(spec) else []
    return Result(spec, measured, judge(measured, rule, earlier))


def keep_value(result: Result) -> None:
    """Keeps a value that a duration rule will look back on."""
    if _looks_back(result.spec) and isinstance(result.measured, Reading):
        samples.keep(result.spec.name, result.measured)


def names() -> list[str]:
    """The enabled checks, by name."""
    return frappe.get_all("Maintenance Check", filters={"enabled": 1}, pluck="name", order_by="name")


def sample_those_that_look_back() -> None:
    """Measures the checks with a duration rule, so that it has something to look back on."""
    for name in names():
        spec = Spec.of(frappe.get_doc("Maintenance Check", name))
        if _looks_back(spec):
            keep_value(run_spec(spec))


def stored_time(result: Result) -> datetime:
    """When it was observed, as Frappe stores it."""
    return clock.stored(result.measured.observed_at)


def _looks_back(spec: Spec) -> bool:
    return spec.breaches > 1 or spec.clears > 1


def _target(check: Document) -> str:
    """What is OK, as text; empty where the thresholds cannot be meant, which measuring then reports."""
    with suppress(ThresholdError):
        return Thresholds.parse(check.warning, check.critical).target
    return ""
