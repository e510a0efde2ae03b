"""Reads sources within a time limit; whatever goes wrong in there becomes Unknown, with its reason.

They run in a thread with a database connection of its own: it sees committed data, cannot disturb the
caller's transaction, and can be left behind when its time is over. Its query is then killed in the database.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance import sources
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.redaction import redact, redact_all
from verenigingen_maintenance.sources import clock

Function = Callable[[datetime], object]
STATEMENT = 5


@dataclass
class _Probe:
    """Some sources being read, one after another: where that runs, its answers, and its connection's id."""

    sources: Mapping[str, Function]
    now: datetime
    seconds: int
    site: str = field(default_factory=lambda: frappe.local.site)
    sites_path: str = field(default_factory=lambda: frappe.local.sites_path)
    in_request: bool = field(default_factory=lambda: bool(getattr(frappe.local, "request", None)))
    answers: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)
    connection_id: int | None = None
    kinds: tuple[type, ...] = (Reading, Unknown)

    def start(self) -> None:
        name = f"source {next(iter(self.sources))}"
        threading.Thread(target=_run, args=(self,), daemon=True, name=name).start()


def read(name: str, seconds: int) -> Reading | Unknown:
    """What the source `name` measures now; Unknown when it fails, lies, or takes longer than `seconds`."""
    return ask(_found_when_read(name), name, seconds)


def ask(source: Function, name: str, seconds: int) -> Reading | Unknown:
    """The same for a function of `now` that no check names."""
    return _answers([_Probe({name: source}, clock.now(), seconds)])[name]


def read_all(names: Iterable[str], now: datetime, seconds: int) -> dict[str, Reading | Unknown]:
    """The same for several sources as of one moment, within `seconds` for all of them.

    They share a connection and what they read alike, so that many cost little more than one. Those that wait
    for others do so in threads of their own: nobody else waits for them.
    """
    groups: dict[str, dict[str, Function]] = {}
    for name in names:
        groups.setdefault(_waits(name), {})[name] = _found_when_read(name)
    return _answers([_Probe(each, now, seconds) for each in groups.values()])


def ask_all(
    groups: Iterable[Mapping[str, Function]], now: datetime, seconds: int, kinds: tuple[type, ...]
) -> dict[str, object]:
    """What functions of `now` answer that no check names, by their names: one of `kinds`, or Unknown.

    The groups do not wait for each other: one that hangs leaves only what is behind it Unknown.
    """
    return _answers([_Probe(each, now, seconds, kinds=kinds) for each in groups if each])


def _found_when_read(name: str) -> Function:
    """A source that is not there fails like one that breaks: alone."""
    return lambda now: sources.find(name)(now)


def _waits(name: str) -> str:
    """With which others a source waits; one that is not there, or breaks, with none: reading it tells."""
    with contextlib.suppress(Exception):
        return getattr(sources.find(name), "waits", "")
    return ""


def _answers(probes: Sequence[_Probe]) -> dict:
    """What came in time; what did not is Unknown, and its query is ended."""
    until = time.monotonic() + max(probe.seconds for probe in probes)
    for probe in probes:
        probe.start()
    found: dict = {}
    for probe in probes:
        found |= _wait(probe, until)
    return found


def _wait(probe: _Probe, until: float) -> dict:
    found: dict = {}
    try:
        while len(found) < len(probe.sources):
            name, answer = probe.answers.get(timeout=max(until - time.monotonic(), 0))
            found[name] = answer
    except queue.Empty:
        _kill_query(probe)
        late = [name for name in probe.sources if name not in found]
        found |= {name: _too_late(name, late[0], probe) for name in late}
    return found


def _too_late(name: str, held_up_by: str, probe: _Probe) -> Unknown:
    behind = f": {held_up_by} took too long" if name != held_up_by else ""
    return Unknown(f"no answer within {probe.seconds} s{behind}", probe.now, name)


def _run(probe: _Probe) -> None:
    frappe.init(probe.site, sites_path=probe.sites_path)
    try:
        for name, source in probe.sources.items():
            probe.answers.put((name, _checked(source, name, probe)))
    finally:
        frappe.destroy()


def _checked(source: Function, name: str, probe: _Probe) -> object:
    """The one place where an exception becomes a value: an UNKNOWN that says what happened.

    The next source gets another connection then: what failed may have left this one in any state.
    """
    try:
        if not frappe.db:
            _connect(probe)
        answer = source(probe.now)
        if isinstance(answer, probe.kinds):
            return _redacted(answer)
    except BaseException as error:  # noqa: BLE001 - a source may fail in any way; the rest of the run goes on
        if frappe.db:
            frappe.db.close()
            frappe.local.db = None
        return Unknown(redact(f"{type(error).__name__}: {error}"), probe.now, name)
    return Unknown(f"the source answered {type(answer).__name__}, not a reading", probe.now, name)


def _redacted(answer: Any) -> object:
    """What leaves here is stored and shown: every text in it is redacted, as it says itself where it does."""
    if hasattr(answer, "redacted"):
        return answer.redacted()
    texts = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return replace(answer, **{name: redact_all(value) for name, value in texts.items()})


def _connect(probe: _Probe) -> None:
    frappe.connect()
    frappe.flags.maintenance_in_request = probe.in_request
    probe.connection_id = frappe.db.sql("select connection_id()")[0][0]
    patience = probe.seconds if len(probe.sources) == 1 else min(probe.seconds, STATEMENT)
    frappe.db.sql("set session max_statement_time = %s", patience)


def _kill_query(probe: _Probe) -> None:
    """Ends what the database still does for sources that were given up."""
    if probe.connection_id:
        with contextlib.suppress(frappe.db.OperationalError):  # it may have ended just now
            frappe.db.sql("kill %s", probe.connection_id)
