"""Component recommendations: what to do, from the stored hotspots, forecasts and gaps, with their figures."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from verenigingen_maintenance.core import analytics_actions as actions
from verenigingen_maintenance.core.analytics import NotKnown
from verenigingen_maintenance.sources import analytics_store

FROM = {
    "hotspots": actions.of_errors,
    "compliance": lambda answer: actions.of_compliance(answer["gaps"]),
    "forecasts": actions.of_forecasts,
}


def recommendations(now: datetime) -> dict | NotKnown:
    """Those of each component that is known; of the others, why they have none."""
    stored = analytics_store.components(FROM)
    not_known = {
        name: why
        for name in FROM
        if (why := stored[name].why_not(now) if name in stored else "there is no such component")
    }
    known = {name: each for name, each in stored.items() if name not in not_known}
    if not known:
        return NotKnown("; ".join(f"{name}: {why}" for name, why in not_known.items()), _learns(stored))
    found = [each for name in FROM if name in known for each in FROM[name](known[name].answer)]
    return {
        "prioritized_actions": actions.ranked(found),
        "by_category": dict(Counter(each["category"] for each in found)),
        "not_known": not_known,
        "as_of": min(each.data_as_of for each in known.values()),
    }


def _learns(stored: dict) -> bool:
    return all(each.learning for each in stored.values())
