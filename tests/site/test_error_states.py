"""What people decide about a pattern, what its state becomes by itself, and what the checks say of it."""

from datetime import datetime, timedelta

import frappe
import pytest
from conftest import count_errors, counted_from, insert_errors, stored
from error_books import pattern
from test_ingest_errors import RAISED, SEND

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import error_states
from verenigingen_maintenance.sources import clock, errors

DECIDED = ("resolved_at", "resolved_by", "regressed_at", "ignored_until", "ignored_to_total")


def fail(times=1, text=RAISED, **ago):
    """Errors of a pattern so long ago, counted."""
    insert_errors(times, method="", error=text, creation=stored(**ago))
    count_errors()


def state(title=SEND):
    return pattern(title).state


def is_undecided(title=SEND):
    return not any(pattern(title).get(field) for field in DECIDED)


def value_of(source, **later):
    return source(clock.now() + timedelta(**later)).value


@pytest.fixture
def found():
    fail(3, hours=2)
    return pattern(SEND).name


def test_a_pattern_is_new_for_a_day_and_then_ongoing(found):
    assert state() == "New"
    error_states.renew_all(clock.now() + timedelta(hours=23))
    assert state() == "Ongoing"


def test_what_was_resolved_comes_back_as_regressed_with_its_next_error(found):
    error_states.resolve(found, "Mended in 1.2")
    resolved = pattern(SEND)
    assert (resolved.state, resolved.resolved_by) == ("Resolved", "Administrator")
    assert value_of(errors.regressed) == 0
    fail()
    assert state() == "Regressed"
    assert pattern(SEND).regressed_at == pattern(SEND).last_at
    reading = errors.regressed(clock.now())
    assert (reading.value, reading.detail) == (1, f"“{SEND}”")
    fail()
    assert state() == "Regressed", "until somebody decides anew"


def test_an_error_from_before_it_was_resolved_does_not_bring_it_back(found):
    error_states.resolve(found)
    fail(hours=1)
    assert (pattern(SEND).total, state()) == (4, "Resolved")
    error_states.renew_all(clock.now() + timedelta(days=30))
    assert state() == "Resolved"


def test_resolved_again_it_is_resolved_until_the_next_error(found):
    error_states.resolve(found)
    fail()
    error_states.resolve(found)
    assert (state(), pattern(SEND).regressed_at) == ("Resolved", None)
    fail()
    assert state() == "Regressed"


def test_ignored_until_so_many_errors_more_it_stays_ignored_and_then_does_not(found):
    error_states.ignore(found, errors=2)
    fail()
    assert (state(), pattern(SEND).ignored_to_total) == ("Ignored", 5)
    fail()
    assert (state(), is_undecided()) == ("New", True)


def test_ignored_until_a_moment_it_stays_ignored_and_then_does_not(found):
    error_states.ignore(found, until=str(stored(hours=-5)))
    fail(9)
    error_states.renew_all(clock.now() + timedelta(hours=4))
    assert state() == "Ignored"
    error_states.renew_all(clock.now() + timedelta(hours=6))
    assert (state(), is_undecided()) == ("New", True)


def test_ignored_for_good_it_stays_ignored(found):
    error_states.ignore(found, note="Known")
    fail(50)
    error_states.renew_all(clock.now() + timedelta(days=300))
    assert state() == "Ignored"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"until": "2020-01-01"}, "2020-01-01 is over"),
        ({"errors": 0}, "Ignore until 1 error more"),
        ({"errors": -3}, "Ignore until 1 error more"),
    ],
)
def test_an_end_that_cannot_be_meant_is_refused(found, arguments, message):
    with pytest.raises(frappe.ValidationError, match=message):
        error_states.ignore(found, **arguments)
    assert state() == "New"


@pytest.mark.parametrize("decide", [error_states.resolve, error_states.ignore, error_states.reopen])
def test_a_pattern_that_is_not_there_is_said_so(decide):
    with pytest.raises(frappe.DoesNotExistError, match="There is no error pattern EP-none"):
        decide("EP-none")


@pytest.mark.parametrize("decide", [error_states.resolve, error_states.ignore])
def test_reopened_its_state_follows_its_errors_again(found, decide):
    decide(found)
    error_states.reopen(found, "Not yet")
    assert (state(), is_undecided()) == ("New", True)
    notes = frappe.get_all("Comment", {"reference_name": found, "comment_type": "Comment"}, pluck="content")
    assert notes == ["Not yet"]


def make_history(days, each=2):
    """So many errors at noon of each of the days before today."""
    for day in range(1, days + 1):
        noon = datetime.combine(stored(days=day).date(), datetime.min.time()) + timedelta(hours=12)
        insert_errors(each, method="", error=RAISED, creation=noon)


