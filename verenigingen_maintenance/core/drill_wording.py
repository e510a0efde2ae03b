"""A recovery drill as text, for the shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def drill_summary(drill: Mapping[str, Any]) -> str:
    """The verdict, each step with what was found, and the figures beside their targets."""
    lines = [f"{drill['verdict'] or drill['status']}  {drill['name']}  {drill['title']}"]
    lines += [f"  {step['verdict']:<9} {step['title']}: {step['found']}" for step in drill["steps"]]
    if drill.get("failure"):
        lines.append(f"  ended early: {drill['failure']}")
    if drill["status"] == "Ended":
        lines.append("  Sign it in Desk (Recovery Drill): only a signed drill is a proof.")
    return "\n".join(lines)
