"""The doors for HTTP and `bench execute`: permission, arguments, one call inward.

Each is called as verenigingen_maintenance.api.NAME, whichever file it is in. From the shell an expected
failure is a message, not an exception: `bench execute` would call the method a second time, and
show a traceback.
"""

from verenigingen_maintenance.api.analytics import (
    _refresh_in_worker,
    _restore_in_worker,
    clear_analytics_cache,
    fall_back,
    generate_insights_report,
    get_analytics_summary,
    get_executive_summary,
    get_trend_forecasts,
    refresh_analytics,
    restore_component,
    restore_next,
)
from verenigingen_maintenance.api.compliance import (
    _assess_in_worker,
    assess_compliance,
    get_compliance_metrics,
)
from verenigingen_maintenance.api.duty import activate_escalation, deactivate_escalation, on_duty
from verenigingen_maintenance.api.errors import (
    analyze_error_patterns,
    identify_error_hotspots,
    ignore_error_pattern,
    latest_errors,
    reopen_error_pattern,
    resolve_error_pattern,
)
from verenigingen_maintenance.api.escalations import (
    acknowledge,
    add_note,
    close_escalation,
    describe_escalation,
    false_positive,
    hand_on,
    resolve,
    start_drill,
)
from verenigingen_maintenance.api.findings import (
    accept_finding,
    act_on_finding,
    add_action,
    agree_on_date,
)
from verenigingen_maintenance.api.metrics import (
    _sample_in_worker,
    compute_service_level,
    health,
    new_health_token,
    sample,
    system_health,
    watcher,
)
from verenigingen_maintenance.api.procedures import (
    approve_procedure,
    confirm_contacts,
    restore_procedure,
    review_procedure,
    troubleshooting_guide,
)
from verenigingen_maintenance.api.reviews import (
    accept_threshold,
    dismiss_threshold,
    propose_thresholds,
    review_escalations,
)
from verenigingen_maintenance.api.runs import (
    _measure_in_worker,
    accept_missed,
    declare_not_applicable,
    get_run,
    list_checks,
    measure,
    open_run,
    run_check,
    run_daily,
    status,
    still_to_fill,
    withdraw_not_applicable,
)
from verenigingen_maintenance.api.security import (
    _assess_security_in_worker,
    assess_security,
    get_security_assessment,
)
from verenigingen_maintenance.api.targets import test_target
from verenigingen_maintenance.api.training import (
    check_access,
    close_training,
    confirm_understanding,
    start_training,
)

__all__ = [
    "_assess_in_worker",
    "_assess_security_in_worker",
    "_measure_in_worker",
    "_refresh_in_worker",
    "_restore_in_worker",
    "_sample_in_worker",
    "accept_finding",
    "accept_missed",
    "accept_threshold",
    "acknowledge",
    "act_on_finding",
    "activate_escalation",
    "add_action",
    "add_note",
    "agree_on_date",
    "analyze_error_patterns",
    "approve_procedure",
    "assess_compliance",
    "assess_security",
    "check_access",
    "clear_analytics_cache",
    "close_escalation",
    "close_training",
    "compute_service_level",
    "confirm_contacts",
    "confirm_understanding",
    "deactivate_escalation",
    "declare_not_applicable",
    "describe_escalation",
    "dismiss_threshold",
    "fall_back",
    "false_positive",
    "generate_insights_report",
    "get_analytics_summary",
    "get_compliance_metrics",
    "get_executive_summary",
    "get_run",
    "get_security_assessment",
    "get_trend_forecasts",
    "hand_on",
    "health",
    "identify_error_hotspots",
    "ignore_error_pattern",
    "latest_errors",
    "list_checks",
    "measure",
    "new_health_token",
    "on_duty",
    "open_run",
    "propose_thresholds",
    "refresh_analytics",
    "reopen_error_pattern",
    "resolve",
    "resolve_error_pattern",
    "restore_component",
    "restore_next",
    "restore_procedure",
    "review_escalations",
    "review_procedure",
    "run_check",
    "run_daily",
    "sample",
    "start_drill",
    "start_training",
    "status",
    "still_to_fill",
    "system_health",
    "test_target",
    "troubleshooting_guide",
    "watcher",
    "withdraw_not_applicable",
]
