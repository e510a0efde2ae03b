"""Real answers of the app verenigingen, section by section: none is OK where it lies."""

from pathlib import Path

import pytest
import real_answers
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.claim_shapes import SHAPES
from verenigingen_maintenance.core.claims import (
    WHOLE,
    Case,
    Standing,
    judge,
    own_figures,
    unavailable,
)
from verenigingen_maintenance.core.readings import Reading, Unknown

DOCS = Path(__file__).parents[2] / "docs/claims.md"
NOW = real_answers.NOW
# What the app is known to lie about, by file: nothing that was measured makes one of these OK.
LIES = {
    "analytics_engine.analyze_error_patterns": [WHOLE],
    "analytics_engine.analyze_error_patterns.repaired": [
        "total_errors",
        "patterns.recurring_issues",
        "patterns.severity_distribution",
        "error_hotspots",
    ],
    "analytics_engine.forecast_performance_trends": ["confidence_score", "trend_alerts", "capacity_planning"],
    "analytics_engine.generate_insights_report": [
        "error_analysis",
        "health_trends",
        "executive_summary.overall_system_status",
        "executive_summary.critical_issues",
        "performance_forecast.confidence_score",
        "compliance_status.overall_compliance_score",
        "compliance_status.compliance_areas.audit_trail_completeness",
        "compliance_status.compliance_areas.data_retention_compliance",
        "compliance_status.compliance_areas.security_compliance",
        "compliance_status.compliance_areas.financial_compliance",
        "optimization_recommendations",
    ],
    "analytics_engine.identify_compliance_gaps": [
        "overall_compliance_score",
        "compliance_areas.audit_trail_completeness",
        "compliance_areas.data_retention_compliance",
        "compliance_areas.security_compliance",
        "compliance_areas.financial_compliance",
        "critical_gaps",
    ],
    "monitoring_dashboard.get_active_alerts": [WHOLE],
    "monitoring_dashboard.get_analytics_summary": [
        "error_patterns.total_errors",
        "error_patterns.trend_direction",
        "hotspots",
        "last_updated",
    ],
    "monitoring_dashboard.get_compliance_metrics": [
        "overall_score",
        "critical_gaps",
        "data_retention_status",
    ],
    "monitoring_dashboard.get_executive_summary": ["overall_status", "critical_issues_count"],
    "monitoring_dashboard.get_optimization_insights": ["total_recommendations", "potential_impact"],
    "monitoring_dashboard.get_performance_metrics": [WHOLE],
    "monitoring_dashboard.get_system_metrics": [WHOLE],
    "monitoring_dashboard.get_trend_forecasts": ["confidence_score", "trend_alerts"],
    "performance_dashboard.get_system_health": ["checks.api_performance"],
    "performance_optimizer.get_optimization_status": [
        "current_metrics.database_metrics.connection_count",
        "current_metrics.memory_metrics.cache_utilization",
        "current_metrics.memory_metrics.object_count",
        "current_metrics.api_metrics",
        "current_metrics.business_metrics.member_operations_per_hour",
    ],
}


def test_the_table_of_all_sections_in_the_documentation_is_what_they_become():
    assert real_answers.table() in DOCS.read_text()


@pytest.mark.parametrize("measured", [real_answers.MEASURED, {}, dict.fromkeys(real_answers.MEASURED, 0)])
@pytest.mark.parametrize(
    ("file", "section"), [(file, name) for file, names in LIES.items() for name in names]
)
def test_what_is_known_to_be_a_lie_is_unknown_with_its_reason(file, section, measured):
    found = real_answers.sections(file, measured)[section]
    assert (found.standing, bool(found.reason)) == (Standing.UNKNOWN, True)


@pytest.mark.parametrize("file", real_answers.files())
def test_nothing_is_ok_that_was_not_measured_here_too(file):
    assert not [each for each in real_answers.sections(file, {}).values() if each.standing is Standing.OK]


def test_a_repaired_analysis_is_held_against_the_own_count():
    found = real_answers.sections("analytics_engine.analyze_error_patterns.repaired")["total_errors"]
    assert (found.claimed, found.measured) == ("147", "203")
    assert found.differs == "it claims 147; errors.last_24_hours measured 203"


