"""What could be better is measured and proposed; retention, verdicts, and what the reviews read of
changes."""

import json
from datetime import timedelta

import frappe
import pytest
from conftest import fresh

from verenigingen_maintenance import scheduled
from verenigingen_maintenance.core.opportunities import Facts
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import (
    apply_change,
    changes,
    effectiveness,
    measure_change,
    opportunities,
    roll_back_change,
)
from verenigingen_maintenance.operations.change_kinds import way_of
from verenigingen_maintenance.sources import changes as stored_changes
from verenigingen_maintenance.sources import clock, log_tables, monitor, path_times

CHANGE, LOG = "Maintenance Change", "Access Log"
MANAGER, OPERATOR = "manager@example.com", "operator@example.com"
METRIC = "mariadb.response_time"


@pytest.fixture
def log():
    """A log of 25,000 rows that nobody clears; most are older than 90 days."""
    frappe.db.delete(LOG)  # what other tests print or export is noted there
    frappe.db.sql(
        f"insert into `tab{LOG}` (name, creation, modified) "
        "select concat('A', seq), now() - interval seq * 10 minute, now() - interval seq * 10 minute "
        "from seq_1_to_25000"
    )
    frappe.db.commit()
    frappe.db.sql_ddl(f"analyze table `tab{LOG}`")
    yield LOG
    frappe.db.rollback()
    frappe.db.delete(LOG)
    frappe.db.delete("Logs To Clear", {"ref_doctype": LOG})
    frappe.db.commit()


def find():
    found = opportunities.find(clock.now())
    frappe.db.commit()
    return found


def named(key):
    return frappe.db.get_value(CHANGE, {"same_key": key}, order_by="name desc")


def applied(name):
    changes.approve(name, "It is worth it", MANAGER)
    frappe.db.commit()
    apply_change.begin(name, OPERATOR)
    frappe.db.commit()
    apply_change.run(name)
    return fresh(CHANGE, name)


def roll_back(name):
    roll_back_change.begin(name, "Only a test", MANAGER)
    frappe.db.commit()
    roll_back_change.run(name)
    return fresh(CHANGE, name)


def by_hand(metric=METRIC, title="A larger pool"):
    told = {
        "title": title,
        "kind": "By Hand",
        "finding": "It is slow",
        "gain": "It is fast",
        "metric": metric,
    }
    return changes.propose({**told, "steps": "1. Do it", "steps_back": "1. Undo it"}, OPERATOR, clock.now())


def hours(metric, since, count, value):
    """Hours of a metric as they are rolled up."""
    begins = clock.stored(since).replace(minute=0, second=0, microsecond=0)
    for number in range(count):
        frappe.get_doc(
            {
                "doctype": "Metric Hour",
                "metric": metric,
                "begins": begins + timedelta(hours=number),
                "samples": 30,
            }
            | {field: value + number % 3 for field in ("minimum", "median", "p95", "maximum", "total")}
        ).db_insert()
    frappe.db.commit()


def test_a_log_without_retention_is_proposed_set_measured_and_given_back(log):
    assert log not in log_tables.retention()
    scheduled.propose_maintenance_changes()
    name = named(f"retention {log}")
    found = fresh(CHANGE, name)
    assert found.finding.startswith("Access Log has 25000 rows")
    assert found.proposed_by is None
    assert log_tables.retention().get(log) is None, "a proposal changes nothing"
    done = applied(name)
    assert log_tables.retention()[log] == 90
    assert [row.median for row in done.measurements if row.phase == "Before"] == ["25000"]
    frappe.get_doc("Log Settings").clear_logs()
    measured = measure_change.measure_now(name, clock.now())
    assert measured.verdict == "Better"
    frappe.db.commit()
    assert roll_back(name).status == "Rolled Back"
    assert log not in log_tables.retention()


def test_a_retention_that_somebody_changed_since_is_not_rolled_back(log):
    find()
    name = named(f"retention {log}")
    applied(name)
    frappe.db.set_value("Logs To Clear", {"ref_doctype": log}, "days", 30)
    frappe.db.commit()
    with pytest.raises(
        frappe.ValidationError, match="Log Settings says 30 for Access Log now: somebody changed it"
    ):
        roll_back(name)
    assert log_tables.retention()[log] == 30


