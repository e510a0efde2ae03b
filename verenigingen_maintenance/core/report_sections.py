"""Which sections there are, what each needs to know, and who writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    report_changes,
    report_errors,
    report_forecasts,
    report_incidents,
    report_metrics,
    report_procedures,
    report_security,
    report_service,
    report_settings,
    report_trends,
    report_work,
)
from .report_parts import Fact, Facts, Figure, Section, Sentence, Table
from .report_periods import Period
from .verdicts import Verdict

Build = Callable[[Section, Facts, Period], None]


@dataclass(frozen=True)
class Entry:
    """A section's title, the facts that it needs, and the function that fills it."""

    title: str
    needs: tuple[str, ...]
    build: Build


def gathered(section: Section, facts: Facts, period: Period) -> None:
    """Filled from the facts of all other sections, once these are there."""


def as_told(section: Section, facts: Facts, period: Period) -> None:
    """What a provider tells in the form of a section: the facts of its key have sentences (text, source),
    figures, tables, facts (verdict, weight, text, source) and missing (what, why) as plain data."""
    told = facts[section.key]
    section.title = told.get("title") or section.title
    section.sentences += [
        Sentence(each["text"], _source(section, each)) for each in told.get("sentences", ())
    ]
    section.figures += [
        Figure(**{**each, "source": _source(section, each)}) for each in told.get("figures", ())
    ]
    section.tables += [Table(**{**each, "source": _source(section, each)}) for each in told.get("tables", ())]
    section.facts += [
        Fact(Verdict(each["verdict"]), each["weight"], each["text"], _source(section, each))
        for each in told.get("facts", ())
    ]
    section.missing += [(each["what"], each["why"]) for each in told.get("missing", ())]


def _source(section: Section, told: Facts) -> str:
    return f"{section.key}.{told['source']}" if told.get("source") else ""


SECTIONS: dict[str, Entry] = {
    "findings": Entry("Key findings", (), gathered),
    "actions": Entry("Action items identified", ("actions", "runs"), report_work.actions),
    "trends": Entry("Trends to monitor", ("errors", "metrics", "forecasts"), report_trends.trends),
    "implemented": Entry("Recommendations implemented", ("decisions",), report_work.implemented),
    "optimisation": Entry("Optimisation", ("optimisation",), report_changes.optimisation),
    "effectiveness": Entry("Effect of changes by quarter", ("effectiveness",), report_changes.effectiveness),
    "roadmap": Entry("Roadmap of changes", ("roadmap",), report_changes.roadmap),
    "security": Entry("Security", ("security",), report_security.security),
    "procedures": Entry("Procedures and training", ("procedures",), report_procedures.procedures),
    "service": Entry("Service levels", ("service",), report_service.service),
    "errors": Entry("Errors", ("errors",), report_errors.errors),
    "performance": Entry("Performance", ("metrics",), report_metrics.performance),
    "resources": Entry("Resources", ("metrics",), report_metrics.resources),
    "use": Entry("Use of the site", ("metrics",), report_metrics.use),
    "benchmarks": Entry("Performance benchmarks", ("metrics",), report_metrics.all_metrics),
    "alerts": Entry("Alerts and escalations", ("alerts",), report_service.alerts),
    "incidents": Entry("Incidents", ("incidents",), report_incidents.incidents),
    "compliance": Entry("Compliance", ("compliance",), report_service.compliance),
    "forecasts": Entry("Forecasts", ("forecasts",), report_forecasts.forecasts),
    "capacity": Entry("Capacity", ("forecasts", "metrics"), report_forecasts.capacity),
    "runs": Entry("Maintenance done", ("runs",), report_work.runs),
    "thresholds": Entry("Thresholds and parameters", ("decisions",), report_work.thresholds),
    "checks": Entry("Checks and thresholds", ("configuration",), report_settings.checks),
    "history": Entry("History of thresholds", ("configuration",), report_settings.history),
    "differences": Entry("What differs from the runbook", ("configuration",), report_settings.differences),
    "people": Entry("Levels and contacts", ("configuration",), report_settings.people),
    "schedules": Entry("Schedules", ("configuration",), report_settings.schedules),
    "metrics": Entry("Metrics that are sampled", ("configuration",), report_settings.metrics),
    "settings": Entry("Settings", ("configuration",), report_settings.settings),
    "stack": Entry("Versions", ("stack",), report_settings.stack),
}


def entry(key: str) -> Entry:
    """That of a section; one that is not known here is told by the provider of its own key."""
    return SECTIONS.get(key) or Entry(key.replace("_", " ").capitalize(), (key,), as_told)


def needs(keys: list[str]) -> list[str]:
    """The facts that some sections need, each once."""
    return list(dict.fromkeys(name for key in keys for name in entry(key).needs))
