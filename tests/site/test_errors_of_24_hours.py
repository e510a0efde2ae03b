"""What counts as an error of the last 24 hours, and which of them are the same."""

import json
from datetime import timedelta

import frappe
import pytest
from conftest import TEXT, count_errors, counted_from, insert_errors, items_of, make_errors, stored
from frappe.desk.form import assign_to

from verenigingen_maintenance.operations import checks, measure, run_now
from verenigingen_maintenance.sources import clock, error_log, error_patterns, errors


def queue_error(title, **ago):
    """An error of a web request: it waits in Redis, as frappe.log_error(defer_insert=True) leaves it."""
    frappe.log_error(title, TEXT, defer_insert=True)
    if ago:
        raw = frappe.cache.lrange(error_log.QUEUE, -1, -1)[0]
        record = {**json.loads(raw), "creation": str(stored(**ago))}
        frappe.cache.rpop(error_log.QUEUE)
        frappe.cache.rpush(error_log.QUEUE, json.dumps(record))


def counted(source, **later):
    """What a source reads once all rows are counted."""
    count_errors()
    return source(clock.now() + timedelta(**later))


def test_rows_of_the_last_24_hours_count_and_older_ones_do_not():
    make_errors(2)
    insert_errors(3, creation=stored(hours=25))
    insert_errors(1, creation=stored(hours=23, minutes=59))
    assert counted(errors.last_24_hours).value == 3


def test_an_old_row_that_is_seen_or_assigned_does_not_become_a_new_one():
    (name,) = insert_errors(1, creation=stored(hours=30))
    assert counted(errors.last_24_hours).value == 0
    frappe.get_doc("Error Log", name).run_method("onload")
    assign_to.add({"doctype": "Error Log", "name": name, "assign_to": ["operator@example.com"]})
    frappe.get_doc("Error Log", name).add_comment("Comment", "Known")
    assert frappe.db.get_value("Error Log", name, "seen") == 1
    assert counted(errors.last_24_hours).value == 0
    assert frappe.db.count("Ingested Error") == 1
    for doctype in ("ToDo", "DocShare"):
        frappe.db.delete(doctype)


def test_errors_that_wait_in_redis_count_with_their_own_time_and_title():
    make_errors(2, "Timeout")
    queue_error("Timeout")
    queue_error("Timeout", hours=30)
    reading = counted(errors.last_24_hours)
    assert reading.value == 3
    assert (reading.evidence["in Error Log"], reading.evidence["waiting in Redis"]) == (2, 1)
    assert errors.most_repeated(clock.now()).value == 3
    assert errors.busiest_hour(clock.now()).value == 3


@pytest.mark.parametrize(
    "junk", ["{{{", "null", "7", '"text"', "[1]", '{"method": "x"}', '{"creation": "soon"}']
)
def test_an_entry_that_cannot_be_read_hides_no_breach_and_is_counted(junk):
    queue_error("Timeout")
    frappe.cache.rpush(error_log.QUEUE, junk)
    queue_error("Timeout")
    reading = errors.last_24_hours(clock.now())
    assert reading.value == 2
    assert reading.at_least == "1 of the 3 entries that wait in Redis are not readable"


def test_a_title_that_waits_is_added_to_its_rows_however_rare_they_are():
    make_errors(5, "Frequent")
    make_errors(4, "Rare")
    for _ in range(3):
        queue_error("Rare")
    reading = counted(errors.most_repeated)
    assert (reading.value, reading.detail) == (7, "“Rare”")


def test_more_waiting_than_is_looked_at_is_said_to_be_at_least(monkeypatch):
    monkeypatch.setattr(error_log, "MOST_QUEUED", 2)
    for _ in range(3):
        queue_error("Timeout")
    reading = errors.last_24_hours(clock.now())
    assert reading.value == 2
    assert reading.at_least == "3 entries wait in Redis, 2 were looked at"


def test_the_busiest_hour_is_any_60_minutes_not_a_clock_hour():
    for minutes in (125, 100, 95, 70):
        insert_errors(1, creation=stored(minutes=minutes))
    reading = counted(errors.busiest_hour)
    assert reading.value == 4
    assert reading.evidence["errors looked at"] == 4


