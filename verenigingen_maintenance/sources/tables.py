"""Tables of this site's database: sizes, indices, columns, and how far the planner's figures are off."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.database_opportunities import STALE_ROWS
from verenigingen_maintenance.core.opportunities import Facts
from verenigingen_maintenance.sources import stored

MEGA = 1e6
MOST_TABLES = 20
MOST_ROWS = 3_000_000
COUNT_SECONDS = 1
TIMED_OUT = 1969
MONTH = timedelta(days=30)
COLUMNS = "table_name, table_rows, data_length + index_length, data_free, engine"


def describe(table: str) -> dict[str, Any] | None:
    """Name, rows (estimated), mb, free_mb and engine of a table; None where it is not there."""
    rows = _tables("and table_name = %s", (table,))
    return rows[0] if rows else None


def at_least(rows: int, mb: float, most: int) -> list[dict[str, Any]]:
    """The largest tables with at least so many rows, or so many MB."""
    condition = (
        "and (table_rows >= %s or data_length + index_length >= %s) order by data_length desc limit %s"
    )
    return _tables(condition, (rows, mb * MEGA, most))


def largest(now: datetime) -> Facts:
    """The largest tables, the whole database, and by how much that grew in 30 days where it is sampled."""
    rows = _tables("order by data_length + index_length desc limit %s", (MOST_TABLES,))
    total = frappe.db.sql(
        "select sum(data_length + index_length) from information_schema.tables where table_schema = "
        "database()"
    )[0][0]
    days = stored.daily("storage.database", (now - MONTH).date())
    grew = round(days[max(days)] - days[min(days)], 1) if len(days) >= 20 else None
    return Facts({"tables": rows, "total_mb": round(float(total or 0) / MEGA, 2), "grew_mb": grew})


def statistics(_now: datetime) -> Facts:
    """Estimated and counted rows of the largest tables of DocTypes; what takes too long to count is left
    out."""
    condition = "and engine = 'InnoDB' and table_name like 'tab%%' and table_rows < %s"
    rows = _tables(f"{condition} order by data_length desc limit %s", (MOST_ROWS, MOST_TABLES))
    found, late = [], []
    for row in rows:
        counted = _count(row["table"])
        if counted is None:
            late.append(row["table"])
        elif max(counted, row["rows"]) >= STALE_ROWS:
            name = row["table"].removeprefix("tab")
            found.append(
                {"doctype": name, "table": row["table"], "estimated": row["rows"], "counted": counted}
            )
    missing = f"not counted within {COUNT_SECONDS} s: {', '.join(late)}" if late else ""
    return Facts({"tables": found}, missing)


def count(doctype: str) -> dict[str, float] | None:
    """Estimated and counted rows of one; None where counting takes too long."""
    table = describe(f"tab{doctype}")
    counted = _count(f"tab{doctype}") if table else None
    return None if table is None or counted is None else {"estimated": table["rows"], "counted": counted}


def indices(table: str) -> dict[str, tuple[str, ...]]:
    """The columns of each index of a table, in their order; those of full text are no such index."""
    rows = frappe.db.sql(
        "select index_name, column_name from information_schema.statistics where table_schema = database() "
        "and table_name = %s and index_type = 'BTREE' order by index_name, seq_in_index",
        (table,),
    )
    found: dict[str, list[str]] = defaultdict(list)
    for index, column in rows:
        found[index].append(column)
    return {index: tuple(columns) for index, columns in found.items()}


def columns(table: str) -> dict[str, str]:
    """The type of each column of a table."""
    return dict(
        frappe.db.sql(
            "select column_name, column_type from information_schema.columns "
            "where table_schema = database() and table_name = %s order by ordinal_position",
            (table,),
        )
    )


def first_value(sql: str, seconds: int) -> Any:
    """The first value that a SELECT answers; None where it takes longer."""
    try:
        return frappe.db.sql(f"set statement max_statement_time = {seconds} for {sql}")[0][0]
    except frappe.db.OperationalError as error:
        if error.args[0] == TIMED_OUT:
            return None
        raise


def _tables(condition: str, values: tuple) -> list[dict[str, Any]]:
    rows = frappe.db.sql(
        f"select {COLUMNS} from information_schema.tables where table_schema = database() "
        f"and table_type = 'BASE TABLE' {condition}",
        values,
    )
    return [
        {
            "table": table,
            "rows": int(count or 0),
            "mb": round(float(size or 0) / MEGA, 2),
            "free_mb": round(float(free or 0) / MEGA, 2),
            "engine": engine,
        }
        for table, count, size, free, engine in rows
    ]


def _count(table: str) -> int | None:
    found = first_value(f"select count(*) from `{table}`", COUNT_SECONDS)
    return None if found is None else int(found)
