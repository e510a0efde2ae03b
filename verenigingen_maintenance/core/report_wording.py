"""A report in a shell: its verdict, what matters most, and what was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DRAFTED = ("Draft", "Approved")


def report_summary(report: Mapping[str, Any]) -> str:
    """A few lines of text; of one that is not drafted, why."""
    if report["status"] not in DRAFTED:
        why = report["failure"] or "another job is at it"
        return f"{report['report']}  {report['status']}: {why}"
    head = f"{report['report']}  {report['verdict']}  {report['measured']}  (status {report['status']})"
    facts = [f"  {fact['verdict']:<9} {fact['text']}" for fact in report["facts"]]
    missing = [f"  {each['what']}: {each['why']}" for each in report["not_measured"]]
    return "\n".join([head, "", *facts, *(["", "Not measured:", *missing] if missing else [])])
