"""MariaDB, through the connection that a measurement has for itself."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from statistics import median

import frappe
import pymysql
from frappe.database import get_db

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.sources import clock, shared, source, stored

PINGS, PATIENCE = 5, 5
STATUS = "SHOW GLOBAL STATUS"
LOOK_BACK = timedelta(hours=1)
COUNTERS = ("Slow_queries", "Innodb_buffer_pool_reads", "Innodb_buffer_pool_read_requests")
GAUGES = ("Threads_connected", "Threads_running", "Uptime")


@source
def response_time(now: datetime) -> Reading:
    """The median time of five `SELECT 1`, in milliseconds."""
    times = [_ping() for _ in range(PINGS)]
    evidence = {"each (ms)": [round(each, 3) for each in times]}
    return Reading(round(median(times), 3), "ms", now, f"median of {PINGS} times SELECT 1", evidence)


@source
def connections(now: datetime) -> Reading:
    """Open connections of the whole server."""
    most = int(frappe.db.sql("select @@max_connections")[0][0])
    return Reading(_status(now)["Threads_connected"], "connections", now, STATUS, {"most allowed": most})


@source
def running_threads(now: datetime) -> Reading:
    """Threads that work on something, that of this question included."""
    return Reading(_status(now)["Threads_running"], "threads", now, STATUS)


@source
def slow_queries(now: datetime) -> Reading | Unknown:
    """Slow queries of the whole server since the sample before; long_query_time says what is slow."""
    return _since(slow_queries_counter(now), "mariadb.slow_queries_counter", "queries")


@source
def buffer_pool_hit_rate(now: datetime) -> Reading | Unknown:
    """The share of page reads that InnoDB had in memory since the sample before, in percent."""
    reads = _since(buffer_pool_reads(now), "mariadb.buffer_pool_reads", "reads")
    requests = _since(buffer_pool_requests(now), "mariadb.buffer_pool_requests", "reads")
    for each in (reads, requests):
        if isinstance(each, Unknown):
            return each
    if not requests.value:
        return Unknown("no page was read since the sample before", now, STATUS, learning=True)
    percent = 100 * (1 - min(reads.value / requests.value, 1))
    evidence = {"page reads": requests.value, "of these from disk": reads.value}
    return Reading(round(percent, 3), "%", now, STATUS, evidence)


@source
def slow_queries_counter(now: datetime) -> Reading:
    """Slow queries since the server's start."""
    return _counter("Slow_queries", now)


@source
def buffer_pool_reads(now: datetime) -> Reading:
    """Pages that InnoDB read from disk since the server's start."""
    return _counter("Innodb_buffer_pool_reads", now)


@source
def buffer_pool_requests(now: datetime) -> Reading:
    """Pages that InnoDB was asked for since the server's start."""
    return _counter("Innodb_buffer_pool_read_requests", now)


def why_gone() -> str:
    """Why the site's database does not answer within five seconds; “” where it does. Connects nothing."""
    database = get_db(
        host=frappe.conf.db_host,
        port=frappe.conf.db_port,
        user=frappe.conf.db_name,
        password=frappe.conf.db_password,
        cur_db_name=frappe.conf.db_name,
    )
    patience = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), PATIENCE)
    try:
        connection = pymysql.connect(**{**database.get_connection_settings(), **patience})
        with connection, connection.cursor() as cursor:
            cursor.execute("select 1")
    except (pymysql.MySQLError, OSError) as error:
        return redact(str(error))
    return ""


def started_at(now: datetime) -> datetime:
    """When the server started, to the second."""
    return (now - timedelta(seconds=_status(now)["Uptime"])).replace(microsecond=0)


def _ping() -> float:
    started = time.perf_counter()
    frappe.db.sql("select 1")
    return (time.perf_counter() - started) * 1000


@shared
def _status(now: datetime) -> dict[str, int]:
    """The figures of the whole server that are looked at; one of the variables stands for the time too."""
    names = (*COUNTERS, *GAUGES)
    rows = frappe.db.sql("show global status where variable_name in %s", (names,))
    return {name: int(value) for name, value in rows}


def _counter(name: str, now: datetime) -> Reading:
    """A cumulative figure in thousands: a sample has twelve digits, and page reads have more after years."""
    return Reading(_status(now)[name] / 1000, "thousand", now, STATUS, {"uptime (s)": _status(now)["Uptime"]})


def _since(counter: Reading, metric: str, unit: str) -> Reading | Unknown:
    """The difference to the sample before. A figure that fell, or a start since, means a restart between."""
    now = counter.observed_at
    before = stored.last(metric, now)
    if before is None or not now - LOOK_BACK <= before.observed_at <= now:
        return Unknown("no earlier sample is stored to take the difference to", now, STATUS, learning=True)
    if counter.value < before.value or started_at(now) > before.observed_at:
        return Unknown("MariaDB restarted since the sample before", now, STATUS, learning=True)
    since = {"since": clock.shown(before.observed_at)}
    return Reading(round(1000 * (counter.value - before.value)), unit, now, STATUS, since)
