"""The executive summary as people read it in a shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .wording import age_in_words

MOST_LINES = 10
MOST_TEXT = 110


def executive(found: Mapping[str, Any]) -> str:
    """Status, issues, findings and actions, and where each component of the engine stands."""
    parts = (
        head(found),
        _listed("Critical issues", [each["text"] for each in found["critical_issues"] or []]),
        _listed("Key findings", [each["text"] for each in found["key_findings"] or []]),
        _listed("Priority actions", [_action(each) for each in found["priority_actions"] or []]),
        ["", "Components:", *map(_component, found["components"])],
    )
    return "\n".join(line for part in parts for line in part)


def head(found: Mapping[str, Any]) -> list[str]:
    """The status with its reason; the age of its data, and the impact."""
    age = age_in_words(found["age_seconds"])
    status, reason = found["overall_status"].replace("_", " "), found["status_reason"]
    told = f"Status {status}. {reason[:1].upper()}{reason[1:]}".rstrip()
    impact = found["business_impact"] or "not known"
    data = f"Data of {age} ago." if age else "No data yet."
    return [told, f"{data} Business impact in 24 hours: {impact}."]


def _listed(title: str, texts: Sequence[str]) -> list[str]:
    more = [f"  and {len(texts) - MOST_LINES} more"] if len(texts) > MOST_LINES else []
    return (
        ["", f"{title}:", *(f"  {text}"[:MOST_TEXT] for text in texts[:MOST_LINES]), *more] if texts else []
    )


def _action(each: Mapping[str, Any]) -> str:
    return f"{each['priority']:<9} {each['action']} ({each['because']})"


def _component(each: Mapping[str, Any]) -> str:
    state = each["state"] if each["enabled"] else "Not enabled"
    return f"  {each['verdict']:<9} {each['title']:<42} {state:<13} {each['reason']}".rstrip()
