"""Which breaches open an incident, and of which emergency procedure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .incident_states import Severity

STATUS = "system_status"  # the check that stands for every breach which has no trigger of its own
WORST_FIRST = [each.value for each in Severity]


@dataclass(frozen=True)
class Trigger:
    """A breach of `check` opens an incident of `procedure` once it has lasted so many minutes."""

    check: str
    procedure: str
    trigger: str
    severity: str
    minutes: int = 0


@dataclass(frozen=True)
class Breach:
    """What is broken in an escalation that nobody closed: the check, and since when (an instant)."""

    escalation: str
    check: str
    title: str
    began_at: datetime


@dataclass(frozen=True)
class Emergency:
    """What opens one incident, or joins the open one of its procedure; the breaches in their order."""

    procedure: str
    trigger: str
    severity: str
    breaches: tuple[Breach, ...]


def emergencies(breaches: Iterable[Breach], triggers: Sequence[Trigger], now: datetime) -> list[Emergency]:
    """One for each procedure that something calls for; its trigger is that of what began first, its severity
    the worst of all."""
    own = {each.check: each for each in triggers}
    found: dict[str, list[tuple[Breach, Trigger]]] = {}
    for breach in sorted(breaches, key=lambda each: (each.began_at, each.escalation, each.check)):
        trigger = own.get(breach.check) or own.get(STATUS)
        if trigger and now - breach.began_at >= timedelta(minutes=trigger.minutes):
            found.setdefault(trigger.procedure, []).append((breach, trigger))
    return [_emergency(procedure, met) for procedure, met in found.items()]


def _emergency(procedure: str, met: Sequence[tuple[Breach, Trigger]]) -> Emergency:
    severity = min((trigger.severity for _breach, trigger in met), key=WORST_FIRST.index)
    return Emergency(procedure, met[0][1].trigger, severity, tuple(breach for breach, _trigger in met))
