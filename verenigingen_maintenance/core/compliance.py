"""What an assessment says: controls that are met, broken, unknown or not applicable, areas, scores and gaps.

A score counts nothing that was not measured: what is unknown or not applicable is outside of it, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from statistics import fmean

from .verdicts import Verdict, worst
from .wording import some

# By how much a control counts in the score of its area.
WEIGHTS = {"Critical": 8, "High": 4, "Medium": 2, "Low": 1}


@dataclass(frozen=True)
class Control:
    """What is asked of a site. `key` is “area.name”; a regulatory one is broken by law, not by taste."""

    key: str
    title: str
    severity: str
    remediation: str
    regulatory: bool = False

    def __post_init__(self) -> None:
        if self.severity not in WEIGHTS:
            raise ValueError(f"{self.key}: a severity is one of {', '.join(WEIGHTS)}, not {self.severity!r}")

    @property
    def weight(self) -> int:
        return WEIGHTS[self.severity]


@dataclass(frozen=True)
class Found:
    """What was measured of a control: how many break it, of how many where that can be said, and in words.

    Raises ValueError for what cannot be counted: below nought, more than there are, or a share of nothing,
    which would be no share (answer Unmeasured or NotHere instead).
    """

    count: int
    told: str
    of: int | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.count < 0 or (self.of is not None and self.of < max(self.count, 1)):
            raise ValueError(f"{self.count} of {self.of} cannot be counted")


@dataclass(frozen=True)
class Unmeasured:
    """It could not be measured, and why: known beforehand, such as a log that is off."""

    reason: str


@dataclass(frozen=True)
class NotHere:
    """This site has not what the control is about."""

    reason: str


class State(str, Enum):
    MET = "Met"
    BROKEN = "Broken"
    UNKNOWN = "Unknown"
    NOT_APPLICABLE = "Not applicable"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Outcome:
    """A control, measured or not. `met` is the share that is met, None where nothing was measured.

    `failed` marks an unknown one whose measuring broke, instead of having nothing to measure.
    """

    control: Control
    state: State
    told: str
    count: int = 0
    of: int | None = None
    failed: bool = False
    evidence: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of_answer(cls, control: Control, answer: object) -> Outcome:
        """From what a source answered; anything but an answer that it can give is a failure."""
        if isinstance(answer, Found):
            state = State.BROKEN if answer.count else State.MET
            return cls(control, state, answer.told, answer.count, answer.of, evidence=answer.evidence)
        if isinstance(answer, NotHere):
            return cls(control, State.NOT_APPLICABLE, answer.reason)
        reason = str(getattr(answer, "reason", f"the source answered {type(answer).__name__}"))
        return cls(control, State.UNKNOWN, reason, failed=not isinstance(answer, Unmeasured))

    @property
    def met(self) -> float | None:
        if self.state not in (State.MET, State.BROKEN):
            return None
        if self.of:
            return 1 - self.count / self.of
        return float(self.state is State.MET)


@dataclass(frozen=True)
class Area:
    """Some controls, and what they amount to."""

    key: str
    title: str
    outcomes: Sequence[Outcome]

    @property
    def score(self) -> float | None:
        """The weighted share of the measured controls that is met, in percent; None without any."""
        return score((each.control.weight, each.met) for each in self.outcomes)

    @property
    def applicable(self) -> Sequence[Outcome]:
        return [each for each in self.outcomes if each.state is not State.NOT_APPLICABLE]

    @property
    def measured(self) -> Sequence[Outcome]:
        return [each for each in self.outcomes if each.met is not None]

    @property
    def gaps(self) -> Sequence[Outcome]:
        return [each for each in self.outcomes if each.state is State.BROKEN]

    @property
    def has_failed(self) -> bool:
        return any(each.failed for each in self.outcomes)

    @property
    def verdict(self) -> Verdict | None:
        """The worst of its controls; None where this site has nothing of it."""
        return worst(map(_verdict, self.applicable)) if self.applicable else None

    @property
    def in_words(self) -> str:
        """Why it is not OK: what is broken, what is not known, or what this site does not have."""
        if not self.applicable:
            return some(list(dict.fromkeys(each.told for each in self.outcomes)))
        broken = [each.told for each in self.gaps]
        unknown = [
            f"not known: {each.control.title} ({each.told})"
            for each in self.outcomes
            if each.state is State.UNKNOWN
        ]
        return "; ".join(filter(None, (some(broken), some(unknown))))


@dataclass(frozen=True)
class Assessment:
    """All areas, as of one moment."""

    areas: Sequence[Area]

    @property
    def applicable(self) -> Sequence[Area]:
        return [area for area in self.areas if area.applicable]

    @property
    def measured(self) -> Sequence[Area]:
        return [area for area in self.areas if area.score is not None]

    @property
    def score(self) -> float | None:
        """The mean of the areas that were measured; None where none was."""
        scores = [area.score for area in self.areas if area.score is not None]
        return fmean(scores) if scores else None

    @property
    def gaps(self) -> Sequence[Outcome]:
        return [gap for area in self.areas for gap in area.gaps]

    @property
    def in_words(self) -> str:
        """How much of it was measured."""
        absent = len(self.areas) - len(self.applicable)
        measured, asked = (
            sum(len(getattr(area, name)) for area in self.areas) for name in ("measured", "applicable")
        )
        areas = f"measured {len(self.measured)} of {len(self.applicable)} areas"
        told = f"{areas} ({measured} of {asked} controls)"
        return f"{told}, {absent} not applicable" if absent else told


def score(parts: Iterable[tuple[int, float | None]]) -> float | None:
    """The weighted mean of shares (weight, share) in percent, without those that are None."""
    known = [(weight, share) for weight, share in parts if share is not None]
    total = sum(weight for weight, _share in known)
    return 100 * sum(weight * share for weight, share in known) / total if total else None


def _verdict(outcome: Outcome) -> Verdict:
    if outcome.state is State.UNKNOWN:
        return Verdict.UNKNOWN
    if outcome.state is State.MET:
        return Verdict.OK
    return Verdict.CRITICAL if outcome.control.severity == "Critical" else Verdict.WARNING
