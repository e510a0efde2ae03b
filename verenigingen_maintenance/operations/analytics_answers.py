"""The stored answers of the analytics engine under the documented keys. Nothing is computed for them.

What is UNKNOWN, or rests on data that are too old, is None, and `sections` says why; the last good answer
stays readable under `last_good`, with its age.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.sources import analytics_store, clock
from verenigingen_maintenance.sources.analytics_store import CLAIMS

PERIOD = "Last 30 days"
UNKNOWN = "unknown"
VERDICTS = {
    "healthy": Verdict.OK,
    "at_risk": Verdict.WARNING,
    "critical": Verdict.CRITICAL,
    UNKNOWN: Verdict.UNKNOWN,
}
OF_SUMMARY, OF_FORECASTS, OF_EXECUTIVE = ("errors", "hotspots"), ("forecasts",), ("health", "business_impact")
OF_REPORT = ("errors", "hotspots", "forecasts", "compliance", "business_impact", "recommendations", "health")


class Answers:
    """The components that an answer is made of, as they are stored."""

    def __init__(self, wanted: Iterable[str], claim: str, now: datetime) -> None:
        names = [*wanted, CLAIMS + claim]
        found = analytics_store.components(names)
        self.now, self.wanted, self.stored = now, list(wanted), found
        self.claim = found.get(CLAIMS + claim)

    def of(self, name: str) -> Mapping[str, Any]:
        """An answer that is known; empty where it is UNKNOWN."""
        return self.stored[name].answer if not self.why_not(name) else {}

    def why_not(self, name: str) -> str:
        """Why a component is UNKNOWN; empty where it is known."""
        each = self.stored.get(name)
        return each.why_not(self.now) if each else "there is no such component"

    def frame(self) -> dict[str, Any]:
        """What each answer has beside its keys: verdict, age of the data, sections, what was good last."""
        sections = {name: self._section(name) for name in self.wanted}
        known = [self.stored[name].data_as_of for name in self.wanted if not self.why_not(name)]
        oldest = min(known, default=None)
        return {
            "verdict": worst(Verdict(each["verdict"]) for each in sections.values()).value,
            "data_as_of": clock.shown(oldest) if oldest else None,
            "age_seconds": round(max((self.now - oldest).total_seconds(), 0), 1) if oldest else None,
            "sections": sections,
            "last_good": self._last_good(),
            "claims": self._claims(),
        }

    def _section(self, name: str) -> dict[str, Any]:
        each, reason = self.stored.get(name), self.why_not(name)
        verdict = Verdict.UNKNOWN if reason else Verdict.OK
        found = {"verdict": verdict.value, "reason": reason}
        if each is None:
            return {**found, "state": None, "computed_at": None, "data_as_of": None, "age_seconds": None}
        return {
            **found,
            "state": each.standing.state,
            "computed_at": _shown(each.computed_at),
            "data_as_of": _shown(each.data_as_of),
            "age_seconds": each.age(self.now),
        }

    def _last_good(self) -> dict[str, Any]:
        """Answers that tell the past: those of components that are UNKNOWN now."""
        past = [self.stored[name] for name in self.wanted if name in self.stored and self.why_not(name)]
        return {
            each.name: {
                **{"data_as_of": _shown(each.data_as_of), "age_seconds": each.age(self.now)},
                **{"is_old": True, "answer": each.answer},
            }
            for each in past
            if each.answer and each.data_as_of
        }

    def _claims(self) -> dict[str, Any] | None:
        """What the app verenigingen claims of the same; None where it is not on this site."""
        each = self.claim
        if each is None or not each.is_applicable or not each.answer:
            return None
        told = {key: each.answer.get(key) for key in ("function", "sections", "evidence")}
        why = each.why_not(self.now)
        verdict = Verdict.UNKNOWN if why else Verdict.OK
        aged = {"data_as_of": _shown(each.data_as_of), "age_seconds": each.age(self.now)}
        return {**told, "verdict": verdict.value, "reason": why, **aged}


def analytics_summary(now: datetime) -> dict[str, Any]:
    found = Answers(OF_SUMMARY, "get_analytics_summary", now)
    errors, spots = found.of("errors"), found.of("hotspots")
    patterns = errors.get("patterns", {})
    return {
        "error_patterns": {
            "total_errors": errors.get("total_errors"),
            "trend_direction": _at(patterns, "daily_trends", "trend"),
            "peak_hour": _at(patterns, "hourly_patterns", "peak_hour")
            if errors.get("total_errors")
            else None,
            "most_common_category": _at(patterns, "error_types", "most_common_category"),
            "totals": errors.get("totals"),
        },
        "hotspots": {
            "critical_count": _count(spots.get("critical_hotspots")),
            "total_hotspots": sum(map(len, spots["hotspots"].values())) if spots else None,
            "severity_scores": spots.get("severity_scores"),
        },
        "last_updated": _oldest(found),
        **found.frame(),
    }


def trend_forecasts(now: datetime) -> dict[str, Any]:
    found = Answers(OF_FORECASTS, "get_trend_forecasts", now)
    forecasts = found.of("forecasts")
    return {**_forecast_counts(forecasts), **_forecast_lists(forecasts), **found.frame()}


def executive_summary(now: datetime) -> dict[str, Any]:
    found = Answers(OF_EXECUTIVE, "get_executive_summary", now)
    health, impact = found.of("health"), found.of("business_impact")
    issues, actions = health.get("critical_issues"), health.get("priority_actions")
    return {
        "overall_status": health.get("overall_status", UNKNOWN),
        "status_reason": health.get("status_reason") or found.why_not("health"),
        "business_impact": impact.get("business_impact_assessment"),
        "critical_issues_count": health.get("critical_issues_count"),
        "key_findings_count": _count(health.get("key_findings")),
        "priority_actions_count": _count(actions),
        "top_critical_issue": issues[0]["text"] if issues else None,
        "top_priority_action": actions[0]["action"] if actions else None,
        "report_period": PERIOD,
        "generated_at": _oldest(found),
        "critical_issues": issues,
        "critical_issues_reason": health.get("critical_issues_reason"),
        "key_findings": health.get("key_findings"),
        "priority_actions": actions,
        "business": impact or None,
        **found.frame(),
    }


def with_components(now: datetime) -> dict[str, Any]:
    """The executive summary, the verdict of the status, and where each component stands."""
    found = executive_summary(now)
    components = [
        {
            **{"component": each.name, "title": each.title, "state": each.standing.state},
            **{"enabled": each.enabled, "verdict": each.verdict, "reason": each.reason},
            **{"data_as_of": _shown(each.data_as_of), "seconds": each.seconds},
        }
        for each in analytics_store.components().values()
        if each.is_applicable
    ]
    return {**found, "verdict": VERDICTS[found["overall_status"]].value, "components": components}


def insights_report(now: datetime) -> dict[str, Any]:
    """The whole report; its parts are the answers of the components."""
    found = Answers(OF_REPORT, "generate_insights_report", now)
    health, forecasts, impact = (found.of(each) for each in ("health", "forecasts", "business_impact"))
    return {
        "generated_at": _oldest(found),
        "report_period": PERIOD,
        "executive_summary": _executive(health, impact),
        "error_analysis": found.of("errors") or None,
        "hotspots_of_7_days": found.of("hotspots") or None,
        "performance_forecast": forecasts or None,
        "compliance_status": _compliance(found.of("compliance")),
        "health_trends": health.get("trends"),
        "business_impact": impact or None,
        "optimization_recommendations": found.of("recommendations") or None,
        "priority_actions": health.get("priority_actions"),
        **found.frame(),
    }


def _executive(health: Mapping, impact: Mapping) -> dict[str, Any]:
    return {
        "overall_system_status": health.get("overall_status", UNKNOWN),
        "status_causes": health.get("status_causes"),
        "key_findings": health.get("key_findings"),
        "critical_issues": health.get("critical_issues"),
        "priority_recommendations": health.get("priority_actions"),
        "business_impact_assessment": impact.get("business_impact_assessment"),
    }


def _compliance(answer: Mapping) -> dict[str, Any] | None:
    if not answer:
        return None
    gaps = answer["gaps"]
    return {
        "assessment_date": answer["last_assessment"],
        "overall_compliance_score": answer["overall_score"],
        "compliance_areas": {each["area"]: each for each in answer["areas"]},
        "critical_gaps": [each for each in gaps if each["severity"] == "Critical"],
        "remediation_plan": [{"gap": each["name"], "remediation": each["remediation"]} for each in gaps],
        "regulatory_risks": answer["violations"],
        "reasons": answer["reasons"],
    }


def _forecast_counts(forecasts: Mapping) -> dict[str, Any]:
    return {
        "confidence_score": forecasts.get("confidence_score"),
        "trend_alerts": _count(forecasts.get("trend_alerts")),
        "capacity_recommendations": _count(forecasts.get("capacity_recommendations")),
        "forecast_period": forecasts.get("forecast_period"),
        "highlights": forecasts.get("highlights"),
    }


def _forecast_lists(forecasts: Mapping) -> dict[str, Any]:
    return {
        "confidence_reason": forecasts.get("confidence_reason"),
        "mase": forecasts.get("mase"),
        "mase_reason": forecasts.get("mase_reason"),
        "not_up_to_date": forecasts.get("not_up_to_date"),
        "alerts": forecasts.get("trend_alerts"),
        "recommendations": forecasts.get("capacity_recommendations"),
        "forecasts": forecasts.get("forecasts"),
    }


def _oldest(found: Answers) -> str | None:
    """When what is known was computed; the earliest of several."""
    known = [found.stored[name].answered_at for name in found.wanted if not found.why_not(name)]
    return _shown(min(known, default=None))


def _at(mapping: Mapping, *keys: str) -> Any:
    for key in keys:
        mapping = mapping.get(key) if isinstance(mapping, Mapping) else None
    return mapping


def _count(found: Any) -> int | None:
    return None if found is None else len(found)


def _shown(moment: datetime | None) -> str | None:
    return clock.shown(moment) if moment else None
