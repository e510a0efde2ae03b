"""What to do, from what was measured: each action with its priority and the figures it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .wording import errors_in_words

PRIORITIES = ("critical", "high", "medium", "low")
MOST_OF_EACH = 5


def action(priority: str, area: str, text: str, because: str, source: str) -> dict[str, str]:
    return {"priority": priority, "category": area, "action": text, "because": because, "source": source}


def ranked(actions: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The most pressing first; those of one priority in the order they came."""
    return sorted(map(dict, actions), key=lambda each: PRIORITIES.index(each["priority"]))


def of_errors(spots: Mapping[str, Any]) -> list[dict[str, str]]:
    """The patterns in the order in which mending them pays."""
    return [
        action(
            each["severity"].lower(),
            "Errors",
            f"Mend “{each['title']}”.",
            _of_pattern(each, spots["analysis_period"]),
            each["pattern"],
        )
        for each in spots["remediation_priority"][:MOST_OF_EACH]
    ]


def _of_pattern(each: Mapping[str, Any], period: str) -> str:
    return f"{errors_in_words(each['errors'])} in {period}, {each['severity']}, {each['state']}"


def of_compliance(gaps: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The open gaps with how to mend them."""
    return [
        action(each["severity"].lower(), "Compliance", each["remediation"], each["told"], each["name"])
        for each in gaps[:MOST_OF_EACH]
    ]


def of_forecasts(forecasts: Mapping[str, Any]) -> list[dict[str, str]]:
    """What will run out, and what else goes where it should not."""
    recommended = forecasts.get("capacity_recommendations") or []
    runs_out = {each["metric"] for each in recommended}
    capacity = [
        action("high", "Capacity", each["text"], _crossing(each), each["metric"]) for each in recommended
    ]
    trends = [
        action("medium", "Trends", f"Look into it: {each['text']}", each["title"], each["metric"])
        for each in forecasts.get("trend_alerts") or []
        if each["metric"] not in runs_out
    ]
    return [*capacity[:MOST_OF_EACH], *trends[:MOST_OF_EACH]]


def _crossing(each: Mapping[str, Any]) -> str:
    when = each.get("crosses_on")
    return (
        f"{each['title']}: {when} ({each.get('earliest')} to {each.get('latest')})" if when else each["title"]
    )
