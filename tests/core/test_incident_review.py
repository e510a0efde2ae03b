"""What is drafted of an incident: candidates by rules, differences of captures, sentences, the document."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from verenigingen_maintenance.core import incident_document, incident_narrative
from verenigingen_maintenance.core.incident_captures import differences, not_read, read
from verenigingen_maintenance.core.incident_factors import Evidence, Happened, Hour, Near, factors
from verenigingen_maintenance.core.incident_times import Moments, times

BEGAN = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
QUIET = [10.0, 11, 10, 9, 10, 10, 11, 10]


def candidates(**evidence):
    found = factors(Evidence(**{"began": BEGAN, "until": BEGAN + HOUR, **evidence}))
    assert all(each["state"] == "to be confirmed by people" and each["evidence"] for each in found)
    return [each["text"] for each in found]


@pytest.mark.parametrize(
    ("kind", "hours", "text"),
    [
        ("Change", 3, "A change of the system 3 h 0 min before the beginning: CH-1"),
        ("Upgrade", 24, "An upgrade 24 h 0 min before the beginning: CH-1"),
        ("Setting", 0, "A change of settings or thresholds 0 s before the beginning: CH-1"),
    ],
)
def test_what_changed_within_a_day_before_is_a_candidate(kind, hours, text):
    assert candidates(happened=[Happened(BEGAN - hours * HOUR, kind, "CH-1", "x")]) == [text]


@pytest.mark.parametrize("hours", [25, -1], ids=["long before", "afterwards"])
def test_what_changed_at_another_time_is_none(hours):
    assert candidates(happened=[Happened(BEGAN - hours * HOUR, "Change", "CH-1", "x")]) == []


def test_the_nearest_change_comes_first():
    told = candidates(
        happened=[Happened(BEGAN - number * HOUR, "Change", f"CH-{number}", "x") for number in (5, 1, 3)]
    )
    assert [text[-4:] for text in told] == ["CH-1", "CH-3", "CH-5"]


@pytest.mark.parametrize(
    ("value", "before", "is_odd"),
    [
        (60, QUIET, True),
        (12, QUIET, False),
        (0, QUIET, True),
        (60, QUIET[:6], False),
        (0.2, [0.0] * 9, False),
    ],
    ids=["far above", "as ever", "far below", "too few days", "a quiet metric"],
)
def test_a_figure_that_left_its_usual_is_a_candidate(value, before, is_odd):
    told = candidates(hours=[Hour("mariadb.response_time", "Database", "ms", value, before)])
    assert bool(told) is is_odd
    assert told in ([], [f"Database was {value} ms, usually 10 ms at that hour"])


def test_new_errors_full_disks_missed_runs_and_late_answers_are_candidates():
    late = times(Moments(BEGAN, BEGAN + HOUR), 300.0)
    assert candidates(
        patterns=[Happened(BEGAN + HOUR / 2, "Error", "“Timeout”", "Error Pattern EP-1")],
        near=[Near("Disk", "%", 93, 80, "x"), Near("Memory", "%", 40, 80, "x")],
        runs=[Happened(BEGAN - HOUR, "missed", "DAILY-2026-11-23", "x")],
        escalations=[
            {"title": "API", "name": "ESC-1", "went_up": 1},
            {"title": "Disk", "name": "ESC-2", "went_up": 0},
        ],
        times=late,
        minutes=[
            {"group": "Immediate", "held": False, "why": "2 of 3 late"},
            {"group": "Later", "held": None, "why": ""},
        ],
    ) == [
        "An error was first seen 30 min after the beginning: “Timeout”",
        "Disk was at 93 %; 80 is a warning",
        "A run of the days before was missed: DAILY-2026-11-23",
        "API: nobody answered in the time of its level, 1 time",
        "It took 1 h 0 min to detect it; promised 5 min",
        "Immediate: 2 of 3 late",
    ]


# --- captures


def state(**parts):
    return {"parts": parts}


def changed(first, last):
    return [(each["part"], each["what"], each["before"], each["after"]) for each in differences(first, last)]


@pytest.mark.parametrize(
    ("name", "before", "after", "is_told"),
    [
        ("disk used (%)", 39.3, 39.5, False),
        ("disk used (%)", 84, 95, True),
        ("memory available (GB)", 23.65, 23.22, False),
        ("memory available (GB)", 9, 3.5, True),
        ("memory available (GB)", 0.2, 0.05, False),
        ("SELECT 1 (ms)", 1.76, 3.49, False),
        ("SELECT 1 (ms)", 2, 900, True),
        ("Threads_running", "2", "1", False),
        ("Threads_running", "2", "80", True),
        ("Uptime", "110", "382", False),
        ("Uptime", "86400", "12", True),
        ("max_connections", "151", "150", True),
        ("workers alive", 3, 2, True),
        ("switched off", "no", "the scheduler is off", True),
        ("minutes since a job was begun", 0.5, "not known", True),
        ("now", "03:00", "03:05", False),
    ],
)
def test_a_figure_that_moved_much_is_told_and_no_other(name, before, after, is_told):
    first, last = (state(x={"title": "X", "figures": {name: value}}) for value in (before, after))
    assert changed(first, last) == ([("X", name, str(before), str(after))] if is_told else [])


def rows(key, first, last, **more):
    both = [state(**{key: {"title": "X", "figures": {}, "rows": each, **more}}) for each in (first, last)]
    return [row[1:] for row in changed(*both)]


def process(pid, service=""):
    return {"service": service, "pid": pid, "processor (%)": pid % 7, "memory (MB)": pid, "command": "x"}


def test_of_processes_the_services_that_are_gone_new_or_restarted_are_told():
    first = [process(1, "Redis Cache"), process(2, "Workers"), process(3, "Workers"), process(4)]
    last = [process(3, "Workers"), process(9, "nginx"), process(7)]
    assert rows("processes", first, last) == [
        ("Redis Cache", "1 runs", "gone"),
        ("Workers", "2 run", "1 runs"),
        ("nginx", "none", "1 runs"),
    ]
    restarted = [process(11, "Redis Cache"), process(2, "Workers"), process(13, "Workers")]
    assert rows("processes", first, restarted) == [("Redis Cache", "1 runs", "1 runs, restarted")]
    cut = rows("processes", first[:1], last[:1], at_least="99 processes, and 1 are shown")
    assert cut == [("services", "not compared", "more than are shown")]


def test_of_checks_the_verdicts_that_changed_are_told():
    first = [{"check": "Disk", "verdict": "OK", "value": 3}, {"check": "API", "verdict": "OK", "value": 3}]
    last = [{"check": "API", "verdict": "OK", "value": 4}, {"check": "Disk", "verdict": "CRITICAL"}]
    assert rows("readings", first, last) == [("Disk", "OK", "CRITICAL")]


@pytest.mark.parametrize(
    ("key", "row", "told"),
    [
        (
            "settings",
            {"at": "2026-11-28 13:29:37.5", "what": "Log Settings", "fields": "Days", "by": "a@x.nl"},
            ("Log Settings: Days", "", "changed at 2026-11-28 13:29:37"),
        ),
        ("errors", {"at": "x", "error": "Timeout", "row": "r1"}, ("Timeout", "", "new")),
        ("patterns", {"name": "EP-1", "title": "Timeout in x"}, ("EP-1 Timeout in x", "", "new")),
        ("changes", {"change": "CH-1", "what": "Index"}, ("CH-1", "", "Index")),
    ],
)
def test_what_came_since_is_told_and_what_fell_out_of_a_list_is_not(key, row, told):
    assert rows(key, [], [row]) == [told]
    assert rows(key, [row], [row]) == rows(key, [row], []) == []


def test_an_old_error_pattern_that_occurs_again_is_not_called_new():
    """Of each capture there are the ten first seen last, and the ten seen last."""
    known = {"name": "EP-8", "title": "Known", "first_at": "2026-11-23 09:00:00"}
    old = {"name": "EP-1", "title": "Old", "first_at": "2025-11-24 03:00:00"}
    new = {"name": "EP-9", "title": "New", "first_at": "2026-11-24 03:10:00.5"}
    assert rows("patterns", [known], [new, known, old]) == [
        ("EP-9 New", "", "new"),
        ("EP-1 Old", "", "seen again"),
    ]
    assert rows("patterns", [known], [{**old, "first_at": ""}]) == [("EP-1 Old", "", "seen again")]


def test_of_redis_jobs_apps_and_the_scheduler_what_matters_is_told():
    redis = {"server": "cache", "memory (MB)": 20, "uptime_in_seconds": 5000, "last save": "ok"}
    after = {**redis, "memory (MB)": 900, "uptime_in_seconds": 5300, "last save": "err"}
    found = [("cache, memory (MB)", "20", "900"), ("cache, last save", "ok", "err")]
    assert rows("redis", [redis], [after]) == found
    waiting = [{"queue": "short", "jobs waiting": 0}]
    after = [{"queue": "short", "jobs waiting": 80}, {"jobs": "a.b", "how often": 9, "what": "failed"}]
    assert rows("jobs", waiting, after) == [
        ("short, jobs waiting", "0", "80"),
        ("a.b failed, how often", "not listed", "9"),
    ]
    app = {"app": "frappe", "version": "15.1", "commit": "a", "checked out": "x"}
    assert rows("upgrades", [app], [{**app, "commit": "b"}]) == [("frappe, commit", "a", "b")]
    jobs = [{"job": "pull", "begun last": "never", "stopped": False}]
    stopped = [{"job": "pull", "begun last": "now", "stopped": True}]
    assert rows("scheduler", jobs, stopped) == [("pull", "", "stopped")]
    assert rows("scheduler", stopped, []) == [("pull", "stopped", "not stopped")]


def test_what_differs_is_bounded_and_the_rest_is_counted():
    many = [{"at": "x", "error": f"Error {number}", "row": f"r{number}"} for number in range(20)]
    found = rows("errors", [], many)
    assert len(found) == 9
    assert found[-1] == ("and 12 more", "", "")


def test_a_part_that_was_not_read_is_not_compared_and_says_why():
    there, broken = (
        state(redis={"title": "Redis", "figures": {"memory": 4}}),
        state(redis={"title": "Redis", "reason": "refused"}),
    )
    assert changed(broken, there) == [("Redis", "not compared", "not read: refused", "read")]
    assert changed(there, state()) == [("Redis", "not compared", "read", "not captured")]
    assert not_read(broken) == {"Redis": "refused"}


@pytest.mark.parametrize("text", ["", None, "no JSON", "[1]", '{"parts": 4}', '{"parts": {"a": 4}}'])
def test_a_capture_that_cannot_be_read_any_more_says_so(text):
    assert not_read(read(text)) == {"State": "what was kept cannot be read any more"}
    (row,) = differences(read(text), read(text))
    assert row["what"] == "not compared"


def test_secrets_in_a_capture_are_redacted():
    ((_part, _what, before, after),) = changed(
        state(x={"figures": {"url": "redis://u:pw@host/1"}}), state(x={"figures": {"url": "a@example.com"}})
    )
    assert (before, after) == ("redis://***@host/1", "<e-mail>")


# --- sentences and the document


def draft(**changes):
    """A resolved incident about which nobody wrote anything yet."""
    moments = Moments(BEGAN, BEGAN + HOUR / 10, resolved=BEGAN + HOUR)
    made = {
        **{"incident": "INC-00001", "title": "Dashboard down", "status": "Resolved", "severity": "Critical"},
        **{
            "procedure": "Critical System Failure",
            "trigger": "Dashboard Down",
            "impact": "",
            "resolution": "",
        },
        **{
            "is_drill": False,
            "false_alarm": False,
            "run": "",
            "site": "s",
            "reopened": 0,
            "trigger_text": "",
        },
        **{
            "began_at": "03:00",
            "opened_at": "03:06",
            "times": [each.as_data() for each in times(moments, 300.0)],
        },
        **{"minutes": [], "minutes_from": "no run is linked", "compared": {"with": [], "rows": []}},
        **{"timeline": [], "captured": {"captures": [], "differences": []}, "escalations": [], "actions": []},
        **{"before": [], "factors": [], "not_looked_at": [], "measures": [], "drafted_at": "now"},
        "written": dict.fromkeys(
            ("impact", "root_cause", "contributing_factors", "went_well", "went_badly", "lessons"), ""
        ),
        **changes,
    }
    made["summary"], made["questions"] = incident_narrative.summary(made), incident_narrative.questions(made)
    return {"is_draft": True, "measures_now": [], **made}


def written(**texts):
    return {**draft()["written"], **texts}


MEASURE = {
    "title": "Alert on it",
    "kind": "Monitoring",
    "who": "a",
    "due": "2026-12-01",
    "state": "Open",
    "todo": "t",
    "is_late": False,
}


@pytest.mark.parametrize(
    ("changes", "looked_at", "count"),
    [
        ({}, False, 3),
        ({"written": written(root_cause="x")}, False, 2),
        ({"written": written(root_cause="x", lessons="none needed, because")}, False, 1),
        ({"written": written(root_cause="x"), "measures": [MEASURE]}, True, 0),
        ({"measures": [MEASURE]}, True, 1),
        ({"written": written(root_cause="x"), "measures": [{**MEASURE, "state": "Cancelled"}]}, True, 1),
        ({"false_alarm": True}, False, 1),
        ({"false_alarm": True, "written": written(root_cause="x")}, False, 0),
        ({"is_drill": True}, True, 1),
        ({"is_drill": True, "written": written(lessons="x")}, True, 0),
        ({"procedure": "", "written": written(root_cause="x", lessons="x")}, False, 0),
    ],
)
def test_what_is_missing_keeps_it_from_being_reviewed(changes, looked_at, count):
    assert len(incident_narrative.needed(draft(**changes), looked_at)) == count


def test_the_questions_ask_for_what_nobody_said_or_measured():
    asked = " ".join(draft()["questions"])
    for part in (
        "root cause",
        "No check saw it",
        "No measure is entered",
        "what did members notice",
        "Nothing was captured",
    ):
        assert part in asked
    assert "Time to mitigate is not known" in asked
    escalation = {
        "name": "ESC-1",
        "title": "Dashboard",
        "checks": ["Dashboard accessible"],
        "opened": "2026-11-24T03:04:00.143818",
        "level": "",
        "acknowledged": "",
        "closed": "",
        "status": "Open",
        "went_up": 0,
    }
    seen = draft(
        escalations=[escalation],
        measures=[MEASURE],
        written=written(root_cause="x", lessons="y"),
        impact="All",
    )
    assert not [each for each in seen["questions"] if "check" in each or "root" in each]
    own = {**escalation, "name": "ESC-0", "checks": []}
    asked = draft(escalations=[own, escalation])["questions"]
    first = "Dashboard accessible saw it first, at 2026-11-24 03:04:00: could another have seen it earlier?"
    assert first in asked
    assert "No check saw it" in " ".join(draft(escalations=[own])["questions"])


def test_the_summary_tells_times_and_what_is_not_known_and_names_nobody():
    told = " ".join(
        draft(timeline=[{"at": "x", "event": "Note", "what": "x", "by": "jan@example.com", "source": ""}])[
            "summary"
        ]
    )
    assert "time to detect: 6 min" in told.lower()
    assert "time to acknowledge: not known: nobody took command" in told
    assert "Impact: nobody wrote it down." in told
    assert "when it began is not known" in " ".join(draft(trigger="By Hand", opened_at="03:00")["summary"])
    assert "jan" not in told


EVIL = "<script>alert(1)</script>"


def test_what_an_action_changed_is_told_part_by_part():
    names = ("at", "action", "target", "outcome", "reason", "result", "command", "taken_back_by")
    action = {**dict.fromkeys(names, "x"), "changed": "keys: 3 → 0\nanswers, health: 14:59 → gone"}
    assert "keys: 3 → 0; answers, health: 14:59 → gone" in incident_document.render(draft(actions=[action]))


def test_whatever_is_written_is_shown_as_text_and_a_draft_says_that_it_is_one():
    texts = dict.fromkeys(draft()["written"], EVIL)
    html = incident_document.render(
        draft(
            title=EVIL,
            impact=EVIL,
            resolution=EVIL,
            written=texts,
            timeline=[{"at": "x", "event": EVIL, "what": EVIL, "by": EVIL, "source": EVIL}],
            actions=[
                dict.fromkeys(
                    (
                        "at",
                        "action",
                        "target",
                        "outcome",
                        "reason",
                        "result",
                        "changed",
                        "command",
                        "taken_back_by",
                    ),
                    EVIL,
                )
            ],
            before=[dict.fromkeys(("at", "kind", "what", "source"), EVIL)],
            factors=[dict.fromkeys(("rule", "text", "evidence", "state"), EVIL)],
            measures=[{**MEASURE, "title": EVIL, "who": EVIL}],
            captured={
                "captures": [{"at": "x", "why": EVIL, "parts": [EVIL], "not_read": {EVIL: EVIL}}] * 2,
                "differences": [dict.fromkeys(("part", "what", "before", "after"), EVIL)],
            },
            minutes=[
                {
                    "group": EVIL,
                    "begins": 0,
                    "ends": 5,
                    "rows": 1,
                    "answered": 1,
                    "in_time": 0,
                    "last": 7,
                    "last_from_opened": 9,
                    "held": False,
                    "why": EVIL,
                    "late": [{"title": EVIL, "minutes": 7}],
                }
            ],
            not_looked_at=[EVIL],
        )
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 20
    assert "DRAFT: the incident is Resolved" in html
    assert "DRAFT" not in incident_document.render(
        {**draft(), "is_draft": False, "reviewed_by": "M", "reviewed_at": "x"}
    )


def test_what_is_not_known_is_unknown_in_the_document_and_never_ok():
    html = incident_document.render(draft(written=written(impact="Nobody could pay")))
    assert "Nobody could pay" in html
    assert "not known: nobody took command" in html
    unknown = draft(
        minutes=[
            {
                "group": "G",
                "begins": 0,
                "ends": 5,
                "rows": 2,
                "answered": 1,
                "in_time": 1,
                "last": 1,
                "last_from_opened": 2,
                "held": None,
                "why": "never answered",
                "late": [],
            }
        ]
    )
    assert 'class="pill UNKNOWN"' in incident_document.render(unknown)


DOCTYPES = Path(incident_document.__file__).parents[1] / "verenigingen_maintenance" / "doctype"


@pytest.mark.parametrize(
    "name",
    [
        *("maintenance_incident", "maintenance_incident_action", "maintenance_incident_event"),
        *("maintenance_incident_capture", "recovery_drill", "recovery_drill_step"),
    ],
)
def test_what_is_kept_as_data_is_not_printed(name):
    """The print of an incident had sixteen pages, most of them the processes of the host."""
    fields = json.loads((DOCTYPES / name / f"{name}.json").read_text(encoding="utf-8"))["fields"]
    data = [each for each in fields if each.get("options") == "JSON" or each.get("hidden")]
    assert all(each.get("print_hide") for each in data)