def test_a_retention_is_judged_once_frappe_had_time_to_delete(log):
    find()
    name = named(f"retention {log}")
    done = applied(name)
    assert done.verdict == "Not Enough Data", done.result
    with pytest.raises(frappe.ValidationError, match="has not enough data yet; it is measured again at"):
        changes.keep(name, "It looks good", MANAGER)
    frappe.get_doc("Log Settings").clear_logs()
    frappe.db.set_value(CHANGE, name, "measure_until", clock.stored(clock.now() - timedelta(minutes=1)))
    frappe.db.commit()
    scheduled.measure_maintenance_changes()
    measured = fresh(CHANGE, name)
    assert (measured.verdict, measured.measure_until) == ("Better", None)


def test_a_retention_that_deleted_nothing_in_all_its_time_is_the_same(log):
    find()
    name = named(f"retention {log}")
    applied(name)
    then = {"measure_until": clock.stored(clock.now() - timedelta(minutes=1))}
    frappe.db.set_value(CHANGE, name, then)
    assert measure_change.measure_now(name, clock.now()).verdict == "Same"


def test_a_log_that_is_kept_longer_is_not_worse_for_having_more_rows(log):
    """Who takes that back has deleted what a law may want."""
    settings = frappe.get_doc("Log Settings")
    settings.register_doctype(log, 30)
    settings.save()
    told = {"title": "A year", "kind": "Set Retention", "finding": "The law", "gain": "We obey it"}
    wanted = json.dumps({"doctype": log, "days": 365})
    name = changes.propose({**told, "parameters": wanted}, OPERATOR, clock.now())
    applied(name)
    frappe.db.sql(
        f"insert into `tab{log}` (name, creation, modified) select concat('B', seq), now(), now() "
        "from seq_1_to_25000"
    )
    measured = measure_change.measure_now(name, clock.now() + timedelta(days=8))
    assert (measured.verdict, measured.rollback_proposed) == ("Not Enough Data", 0), measured.result
    changes.keep(name, "The law", MANAGER)
    assert "law" in fresh(CHANGE, name).steps


def test_what_is_approved_while_somebody_looks_for_opportunities_stays_approved(log, monkeypatch):
    find()
    name = named(f"retention {log}")
    frappe.db.delete(log)
    frappe.db.commit()
    frappe.db.sql_ddl(f"analyze table `tab{log}`")
    listed = opportunities._measured_ones

    def approved_meanwhile(**filters):
        rows = listed(**filters)
        if name in [row.name for row in rows]:
            changes.approve(name, "It is worth it", MANAGER)
        return rows

    monkeypatch.setattr(opportunities, "_measured_ones", approved_meanwhile)
    find()
    assert fresh(CHANGE, name).status == "Approved"


def test_looking_again_changes_nothing_and_what_was_dismissed_stays_away_until_its_evidence_doubled(log):
    find()
    name = named(f"retention {log}")
    before = fresh(CHANGE, name).as_json()
    find()
    assert fresh(CHANGE, name).as_json() == before
    changes.dismiss(name, "We need it", MANAGER)
    frappe.db.commit()
    assert name not in find()["open"]
    assert named(f"retention {log}") == name
    frappe.db.set_value(CHANGE, name, "signature", "of a table half as large")
    frappe.db.commit()
    find()
    assert named(f"retention {log}") != name


def test_what_is_not_found_any_more_is_outdated_and_what_people_proposed_is_not(log):
    find()
    name, theirs = named(f"retention {log}"), by_hand()
    frappe.db.delete(log)
    frappe.db.commit()
    frappe.db.sql_ddl(f"analyze table `tab{log}`")
    find()
    assert fresh(CHANGE, name).status == "Outdated"
    assert fresh(CHANGE, theirs).status == "Proposed"


