"""What the app verenigingen answers where it is on this site: claims, judged beside what was measured here.

Only functions that ask are in the list, and no other can be called. Those that write or become Administrator
(`run_hourly_checks`, `test_monitoring_system`, `cleanup_test_data`, all that optimise) are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import frappe

from verenigingen_maintenance.core.claim_shapes import SHAPES
from verenigingen_maintenance.core.claims import Case, Section, judge, unavailable
from verenigingen_maintenance.sources import child, clock

APP = "verenigingen"
SECONDS = 30.0
_ENGINE, _PAGE = f"{APP}.utils.analytics_engine", f"{APP}.www.monitoring_dashboard"
_OF_PAGE = (
    "get_system_metrics",
    "get_recent_errors",
    "get_audit_summary",
    "get_active_alerts",
    "get_performance_metrics",
    "get_compliance_metrics",
    "get_optimization_insights",
    "get_security_framework_health",
    "get_analytics_summary",
    "get_trend_forecasts",
    "get_executive_summary",
)


@dataclass(frozen=True)
class Function:
    """One function that may be called, and with what."""

    path: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """What one function claims, part by part, and what else was seen while it ran.

    `failure` is why it gave no answer at all.
    """

    name: str
    path: str
    seconds: float
    sections: Sequence[Section]
    evidence: Sequence[str] = ()
    failure: str = ""


FUNCTIONS: Mapping[str, Function] = {
    "analyze_error_patterns": Function(f"{_ENGINE}.analyze_error_patterns", {"days": 1}),
    "forecast_performance_trends": Function(
        f"{_ENGINE}.forecast_performance_trends", {"days_back": 30, "forecast_days": 7}
    ),
    "generate_insights_report": Function(f"{_ENGINE}.generate_insights_report"),
    "identify_error_hotspots": Function(f"{_ENGINE}.identify_error_hotspots", {"days": 7}),
    "get_performance_recommendations": Function(f"{_ENGINE}.get_performance_recommendations"),
    "identify_compliance_gaps": Function(f"{_ENGINE}.identify_compliance_gaps"),
    "get_optimization_status": Function(f"{APP}.utils.performance_optimizer.get_optimization_status"),
    "performance_dashboard.get_system_health": Function(
        f"{APP}.utils.performance_dashboard.get_system_health"
    ),
    "resource_monitor.get_system_health": Function(f"{APP}.utils.resource_monitor.get_system_health"),
    "get_alert_statistics": Function(f"{APP}.utils.alert_manager.get_alert_statistics"),
    **{name: Function(f"{_PAGE}.{name}") for name in _OF_PAGE},
}
# What this app measures of the same: to be read first, and given to `claim`.
OWN_SOURCES = sorted({part.own.source for shape in SHAPES.values() for part in shape.parts if part.own})


def is_present() -> bool:
    """Whether the app is on this site."""
    return APP in frappe.get_installed_apps()


def claim(
    name: str,
    now: datetime,
    measured: Mapping[str, float | None],
    earlier: Mapping[str, Sequence[str]] | None = None,
    seconds: float = SECONDS,
) -> Claim:
    """What one function claims within `seconds`. `measured` has this app's figures by source, `earlier` its
    former claims.

    Raises KeyError for a function that is not in the list, and child.InRequest in a web request.
    """
    function = FUNCTIONS[name]
    if not is_present():
        return Claim(name, function.path, 0, unavailable(f"the app {APP} is not on this site"))
    began = clock.now()
    answered = child.call(function.path, function.arguments, seconds)
    seen = (name, function.path, answered.seconds)
    if isinstance(answered, child.Failure):
        return Claim(*seen, unavailable(answered.reason), answered.evidence, answered.reason)
    moment = now + (clock.now() - began)
    case = Case(answered.value, moment.astimezone(clock.zone()), measured, earlier or {})
    return Claim(*seen, judge(name, case), answered.evidence)
