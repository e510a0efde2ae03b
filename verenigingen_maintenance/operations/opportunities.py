"""Looks for what could be better, and keeps what was found as proposed changes. It changes nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core import database_opportunities, system_opportunities
from verenigingen_maintenance.core.change_states import Kind, Status
from verenigingen_maintenance.core.opportunities import Facts, Opportunity, is_more
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import change_records, measure, records
from verenigingen_maintenance.operations.change_kinds import way_of
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock, log_tables, optimisation, tables

SECONDS = 45
RECORDING = "recording"


@dataclass(frozen=True)
class Finder:
    """Where facts come from, and the rule that reads opportunities in them."""

    source: Callable[[datetime], Facts]
    rule: Callable[[Mapping[str, Any]], Iterable[Opportunity]]


FINDERS = {
    "logs": Finder(log_tables.without_retention, database_opportunities.of_logs),
    "tables": Finder(tables.largest, database_opportunities.of_tables),
    "cache": Finder(optimisation.cache, system_opportunities.of_cache),
    "queues": Finder(optimisation.queues, system_opportunities.of_queues),
    "monitor": Finder(optimisation.monitor, system_opportunities.of_monitor),
    "buffer_pool": Finder(optimisation.buffer_pool, database_opportunities.of_buffer_pool),
    "jobs": Finder(optimisation.jobs, system_opportunities.of_jobs),
    "statistics": Finder(tables.statistics, database_opportunities.of_statistics),
}


def find(now: datetime) -> dict[str, Any]:
    """Asks every finder and renews the proposals: {"open": names, "not_measured": {finder: why}}.

    Nothing is done while another one does it. A finder that did not answer makes nothing outdated.
    """
    with lock("changes") as held:
        if held:
            answers = _ask(FINDERS, now)
            commit()
            _keep_all(answers, now)
            commit()
    filters = {"status": Status.PROPOSED.value}
    return {
        "open": frappe.get_all(CHANGE, filters, pluck="name", order_by="name asc", limit=0),
        "not_measured": found_last().get("not_measured", {}),
        "another_one_is_looking": not held,
    }


def found_last() -> dict[str, Any]:
    """What the last look told: when it was, and which finders could not measure, with the reason."""
    return json.loads(frappe.db.get_single_value(SETTINGS, "opportunities") or "{}")


def is_still_found(finder: str | None, key: str, now: datetime) -> tuple[bool, str]:
    """Whether a finder finds the same thing now; else why that cannot be told."""
    if finder not in FINDERS:
        return False, "nothing looks for it by itself"
    answer = _ask({finder: FINDERS[finder]}, now)[finder]
    if isinstance(answer, Unknown):
        return False, answer.reason
    if any(each.key == key for each in FINDERS[finder].rule(answer.data)):
        return True, ""
    return False, answer.not_measured  # what could not be measured is not gone


def _ask(finders: Mapping[str, Finder], now: datetime) -> dict[str, Facts | Unknown]:
    """Each on the connection of its group: counting rows keeps nobody else waiting."""
    slow = {name: each.source for name, each in finders.items() if name in ("statistics", "jobs")}
    rest = {name: each.source for name, each in finders.items() if name not in slow}
    return measure.ask_all([slow, rest], now, SECONDS, (Facts,))


def _keep_all(answers: Mapping[str, Facts | Unknown], now: datetime) -> None:
    not_measured = {}
    for name, answer in answers.items():
        if isinstance(answer, Unknown):
            not_measured[name] = answer.reason
            continue
        if answer.not_measured:
            not_measured[name] = answer.not_measured
        found = list(FINDERS[name].rule(answer.data))
        for each in found:
            keep(each, name, now)
        if not answer.not_measured:
            _outdate_missing(name, {each.key for each in found})
    _outdate_done()
    told = {"at": clock.shown(now), "not_measured": not_measured, "finders": sorted(answers)}
    frappe.db.set_single_value(SETTINGS, "opportunities", json.dumps(told, indent=1), update_modified=False)


def keep(found: Opportunity, finder: str, now: datetime, sql: str = "") -> str | None:
    """Proposes it, or renews what is proposed by measurement; None where people decided on it, with this
    evidence.

    `sql` is the query to time again, with its parameters.
    """
    if name := change_records.going_on(found.key):
        change = change_records.get(name)
        if change.status != Status.PROPOSED.value or change.proposed_by:
            return name
        values = change_records.values_of(found)
        if any(change.get(field) != value for field, value in values.items()):
            records.write(change.update(values))
    elif _is_decided(found):
        return None
    else:
        name = change_records.make({**change_records.values_of(found), "finder": finder}, found.key, now).name
    if sql:
        change_records.keep_query(name, sql)
    return name


def _is_decided(found: Opportunity) -> bool:
    """Whether somebody said no to just this, or took it back."""
    ended = ("in", [Status.DISMISSED.value, Status.ROLLED_BACK.value])
    same = {"same_key": found.key[:140], "status": ended}
    known = frappe.get_all(CHANGE, same, pluck="signature", limit=0)
    return any(not is_more(found.signature, each or "") for each in known)


def _measured_ones(**filters: object) -> list[Any]:
    fields = ["name", "open_key", "kind", "parameters"]
    proposed = {"status": Status.PROPOSED.value, "proposed_by": ("is", "not set"), **filters}
    return frappe.get_all(CHANGE, proposed, fields, order_by="name asc", limit=0)


def _outdate_missing(finder: str, keys: set[str]) -> None:
    for row in _measured_ones(finder=finder):
        if row.open_key not in {key[:140] for key in keys}:
            _outdate(row.name, "It is not found any more.")


def _outdate_done() -> None:
    """An index of a recording, which is there meanwhile, or whose table is gone."""
    for row in _measured_ones(kind=Kind.ADD_INDEX.value):
        way = way_of(row.kind)
        if way and (reason := way.no_longer(json.loads(row.parameters))):
            _outdate(row.name, reason)


def _outdate(name: str, reason: str) -> None:
    """Unless somebody decided on it since it was listed."""
    change = change_records.get(name)
    if change.status == Status.PROPOSED.value:
        change_records.end(change, Status.OUTDATED, reason, None)