def test_a_finder_that_fails_is_told_makes_nothing_outdated_and_the_number_is_only_at_least(log, monkeypatch):
    find()
    name = named(f"retention {log}")

    def broken(_now):
        raise ValueError("no logs today")

    logs = opportunities.FINDERS["logs"]
    monkeypatch.setitem(opportunities.FINDERS, "logs", opportunities.Finder(broken, logs.rule))
    missing = find()["not_measured"]
    assert missing["logs"] == "ValueError: no logs today"
    assert missing["queues"].endswith("sampled for 0 of 24 hours that are needed")
    assert fresh(CHANGE, name).status == "Proposed"
    reading = stored_changes.opportunities_open(clock.now())
    assert reading.value >= 1
    assert "no logs today" in reading.at_least


def test_what_could_not_be_measured_again_is_not_gone(monkeypatch):
    half = opportunities.Finder(
        lambda _now: Facts({"is_on": True}, "half of it"), opportunities.FINDERS["monitor"].rule
    )
    monkeypatch.setitem(opportunities.FINDERS, "monitor", half)
    found = opportunities.is_still_found("monitor", "monitor off", clock.now())
    assert found == (False, "half of it")


def test_opportunities_are_unknown_before_anybody_looked_and_once_the_last_look_is_long_past():
    assert "nobody looked" in stored_changes.opportunities_open(clock.now()).reason
    find()
    assert isinstance(stored_changes.opportunities_open(clock.now()), Reading)
    late = stored_changes.opportunities_open(clock.now() + timedelta(days=9))
    assert isinstance(late, Unknown)
    assert late.reason.startswith("opportunities were looked for last at")


@pytest.fixture
def worse():
    """By hand, eight days ago; the response of the database doubled since."""
    now = clock.now()
    name = by_hand()
    changes.approve(name, "It is worth it", MANAGER)
    apply_change.by_hand(name, "I did it; it was 128 MB", OPERATOR)
    then = now - timedelta(days=8)
    values = {"applied_at": clock.stored(then), "measure_until": clock.stored(then + timedelta(days=7))}
    frappe.db.set_value(CHANGE, name, values)
    hours(METRIC, then - timedelta(days=7), 168, 10)
    hours(METRIC, then + timedelta(hours=1), 166, 20)
    scheduled.measure_maintenance_changes()
    return name


def test_a_change_that_made_it_worse_is_proposed_for_rollback_and_escalates_until_it_is(worse):
    found = fresh(CHANGE, worse)
    assert (found.verdict, found.rollback_proposed, found.measure_until) == ("Worse", 1, None), found.result
    assert measure_change.due(clock.now() + timedelta(days=30)) == [], "its time after is judged once"
    assert stored_changes.failures(clock.now()).evidence["made something worse"] == {worse: "A larger pool"}
    roll_back_change.begin(worse, "It was slower", MANAGER)
    assert stored_changes.failures(clock.now()).value == 0


def test_what_changes_brought_has_values_before_and_after(worse):
    now = clock.now()
    told = effectiveness.effectiveness(now - timedelta(days=90), now)
    assert (told["applied"], told["worse"], told["share_better"]) == (1, 1, 0.0)
    (measured,) = told["changes"][0]["measured"]
    assert (measured["before"], measured["after"], measured["change"]) == (11.0, 21.0, 90.9)
    assert stored_changes.better_of_90_days(now).value == 0
    assert effectiveness.effectiveness(now - timedelta(days=400), now - timedelta(days=300))["changes"] == []


def test_with_too_little_data_nothing_is_said_and_nothing_is_kept():
    name = by_hand()
    changes.approve(name, "It is worth it", MANAGER)
    apply_change.by_hand(name, "I did it; it was 128 MB", OPERATOR)
    found = fresh(CHANGE, name)
    assert (found.verdict, found.rollback_proposed) == ("Not Enough Data", 0)
    with pytest.raises(frappe.ValidationError, match="has not enough data yet; it is measured again at"):
        changes.keep(name, "It looks good", MANAGER)
    assert stored_changes.not_measured(clock.now()).value == 0, "its time is not over"
    scheduled.measure_maintenance_changes()
    assert fresh(CHANGE, name).measure_until
    then = {"measure_until": clock.stored(clock.now() - timedelta(minutes=1))}
    frappe.db.set_value(CHANGE, name, then)
    frappe.db.commit()
    scheduled.measure_maintenance_changes()
    assert stored_changes.not_measured(clock.now()).evidence["not enough data"] == {name: "A larger pool"}


