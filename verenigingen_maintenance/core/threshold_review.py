"""Which CRITICAL threshold the history of a check speaks for: less noise, and nothing lost that was real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from .alert_review import Kind
from .thresholds import Limit, in_full

DAYS = 90
FEWEST_ALERTS = 10
FEWEST_GONE = 5
SHARE_GONE = 0.5
DIGITS = 2


@dataclass(frozen=True)
class Case:
    """An alert of a check: the worst value that lasted, and what it was."""

    worst: float
    kind: Kind
    name: str = ""


@dataclass(frozen=True)
class Proposal:
    """What history says. `proposed` is None where no alert was real: then there is no number to be had."""

    current: Limit
    proposed: Limit | None
    alerts: int
    remaining: int
    real: int
    real_kept: int
    finding: str


def written(limit: Limit) -> str:
    """A limit as it is stored: with all its digits, and without an exponent."""
    return f"{limit.operator} {in_full(limit.value)}"


def cases_under(limit: Limit, cases: Sequence[Case]) -> list[Case]:
    """The decided alerts that would be alerts under this limit, whichever was in force when they opened."""
    return [case for case in cases if case.kind is not Kind.OPEN and limit.is_breached_by(case.worst)]


def lost(limit: Limit, cases: Sequence[Case]) -> list[Case]:
    """The real alerts that a limit would not have opened."""
    return [case for case in cases if case.kind is Kind.REAL and not limit.is_breached_by(case.worst)]


def propose(limit: Limit, unit: str, cases: Sequence[Case]) -> Proposal | None:
    """What the alerts of ninety days speak for; None where they are too few, or nothing would be won.

    A proposal keeps the direction of the limit and is never stricter, so that a WARNING still comes first.
    """
    known = cases_under(limit, cases)
    if len(known) < FEWEST_ALERTS:
        return None
    real = [case for case in known if case.kind is Kind.REAL]
    if not real:
        return Proposal(limit, None, len(known), len(known), 0, 0, _no_number(known))
    is_whole = all(value == int(value) for value in (limit.value, *(case.worst for case in known)))
    proposed = keeping(limit, [case.worst for case in real], Decimal(int(is_whole)))
    return _of_value(limit, proposed, unit, known, real) if proposed else None


def keeping(limit: Limit, real: Sequence[float], finest: Decimal = Decimal(0)) -> Limit | None:
    """The mildest round limit that all of these values still break; None where there is none but the present.

    Round is a number of two digits, and of no finer step than `finest`: of counts it is whole.
    """
    inclusive, sign = limit.operator.endswith("="), 1 if limit.higher_is_worse else -1
    least_severe = min(sign * value for value in real)
    value = sign * float(_round_below(Decimal(repr(float(least_severe))), inclusive, finest))
    found = Limit(limit.operator, value)
    is_milder = sign * value > sign * limit.value
    return found if is_milder and all(map(found.is_breached_by, real)) else None


def _round_below(value: Decimal, inclusive: bool, finest: Decimal) -> Decimal:
    """The largest round number that is below `value`, or that it is where `inclusive`."""
    if not value:
        return value
    step = max(Decimal(1).scaleb(value.adjusted() - DIGITS + 1), finest)
    rounded = (value / step).to_integral_value(ROUND_FLOOR) * step
    if rounded < value or inclusive:
        return rounded
    is_power = value == Decimal(1).scaleb(value.adjusted())
    return rounded - (max(step / 10, finest) if is_power else step)


def _of_value(
    limit: Limit, proposed: Limit, unit: str, known: Sequence[Case], real: Sequence[Case]
) -> Proposal | None:
    remaining = [case for case in known if proposed.is_breached_by(case.worst)]
    gone, noise = len(known) - len(remaining), len(known) - len(real)
    if gone < FEWEST_GONE or gone < SHARE_GONE * noise:
        return None
    left = f"{len(remaining)} of {len(known)} alerts remain{'s' * (len(remaining) == 1)}"
    instead = f"at {in_full(proposed.value)} {unit} instead of {in_full(limit.value)}"
    finding = f"{instead}, {left}, {_none_lost(len(real))}"
    return Proposal(limit, proposed, len(known), len(remaining), len(real), len(real), finding)


def _none_lost(real: int) -> str:
    return "the one real one is not lost" if real == 1 else f"none of the {real} real ones is lost"


def _no_number(known: Sequence[Case]) -> str:
    counts = {kind: sum(case.kind is kind for case in known) for kind in Kind}
    told = ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)
    return (
        f"{len(known)} alerts, none of them real: {told}. No threshold follows from that; ask whether the "
        "check should wait longer, warn only, or go"
    )
