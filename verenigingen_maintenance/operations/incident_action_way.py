"""What each way of acting in an incident is made of; the ways themselves are in incident_action_kinds.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Parameters = Mapping[str, Any]
State = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """What is acted on, and the parameters as they are kept and used."""

    target: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """An action that somebody asked for: its row is in the incident."""

    incident: str
    row: str
    action: str
    target: str
    parameters: Parameters
    reason: str
    user: str


def _no_choices() -> dict[str, list[dict[str, str]]]:
    return {}


def _always() -> str:
    return ""


@dataclass(frozen=True)
class Way:
    """How one action is done.

    `prepare` refuses what cannot be meant, before anything is written down. `state` reads, before and after.
    `act` does it; it may commit, and what it answers is kept with the state after it. `result` says in a
    sentence what became of it, and refuses where the effect is not there. `choices` offers values for the
    parameters that are chosen; `not_now` says why there is nothing to do. What refuses raises
    frappe.ValidationError; redis.ConnectionError is told by the caller.
    """

    prepare: Callable[[Parameters], Prepared]
    state: Callable[[Parameters], State]
    act: Callable[[Asked], State | None]
    result: Callable[[State, State], str]
    choices: Callable[[], dict[str, list[dict[str, str]]]] = field(default=_no_choices)
    not_now: Callable[[], str] = field(default=_always)
