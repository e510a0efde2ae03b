"""What counts as an opportunity, and what does not."""

import pytest

from verenigingen_maintenance.core import database_opportunities, slow_queries, system_opportunities
from verenigingen_maintenance.core.change_states import Kind
from verenigingen_maintenance.core.index_rules import Missing
from verenigingen_maintenance.core.opportunities import is_more, size
from verenigingen_maintenance.core.slow_queries import Evidence, Shapes, alter, opportunity, steps, steps_back


def keys(found):
    return [each.key for each in found]


def log(**values):
    size = {"doctype": "Access Log", "rows": 60_000, "mb": 80.0, "older": 45_000, "per_day": 300.0}
    return {**size, "days": None, "is_supported": True, **values}


@pytest.mark.parametrize(
    ("values", "is_one"),
    [({}, True), ({"days": 30}, False), ({"rows": 900, "mb": 2.0}, False), ({"is_supported": False}, False)],
)
def test_a_large_log_that_is_kept_for_ever(values, is_one):
    assert (
        keys(database_opportunities.of_logs({"tables": [log(**values)]})) == ["retention Access Log"] * is_one
    )


def test_a_retention_says_what_would_go_and_that_it_does_not_come_back():
    (found,) = database_opportunities.of_logs({"tables": [log()]})
    assert (found.kind, found.parameters) == (Kind.SET_RETENTION, {"doctype": "Access Log", "days": 90})
    assert found.gain == "45000 rows, about 60 MB, are older than 90 days, and the table stops growing."
    assert "does not come back" in found.steps_back
    assert "law" in found.steps.splitlines()[0], "somebody has to ask before the log is deleted"


@pytest.mark.parametrize(
    ("was", "grew_to", "is_another"),
    [
        (60_000, 65_000, False),
        (60_000, 130_000, True),
        (92_600, 92_700, False),
        (60_000, 119_999, False),
        (60_000, 30_000, False),
    ],
)
def test_a_log_that_grew_twofold_is_another_matter_and_one_that_grew_a_little_is_not(
    was, grew_to, is_another
):
    first, second = (
        next(iter(database_opportunities.of_logs({"tables": [log(rows=rows)]}))).signature
        for rows in (was, grew_to)
    )
    assert is_more(second, first) is is_another


def test_the_same_evidence_is_not_more_and_another_query_is():
    assert not is_more(size(0, 3), size(0, 3))
    assert is_more(size(1, 3), size(0, 3))
    assert is_more("0123456789ab", "ba9876543210")
    assert not is_more("off", "off")


@pytest.mark.parametrize(
    ("mb", "total", "is_one"), [(1_200, 90_000, True), (300, 500, True), (300, 5_000, False)]
)
def test_a_table_that_is_large_or_most_of_the_database(mb, total, is_one):
    table = {"table": "tabVersion", "rows": 9, "mb": mb, "free_mb": 0, "engine": "InnoDB"}
    assert (
        len(list(database_opportunities.of_tables({"tables": [table], "total_mb": total, "grew_mb": None})))
        == is_one
    )


def cache(**values):
    return {
        "used": 50,
        "limit": 100,
        "policy": "allkeys-lru",
        "evicted": 0,
        "days": 4.0,
        "hit_rate": 90.0,
        "hours": 168,
        **values,
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"used": 95}, ["cache memory"]),
        ({"evicted": 5}, ["cache memory"]),
        ({"used": 95, "limit": 0}, []),
        ({"hit_rate": 75.0}, ["cache hit rate"]),
        ({"hit_rate": None}, []),
    ],
)
def test_the_cache(values, expected):
    assert keys(system_opportunities.of_cache(cache(**values))) == expected


@pytest.mark.parametrize(
    ("busy", "hours", "is_one"), [(10, 168, True), (8, 168, False), (1, 10, False), (0, 0, False)]
)
def test_a_queue_in_which_jobs_wait(busy, hours, is_one):
    facts = {"queues": {"long": {"hours": hours, "busy": busy, "most": 20}}, "workers": 2}
    assert keys(system_opportunities.of_queues(facts)) == ["queue long"] * is_one


@pytest.mark.parametrize(
    ("rate", "data", "is_one"),
    [(95.0, 9e9, True), (99.5, 9e9, False), (95.0, 1e8, False), (None, 9e9, False)],
)
def test_the_buffer_pool(rate, data, is_one):
    facts = {"pool": 134_217_728, "data": int(data), "hit_rate": rate, "hours": 168}
    assert keys(database_opportunities.of_buffer_pool(facts)) == ["buffer pool"] * is_one


