"""What of the database could be better: logs without an end, large tables, the buffer pool, old
statistics."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from .change_states import Kind
from .opportunities import HIGH, LOW, MEDIUM, Opportunity, size

LOG_ROWS, LOG_MB = 20_000, 50
RETENTION_DAYS = 90
TABLE_MB, TABLE_SHARE = 1_000, 0.4
POOL_HIT_RATE = 99
STALE, STALE_ROWS = 2.0, 10_000
ASK_FIRST = (
    "Ask whoever answers for this data whether a law or a contract wants it kept longer: what is deleted "
    "does not come back."
)


def of_logs(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`tables`: doctype, rows, mb, days (kept; None: for ever), is_supported, older (rows older than 90
    days), per_day."""
    for log in facts["tables"]:
        if log["days"] is None and log["is_supported"] and _is_large_log(log):
            yield _retention(log)


def _is_large_log(log: Mapping[str, Any]) -> bool:
    return bool(log["rows"] >= LOG_ROWS or log["mb"] >= LOG_MB)


def _retention(log: Mapping[str, Any]) -> Opportunity:
    share = log["older"] / log["rows"] if log["rows"] else 0
    freed = log["mb"] * share
    name = log["doctype"]
    return Opportunity(
        key=f"retention {name}",
        kind=Kind.SET_RETENTION,
        area="Logs",
        title=f"Keep {name} for {RETENTION_DAYS} days",
        finding=f"{name} has {log['rows']} rows in {log['mb']:g} MB, {log['per_day']:g} more a day, and "
        f"is kept for ever.",
        gain=f"{log['older']} rows, about {freed:.0f} MB, are older than {RETENTION_DAYS} days, and the "
        f"table stops growing.",
        gain_level=HIGH if freed >= 500 else MEDIUM if freed >= LOG_MB else LOW,
        gain_value=round(freed, 1),
        measured_how="rows by their date of change; size as information_schema estimates it",
        evidence=dict(log),
        signature=size(log["rows"]),
        parameters={"doctype": name, "days": RETENTION_DAYS},
        steps=f"1. {ASK_FIRST}\n2. Log Settings: add {name} with {RETENTION_DAYS} days. Frappe deletes what "
        f"is older once a day.",
        steps_back=f"Log Settings: remove {name}. What was deleted meanwhile does not come back.",
        measures=({"probe": "rows", "of": name, "better": "lower"},),
    )


def of_tables(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`tables`: table, rows, mb, free_mb, engine; `total_mb`; `grew_mb` of the whole database in 30 days,
    or None."""
    total = facts["total_mb"]
    for table in facts["tables"]:
        if table["mb"] >= TABLE_MB or (table["mb"] >= TABLE_MB / 5 and table["mb"] >= TABLE_SHARE * total):
            yield _oversized(table, total, facts.get("grew_mb"))


def _oversized(table: Mapping[str, Any], total: float, grew: float | None) -> Opportunity:
    share = 100 * table["mb"] / total if total else 100
    growth = "not known" if grew is None else f"{grew:g} MB in 30 days"
    return Opportunity(
        key=f"oversized {table['table']}",
        kind=Kind.BY_HAND,
        area="Database",
        title=f"Make {table['table']} smaller",
        finding=f"{table['table']} has {table['mb']:g} MB, {share:.0f} % of the database ({table['rows']} "
        f"rows).",
        gain=f"Backups, restores and scans take about {share:.0f} % of their time for this table.",
        gain_level=MEDIUM if table["mb"] >= TABLE_MB else LOW,
        gain_value=table["mb"],
        measured_how="size and rows as information_schema estimates them",
        evidence={**table, "whole database (MB)": total, "growth of the database": growth},
        signature=size(table["mb"]),
        steps="\n".join(
            (
                "1. Find out which rows nobody needs: by year, by status, with whoever answers for them.",
                "2. Make a backup, and restore it once elsewhere.",
                "3. Delete in batches of 1,000, out of hours; stop where the site becomes slow.",
                f"4. At night: optimize table `{table['table']}` (it needs as much free disk as the table "
                f"has).",
            )
        ),
        steps_back="Restore the deleted rows from the backup of step 2.",
        measures=({"probe": "mb", "of": table["table"], "better": "lower"},),
    )


def of_buffer_pool(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`pool` and `data` in bytes; `hit_rate` of seven days in percent or None, `hours` with samples."""
    if facts["hit_rate"] is None or facts["hit_rate"] >= POOL_HIT_RATE or facts["data"] <= facts["pool"]:
        return
    missed = 100 - facts["hit_rate"]
    yield Opportunity(
        key="buffer pool",
        kind=Kind.BY_HAND,
        area="Database",
        title="Make InnoDB's buffer pool larger",
        finding=f"{missed:.1f} % of page reads came from disk; the pool has {facts['pool'] / 1e6:.0f} MB, "
        f"the data {facts['data'] / 1e6:.0f} MB.",
        gain="Reads from disk fall towards none where data and indices fit into memory.",
        gain_level=HIGH if missed >= 5 else MEDIUM,
        gain_value=round(missed, 2),
        measured_how=f"mean share of page reads from memory of {facts['hours']} hours; sizes of all "
        f"InnoDB tables",
        evidence=dict(facts),
        signature=size(facts["pool"], missed),
        steps="\n".join(
            (
                "1. See how much memory the host has free, and leave a quarter of it to others.",
                f"2. As root in MariaDB: set global innodb_buffer_pool_size = {_pool(facts['data'])}; it "
                f"resizes while it runs.",
                "3. Write the same value into the server's configuration, or it is gone with the next "
                "restart.",
            )
        ),
        steps_back=f"set global innodb_buffer_pool_size = {facts['pool']}; and the same in the "
        f"configuration.",
        measures=({"probe": "metric", "of": "mariadb.buffer_pool_hit_rate", "better": "higher"},),
    )


def _pool(data: int) -> int:
    """A pool for the data and a quarter more, in whole 128 MB."""
    return math.ceil(1.25 * data / 2**27) * 2**27


def of_statistics(facts: Mapping[str, Any]) -> Iterable[Opportunity]:
    """`tables`: doctype, table, estimated and counted rows."""
    for table in facts["tables"]:
        ratio = off_by(table["estimated"], table["counted"])
        if max(table["estimated"], table["counted"]) >= STALE_ROWS and ratio >= STALE:
            yield _stale(table, ratio)


def off_by(estimated: float, counted: float) -> float:
    """How many times too high or too low an estimate is; 1 is right."""
    low, high = sorted((max(estimated, 1), max(counted, 1)))
    return high / low


def _stale(table: Mapping[str, Any], ratio: float) -> Opportunity:
    name = table["doctype"]
    return Opportunity(
        key=f"statistics {name}",
        kind=Kind.ANALYSE_TABLE,
        area="Database",
        title=f"Renew the statistics of {name}",
        finding=f"{name} has {table['counted']} rows; the database plans as if it were {table['estimated']}.",
        gain="Queries of this table are planned by what is in it; without that, a scan may be chosen over "
        "an index.",
        gain_level=MEDIUM if ratio >= 10 else LOW,
        gain_value=round(ratio, 1),
        measured_how="count(*) beside the estimate of information_schema",
        evidence={**table, "off by": round(ratio, 1)},
        signature=size(ratio),
        parameters={"doctype": name},
        steps=f"analyze table `{table['table']}`;",
        steps_back="Nothing to take back: the statistics are renewed by MariaDB itself later on.",
        measures=({"probe": "estimate", "of": name, "better": "lower"},),
    )
