"""What is known of the answers of the app verenigingen: their parts, their constants, and how they mislead.

Each part is judged by itself (`core.claims`), and nothing of it is believed because the rest is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .claim_figures import (
    CONSTANT_SCORES,
    RATE,
    active_critical,
    all_categorised,
    believable_mean,
    inside,
    largest,
    no_action,
)
from .claim_parts import FIGURE, LIST, MAPPING, TEXT, Own, Part, Shape

ERRORS_24H, ERRORS_1H = "errors.last_24_hours", "errors.last_hour"
ERRORS_A_DAY, ERRORS_A_DAY_OF_30 = "error_reviews.mean_of_7_days", "error_reviews.mean_of_30_days"
MOST_REPEATED = "errors.most_repeated"
ACTIVE, PENDING = "verenigingen.active_members", "verenigingen.pending_members"
MANDATES, DATABASE = "verenigingen.active_mandates", "mariadb.response_time"
ALERTS, COMPLIANCE = "verenigingen.critical_alerts", "compliance.score"


def _counted(source: str, factor: float = 1.0) -> Own:
    return Own(source, 3, 0.02, factor)


def _documents(source: str) -> Own:
    return Own(source, 1, 0.001)


_HOTSPOTS = "its hotspots are the same whatever the errors are"
_ADVICE = "its recommendations are the same on every site"
_STATUS = "it is never critical, and counts a compliance score that holds constants"
_IMPORTED = "it says that modules can be imported, and no more"
_JOBS = "it counts jobs where there are none, and is always 0"
_TIMEOUTS = "it counts errors with “timeout” in their text, and 0 when that fails"
_SAVES = "it counts saves, those of its own monitoring too"
_MEAN = "it is a mean with three constants and an area that always fails"


def _under(prefix: str, parts: Sequence[Part]) -> list[Part]:
    """The same parts, deeper in another answer."""
    return [
        replace(part, path=f"{prefix}.{part.path}", rests_on=[f"{prefix}.{name}" for name in part.rests_on])
        for part in parts
    ]


_PATTERNS = [
    "daily_trends",
    "hourly_patterns",
    "error_types",
    "user_impact",
    "severity_distribution",
    "growth_trends",
]


def _analysis(total: Own, repeated: Own | None = None) -> list[Part]:
    return [
        Part("total_errors", FIGURE, total, adds_up=all_categorised),
        *(Part(f"patterns.{name}", MAPPING, rests_on=["total_errors"]) for name in _PATTERNS),
        Part(
            "patterns.recurring_issues",
            MAPPING,
            repeated,
            rests_on=["total_errors"],
            figure=largest("recurring_errors"),
        ),
        Part("error_hotspots", flaw=_HOTSPOTS),
        Part("insights", LIST, rests_on=["total_errors"]),
        Part("recommendations", LIST, rests_on=["total_errors"]),
    ]


_SUBJECTS = ("api_performance", "database_performance", "system_load", "business_metrics")
_FORECASTS = [f"forecasts.{name}" for name in _SUBJECTS]
_FORECAST = [
    *(Part(f"historical_metrics.{name}", LIST, fewest=7) for name in _SUBJECTS),
    *(Part(name, MAPPING, rests_on=[f"historical_metrics.{name[10:]}"]) for name in _FORECASTS),
    Part("trend_alerts", LIST, rests_on=_FORECASTS),
    Part("capacity_planning", LIST, rests_on=_FORECASTS),
    Part("confidence_score", FIGURE, constants=[0.5], rests_on=_FORECASTS),
]
_COMPLIANCE = [
    Part("overall_compliance_score", FIGURE, Own(COMPLIANCE, 0.5), adds_up=believable_mean),
    *(
        Part(f"compliance_areas.{name}", MAPPING, constants=[{"score": score} for score in scores])
        for name, scores in CONSTANT_SCORES.items()
    ),
    Part("compliance_areas.audit_trail_completeness", MAPPING),
    Part("critical_gaps", LIST, rests_on=["overall_compliance_score"]),
    Part("remediation_plan", MAPPING, constants=[{"estimated_timeline": "3-6 months"}]),
    Part("regulatory_risks", LIST, rests_on=["compliance_areas.sepa_compliance"]),
]
_IMPACT = [
    Part("member_metrics.total_members", FIGURE),
    Part("member_metrics.active_members", FIGURE, _documents(ACTIVE)),
    Part("member_metrics.new_members_30d", FIGURE),
    Part("financial_metrics", MAPPING),
    Part("process_error_impact", FIGURE, flaw="it counts errors with “Member” in their text"),
    Part("business_health_score", FIGURE, flaw="it is 100 less 20 or 30 by two rules, and falls no further"),
]
_REPORT = [
    Part("executive_summary.overall_system_status", TEXT, flaw=_STATUS),
    Part("executive_summary.key_findings", LIST),
    Part("executive_summary.critical_issues", LIST, rests_on=["compliance_status.overall_compliance_score"]),
    Part("executive_summary.priority_recommendations", LIST, flaw=_ADVICE),
    Part("executive_summary.business_impact_assessment", TEXT, flaw="it is never high"),
    *_under("error_analysis", _analysis(_counted(ERRORS_A_DAY_OF_30, 30))),
    *_under("performance_forecast", _FORECAST),
    *_under("compliance_status", _COMPLIANCE),
    Part("health_trends", MAPPING),
    *_under("business_impact", _IMPACT),
    Part("optimization_recommendations", flaw=_ADVICE),
    Part("priority_actions", LIST, rests_on=["compliance_status.critical_gaps"]),
]
_SUMMARY = [
    Part("error_patterns.total_errors", FIGURE, _counted(ERRORS_A_DAY, 7)),
    Part("error_patterns.trend_direction", TEXT, rests_on=["error_patterns.total_errors"]),
    Part("error_patterns.peak_hour", FIGURE, rests_on=["error_patterns.total_errors"]),
    Part("error_patterns.most_common_category", TEXT, rests_on=["error_patterns.total_errors"]),
    Part("hotspots", flaw=_HOTSPOTS),
]
_COMPLIANCE_METRICS = [
    Part("overall_score", FIGURE, Own(COMPLIANCE, 0.5), flaw=_MEAN),
    Part("critical_gaps", FIGURE, flaw="it counts an area that failed as a gap"),
    Part("sepa_compliance_rate", FIGURE, constants=RATE),
    Part("audit_completeness", FIGURE, constants=RATE),
    Part("regulatory_violations", FIGURE, flaw="it counts kinds of violation, of which it knows one"),
    Part("data_retention_status", TEXT, constants=["compliant"]),
]
_EXECUTIVE = [
    Part("overall_status", TEXT, flaw=_STATUS),
    Part("business_impact", TEXT, flaw="it is never high"),
    Part("critical_issues_count", FIGURE, flaw="it counts a compliance score that holds constants"),
    Part("key_findings_count", FIGURE, flaw="only an impact, which it hardly sees, is a finding to it"),
    Part("priority_actions_count", FIGURE, flaw="it counts what is not there", adds_up=no_action),
    Part("top_critical_issue", TEXT, flaw="it is about a compliance score that holds constants"),
    Part("top_priority_action", TEXT, flaw="it is about an area that failed"),
]
_INSIGHTS = "total_recommendations high_priority_count categories potential_impact implementation_phases"
_FORECAST_SUMMARY = [
    Part("confidence_score", FIGURE, constants=[0, 0.5]),
    Part("trend_alerts", FIGURE, rests_on=["confidence_score"]),
    Part("capacity_recommendations", FIGURE, rests_on=["confidence_score"]),
    Part("highlights", LIST, rests_on=["confidence_score"]),
]
_SYSTEM = [
    Part("members.active", FIGURE, _documents(ACTIVE)),
    Part("members.pending", FIGURE, _documents(PENDING)),
    Part("members.terminated", FIGURE),
    Part("members.total", FIGURE),
    Part("volunteers", MAPPING),
    Part("sepa.active_mandates", FIGURE, _documents(MANDATES)),
    Part("sepa.recent_batches", FIGURE),
    Part("sepa.pending_payments", FIGURE),
    Part("errors.last_hour", FIGURE, _counted(ERRORS_1H)),
    Part("errors.last_24h", FIGURE, _counted(ERRORS_24H)),
    Part("errors.last_week", FIGURE, _counted(ERRORS_A_DAY, 7)),
    Part("invoices", MAPPING),
]
_PERFORMANCE = [
    Part("database.total_tables", FIGURE),
    Part("database.error_logs_size", FIGURE),
    Part("database.recent_queries", FIGURE, flaw=_TIMEOUTS),
    Part("system.active_users", FIGURE),
    Part("system.background_jobs", FIGURE, flaw=_JOBS),
    Part("system.cache_status", TEXT, constants=["OK"]),
    Part("business.daily_transactions", FIGURE, constants=[0]),
    Part("business.payment_success_rate", FIGURE, constants=[100]),
    Part("business.member_growth", MAPPING),
]
_CHECKS = [
    Part("status", TEXT, rests_on=["checks.scheduler", "checks.database", "checks.cache"]),
    Part("checks.database", MAPPING, Own(DATABASE, 10, 1.0), figure=inside("response_time_ms")),
    Part("checks.dues_schedule_processing", MAPPING),
    Part("checks.invoice_generation", MAPPING),
    Part("checks.scheduler", MAPPING),
    Part("checks.cache", MAPPING, flaw="it reads what it wrote itself, from its own memory"),
    Part("checks.api_performance", MAPPING),
]
_RESOURCES = [
    Part("status", TEXT, rests_on=["alerts"]),
    Part("metrics.system", MAPPING),
    Part("metrics.database.recent_errors", FIGURE, _counted(ERRORS_1H)),
    Part("metrics.database.error_logs_count", FIGURE),
    Part("metrics.database.total_tables", FIGURE, constants=[0]),
    Part("metrics.database.database_size_mb", FIGURE, constants=[0]),
    Part("metrics.database.active_connections", FIGURE, constants=[0]),
    Part("metrics.database.slow_queries", MAPPING, flaw=_TIMEOUTS),
    Part("metrics.application.active_users", FIGURE),
    Part("metrics.application.logged_in_users", FIGURE, constants=[0]),
    Part("metrics.application.session_count", FIGURE, constants=[0]),
    Part("metrics.application.background_jobs", MAPPING, flaw=_JOBS),
    Part("metrics.application.cache_status", TEXT, constants=["OK"]),
    Part("metrics.application.scheduler_status", MAPPING),
    Part("metrics.business", MAPPING, constants=[{"payment_success_rate": {"rate": 100}}]),
    Part("alerts", LIST),
]
_METRICS = [
    Part("database_metrics.response_time_ms", FIGURE, Own(DATABASE, 10, 1.0)),
    Part("database_metrics.slow_queries_hourly", FIGURE, flaw=_TIMEOUTS),
    Part("database_metrics.total_tables", FIGURE, constants=[0]),
    Part("database_metrics.connection_count", FIGURE, constants=[10]),
    Part("api_metrics", MAPPING, flaw="nothing feeds these figures"),
    Part("memory_metrics.cache_utilization", FIGURE, constants=[65]),
    Part("memory_metrics.object_count", FIGURE, constants=[1500]),
    Part("error_metrics.errors_per_hour", FIGURE, _counted(ERRORS_1H)),
    Part("error_metrics.error_rate_trend", TEXT, rests_on=["error_metrics.errors_per_hour"]),
    Part("business_metrics.member_operations_per_hour", FIGURE, flaw=_SAVES),
    Part("business_metrics.payment_processing_rate", FIGURE, constants=RATE),
    Part("business_metrics.invoice_generation_rate", FIGURE, constants=[0]),
]
_AVAILABLE = "it says “Available” whatever there is"
SHAPES: Mapping[str, Shape] = {
    "analyze_error_patterns": Shape(_analysis(_counted(ERRORS_24H), _counted(MOST_REPEATED))),
    "forecast_performance_trends": Shape(_FORECAST),
    "generate_insights_report": Shape(_REPORT),
    "identify_error_hotspots": Shape([Part("", flaw=_HOTSPOTS)]),
    "get_performance_recommendations": Shape([Part("", flaw=_ADVICE)]),
    "identify_compliance_gaps": Shape(_COMPLIANCE),
    "get_optimization_status": Shape(
        [
            *_under("current_metrics", _METRICS),
            Part("optimization_opportunities", flaw=_AVAILABLE),
            Part("system_health", TEXT, constants=["Ready for optimization"]),
        ]
    ),
    "performance_dashboard.get_system_health": Shape(_CHECKS),
    "resource_monitor.get_system_health": Shape(_RESOURCES),
    "get_alert_statistics": Shape(),
    "get_system_metrics": Shape(_SYSTEM),
    "get_recent_errors": Shape([Part("", LIST, _counted(MOST_REPEATED), figure=largest("count"))], LIST),
    "get_audit_summary": Shape([Part("", LIST)], LIST),
    "get_active_alerts": Shape([Part("", LIST, Own(ALERTS, 0), figure=active_critical)], LIST),
    "get_performance_metrics": Shape(_PERFORMANCE),
    "get_analytics_summary": Shape(_SUMMARY),
    "get_trend_forecasts": Shape(_FORECAST_SUMMARY),
    "get_compliance_metrics": Shape(_COMPLIANCE_METRICS),
    "get_optimization_insights": Shape([Part(name, flaw=_ADVICE) for name in _INSIGHTS.split()]),
    "get_executive_summary": Shape(_EXECUTIVE),
    "get_security_framework_health": Shape(
        [Part(name, flaw=_IMPORTED) for name in ("overall_status", "components")]
    ),
}