def test_with_seven_days_of_history_far_more_than_usual_is_escalating():
    make_history(8)
    fail(4)
    assert state() == "Ongoing"
    assert value_of(errors.escalating) == 0
    fail(10)
    assert (state(), pattern(SEND).ceiling) == ("Escalating", 6.2)
    reading = errors.escalating(clock.now())
    assert (reading.value, reading.detail) == (1, f"“{SEND}”")
    error_states.renew_all(clock.now() + timedelta(days=2))
    assert state() == "Ongoing"


def test_with_less_history_nothing_is_escalating():
    make_history(6)
    fail(100)
    assert state() == "Ongoing"


def test_variants_that_became_one_pattern_are_measured_by_the_days_of_all():
    words = ["red", "green", "blue", "amber", "black", "white", "brown"]
    for day in range(1, 9):
        for word in words:
            method = f"The colour {word} is not known"
            insert_errors(4, method=method, error="", creation=stored(days=day))
    count_errors()
    for word in (*words, "pink"):
        insert_errors(3, method=f"The colour {word} is not known", error="")
    count_errors()
    (found,) = frappe.get_all("Error Pattern", {"continues_in": ("is", "not set")}, ["state", "total"])
    assert (found.total, found.state) == (248, "Ongoing"), "24 a day, and 28 on each of the days before"


def test_an_ignored_pattern_is_left_out_of_the_same_error_and_said_to_be(found):
    fail(6, "The printer of the office is out of paper")
    fail(9)
    assert value_of(errors.most_repeated) == 12
    error_states.ignore(found)
    reading = errors.most_repeated(clock.now())
    assert (reading.value, reading.evidence["ignored patterns left out"]) == (6, 1)
    everything = errors.last_24_hours(clock.now())
    assert (everything.value, everything.evidence["of these, of ignored patterns"]) == (18, 12)


def test_without_anything_older_nothing_is_called_new(found):
    for source in (errors.new_patterns, errors.new_critical_patterns):
        reading = source(clock.now())
        assert isinstance(reading, Unknown)
        assert reading.learning


def test_what_was_never_seen_before_is_new_for_a_day_and_what_was_is_not():
    for ago in ({"days": 10}, {}):
        fail(text="The mailbox of the office is full", **ago)
    fail(2)
    reading = errors.new_patterns(clock.now())
    assert (reading.value, reading.unit, reading.detail) == (1, "patterns", f"“{SEND}”")
    assert value_of(errors.new_patterns, hours=25) == 0


def test_a_new_pattern_that_is_not_severe_is_new_and_not_critical():
    harmless = RAISED.replace("sepa", "tools")
    fail(text="The mailbox of the office is full", days=10)
    fail(text=harmless)
    assert (value_of(errors.new_patterns), value_of(errors.new_critical_patterns)) == (1, 0)
    fail(text=harmless.replace("ValueError", "IntegrityError"))
    reading = errors.new_critical_patterns(clock.now())
    assert (reading.value, reading.detail) == (1, "“IntegrityError in bank.tools.send” (Database integrity)")


def test_what_waits_in_redis_and_was_never_seen_is_new_and_critical():
    fail(text="The mailbox of the office is full", days=10)
    frappe.log_error("Deadlock found when trying to get lock", RAISED.split("  File")[0], defer_insert=True)
    assert (value_of(errors.new_patterns), value_of(errors.new_critical_patterns)) == (1, 1)


def test_a_pattern_that_was_deleted_from_error_log_is_not_new_when_it_comes_back():
    fail(3, days=20)
    fail(text="The mailbox of the office is full", days=10)
    frappe.db.delete("Error Log")
    fail()
    assert value_of(errors.new_patterns) == 0


@pytest.fixture
def hour():
    """The hour before this one, on the site's clock."""
    return stored(hours=1).replace(minute=0, second=0, microsecond=0)


def test_an_hour_far_above_the_level_of_its_pattern_at_that_hour_is_a_cluster(hour):
    busy, quiet = "The queue of the bank is slow", "The printer of the office is slow"
    for day in range(1, 29):
        insert_errors(10, method="", error=busy, creation=hour - timedelta(days=day))
    insert_errors(14, method="", error=busy, creation=hour)
    insert_errors(14, method="", error=quiet, creation=lambda number: hour + timedelta(minutes=number))
    count_errors()
    reading = errors.bursts(clock.now())
    (burst,) = reading.evidence["bursts"]
    assert (reading.value, reading.unit) == (1, "bursts")
    assert (burst["errors"], burst["hour"]) == (14, f"{hour:%Y-%m-%d %H:%M}")
    assert "printer" in burst["title"]
    error_states.ignore(pattern(burst["title"]).name)
    assert value_of(errors.bursts) == 0


def test_a_few_errors_in_an_hour_are_no_cluster(hour):
    insert_errors(4, creation=hour)
    count_errors()
    assert value_of(errors.bursts) == 0


def test_a_row_not_counted_yet_makes_every_reading_at_least(found):
    counted_from(days=30)
    insert_errors(1)
    for source in (errors.bursts, errors.escalating, errors.regressed, errors.most_repeated):
        assert source(clock.now()).at_least == "1 rows of Error Log are not counted yet"
