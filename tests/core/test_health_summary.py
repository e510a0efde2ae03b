"""The health of the system: its status follows the rules of the daily row; each entry has its readings."""

from datetime import datetime, timezone

import pytest

from verenigingen_maintenance.core import health_summary
from verenigingen_maintenance.core.health_summary import Judged
from verenigingen_maintenance.core.verdicts import Verdict

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
OK, WARNING, CRITICAL, UNKNOWN = Verdict.OK, Verdict.WARNING, Verdict.CRITICAL, Verdict.UNKNOWN


def judged(verdict, title="Errors", subject="Errors", value=12.0, reason=""):
    named = {"check": title.lower(), "title": title, "subject": subject, "source": "errors.last"}
    value = None if verdict is UNKNOWN else value
    return Judged(
        **named,
        verdict=verdict,
        value=value,
        unit="errors",
        target="< 10",
        observed_at="09:00",
        reason=reason,
    )


def summary(*checks, escalations=None):
    return health_summary.summary(checks, escalations or {}, NOW)


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([OK, OK], "healthy"),
        ([OK, WARNING], "at_risk"),
        ([OK, WARNING, UNKNOWN], "unknown"),
        ([CRITICAL, UNKNOWN, WARNING], "critical"),
        ([], "unknown"),
    ],
)
def test_the_status_is_the_worst_of_the_checks(verdicts, status):
    assert summary(*(judged(each) for each in verdicts))["overall_status"] == status


def test_the_causes_of_the_status_are_the_checks_that_make_it_so():
    found = summary(judged(WARNING, "Load"), judged(UNKNOWN, "Disk"), judged(OK, "Memory"))
    assert [each["title"] for each in found["status_causes"]] == ["Disk"]
    found = summary(judged(WARNING, "Load"), judged(UNKNOWN, "Disk"), judged(CRITICAL, "Memory"))
    assert [each["title"] for each in found["status_causes"]] == ["Memory"]


def test_issues_are_the_subjects_that_are_critical_with_their_readings_and_escalation():
    found = summary(
        judged(CRITICAL, "Errors of a day", value=51),
        judged(CRITICAL, "Errors of an hour", value=21),
        judged(CRITICAL, "Disk", "Disk", value=95),
        escalations={"Errors": "ESC-1"},
    )
    assert [each["subject"] for each in found["critical_issues"]] == ["Disk", "Errors"]
    errors = found["critical_issues"][1]
    assert errors["escalation"] == "ESC-1"
    assert [each["value"] for each in errors["readings"]] == [51, 21]
    assert found["critical_issues_count"] == 2


def test_where_something_is_unknown_and_nothing_critical_the_issues_are_not_counted_as_none():
    found = summary(judged(OK), judged(UNKNOWN, "Disk", "Disk", reason="no answer"))
    assert found["critical_issues_count"] is None
    assert found["critical_issues_reason"] == "not known: Disk"
    assert found["not_known"] == ["Disk: not known, target < 10 (no answer)"]


def test_findings_are_what_is_off_target_the_worst_first():
    found = summary(judged(OK), judged(WARNING, "Cache"), judged(CRITICAL, "Disk", "Disk"))
    assert [each["text"] for each in found["key_findings"]] == [
        "Disk: 12 errors, target < 10",
        "Cache: 12 errors, target < 10",
    ]


def test_an_action_names_the_escalation_or_the_subject_and_what_it_rests_on():
    found = summary(judged(CRITICAL), judged(CRITICAL, "Disk", "Disk"), escalations={"Errors": "ESC-1"})
    actions = {each["category"]: each for each in health_summary.actions(found)}
    assert actions["Errors"]["action"] == "Handle ESC-1."
    assert actions["Disk"]["action"] == "Look into Disk now."
    assert actions["Disk"]["because"] == "Disk: 12 errors, target < 10"
