"""The executive summary as rows of a report: what is wrong, what to do, what is hit, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .verdicts import Verdict
from .wording import errors_in_words

Row = dict[str, Any]
ISSUE, FINDING, ACTION = "Critical issue", "Key finding", "Priority action"
HIT, UNKNOWN = "Hit", "Not known"


def rows(found: Mapping[str, Any]) -> list[Row]:
    """What `operations.analytics_answers.with_components` answers, the most pressing first.

    `because` has the figures a row rests on, `source` the checks, patterns, gaps or metrics they are from.
    """
    return [*_issues(found), *_actions(found), *_hits(found), *_findings(found), *_unknown(found)]


def _issues(found: Mapping[str, Any]) -> Iterator[Row]:
    for each in found["critical_issues"] or []:
        yield _row(ISSUE, each["subject"], "critical", each["text"], _checks(each), _time(each))


def _actions(found: Mapping[str, Any]) -> Iterator[Row]:
    for each in found["priority_actions"] or []:
        yield _row(ACTION, each["action"], each["priority"], each["because"], each["source"])


def _hits(found: Mapping[str, Any]) -> Iterator[Row]:
    for process, each in ((found["business"] or {}).get("processes") or {}).items():
        told = f"{errors_in_words(each['errors'])} in 24 hours"
        yield _row(HIT, process, each["worst"].lower(), told, "; ".join(each["by"]))


def _findings(found: Mapping[str, Any]) -> Iterator[Row]:
    for each in found["key_findings"] or []:
        verdicts = ", ".join(reading.get("verdict", "") for reading in each["readings"])
        yield _row(FINDING, each["text"], verdicts, "", _checks(each), _time(each))


def _unknown(found: Mapping[str, Any]) -> Iterator[Row]:
    for each in found["components"]:
        if each["verdict"] == Verdict.UNKNOWN.value and each["enabled"]:
            yield _row(UNKNOWN, each["title"], each["verdict"], each["reason"], each["component"])


def _row(kind: str, text: str, weight: str, because: str, source: str, at: str = "") -> Row:
    return {
        **{"kind": kind, "text": text, "weight": weight},
        **{"because": because, "source": source, "observed_at": at},
    }


def _checks(each: Mapping[str, Any]) -> str:
    return ", ".join(reading.get("check") or reading.get("component", "") for reading in each["readings"])


def _time(each: Mapping[str, Any]) -> str:
    """The oldest of its readings."""
    times = [reading["observed_at"] for reading in each["readings"] if "observed_at" in reading]
    return min(times, default="")
