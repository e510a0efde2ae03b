"""Where the facts of reports come from: the one place that names their providers.

A provider takes a period and the present instant, reads, and returns plain data with its `sources` (a text by
key). One whose key is a section of runbook/reports.yaml that core/report_sections.py does not know is shown
as it tells itself: title, sentences, figures, tables, facts and missing (core/report_sections.as_told).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frappe import _

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import (
    report_facts_changes,
    report_facts_errors,
    report_facts_forecasts,
    report_facts_incidents,
    report_facts_metrics,
    report_facts_procedures,
    report_facts_security,
    report_facts_service,
    report_facts_settings,
    report_facts_work,
)
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.seed import read_runbook

Provider = Callable[[Period, datetime], dict[str, Any]]

PROVIDERS: dict[str, Provider] = {
    "errors": report_facts_errors.facts,
    "metrics": report_facts_metrics.facts,
    "service": report_facts_service.service,
    "alerts": report_facts_service.alerts,
    "incidents": report_facts_incidents.facts,
    "compliance": report_facts_service.compliance,
    "forecasts": report_facts_forecasts.facts,
    "runs": report_facts_work.runs,
    "decisions": report_facts_work.decisions,
    "actions": report_facts_work.actions,
    "configuration": report_facts_settings.facts,
    "stack": report_facts_settings.stack,
    "optimisation": report_facts_changes.optimisation,
    "effectiveness": report_facts_changes.effectiveness,
    "roadmap": report_facts_changes.roadmap,
    "security": report_facts_security.security,
    "procedures": report_facts_procedures.procedures,
}


@dataclass(frozen=True)
class Kind:
    """A kind of report, as runbook/reports.yaml has it."""

    key: str
    title: str
    cadence: Cadence
    audience: str
    sections: tuple[str, ...]


def kinds() -> dict[str, Kind]:
    """All kinds, in their order."""
    return {
        key: Kind(key, each["title"], Cadence(each["cadence"]), each["audience"], tuple(each["sections"]))
        for key, each in read_runbook("reports.yaml").items()
    }


def find(key: str) -> Kind:
    """Raises frappe.ValidationError with the kinds that there are."""
    known = kinds()
    wanted = (key or "").strip().upper()
    if wanted not in known:
        refuse(_("There is no report “{0}”. There are: {1}."), key, ", ".join(known))
    return known[wanted]