def test_a_mean_with_constants_is_told_with_the_mean_of_what_can_be_believed():
    found = real_answers.sections("analytics_engine.identify_compliance_gaps")["overall_compliance_score"]
    assert found.reason == "1 of its 5 areas can be believed, and their mean is 90.0"


def test_a_count_that_agrees_with_the_own_one_is_ok_and_one_that_differs_is_unknown():
    file, name = (
        "performance_optimizer.get_optimization_status",
        "current_metrics.error_metrics.errors_per_hour",
    )
    assert real_answers.sections(file)[name].standing is Standing.OK
    found = real_answers.sections(file, {"errors.last_hour": 90})[name]
    assert (found.standing, found.claimed, found.measured) == (Standing.UNKNOWN, "73", "90")
    assert found.reason == found.differs == "it claims 73; errors.last_hour measured 90"
    trend = real_answers.sections(file, {"errors.last_hour": 90})[
        "current_metrics.error_metrics.error_rate_trend"
    ]
    assert trend.reason.startswith("it rests on current_metrics.error_metrics.errors_per_hour")


@pytest.mark.parametrize(
    ("own", "standing"), [(1, Standing.OK), (2, Standing.UNKNOWN), (None, Standing.CLAIMED)]
)
def test_alerts_that_are_critical_and_active_are_held_against_those_counted_here(own, standing):
    rows = [("CRITICAL", "Active"), ("CRITICAL", "Acknowledged"), ("HIGH", "Active")]
    answer = [{"severity": severity, "status": status} for severity, status in rows]
    (found,) = judge("get_active_alerts", Case(answer, NOW, {"verenigingen.critical_alerts": own}))
    assert found.standing is standing


def test_a_compliance_score_of_areas_that_can_be_believed_is_held_against_the_own_one():
    areas = {"sepa_compliance": {"score": 90.0}, "security_compliance": {"score": 80}}
    answer = {"overall_compliance_score": 85.0, "compliance_areas": areas}
    for own, standing in ((85.2, Standing.OK), (60, Standing.UNKNOWN)):
        found = judge("identify_compliance_gaps", Case(answer, NOW, {"compliance.score": own}))
        assert found[0].standing is standing


def test_a_score_that_a_failure_becomes_is_in_no_mean():
    areas = {"sepa_compliance": {"score": 0}, "security_compliance": {"score": 88}}
    answer = {
        "overall_compliance_score": 44,
        "compliance_areas": areas,
        "regulatory_risks": [{"severity": "high"}],
    }
    found = {each.name: each for each in judge("identify_compliance_gaps", Case(answer, NOW))}
    assert found["overall_compliance_score"].reason == "none of its 2 areas can be believed"
    assert found["compliance_areas.sepa_compliance"].standing is Standing.UNKNOWN
    assert (
        found["regulatory_risks"].reason == "it rests on compliance_areas.sepa_compliance, which is UNKNOWN"
    )


def test_an_overall_status_is_worth_no_more_than_what_it_rests_on():
    answer = {"status": "healthy", "metrics": {"application": {"cache_status": "OK"}}, "alerts": []}
    found = {each.name: each for each in judge("resource_monitor.get_system_health", Case(answer, NOW))}
    assert found["status"].reason == "it rests on alerts, which is UNKNOWN"
    assert found["metrics.application.cache_status"].standing is Standing.UNKNOWN
    assert found["metrics.system"].reason == "it answered no “metrics.system”"


