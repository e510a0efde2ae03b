"""A restore under way: what its steps share, and how each of them is told."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.dumps import Dump
from verenigingen_maintenance.core.restored import Finding
from verenigingen_maintenance.operations import recovery_drills
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources.dump_files import Backup
from verenigingen_maintenance.sources.scratch import Place


class Stop(Exception):
    """Nothing can follow: what was found is told already."""


@dataclass
class Work:
    """A drill under way. `free_gb` is what a person said where it cannot be read."""

    drill: Document
    at: Place
    backup: Backup
    free_gb: float | None
    data: dict[str, Any]
    began: float = field(default_factory=time.monotonic)
    dump: Dump = field(default_factory=Dump)
    is_claimed: bool = False

    @property
    def minutes(self) -> float:
        """Since the drill's work began."""
        return (time.monotonic() - self.began) / 60


def tell(work: Work, finding: Finding, began: float | None = None) -> None:
    """Adds a step, for whoever watches and for whoever finds it half-way."""
    seconds = 0.0 if began is None else time.monotonic() - began
    values = {"expected": finding.expected, "found": finding.found, "detail": finding.detail}
    for key, value in finding.data.items():
        known = work.data.get(key)
        work.data[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    work.drill.data = as_json(work.data)
    told = {"seconds": round(seconds, 3), **values}
    step = recovery_drills.add_step(work.drill, finding.title, finding.verdict, **told)
    progress(work.drill, min(20 + 6 * int(step.idx), 95), finding.title)


def stop(work: Work, finding: Finding, began: float | None = None) -> NoReturn:
    """The last step but that the scratch database is emptied."""
    tell(work, finding, began)
    raise Stop(f"{finding.title}: {finding.found}")


def progress(drill: Document, percent: int, text: str) -> None:
    """How far it is, for the form and for whoever looks at it after a kill."""
    drill.progress = text[:140]
    recovery_drills.write(drill)
    commit()
    frappe.publish_progress(percent, drill.title, recovery_drills.DRILL, drill.name, text)


def as_json(value: object) -> str:
    return json.dumps(value, indent=1, default=str, ensure_ascii=False)
