"""The functions of the app verenigingen, called where it is: each answer judged, each failure a reason."""

from dataclasses import asdict

import frappe
import pytest
from conftest import count_errors, insert_errors

from verenigingen_maintenance.core.claim_shapes import SHAPES
from verenigingen_maintenance.core.claims import Standing, own_figures
from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.sources import claims, clock

NEVER = (
    "run_comprehensive_monitoring_tests",
    "cleanup_test_data",
    "test_monitoring_system",
    "run_hourly_checks",
)


def sections_of(name, measured=None):
    claim = claims.claim(name, clock.now(), measured or {})
    return claim, {section.name: section for section in claim.sections}


def test_without_the_app_there_are_no_claims_and_one_asked_for_says_so():
    assert not claims.is_present()
    _, found = sections_of("identify_compliance_gaps")
    assert found["answer"].standing is Standing.UNKNOWN
    assert found["answer"].reason == "the app verenigingen is not on this site"


def test_a_claim_is_held_against_what_this_app_measures(app):
    insert_errors(12)
    count_errors()
    measured = own_figures(measure.read_all(claims.OWN_SOURCES, clock.now(), 10))
    claim, found = sections_of("analyze_error_patterns", measured)
    total = found["total_errors"]
    assert (total.standing, total.claimed, total.measured) == (Standing.OK, "12", "12"), claim
    _, found = sections_of("analyze_error_patterns", {**measured, "errors.last_24_hours": 90})
    assert found["total_errors"].reason == "it claims 12; errors.last_24_hours measured 90"


def test_a_nought_that_hides_a_failure_is_unknown(app):
    insert_errors(12)
    _, found = sections_of("get_analytics_summary", {"error_reviews.mean_of_7_days": 2})
    assert {each.standing for each in found.values()} == {Standing.UNKNOWN}
    total = found["error_patterns.total_errors"]
    assert (total.claimed, total.measured) == ("0", "14")
    assert total.differs == "it claims 0; error_reviews.mean_of_7_days measured 14"


def test_a_time_of_the_sites_clock_is_fresh(app):
    _, found = sections_of("get_compliance_metrics")
    assert found["sepa_compliance_rate"].standing is Standing.CLAIMED
    assert found["last_assessment"].standing is Standing.CLAIMED


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("forecast_performance_trends", "RuntimeError: no DocType Member for <e-mail>"),
        (
            "identify_error_hotspots",
            "AttributeError: module 'verenigingen.utils.analytics_engine' has no attribute "
            "'identify_error_hotspots'",
        ),
        (
            "get_optimization_status",
            "ModuleNotFoundError: No module named 'verenigingen.utils.performance_optimizer'",
        ),
        ("get_recent_errors", "it is empty"),
        ("get_executive_summary", "it should be a mapping, and is a text"),
    ],
)
def test_a_failure_is_unknown_with_its_reason(app, name, reason):
    _, found = sections_of(name)
    assert [(each.standing, each.reason) for each in found.values()] == [(Standing.UNKNOWN, reason)]


def test_a_function_that_hangs_is_unknown_within_its_time(app):
    claim = claims.claim("generate_insights_report", clock.now(), {}, seconds=1.0)
    assert [each.reason for each in claim.sections] == ["no answer within 1 s"]
    assert claim.seconds < 10


def test_what_it_logs_is_evidence_and_no_error_log(app):
    claim, found = sections_of("identify_compliance_gaps")
    assert claim.evidence == ("it logged: Compliance of <e-mail> failed:",)
    assert not frappe.db.count("Error Log")
    assert found["overall_compliance_score"].reason == "none of its 1 areas can be believed"
    assert "jan@" not in str(asdict(claim))


def test_only_functions_of_the_app_that_ask_can_be_called(app):
    assert all(function.path.startswith("verenigingen.") for function in claims.FUNCTIONS.values())
    assert set(claims.FUNCTIONS) == set(SHAPES)
    for name in NEVER:
        assert not [path for path in (f.path for f in claims.FUNCTIONS.values()) if path.endswith(name)]
        with pytest.raises(KeyError):
            claims.claim(name, clock.now(), {})


def test_each_own_figure_is_a_source_that_can_be_read():
    read = measure.read_all(claims.OWN_SOURCES, clock.now(), 10)
    assert not [each for each in read.values() if "not a source" in getattr(each, "reason", "")]