def test_the_busiest_hour_over_a_bound_is_said_to_be_at_least(monkeypatch):
    monkeypatch.setattr(error_patterns, "MOST_MOMENTS", 3)
    make_errors(5)
    reading = counted(errors.busiest_hour)
    assert reading.value == 3
    assert reading.at_least.startswith("only the newest")


def test_the_most_frequent_patterns_are_shown_redacted():
    make_errors(3, "Mail to jan@example.org refused")
    make_errors(1, "Other")
    count_errors()
    reading = measure.read("errors.most_repeated", 5)
    assert (reading.value, reading.detail) == (3, "“Mail to … refused”")
    frequent = reading.evidence["most frequent"]
    assert [(each["title"], each["times"]) for each in frequent] == [("Mail to … refused", 3), ("Other", 1)]


INDEXES = ("modified", "creation_pattern_owner_index")
SOURCES = ("last_24_hours", "busiest_hour", "most_repeated", "bursts", "escalating", "regressed")


@pytest.fixture
def counted_for_long():
    """Less than a week is too short to call a pattern escalating."""
    counted_from(days=30)


@pytest.mark.parametrize("source", SOURCES)
def test_without_errors_it_is_nought(source, counted_for_long):
    assert counted(getattr(errors, source)).value == 0


@pytest.mark.parametrize("source", SOURCES)
def test_no_query_scans_error_log_or_the_ledger_or_reads_the_text(source, counted_for_long, monkeypatch):
    insert_errors(2_000, creation=stored(days=3))
    make_errors(20)
    count_errors()
    queries = []
    real = frappe.db.sql

    def noting(query, values=(), **options):
        queries.append((str(query), values))
        return real(query, values, **options)

    monkeypatch.setattr(frappe.db, "sql", noting)
    getattr(errors, source)(clock.now())
    selects = [each for each in queries if "tabError Log" in each[0] or "tabIngested Error" in each[0]]
    assert selects
    for query, values in selects:
        assert "`error`" not in query
        for plan in real(f"explain {query}", values, as_dict=True):
            is_small = (plan.table or "").startswith("<derived")
            told = f"{plan.type} over {plan.rows} rows: {query}"
            assert plan.key in INDEXES or is_small or "optimized away" in plan.Extra, told


def test_without_a_severity_rule_nothing_is_called_uncritical():
    insert_errors(1, method="Known", creation=stored(days=3))
    frappe.db.delete("Maintenance Severity Rule")
    frappe.clear_document_cache("Maintenance Settings", "Maintenance Settings")
    found = counted(errors.new_critical_patterns)
    assert "has no severity rule" in found.reason


def test_the_same_error_from_many_users_and_lines_is_one_and_another_function_is_another():
    text = 'Traceback (most recent call last):\n  File "apps/{}/{}.py", line {}, in {}\nValueError: {}'
    for number in range(6):
        insert_errors(
            1, error=text.format("bank", "bank/sepa", number, "send", f"no {number}"), owner=f"u{number}"
        )
    insert_errors(5, error=text.format("bank", "bank/sepa", 3, "collect", "no 3"))
    reading = counted(errors.most_repeated)
    assert (reading.value, reading.detail) == (6, "“ValueError in bank.sepa.send”")


def test_rows_that_are_not_counted_yet_make_a_value_at_least():
    make_errors(3)
    count_errors()
    make_errors(2)
    for source in (errors.last_24_hours, errors.busiest_hour, errors.most_repeated):
        reading = source(clock.now())
        assert (reading.value, reading.at_least) == (3, "2 rows of Error Log are not counted yet")


@pytest.mark.parametrize(("rows", "verdict"), [(20, "UNKNOWN"), (60, "CRITICAL")])
def test_what_is_not_counted_yet_makes_the_verdict_unknown_unless_the_rest_proves_a_breach(rows, verdict):
    make_errors(rows)
    count_errors()
    frappe.db.set_single_value("Maintenance Settings", "ingest_minutes", 0)
    make_errors(1)
    result = checks.run("errors_24h")
    assert result.judgement.verdict.value == verdict


def test_where_counting_is_switched_off_a_run_is_unknown_about_errors_and_not_fine():
    frappe.db.set_single_value("Maintenance Settings", "ingest_minutes", 0)
    make_errors(3)
    items = items_of(run_now.run_now("daily", clock.now()))
    assert items["errors_24h"].verdict == "UNKNOWN"
    assert "3 rows of Error Log are not counted yet" in items["errors_24h"].reason