def test_the_roadmap_is_complete_when_each_change_has_a_person_and_a_date():
    name = by_hand()
    assert stored_changes.unplanned(clock.now()).value == 1
    assert effectiveness.roadmap()["unplanned"] == [name]
    for who, day in (
        ("nobody-there@example.com", "2099-01-01"),
        (OPERATOR, "2020-01-01"),
        (OPERATOR, "soon"),
        (OPERATOR, "12-01-2099"),
        (OPERATOR, "9" * 30),
    ):
        with pytest.raises(frappe.ValidationError):
            changes.plan(name, who, day)
    changes.plan(name, OPERATOR, "2099-01-01")
    assert stored_changes.unplanned(clock.now()).value == 0
    assert effectiveness.roadmap()["changes"][0]["responsible"] == OPERATOR


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "Drop Everything"}, "is no kind of change"),
        ({"steps_back": " "}, "Steps Back is missing"),
        ({"metric": "no.such"}, "There is no metric no.such"),
        ({"kind": "Add Index", "parameters": "[1"}, "Parameters are JSON"),
        ({"kind": "Set Retention", "parameters": '{"doctype": "User", "days": 30}'}, "User is no log"),
        (
            {"kind": "Set Retention", "parameters": '{"doctype": {"name": "User"}, "days": 9}'},
            "Parameters are",
        ),
        (
            {"kind": "Set Retention", "parameters": '{"doctype": "Access Log", "days": 1}'},
            "Keep it for 7 to 3650 days",
        ),
    ],
)
def test_a_proposal_that_nobody_could_carry_out_is_refused(wrong, message):
    told = {"title": "x", "kind": "By Hand", "finding": "x", "gain": "x", "steps": "x", "steps_back": "x"}
    with pytest.raises(frappe.ValidationError, match=message):
        changes.propose({**told, **wrong}, OPERATOR, clock.now())


def test_the_same_thing_is_proposed_once():
    name = by_hand()
    with pytest.raises(frappe.ValidationError, match=f"{name} proposes that already"):
        by_hand()


def test_statistics_and_the_cache_are_renewed_by_the_app_and_cannot_be_taken_back():
    frappe.cache.set_value("of a test", 1)
    for kind, parameters in (("Analyse Table", '{"doctype": "User"}'), ("Clear Cache", "")):
        told = {"title": kind, "kind": kind, "finding": "x", "gain": "x", "parameters": parameters}
        name = changes.propose(told, OPERATOR, clock.now())
        assert applied(name).status == "Applied"
        assert bool(frappe.cache.exists("of a test")) is (kind != "Clear Cache")
        with pytest.raises(frappe.ValidationError, match="nothing can be taken back"):
            roll_back_change.begin(name, "x", MANAGER)
        frappe.db.set_value(CHANGE, name, "failure", "of a rollback")
        assert list(stored_changes.failures(clock.now()).evidence["failed"]) == [name]
        changes.keep(name, "It helped", MANAGER)
        assert fresh(CHANGE, name).status == "Kept"
        assert stored_changes.failures(clock.now()).value == 0, "it was decided"


def test_statistics_that_the_database_did_not_renew_are_no_success():
    """It answers so, and raises nothing."""
    with pytest.raises(frappe.ValidationError, match="Dropped Meanwhile"):
        way_of("Analyse Table").apply({"doctype": "Dropped Meanwhile"}, {})


def test_what_happened_lately_is_there_in_an_emergency(worse):
    frappe.db.set_value(CHANGE, worse, "applied_at", clock.stored(clock.now() - timedelta(hours=2)))
    reading = stored_changes.of_7_days(clock.now())
    assert isinstance(reading, Reading)
    assert reading.evidence[worse].startswith("A larger pool; Applied Worse")


def answers(path, count, ms, at):
    entry = {"site": frappe.local.site, "timestamp": at.isoformat(), "duration": 1000 * ms}
    for number in range(count):
        yield json.dumps({**entry, "uuid": f"{path} {number}", "request": {"path": path}})


