"""Beside the database, for when it is gone: how this host runs its services, who is called and what is done.

Two files in the site's private folder, which only the bench's user reads; a minute job renews them where
something changed. What people write meanwhile is beside them (emergency_notes).
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import frappe

from verenigingen_maintenance.core.emergency_sheet import Sheet
from verenigingen_maintenance.core.service_commands import lasting, ways
from verenigingen_maintenance.operations import incident_form, incident_steps, seed
from verenigingen_maintenance.operations.open_run import command_on_this_site
from verenigingen_maintenance.sources import clock, services

SHEET, SERVICES = "emergency-sheet.json", "services.json"
LOOK_AGAIN = 600  # seconds: it asks supervisor and systemd
FOR_OWNER, FOLDER_FOR_OWNER = 0o600, 0o700


def keep(now: datetime) -> None:
    """Writes the sheet down where it is other than what the file has."""
    tasks = {name: _tasks(name) for name in incident_steps.emergencies()}
    content = {"procedures": tasks, "call": incident_form.whom_to_call()}
    file = folder() / SHEET
    if _read(file).get("content") != content:
        _write(
            file, json.dumps({"kept_at": clock.shown(now), "content": content}, ensure_ascii=False, indent=1)
        )


def look_at_services(now: datetime) -> None:
    """Keeps how this host runs each; every ten minutes."""
    file = folder() / SERVICES
    if file.exists() and now.timestamp() - file.stat().st_mtime < LOOK_AGAIN:
        return
    found = lasting(ways(services.facts()), kept_services())
    _write(file, json.dumps(found, ensure_ascii=False, indent=1))
    os.utime(file, (now.timestamp(), now.timestamp()))


def kept_services() -> dict[str, dict[str, str]]:
    """How this host ran its services when it was looked at last, as core.service_commands.lasting has it."""
    return _read(folder() / SERVICES)


def _tasks(procedure: str) -> list[dict[str, Any]]:
    document = frappe.get_cached_doc(incident_steps.PROCEDURE, procedure)
    return [
        {
            **{"group": task.task_group, "title": task.title, "instructions": task.instructions or ""},
            "command": command_on_this_site(task) or "",
        }
        for task in document.tasks
    ]


def read() -> Sheet:
    """As it was written down last; before that, the app's own. Asks no database."""
    kept = _read(folder() / SHEET)
    if kept:
        content = kept["content"]
        return Sheet(content["procedures"], content["call"], kept["kept_at"], kept_services())
    entries = seed.read_runbook("emergencies.yaml")
    tasks = {name: [_of_runbook(task) for task in entry["tasks"]] for name, entry in entries.items()}
    return Sheet(tasks, services=kept_services())


def _of_runbook(task: dict[str, Any]) -> dict[str, Any]:
    """The address of the web server is told by the settings, which nobody can read now."""
    place = {
        "site": frappe.local.site,
        "bench": frappe.utils.get_bench_path(),
        "address": "http://127.0.0.1:8000",
    }
    texts = {"title": task["title"], "instructions": task.get("instructions", "")}
    return {"group": task["task_group"], **texts, "command": task.get("command", "").format(**place)}


def folder() -> Path:
    """The site's, made where it is not there."""
    path = Path(frappe.get_site_path("private", "maintenance"))
    path.mkdir(mode=FOLDER_FOR_OWNER, parents=True, exist_ok=True)
    return path


def _read(file: Path) -> dict[str, Any]:
    """Empty where there is none, or what a killed process left of one."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _write(file: Path, text: str) -> None:
    """At once or not at all."""
    beside = file.with_suffix(f".{os.getpid()}")
    with open(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FOR_OWNER), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
    beside.replace(file)
