"""Reads one source within a time limit; whatever goes wrong in there becomes Unknown, with its reason.

Each source runs in a thread with a database connection of its own: it sees committed data, cannot disturb the
caller's transaction, and can be left behind when its time is over. Its query is then killed in the database.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

import frappe

from verenigingen_maintenance import sources
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.redaction import redact, redact_all
from verenigingen_maintenance.sources import clock


@dataclass
class _Probe:
    """One reading under way: where it runs, and where its answer and its connection's id will be."""

    source: Callable[[datetime], object]
    name: str
    now: datetime
    seconds: int
    site: str = field(default_factory=lambda: frappe.local.site)
    sites_path: str = field(default_factory=lambda: frappe.local.sites_path)
    in_request: bool = field(default_factory=lambda: bool(getattr(frappe.local, "request", None)))
    answer: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)
    connection_id: int | None = None


def read(name: str, seconds: int) -> Reading | Unknown:
    """What the source `name` measures now; Unknown when it fails, lies, or takes longer than `seconds`."""
    return ask(lambda now: sources.find(name)(now), name, seconds)


def ask(source: Callable[[datetime], object], name: str, seconds: int) -> Reading | Unknown:
    """The same for a function of `now` that no check names."""
    probe = _Probe(source, name, clock.now(), seconds)
    threading.Thread(target=_run, args=(probe,), daemon=True, name=f"source {name}").start()
    try:
        return probe.answer.get(timeout=seconds)
    except queue.Empty:
        _kill_query(probe)
        return Unknown(f"no answer within {seconds} s", probe.now, name)


def _run(probe: _Probe) -> None:
    frappe.init(probe.site, sites_path=probe.sites_path)
    try:
        probe.answer.put(_checked(probe))
    finally:
        frappe.destroy()


def _checked(probe: _Probe) -> Reading | Unknown:
    """The one place where an exception becomes a value: an UNKNOWN that says what happened."""
    try:
        _connect(probe)
        answer = probe.source(probe.now)
    except Exception as error:  # noqa: BLE001 - a source may fail in any way; the rest of the run goes on
        return Unknown(redact(f"{type(error).__name__}: {error}"), probe.now, probe.name)
    if not isinstance(answer, Reading | Unknown):
        return Unknown(f"the source answered {type(answer).__name__}, not a reading", probe.now, probe.name)
    return _redacted(answer)


def _redacted(answer: Reading | Unknown) -> Reading | Unknown:
    """What leaves here is stored and shown: every text in it is redacted."""
    texts = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return replace(answer, **{name: redact_all(value) for name, value in texts.items()})


def _connect(probe: _Probe) -> None:
    frappe.connect()
    frappe.flags.maintenance_in_request = probe.in_request
    probe.connection_id = frappe.db.sql("select connection_id()")[0][0]
    frappe.db.sql("set session max_statement_time = %s", probe.seconds)


def _kill_query(probe: _Probe) -> None:
    """Ends what the database still does for a source that was given up."""
    if probe.connection_id:
        with contextlib.suppress(frappe.db.OperationalError):  # it may have ended just now
            frappe.db.sql("kill %s", probe.connection_id)
