"""MariaDB, Redis, jobs and the scheduler in an emergency."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import frappe
from redis import Redis

from verenigingen_maintenance.core.captures import Captured
from verenigingen_maintenance.core.sql_shapes import shape
from verenigingen_maintenance.sources import clock, jobs, scheduler, workers

MOST = 30
MEGA = 1e6
STATUS = (
    *("Uptime", "Threads_connected", "Threads_running", "Max_used_connections", "Slow_queries"),
    *("Aborted_connects", "Innodb_row_lock_current_waits", "Innodb_row_lock_time_avg", "Open_tables"),
)
VARIABLES = ("version", "max_connections", "innodb_buffer_pool_size", "long_query_time", "read_only")


def database(now: datetime) -> Captured:
    """How long it takes to answer, and what it says of itself."""
    started = time.perf_counter()
    frappe.db.sql("select 1")
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    status = frappe.db.sql("show global status where variable_name in %s", (STATUS,))
    variables = frappe.db.sql("show variables where variable_name in %s", (VARIABLES,))
    return Captured({"SELECT 1 (ms)": milliseconds, **dict(status), **dict(variables)})


def queries(now: datetime) -> Captured:
    """What this site's database user runs or waits for just now; values in the queries are left out."""
    rows = frappe.db.sql("show full processlist", as_dict=True)
    others = [row for row in rows if row.Info and row.Id != _own()]
    shown = [
        {"id": row.Id, "seconds": row.Time, "state": row.State, "query": shape(row.Info)}
        for row in sorted(others, key=lambda row: row.Time or 0, reverse=True)[:MOST]
    ]
    seen = f"{len(others)} run, and {MOST} are shown" if len(others) > MOST else ""
    return Captured({"connections of this site": len(rows), "at work": len(others)}, shown, seen)


def _own() -> int:
    return int(frappe.db.sql("select connection_id()")[0][0])


def redis_servers(now: datetime) -> Captured:
    """Cache and queue: memory, clients, evictions, since when they run. Raises redis.ConnectionError."""
    servers: dict[str, Redis] = {"cache": frappe.cache, "queue": jobs.connection()}
    return Captured({}, [{"server": name, **_info(server.info())} for name, server in servers.items()])


def _info(info: dict[str, Any]) -> dict[str, Any]:
    return {
        "memory (MB)": round(int(info["used_memory"]) / MEGA, 1),
        "limit (MB)": round(int(info.get("maxmemory") or 0) / MEGA, 1) or "none",
        **{name: info.get(name) for name in ("connected_clients", "blocked_clients", "evicted_keys")},
        **{name: info.get(name) for name in ("uptime_in_seconds", "rejected_connections", "loading")},
        "last save": info.get("rdb_last_bgsave_status"),
    }


def background_jobs(now: datetime) -> Captured:
    """Workers, queues, and the names of jobs that failed or are stuck. Raises redis.ConnectionError."""
    alive, waiting = workers.alive(now), workers.waiting_jobs(now)
    failed, stuck = jobs.failed_background_jobs(now), jobs.stuck_background_jobs(now)
    figures = {
        **{"workers alive": alive.value, "jobs waiting": waiting.value},
        **{"failed in 24 hours": failed.value, "stuck": stuck.value},
    }
    rows = [{"queue": name, "jobs waiting": count} for name, count in waiting.evidence["by queue"].items()]
    named = [
        {"jobs": name, "how often": count, "what": what}
        for what, reading in (("failed", failed), ("stuck", stuck))
        for name, count in reading.evidence["by name"].items()
    ]
    return Captured(figures, [*rows, *named][:MOST], failed.at_least or stuck.at_least)


def scheduler_state(now: datetime) -> Captured:
    """Whether it is switched off, its stopped jobs, and the jobs that were begun last."""
    switched, age = scheduler.switched(now), scheduler.age(now)
    fields = ["method", "last_execution", "stopped"]
    last = frappe.get_all(scheduler.JOB, {}, fields, order_by="last_execution desc", limit=10)
    stopped = frappe.get_all(scheduler.JOB, {"stopped": 1}, fields, order_by="method", limit=MOST)
    minutes = getattr(age, "value", None)
    figures = {
        "minutes since a job was begun": minutes if minutes is not None else "not known",
        "switched off": switched.off or "no",
        "dormant": switched.dormant or "no",
        "now": clock.shown(now),
    }
    return Captured(figures, [_job(row) for row in (*stopped, *last)])


def _job(row: Any) -> dict[str, Any]:
    return {"job": row.method, "begun last": str(row.last_execution or "never"), "stopped": bool(row.stopped)}