def with_answers(monkeypatch, log, lines):
    log.write_text("\n".join(lines))
    monkeypatch.setattr(path_times, "log_file", lambda: str(log))
    monkeypatch.setitem(frappe.conf, "monitor", 1)
    frappe.cache.delete_value(monitor.MONITOR_REDIS_KEY)


def test_the_answers_of_a_path_are_judged_when_the_time_after_is_as_long_as_before(monkeypatch, tmp_path):
    """A quiet Sunday is not better than the week before it."""
    now, log = clock.now(), tmp_path / "monitor.json.log"
    lines = list(answers("/often", 30, 100, now - timedelta(days=2)))
    with_answers(monkeypatch, log, lines)
    told = {"title": "Faster", "kind": "By Hand", "finding": "x", "gain": "x", "path": "/often"}
    name = changes.propose({**told, "steps": "x", "steps_back": "x"}, OPERATOR, now)
    changes.approve(name, "It is worth it", MANAGER)
    apply_change.by_hand(name, "I did it", OPERATOR)
    for later, verdict in ((timedelta(days=1), "Not Enough Data"), (timedelta(days=8), "Better")):
        entries = answers(f"/often{later.days}", 30, 20, now + timedelta(hours=2))
        lines += [each.replace(f'"path": "/often{later.days}"', '"path": "/often"') for each in entries]
        with_answers(monkeypatch, log, lines)
        assert measure_change.measure_now(name, now + later).verdict == verdict


def test_the_answers_of_a_path_are_of_the_same_hours_of_the_week_whatever_the_days(monkeypatch, tmp_path):
    """What is done on a Sunday and measured for a day is compared with the Sunday before."""
    now, frappe_log = clock.now(), tmp_path / "monitor.json.log"
    frappe.db.set_single_value("Maintenance Settings", "change_days", 1)
    before = list(answers("/a", 30, 100, now - timedelta(days=6, hours=12)))
    yesterday = [
        each.replace("/a ", "/yesterday ") for each in answers("/a", 30, 20, now - timedelta(hours=12))
    ]
    with_answers(monkeypatch, frappe_log, [*before, *yesterday])
    told = {"title": "Faster", "kind": "By Hand", "finding": "x", "gain": "x", "path": "/a"}
    name = changes.propose({**told, "steps": "x", "steps_back": "x"}, OPERATOR, now)
    changes.approve(name, "It is worth it", MANAGER)
    (measured,) = fresh(CHANGE, name).measurements
    assert (measured.n, measured.median) == (30, "100")


def test_the_times_of_a_path_with_many_answers_are_of_its_whole_span(monkeypatch, tmp_path):
    now = clock.now()
    lines = [*answers("/a", 900, 100, now - timedelta(hours=9)), *answers("/b", 900, 200, now)]
    lines = [each.replace('"path": "/b"', '"path": "/a"') for each in lines]
    with_answers(monkeypatch, tmp_path / "monitor.json.log", lines)
    found = path_times.of(["/a"], now - timedelta(days=1), now + timedelta(hours=1))["/a"]
    assert (found.count, len(found.times) <= path_times.MOST_TIMES) == (1_800, True)
    assert abs(found.times.count(100) - found.times.count(200)) <= 1


def test_the_path_that_took_most_in_all_is_first_also_where_each_answer_was_quick(monkeypatch, tmp_path):
    now, log = clock.now(), tmp_path / "monitor.json.log"
    at = now - timedelta(minutes=5)
    lines = [*answers("/often", 1_200, 100, at), *answers("/seldom", 100, 1_000, at)]
    log.write_text("\n".join(lines))
    monkeypatch.setattr(path_times, "log_file", lambda: str(log))
    monkeypatch.setitem(frappe.conf, "monitor", 1)
    frappe.cache.delete_value(monitor.MONITOR_REDIS_KEY)
    found = path_times.slowest(now - timedelta(hours=1), now)
    assert [(path, each.count) for path, each in found.items()] == [("/often", 1_200), ("/seldom", 100)]