def test_monitor():
    assert keys(system_opportunities.of_monitor({"is_on": False})) == ["monitor off"]
    assert keys(system_opportunities.of_monitor({"is_on": True})) == []


def job(**values):
    return {"name": "x.daily", "runs": 7, "failed": 0, "median": 5.0, "p95": 9.0, "every": 86_400, **values}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"failed": 3}, ["failing job x.daily"]),
        ({"failed": 3, "runs": 900}, []),
        ({"p95": 130.0}, ["slow job x.daily"]),
        ({"median": 40.0, "p95": 50.0, "every": 60}, ["slow job x.daily"]),
        ({"median": None, "p95": None}, []),
        ({"every": None}, []),
    ],
)
def test_a_job_that_fails_or_is_slow(values, expected):
    assert keys(system_opportunities.of_jobs({"jobs": [job(**values)]})) == expected


@pytest.mark.parametrize(
    ("estimated", "counted", "is_one"),
    [(50_000, 20_000, True), (20, 50_000, True), (50_000, 40_000, False), (9, 900, False)],
)
def test_statistics_that_are_off(estimated, counted, is_one):
    table = {"doctype": "Member", "table": "tabMember", "estimated": estimated, "counted": counted}
    assert keys(database_opportunities.of_statistics({"tables": [table]})) == ["statistics Member"] * is_one


def shapes():
    found = Shapes()
    for number in range(3):
        found.add(
            "/api/method/x",
            f"select name from tabMember where email = 'a{number}@example.com'",
            60.0 + number,
        )
    found.add("/app", "select 1", 0.2)
    return found


def test_recorded_queries_are_one_by_their_shape_and_the_slowest_is_kept_to_be_timed():
    (slow,) = shapes().slow(50)
    assert (slow.count, slow.worst, slow.total, slow.path) == (3, 62.0, 183.0, "/api/method/x")
    assert slow.sql.endswith("'a2@example.com'")
    assert "example" not in str(slow.described())


def test_queries_that_are_too_long_or_of_one_shape_too_many_are_counted_as_left_out(monkeypatch):
    monkeypatch.setattr(slow_queries, "MOST_SHAPES", 2)
    found = shapes()
    found.add("/x", "select name from tabMember where email = 'another'", 70.0)
    assert (found.queries, found.left_out) == (5, 0)
    found.add("/x", "select a from tabMember", 70.0)
    found.add("/x", f"select '{'x' * 20_000}'", 70.0)
    assert (found.queries, found.left_out) == (7, 2)
    assert [each.count for each in found.slow(50)] == [4]


def test_a_query_that_frappe_could_not_keep_encrypted_is_too_long_whatever_its_letters():
    found = Shapes()
    found.add("/x", f"select name from tabMember where note = '{'會' * 15_000}'", 70.0)
    assert (found.left_out, found.slow(50)) == (1, [])


def test_an_index_says_what_it_would_save_and_how_to_keep_it_over_a_migrate():
    (slow,) = shapes().slow(50)
    found = opportunity(
        "Member",
        Evidence(slow, [60.0] * 5, 60.0, "tabMember", Missing(("email",), 50_000, 5), [], [], 1_200, "RR-1"),
    )
    assert found.kind is Kind.ADD_INDEX
    assert (
        found.gain
        == "About 60 ms of 60 ms each time (5 rows are read instead of 50000); 1200 times a day: 72.0 s."
    )
    assert (found.gain_level, found.key) == ("High", "index tabMember email")
    assert "tick Index, or the next migrate drops it" in found.steps
    assert "example" not in str(found), "a parameter"


def test_a_column_that_is_no_field_has_no_tick():
    assert steps("Member", ["creation"]) == f"1. {alter('Member', ['creation'])};"
    assert steps_back("Member", ["owner"]).startswith("1. alter table `tabMember` drop index `owner_index`")


def test_several_columns_need_no_tick():
    assert steps("Member", ["a", "b"]) == f"1. {alter('Member', ['a', 'b'])};"
    assert alter("Member", ["a", "b"]) == (
        "alter table `tabMember` add index `a_b_index` (`a`, `b`), algorithm=inplace, lock=none"
    )