def test_without_an_own_figure_a_count_is_claimed_and_not_ok():
    found = judge(
        "get_system_metrics", Case({"errors": {"last_24h": 12}}, NOW, {"errors.last_24_hours": None})
    )
    section = next(each for each in found if each.name == "errors.last_24h")
    assert section.standing is Standing.CLAIMED
    assert section.reason == "errors.last_24_hours measured nothing to compare it with"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "it is empty"),
        ({}, "it is empty"),
        ([], "it is empty"),
        ("", "it is empty"),
        ({"members": {}, "errors": []}, "it is empty"),
        ("healthy", "it should be a mapping, and is a text"),
        (100, "it should be a mapping, and is a number"),
        (True, "it should be a mapping, and is yes or no"),
        ([{"a": 1}], "it should be a mapping, and is a list"),
        ({"not in JSON": "an object of a.B"}, "it should be a mapping, and is an object of a.B"),
        ({"error": "no table"}, "it carries an error: no table"),
        ({"status": "error", "message": "no table"}, "it carries an error: no table"),
        ({"overall_status": "ERROR", "components": {}}, "it carries an error: its status is ERROR"),
        ({"success": False, "data": {"a": 1}}, "it carries an error: its status is no success"),
        ({"error": "to jan@example.com", "n": 1}, "it carries an error: to <e-mail>"),
    ],
)
def test_an_answer_that_is_none_is_one_section_with_its_reason(answer, reason):
    (found,) = judge("get_system_metrics", Case(answer, NOW))
    assert (found.name, found.standing, found.reason) == (WHOLE, Standing.UNKNOWN, reason)


def section_of(value, name="made_up", now=NOW, **case):
    """The section of one value in an answer that nothing is known of."""
    return next(
        each for each in judge("unknown", Case({name: value, "more": 1}, now, **case)) if each.name == name
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": {"b": [{"error": "deep"}]}}, "it carries an error at a.b.0: deep"),
        ({"a": {"exception": "KeyError"}}, "it carries an error at a: KeyError"),
        ({"audit": "❌ ERROR", "csrf": "✅ OPERATIONAL"}, "it carries an error at audit: ❌ ERROR"),
        ({"growth": {"not in JSON": "inf"}}, "it is no figure: growth is inf"),
        ({"not in JSON": "nan"}, "it is no figure: the answer is nan"),
        ([], "it is empty"),
        ({"a": [], "b": {"c": ""}}, "it is empty"),
        ({"status": "insufficient_data"}, "it says that nothing was there to look at: insufficient_data"),
        ({"trend": "unknown", "n": 3}, "it says that nothing was there to look at: unknown"),
        (
            {"status": "ok", "message": "No recent API activity"},
            "it says that nothing was there to look at: No recent API activity",
        ),
        ({"calls": 0, "mean": 0.0}, "nothing in it, or beside it, is anything but 0"),
        ({"2026-11-20": 3, "2026-11-19": 4}, "its latest day is 2026-11-20"),
        ({"2026-11-26": 3}, "it has figures of 2026-11-26, which is to come"),
        ([{"date": "2026-11-02", "n": 3}], "its latest day is 2026-11-02"),
    ],
)
def test_a_section_that_says_nothing_is_unknown_with_its_reason(value, reason):
    found = section_of(value)
    assert (found.standing, found.reason) == (Standing.UNKNOWN, reason)


@pytest.mark.parametrize(
    "value",
    [
        {"error": 5, "ok": 3},
        {"rows": [{"compliance_status": "Failed", "count": 1}]},
        {"2026-11-24": 3, "2026-11-23": 4},
        12,
        "stable",
    ],
)
def test_counts_of_errors_and_of_failures_are_no_error_of_the_answer(value):
    assert section_of(value).standing is Standing.CLAIMED


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("2026-11-24T00:24:58", ""),
        ("2026-11-23 20:40:00.123456", ""),
        ("2026-11-23T23:24:58Z", ""),
        ("2026-11-23T16:05:00", "its data are 8.3 h old"),
        ("2026-11-24T00:55:00", "its time is 30 min in the future"),
        ("2026-11-23T23:24:58", "its time is 1 h behind: it is of another clock"),
        ("2026-11-24T04:55:05", "its time is 4.5 h in the future"),
        ("2026-11-24T05:25:04", "its time is 5 h ahead: it is of another clock"),
        ("yesterday", "“yesterday” is no time"),
        (None, "“None” is no time"),
    ],
)
def test_a_time_that_is_not_of_now_takes_all_beside_it_along(time, reason):
    found = {each.name: each for each in judge("unknown", Case({"n": 12, "generated_at": time}, NOW))}
    assert found["n"].reason == reason
    assert found["n"].standing is (Standing.UNKNOWN if reason else Standing.CLAIMED)
    assert (found["generated_at"].standing is Standing.UNKNOWN) == bool(reason)


