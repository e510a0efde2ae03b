"""What counts as an error of the last 24 hours."""

import json
from datetime import timedelta

import frappe
import pytest
from conftest import make_errors
from frappe.desk.form import assign_to

from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.sources import clock, error_log


def stored(**ago):
    return clock.stored(clock.now() - timedelta(**ago))


def queue_error(title, **ago):
    """An error of a web request: it waits in Redis, as frappe.log_error(defer_insert=True) leaves it."""
    frappe.log_error(title, "Traceback", defer_insert=True)
    if ago:
        raw = frappe.cache.lrange(error_log.QUEUE, -1, -1)[0]
        record = {**json.loads(raw), "creation": str(stored(**ago))}
        frappe.cache.rpop(error_log.QUEUE)
        frappe.cache.rpush(error_log.QUEUE, json.dumps(record))


def test_rows_of_the_last_24_hours_count_and_older_ones_do_not():
    make_errors(2)
    make_errors(3, creation=stored(hours=25), modified=stored(hours=25))
    make_errors(1, creation=stored(hours=23, minutes=59), modified=stored(hours=23, minutes=59))
    assert error_log.last_24_hours(clock.now()).value == 3


def test_an_old_row_that_is_seen_or_assigned_does_not_become_a_new_one():
    make_errors(1, creation=stored(hours=30), modified=stored(hours=30))
    (name,) = frappe.get_all("Error Log", pluck="name")
    frappe.get_doc("Error Log", name).run_method("onload")
    assign_to.add({"doctype": "Error Log", "name": name, "assign_to": ["operator@example.com"]})
    frappe.get_doc("Error Log", name).add_comment("Comment", "Known")
    assert frappe.db.get_value("Error Log", name, "seen") == 1
    assert error_log.last_24_hours(clock.now()).value == 0


def test_errors_that_wait_in_redis_count_with_their_own_time_and_title():
    make_errors(2, "Timeout")
    queue_error("Timeout")
    queue_error("Timeout", hours=30)
    reading = error_log.last_24_hours(clock.now())
    assert reading.value == 3
    assert (reading.evidence["in Error Log"], reading.evidence["waiting in Redis"]) == (2, 1)
    assert error_log.most_repeated(clock.now()).value == 3
    assert error_log.busiest_hour(clock.now()).value == 3


@pytest.mark.parametrize(
    "junk", ["{{{", "null", "7", '"text"', "[1]", '{"method": "x"}', '{"creation": "soon"}']
)
def test_an_entry_that_cannot_be_read_hides_no_breach_and_is_counted(junk):
    queue_error("Timeout")
    frappe.cache.rpush(error_log.QUEUE, junk)
    queue_error("Timeout")
    reading = error_log.last_24_hours(clock.now())
    assert reading.value == 2
    assert reading.at_least == "1 of the 3 entries that wait in Redis are not readable"


def test_a_title_that_waits_is_added_to_its_rows_however_rare_they_are(monkeypatch):
    monkeypatch.setattr(error_log, "MOST_TITLES", 1)
    make_errors(5, "Frequent")
    make_errors(4, "Rare")
    for _ in range(3):
        queue_error("Rare")
    reading = error_log.most_repeated(clock.now())
    assert (reading.value, reading.detail) == (7, "“Rare”")


def test_more_waiting_than_is_looked_at_is_said_to_be_at_least(monkeypatch):
    monkeypatch.setattr(error_log, "MOST_QUEUED", 2)
    for _ in range(3):
        queue_error("Timeout")
    reading = error_log.last_24_hours(clock.now())
    assert reading.value == 2
    assert reading.at_least == "3 entries wait in Redis, 2 were looked at"


def test_the_busiest_hour_is_any_60_minutes_not_a_clock_hour():
    for minutes in (125, 100, 95, 70):
        make_errors(1, creation=stored(minutes=minutes), modified=stored(minutes=minutes))
    reading = error_log.busiest_hour(clock.now())
    assert reading.value == 4
    assert reading.evidence["errors looked at"] == 4


def test_the_busiest_hour_over_a_bound_is_said_to_be_at_least(monkeypatch):
    monkeypatch.setattr(error_log, "MOST_MOMENTS", 3)
    make_errors(5)
    reading = error_log.busiest_hour(clock.now())
    assert (reading.value, reading.at_least) == (3, "only the newest 3 rows were looked at")


def test_the_most_frequent_titles_are_shown_redacted():
    make_errors(3, "Mail to jan@example.org refused")
    make_errors(1, "Other")
    reading = measure.read("error_log.most_repeated", 5)
    assert (reading.value, reading.detail) == (3, "“Mail to <e-mail> refused”")
    assert reading.evidence["most frequent"] == [
        {"title": "Mail to <e-mail> refused", "times": 3},
        {"title": "Other", "times": 1},
    ]


def test_without_errors_all_three_are_nought():
    for source in (error_log.last_24_hours, error_log.busiest_hour, error_log.most_repeated):
        assert source(clock.now()).value == 0


@pytest.mark.parametrize("source", ["last_24_hours", "busiest_hour", "most_repeated"])
def test_no_query_scans_the_table_or_reads_the_text(source, monkeypatch):
    make_errors(2000)
    frappe.db.sql("update `tabError Log` set creation = %(old)s, modified = %(old)s", {"old": stored(days=3)})
    make_errors(20)
    queries = []
    real = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda query, *a, **k: queries.append(str(query)) or real(query, *a, **k)
    )
    getattr(error_log, source)(clock.now())
    selects = [query for query in queries if "tabError Log" in query]
    assert selects
    for query in selects:
        assert "`error`" not in query
        (plan,) = real(f"explain {query}", as_dict=True)
        assert plan.key == "modified", f"{plan.type} over {plan.rows} rows: {query}"


def test_without_a_severity_rule_nothing_is_called_uncritical():
    make_errors(1, "Known")
    moment = frappe.utils.add_days(frappe.utils.now_datetime(), -3)
    frappe.db.sql("update `tabError Log` set modified = %s", moment)
    frappe.db.delete("Maintenance Severity Rule")
    frappe.clear_document_cache("Maintenance Settings", "Maintenance Settings")
    found = error_log.new_critical_titles(clock.now())
    assert "has no severity rule" in found.reason
