"""Numbers and runs as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def number(value: float | None) -> str:
    """A value without noise: 12, 0.183, 1204.5. Nothing measured is an empty text, never a nought."""
    if value is None:
        return ""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def summary(run: Mapping[str, Any]) -> str:
    """A run as a few lines of text: its verdict, each item, and the escalations that are open."""
    head = f"{run['run']}  {run['verdict'] or 'not measured'}  (status {run['status']})"
    measured = [f"Measured {run['measured_at']} by {run['measured_by']}"] if run["measured_at"] else []
    return "\n".join([head, *measured, "", *map(item_line, run["items"]), *_escalations(run["escalations"])])


def item_line(item: Mapping[str, Any]) -> str:
    """One item as a line: verdict, title, value, and why or what was wanted."""
    value = f"{number(item['value'])} {item['unit']}" if item["value"] is not None else "-"
    remark = item["reason"] or f"target {item['target']}"
    return f"  {item['verdict'] or 'to do':<9} {item['title']:<34} {value:<16} {remark}"


def _escalations(escalations: Sequence[Mapping[str, Any]]) -> list[str]:
    if not escalations:
        return ["", "No escalation is open."]
    lines = [f"  {each['name']}  {each['status']}, {each['level']}: {each['title']}" for each in escalations]
    return ["", "Open escalations:", *lines]


def state(status: Mapping[str, Any]) -> str:
    """The state of a site as text."""
    lines = [f"{status['verdict']}  ({status['missed']} missed runs not accepted)", ""]
    for each in status["procedures"]:
        run = each["run"] or "no slot is due yet"
        lines.append(f"  {each['verdict']:<9} {each['procedure']:<24} {run} ({each['status']})")
    return "\n".join([*lines, *_escalations(status["escalations"])])


def table_of_checks(checks: Sequence[Mapping[str, Any]]) -> str:
    """The checks as a table: name, target and title."""
    rows = [
        f"{each['check']:<20} {each['target'] + ' ' + each['unit']:<16} {each['title']}" for each in checks
    ]
    return "\n".join(rows)
