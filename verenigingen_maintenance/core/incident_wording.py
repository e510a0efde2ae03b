"""An incident as text, for a shell at three in the morning."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from .shell_lines import prompted

WIDTH, LAST = 100, 12
GOING_ON = ("Open", "Mitigated")


def listed(incidents: Sequence[Mapping[str, Any]]) -> str:
    """Those that are not over, one a line."""
    if not incidents:
        return "No incident is open. Open one with: incident start 'what you see'"
    return "\n".join(
        f"{each['incident']}  {each['severity']:8}  {each['status']:9}  {_drill(each)}{each['title']}  "
        f"({each['commander'] or 'nobody commands it'})"
        for each in incidents
    )


def told(incident: Mapping[str, Any]) -> str:
    """One incident: its clock, the next step with its command, whom to call, what happened last."""
    lines = [
        f"{incident['incident']}  {_drill(incident)}{incident['title']}",
        f"  {incident['status']}, {incident['severity']}, {incident['minutes']} min since it began; "
        f"{incident['procedure']}",
        f"  commander: {incident['commander'] or 'nobody: take command with incident command'}",
        *(f"  {each['name']} {each['status']}: {each['title']}" for each in incident["escalations"]),
        *(f"  {line}" for line in incident["still_paused"]),
        *(_to_do(incident) if incident["status"] in GOING_ON else []),
        *_captured(incident["captured"]),
        "What happened last:",
        *(_line(row) for row in incident["timeline"][-LAST:]),
        *(_calls(incident["call"]) if incident["status"] in GOING_ON else []),
    ]
    return "\n".join(lines)


def _to_do(incident: Mapping[str, Any]) -> list[str]:
    return [*_clock(incident["phases"], bool(incident["run"])), *_next(incident["next"])]


def _calls(call: Sequence[str]) -> list[str]:
    return [
        "Whom to call:",
        *(f"  {line}" for line in call or ["nobody is entered yet: see Escalation Level"]),
    ]


def _drill(incident: Mapping[str, Any]) -> str:
    return "DRILL " if incident["is_drill"] else ""


def _clock(phases: Sequence[Mapping[str, Any]], has_run: bool) -> list[str]:
    """Before somebody takes command there is no run that could be answered."""
    return [
        f"  {each['title']}: {_answered(each) if has_run else 'not begun'}{_left(each)}" for each in phases
    ]


def _answered(phase: Mapping[str, Any]) -> str:
    return f"{phase['answered']} of {phase['steps']} answered"


def _left(phase: Mapping[str, Any]) -> str:
    seconds = phase["seconds_left"]
    if seconds is None:
        return ""
    minutes = f"{abs(seconds) // 60}:{abs(seconds) % 60:02}"
    return f", {minutes} left" if seconds >= 0 else f", {minutes} over its time"


def _next(step: Mapping[str, Any] | None) -> list[str]:
    if step is None:
        return ["Every step is answered."]
    changes = "  It changes the system: be sure first." if step["changes_system"] else ""
    text = textwrap.wrap(step["instructions"], WIDTH, initial_indent="  ", subsequent_indent="  ")
    return [f"Next: {step['title']}.{changes}", *text, *prompted(step["command"], "    ")]


def _captured(captured: Mapping[str, Any] | None) -> list[str]:
    if captured is None:
        return ["  Its state was not captured yet."]
    parts = captured["parts"]
    read = sum(not part["reason"] for part in parts.values())
    missing = [f"    not read: {line}" for line in captured["not_read"].splitlines()]
    again = f"; last at {captured['last_at'][:19]}" if captured["last_at"] != captured["at"] else ""
    return [f"  Captured at {captured['at'][:19]}: {read} of {len(parts)} parts{again}", *missing]


def _line(row: Mapping[str, Any]) -> str:
    known = ", ".join(filter(None, (row["by"], row.get("source", ""))))
    by = f" [{known}]" if known else ""
    first, *more = (row["note"] or "").splitlines() or [""]
    rest = " …" if more else ""
    return f"  {row['at'][:19]}  {row['event']}: {first}{rest}{by}"
