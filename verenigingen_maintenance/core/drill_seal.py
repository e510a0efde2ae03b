"""What is signed of a recovery drill, as one hash: whoever changes it in the database is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

FIGURES = (
    *("kind", "title", "verdict", "started_by", "started_at", "ended_at", "checklist_run", "failure"),
    *("backup", "backup_made_at", "backup_bytes", "recovery_minutes", "recovery_target_minutes"),
    *("recovery_point_hours", "recovery_point_target_hours", "lessons", "signed_by", "signed_at"),
)
STEP = (
    *("title", "verdict", "expected", "found", "seconds", "detail", "subject", "done_by", "done_at", "note"),
)


def fingerprint(drill: Any, steps: Iterable[Any]) -> str:
    """SHA-256 of all that a drill and its steps say; both are asked by `get(field)`."""
    said = [[field, _text(drill.get(field))] for field in (*FIGURES, "data")]
    said += [[field, _text(step.get(field))] for step in steps for field in STEP]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def is_intact(drill: Any) -> bool:
    """Whether a signed drill says what was signed; one that was changed since is no proof."""
    return bool(drill.status == "Signed" and drill.sha256 == fingerprint(drill, drill.steps))


def _text(value: object) -> str:
    """As it is the same before and after the database: nothing is 0 there, and a float has nine digits."""
    return f"{value:.4f}" if isinstance(value, float) and value else str(value or "")