def test_a_time_deep_inside_is_that_of_what_is_beside_it_only():
    answer = {"a": {"n": 1, "timestamp": "2026-11-20T00:00:00"}, "b": {"n": 1}}
    found = {each.name: each.standing for each in judge("unknown", Case(answer, NOW))}
    assert found == {"a": Standing.UNKNOWN, "b": Standing.CLAIMED}


def test_a_figure_that_never_changes_is_taken_for_a_constant():
    same = {"made_up": ["1500"] * 5}
    assert section_of(1500, earlier=same).reason == "it was the same in the 5 answers before"
    assert section_of(1500, earlier={"made_up": ["1500"] * 4}).standing is Standing.CLAIMED
    assert section_of(1500, earlier={"made_up": [*same["made_up"], "1499"]}).standing is Standing.CLAIMED
    assert section_of("ok", earlier={"made_up": ["ok"] * 5}).standing is Standing.CLAIMED


def test_a_figure_that_agrees_with_the_own_one_may_stay_the_same():
    case = Case(
        {"members": {"active": 40}}, NOW, {"verenigingen.active_members": 40}, {"members.active": ["40"] * 5}
    )
    assert judge("get_system_metrics", case)[0].standing is Standing.OK


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("healthy", "OK"),
        ("HEALTHY", "OK"),
        ("✅ OPERATIONAL", "OK"),
        ("degraded", "WARNING"),
        ("at_risk", "WARNING"),
        ("critical", "CRITICAL"),
        ("fabulous", "no known word: fabulous"),
    ],
)
def test_the_words_of_three_vocabularies_are_told_in_one(word, says):
    assert section_of({"status": word, "n": 1}).says == says
    assert section_of(word, "overall_status").says == says


def test_user_names_in_a_claim_are_redacted():
    assert section_of("jan@example.com is affected").claimed == "<e-mail> is affected"
    assert section_of({"status": "jan@example.com"}).says == "no known word: <e-mail>"


def test_only_exact_readings_are_figures_to_compare_with():
    read = {
        "a": Reading(3, "errors", NOW, "test"),
        "b": Reading(3, "errors", NOW, "test", at_least="more may wait"),
        "c": Unknown("gone", NOW),
    }
    assert own_figures(read) == {"a": 3, "b": None, "c": None}


def test_a_function_that_gave_no_answer_is_one_unknown_section():
    (found,) = unavailable("no answer within 10 s")
    assert (found.standing, found.reason) == (Standing.UNKNOWN, "no answer within 10 s")


def test_parts_rest_on_parts_that_are_there():
    for name, shape in SHAPES.items():
        paths = {part.path for part in shape.parts}
        assert not {needed for part in shape.parts for needed in part.rests_on} - paths, name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def distorted(draw):
    """A real answer with something put in some place of it."""
    file = draw(st.sampled_from(real_answers.files()))
    value, place = real_answers.answer(file), None
    for _ in range(draw(st.integers(0, 4))):
        if isinstance(value, dict) and value:
            place, key = value, draw(st.sampled_from(sorted(value)))
            value = value[key]
    whole = real_answers.answer(file) if place is None else place
    if place is not None:
        place[key] = draw(JSON)
    return real_answers.function(file), whole


@given(st.sampled_from(sorted(SHAPES)), JSON)
def test_no_answer_of_any_shape_raises_or_is_ok(name, answer):
    found = judge(name, Case(answer, NOW, {}))
    assert found
    assert not [each for each in found if each.standing is Standing.OK]


@given(distorted())
def test_no_distorted_answer_raises_and_each_unknown_has_a_reason(name_and_answer):
    name, answer = name_and_answer
    for each in judge(name, Case(answer, NOW, real_answers.MEASURED)):
        assert each.reason or each.standing is not Standing.UNKNOWN
