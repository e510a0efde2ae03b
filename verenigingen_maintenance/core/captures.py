"""What is read at one moment of an emergency: parts, each with figures and rows, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .incident_captures import not_read
from .readings import Unknown
from .redaction import redact_all

LONGEST_TEXT, NO_REASON = 400, "no reason was given"
SECRET = re.compile(
    r"(?i)(--?(?:[\w-]*(?:pass(?:word|wd|phrase)?|auth|token|secret|key)|a)[= ])\S+|(\s-[pa])\S+"
)
KEPT = ("by",)  # who did something must be told
# By their keys, in the order in which somebody at three in the morning asks for them.
TITLES = {
    "readings": "What the checks say",
    "host": "Disk, memory and load",
    "processes": "Processes",
    "database": "Database",
    "queries": "Queries under way",
    "redis": "Redis",
    "jobs": "Background jobs",
    "scheduler": "Scheduler",
    "errors": "Newest errors",
    "patterns": "Newest error patterns",
    "changes": "Changes of the last seven days",
    "upgrades": "Apps and upgrades",
    "settings": "Settings changed in the last seven days",
    "logs": "Last lines of the logs",
}


@dataclass(frozen=True)
class Captured:
    """One part: figures by name, and rows of one kind. `at_least` says what there may be more of."""

    figures: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    at_least: str = ""

    def redacted(self) -> Captured:
        """Without secrets and personal data in its texts."""
        return replace(
            self,
            figures=_redacted(self.figures),
            rows=[_redacted(row) for row in self.rows],
            at_least=str(redact_all(self.at_least)),
        )


def without_secrets(command: str) -> str:
    """The command of a process without what follows an option that takes a secret."""
    return SECRET.sub(lambda found: f"{found[1] or found[2]}…", command)


def state(answers: Mapping[str, Captured | Unknown]) -> dict[str, Any]:
    """As JSON: `parts` by key, each with `title`, `figures`, `rows`, `at_least`, and `reason` (a text where
    it could not be read, else None)."""
    return {"parts": {key: _part(title, answers[key]) for key, title in TITLES.items() if key in answers}}


def headline(found: Mapping[str, Any]) -> str:
    """One line for the timeline: what was read, and what was not."""
    missing = not_read(found)
    told = f"{len(found['parts']) - len(missing)} of {len(found['parts'])} parts read"
    return f"{told}; not read: {', '.join(missing)}" if missing else told


def _part(title: str, answer: Captured | Unknown) -> dict[str, Any]:
    if isinstance(answer, Unknown):
        return {
            "title": title,
            "figures": {},
            "rows": [],
            "at_least": "",
            "reason": answer.reason or NO_REASON,
        }
    shown = {"figures": dict(answer.figures), "rows": [dict(row) for row in answer.rows]}
    return {"title": title, **shown, "at_least": answer.at_least, "reason": None}


def _redacted(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if key in KEPT else _short(redact_all(value)) for key, value in values.items()}


def _short(value: Any) -> Any:
    """A text that goes on for pages is cut: its beginning tells what it is."""
    is_long = isinstance(value, str) and len(value) > LONGEST_TEXT
    return f"{value[:LONGEST_TEXT]} …" if is_long else value
