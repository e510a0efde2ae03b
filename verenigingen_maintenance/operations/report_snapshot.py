"""Reads the facts of a report as of one moment of the database, on a connection of its own.

That connection's transaction begins with a consistent snapshot and may not write: what others commit while a
report is drafted is in all of it or in nothing. Meanwhile the caller's own connection tells how far it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import frappe
from frappe.database import get_db

from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.report import FAILED
from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.core.report_sections import needs
from verenigingen_maintenance.operations.report_sections import PROVIDERS, Kind
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.reports import measured_days

Reading = Callable[[], AbstractContextManager[None]]

PATIENCE = 20
CACHED = "document_cache::"
VERSION = 1


def read(kind: Kind, period: Period, now: datetime, tell: Callable[[int, str], None]) -> dict[str, Any]:
    """The data of a report; `tell` is told the percent that are done, and what is read next."""
    with _snapshot() as reading:
        with reading():
            data = _head(kind, period, now)
        names = needs(list(kind.sections))
        for index, name in enumerate(names):
            tell(round(90 * index / len(names)), name)
            data["facts"][name] = _facts(name, period, now, reading)
    return json.loads(json.dumps(data, default=str))


def _head(kind: Kind, period: Period, now: datetime) -> dict[str, Any]:
    return {
        "version": VERSION,
        **{"kind": kind.key, "title": kind.title, "audience": kind.audience, "cadence": kind.cadence.value},
        **{"period": period.label, "site": frappe.local.site, "read_at": clock.shown(now)},
        "sections": list(kind.sections),
        "measured_days": measured_days(period),
        "measured_days_before": measured_days(period.before),
        "facts": {},
    }


def _facts(name: str, period: Period, now: datetime, reading: Reading) -> dict[str, Any]:
    """A provider that fails leaves its sections without facts, and the report says why; the others go on."""
    try:
        with reading():
            return PROVIDERS[name](period, now)
    except Exception as error:  # noqa: BLE001 - it becomes UNKNOWN with its reason, on the first page
        # Behind the reading: the connection that reads may not write.
        frappe.log_error(f"Report {period.label}: facts about {name}"[:140], redact(frappe.get_traceback()))
        return {FAILED: redact(f"{type(error).__name__}: {error}")[:300]}


@contextmanager
def _snapshot() -> Iterator[Reading]:
    conf = frappe.local.conf
    mine = get_db(
        host=conf.db_host,
        port=conf.db_port,
        user=conf.db_name,
        password=conf.db_password,
        cur_db_name=conf.db_name,
    )
    try:
        mine.sql("set session max_statement_time = %s", PATIENCE)
        mine.sql("start transaction with consistent snapshot, read only")
        yield lambda: _instead(mine)
    finally:
        mine.close()


@contextmanager
def _instead(connection: Any) -> Iterator[None]:
    """Whatever asks the database in here asks that connection.

    Documents that were cached meanwhile are forgotten: they may be older than what others have saved since.
    """
    usual, frappe.local.db = frappe.local.db, connection
    cached, frappe.local.cache = frappe.local.cache, {}
    try:
        yield
    finally:
        documents = frappe.cache.make_key(CACHED)
        read = [key for key in frappe.local.cache if key.startswith(documents)]
        frappe.local.db, frappe.local.cache = usual, cached
        frappe.cache.delete_value(read, make_keys=False)
