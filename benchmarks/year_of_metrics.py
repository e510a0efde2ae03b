"""What a year of metrics weighs, and how long its charts and figures take.

    cd BENCH/sites && ../env/bin/python CHECKOUT/benchmarks/year_of_metrics.py SITE

Fills a site that has no metrics yet with those of 40: samples of 14 days every two minutes, hours of 400 days
and days of 1096 days. It prints the size of the three tables, data and index, and the median and the worst of
several runs of what a report asks for. Use a site that may be thrown away, with its scheduler off.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from math import pi, sin
from random import Random
from statistics import median

import frappe

METRICS, RUNS, BATCH, GROUP = 40, 15, 2_000, "Database"
SAMPLE, HOUR, DAY = "Metric Sample", "Metric Hour", "Metric Day"
ROUND = timedelta(minutes=2)
SPANS = {HOUR: (timedelta(hours=1), 400), DAY: (timedelta(days=1), 1096)}
DAYS_OF_SAMPLES = 14
PERIODS = ("24 hours", "30 days", "365 days")
FIGURES = ("samples", "minimum", "median", "p95", "maximum", "total")


def main(site: str) -> None:
    frappe.init(site)
    frappe.connect()
    refuse_a_site_in_use(site)
    names = chosen()
    started = time.perf_counter()
    fill(names)
    print(f"{len(names)} metrics, filled in {time.perf_counter() - started:.0f} s")
    print_sizes()
    print_times()


def refuse_a_site_in_use(site: str) -> None:
    for doctype in (SAMPLE, HOUR, DAY):
        if rows := frappe.db.count(doctype):
            sys.exit(f"{site} has {rows} rows of {doctype}: use a site that may be thrown away and has none.")


def chosen() -> list[str]:
    """Those that this site can have, the ones that are judged live and those of the group before others."""
    from verenigingen_maintenance.operations import metrics

    found = metrics.applicable(["metric_group", "kind"], {"kind": ("!=", "Counter")})
    judged = frappe.get_all("Maintenance Check", {"live": 1, "enabled": 1}, pluck="source", limit=0)
    found.sort(key=lambda row: (row.name not in judged, row.metric_group != GROUP, row.name))
    return [row.name for row in found[:METRICS]]


# --- filling


def fill(names: Sequence[str]) -> None:
    """As rounds and roll-ups write: all metrics of a moment, then those of the next."""
    random, now = Random(7), frappe.utils.now_datetime().replace(second=0, microsecond=0)
    columns = ("metric", "value", "unit", "observed_at", "source", "server")
    insert(SAMPLE, columns, samples(names, now, random))
    for doctype in SPANS:
        insert(doctype, ("metric", "begins", *FIGURES), summaries(doctype, names, now, random))


def samples(names: Sequence[str], now: datetime, random: Random) -> Iterator[tuple]:
    for moment in moments(now, ROUND, DAYS_OF_SAMPLES):
        for name in names:
            yield name, value(name, moment, random), "ms", moment, f"a source of {name}", ""


def summaries(doctype: str, names: Sequence[str], now: datetime, random: Random) -> Iterator[tuple]:
    """What lies within an hour or a day, around the value of its beginning."""
    length, days = SPANS[doctype]
    count = length // ROUND
    begins_at = now.replace(hour=0, minute=0) if doctype == DAY else now.replace(minute=0)
    for begins in moments(begins_at, length, days):
        for name in names:
            middle = value(name, begins, random)
            low, high = middle * random.uniform(0.5, 0.9), middle * random.uniform(1.2, 3)
            p95, total = (middle + high) / 2, count * middle * 1.05
            yield name, begins, count, low, middle, p95, high, round(total, 6)


def moments(until: datetime, apart: timedelta, days: int) -> Iterator[datetime]:
    """The moments of so many days up to one, in order."""
    for back in range(timedelta(days=days) // apart, 0, -1):
        yield until - back * apart


def value(name: str, moment: datetime, random: Random) -> float:
    """A value of its own height for each metric, larger by day than at night, with noise."""
    height = 10 ** (sum(name.encode()) % 4)
    by_day = 1 + 0.5 * sin(2 * pi * (moment.hour - 8) / 24)
    return round(height * by_day * random.lognormvariate(0, 0.3), 3)


def insert(doctype: str, columns: Sequence[str], rows: Iterator[tuple]) -> None:
    """By SQL, with names of the sequence, as the app writes them."""
    names = ", ".join(f"`{column}`" for column in ("name", "creation", "modified", *columns))
    place = f"(nextval(`{frappe.scrub(doctype)}_id_seq`), now(), now()" + ", %s" * len(columns) + ")"
    while batch := list(islice(rows, BATCH)):
        places = ", ".join([place] * len(batch))
        frappe.db.sql(f"insert into `tab{doctype}` ({names}) values {places}", flat(batch))
        frappe.db.commit()


def flat(rows: Iterable[tuple]) -> list:
    return [each for row in rows for each in row]


# --- what it costs


def print_sizes() -> None:
    print(f"{'':<16}{'rows':>10}{'data':>10}{'index':>10}{'both':>10}")
    sizes = [size(doctype) for doctype in (SAMPLE, HOUR, DAY)]
    total = ("together", *(sum(column) for column in list(zip(*sizes, strict=True))[1:]))
    for name, rows, data, index in (*sizes, total):
        print(f"{name:<16}{rows:>10,}{data:>7.1f} MB{index:>7.1f} MB{data + index:>7.1f} MB")


def size(doctype: str) -> tuple[str, int, float, float]:
    frappe.db.sql(f"analyze table `tab{doctype}`")
    data, index = frappe.db.sql(
        "select data_length / 1048576, index_length / 1048576 from information_schema.tables "
        "where table_schema = database() and table_name = %s",
        f"tab{doctype}",
    )[0]
    return doctype, frappe.db.count(doctype), float(data), float(index)


def print_times() -> None:
    from verenigingen_maintenance.operations import health_tables

    for group in (GROUP, None):
        for period in PERIODS:
            drawn = health_tables.charts(period, group)
            points = sum(len(chart.points) for chart in drawn)
            what = (
                f"charts of {period}, {group or 'what is judged live'}: {len(drawn)} with {points:,} points"
            )
            print_time(what, lambda period=period, group=group: health_tables.charts(period, group))
    for period in PERIODS:
        print_time(f"health of {period}", lambda period=period: health_tables.health(period, None))


def print_time(what: str, action: Callable[[], object]) -> None:
    taken = sorted(milliseconds(action) for _ in range(RUNS))
    print(f"{what:<72} median {median(taken):7.1f} ms, worst of {RUNS} {taken[-1]:7.1f} ms")


def milliseconds(action: Callable[[], object]) -> float:
    frappe.db.rollback()
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main(sys.argv[1])
