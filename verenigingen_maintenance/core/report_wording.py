"""A report in a shell: its verdict, what matters most, and what was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def report_summary(report: Mapping[str, Any]) -> str:
    """A few lines of text."""
    if report["failure"]:
        return f"{report['report']}  {report['status']}: {report['failure']}"
    head = f"{report['report']}  {report['verdict']}  {report['measured']}  (status {report['status']})"
    facts = [f"  {fact['verdict']:<9} {fact['text']}" for fact in report["facts"]]
    missing = [f"  {each['what']}: {each['why']}" for each in report["not_measured"]]
    return "\n".join([head, "", *facts, *(["", "Not measured:", *missing] if missing else [])])
