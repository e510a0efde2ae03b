from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.derived import (
    DERIVED,
    Cause,
    Situation,
    critical_alerts,
    critical_issues,
    status,
)
from verenigingen_maintenance.core.judgement import Rule, judge
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.thresholds import Thresholds
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import in_words

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
HEALTH = Path(__file__).parents[2] / "verenigingen_maintenance" / "runbook" / "checks" / "health.yaml"
RULES = {
    check["source"]: Rule(check["unit"], Thresholds.parse(check.get("warning"), check.get("critical")))
    for check in yaml.safe_load(HEALTH.read_text(encoding="utf-8")).values()
}


def situation(*verdicts, open_subjects=()):
    """Checks 1, 2, … with the subjects s1, s2, …"""
    causes = [Cause(f"Check {n}", f"s{n}", Verdict(each)) for n, each in enumerate(verdicts, 1)]
    return Situation(causes, frozenset(open_subjects))


def state_of(*verdicts):
    measured = status(situation(*verdicts), NOW)
    return in_words(measured.value, measured.unit) if isinstance(measured, Reading) else measured.reason


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        (["OK", "OK"], "healthy"),
        (["OK", "WARNING"], "at risk"),
        (["WARNING", "CRITICAL", "OK"], "critical"),
        (["UNKNOWN", "CRITICAL"], "critical"),
        (["WARNING", "UNKNOWN"], "not known: Check 2"),
        (["OK", "UNKNOWN"], "not known: Check 2"),
        ([], "not known: nothing was measured"),
        (["UNKNOWN"] * 5, "not known: Check 1, Check 2, Check 3 and 2 more"),
    ],
)
def test_the_status_is_the_worst_of_all_and_says_what_is_not_known(verdicts, state):
    assert state_of(*verdicts) == state


def test_a_status_off_target_shows_its_causes_and_a_healthy_one_has_none():
    found = status(situation("WARNING", "CRITICAL", "CRITICAL"), NOW)
    assert (found.evidence, found.detail) == ({"causes": ["Check 2", "Check 3"]}, "Check 2, Check 3")
    assert status(situation("OK"), NOW).evidence == {"causes": []}
    assert (found.observed_at, found.source) == (NOW, "the other checks")


@pytest.mark.parametrize(
    ("verdicts", "count"), [(["OK", "WARNING"], 0), (["CRITICAL", "OK", "CRITICAL"], 2), (["CRITICAL"], 1)]
)
def test_critical_issues_are_the_subjects_that_are_critical_now(verdicts, count):
    assert critical_issues(situation(*verdicts, open_subjects=["s9"]), NOW).value == count


def test_two_critical_checks_of_one_subject_are_one_issue():
    causes = [Cause(title, "Dashboard", Verdict.CRITICAL) for title in ("Accessible", "Load time")]
    found = critical_issues(Situation(causes, frozenset()), NOW)
    assert (found.value, found.evidence, found.detail) == (1, {"subjects": ["Dashboard"]}, "Dashboard")


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        ([], "not known: nothing was measured"),
        (["OK", "UNKNOWN"], "not known: Check 2"),
        (["WARNING", "UNKNOWN", "UNKNOWN"], "not known: Check 2, Check 3"),
    ],
)
def test_no_critical_issue_is_claimed_while_something_is_not_known(verdicts, reason):
    assert critical_issues(situation(*verdicts), NOW) == Unknown(reason, NOW, "the other checks")


def test_a_critical_issue_beside_what_is_not_known_is_counted():
    assert critical_issues(situation("UNKNOWN", "CRITICAL"), NOW).value == 1


def test_a_count_of_issues_beside_what_is_not_known_is_never_ok():
    measured = critical_issues(situation("UNKNOWN", "CRITICAL"), NOW)
    assert judge(measured, Rule("subjects", Thresholds.parse("", "> 1"))).verdict is Verdict.UNKNOWN


def test_alerts_are_the_escalations_that_are_open_and_those_that_this_run_opens():
    found = critical_alerts(situation("CRITICAL", "CRITICAL", "WARNING", open_subjects=["s2", "s7"]), NOW)
    assert (found.value, found.evidence) == (3, {"subjects": ["s1", "s2", "s7"]})
    assert critical_alerts(situation("OK", open_subjects=["s7"]), NOW).value == 1, "its cause is over"
    named = replace(situation("OK", open_subjects=["Error Log", "s7"]), titles={"s7": "Age of the backup"})
    assert critical_alerts(named, NOW).detail == "Error Log, Age of the backup"
    assert critical_alerts(situation("OK"), NOW).value == 0


@pytest.mark.parametrize(
    ("verdicts", "open_subjects", "judged"),
    [
        (["OK"], [], "OK OK OK"),
        (["OK", "WARNING"], [], "WARNING OK OK"),
        (["OK", "CRITICAL"], [], "CRITICAL CRITICAL CRITICAL"),
        (["OK", "UNKNOWN"], [], "UNKNOWN UNKNOWN OK"),
        (["UNKNOWN", "CRITICAL"], [], "CRITICAL CRITICAL CRITICAL"),
        (["OK"], ["s7"], "OK OK CRITICAL"),
    ],
)
def test_by_the_rules_of_the_runbook_status_issues_and_alerts_are_judged(verdicts, open_subjects, judged):
    found = [
        judge(derive(situation(*verdicts, open_subjects=open_subjects), NOW), RULES[source]).verdict
        for source, derive in DERIVED.items()
    ]
    assert " ".join(map(str, found)) == judged


VERDICTS = st.lists(st.sampled_from(Verdict), max_size=6)


@given(VERDICTS, st.sets(st.sampled_from(["s1", "s2", "s9"])))
def test_an_open_alert_feeds_neither_the_status_nor_the_issues(verdicts, open_subjects):
    for derive in (status, critical_issues):
        with_alerts = derive(situation(*verdicts, open_subjects=open_subjects), NOW)
        assert with_alerts == derive(situation(*verdicts), NOW)


@given(VERDICTS)
def test_healthy_is_only_said_of_checks_that_are_all_ok(verdicts):
    assert (state_of(*verdicts) == "healthy") == (set(verdicts) == {Verdict.OK})
