"""The state of the site at one moment of an incident, kept with it: a restart wipes most of what it tells.

Each group of parts has a thread and a connection of its own; what hangs or is gone is told as not read.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.captures import Captured, headline, state
from verenigingen_maintenance.core.incident_captures import not_read
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import incidents, measure
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import capture_host, capture_records, capture_servers, clock

SECONDS, MOST_CAPTURES = 12, 20
Function = Callable[[datetime], Captured]
GROUPS: tuple[Mapping[str, Function], ...] = (
    {
        **{"readings": capture_records.readings, "errors": capture_records.errors},
        **{"patterns": capture_records.patterns, "changes": capture_records.maintenance_changes},
        "settings": capture_records.settings_changed,
    },
    {"database": capture_servers.database, "queries": capture_servers.queries},
    {"redis": capture_servers.redis_servers},
    {"jobs": capture_servers.background_jobs},
    {"scheduler": capture_servers.scheduler_state},
    {"host": capture_host.host, "upgrades": capture_host.upgrades, "logs": capture_host.logs},
    {"processes": capture_host.processes},
)


def capture(incident: Document, why: str, now: datetime, by: str | None = None) -> dict[str, Any]:
    """Reads all parts and adds them to the incident, which is not saved; returns the state as JSON. `by` is
    who asked for it where that is not the user: “” is nobody."""
    if len(incident.captures) >= MOST_CAPTURES:
        message = _("{0} has {1} captures already: note what you see in its timeline.")
        refuse(message, incident.name, MOST_CAPTURES)
    started = time.monotonic()
    found = read(now)
    text = json.dumps(found, indent=1, ensure_ascii=False, default=str)
    missing = not_read(found)
    incident.append(
        "captures",
        {
            **{"captured_at": clock.stored(now), "why": why[:140], "state": text},
            **{
                "seconds": round(time.monotonic() - started, 2),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            },
            **{"parts_read": len(found["parts"]) - len(missing), "not_read": _lines(missing)},
        },
    )
    incidents.add_event(incident, "Captured", f"{why}: {headline(found)}", now, by=by)
    return found


def read(now: datetime) -> dict[str, Any]:
    """The state as it is now, within twelve seconds: as `core.captures.state` gives it."""
    answers = measure.ask_all(GROUPS, now, SECONDS, (Captured, Unknown))
    return state(answers)  # type: ignore[arg-type]


def _lines(missing: Mapping[str, str]) -> str:
    return "\n".join(f"{title}: {reason}" for title, reason in missing.items())
