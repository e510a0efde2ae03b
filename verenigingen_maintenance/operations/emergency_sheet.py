"""Beside the database, for when it is gone: who is called and what is done, and what people write meanwhile.

Two files in the site's private folder, which only the bench's user reads. A minute job renews the one where
something changed; what is in the other goes into incidents once the database answers.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core.emergency_sheet import Sheet
from verenigingen_maintenance.core.incident_states import Severity
from verenigingen_maintenance.core.service_commands import lasting, ways
from verenigingen_maintenance.operations import incident_form, incident_steps, incidents, seed
from verenigingen_maintenance.operations.incidents import EVENT
from verenigingen_maintenance.operations.open_run import command_on_this_site
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock, services

SHEET, NOTES = "emergency-sheet.json", "incident-notes"
LOOKED_AT = "services-looked-at"
LOOK_AGAIN = 600  # seconds: it asks supervisor and systemd
FOR_OWNER, FOLDER_FOR_OWNER = 0o600, 0o700
STILL_WRITTEN_TO = 60  # seconds


def keep(now: datetime) -> None:
    """Writes the sheet down where it is other than what the file has."""
    tasks = {name: _tasks(name) for name in incident_steps.emergencies()}
    content = {"procedures": tasks, "call": incident_form.whom_to_call(), "services": _services(now)}
    file = folder() / SHEET
    if _read(file).get("content") != content:
        _write(
            file, json.dumps({"kept_at": clock.shown(now), "content": content}, ensure_ascii=False, indent=1)
        )


def _services(now: datetime) -> dict[str, dict[str, str]]:
    """How this host runs each; looked at every ten minutes, as the empty file beside it remembers."""
    kept, looked = kept_services(), folder() / LOOKED_AT
    if kept and looked.exists() and now.timestamp() - looked.stat().st_mtime < LOOK_AGAIN:
        return kept
    found = lasting(ways(services.facts()), kept)
    looked.touch(FOR_OWNER)
    os.utime(looked, (now.timestamp(), now.timestamp()))
    return found


def kept_services() -> dict[str, dict[str, str]]:
    """How this host ran its services when it was looked at last, as core.service_commands.lasting has it."""
    return _read(folder() / SHEET).get("content", {}).get("services", {})


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
        return Sheet(content["procedures"], content["call"], kept["kept_at"], content.get("services", {}))
    entries = seed.read_runbook("emergencies.yaml")
    return Sheet({name: [_of_runbook(task) for task in entry["tasks"]] for name, entry in entries.items()})


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


# --- what people write while the database is gone


def note(kind: str, procedure: str, text: str, by: str, now: datetime, **more: object) -> Path:
    """Keeps one line; `kind` is start, note, mitigate or resolve, `more` what else was said: `incident` (a
    name), `drill`, `severity`. Returns the file."""
    file = folder() / f"{NOTES}.jsonl"
    line = {"at": now.isoformat(), "kind": kind, "procedure": procedure, "text": text, "by": by, **more}
    with open(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FOR_OWNER), "a", encoding="utf-8"
    ) as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return file


def take_in(now: datetime) -> int:
    """Brings what was written meanwhile into incidents, each line once; returns how many lines.

    The file is set aside first: who writes just then begins another one. It goes a minute after it was last
    written to, when all is committed: somebody may have been writing into it.
    """
    with lock("incident notes") as mine:
        if not mine:
            return 0  # another process takes them
        commit()  # what that one took is seen from here on
        with suppress(FileNotFoundError):
            (folder() / f"{NOTES}.jsonl").replace(folder() / f"{NOTES}.{now:%Y%m%d%H%M%S%f}.taking")
        taken = sum(_take_all(each, now) for each in sorted(folder().glob(f"{NOTES}.*.taking")))
        if taken:
            _capture_new(now)
        return taken


def _capture_new(now: datetime) -> None:
    for each in incident_form.ongoing():
        incident_steps.capture_first(each["incident"], now)
    commit()


def _take_all(file: Path, now: datetime) -> int:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    taken = sum(_take(line, now) for line in lines if line.strip())
    commit()
    if now.timestamp() - file.stat().st_mtime > STILL_WRITTEN_TO:
        file.unlink()
    return taken


def _take(line: str, now: datetime) -> bool:
    key = f"written:{hashlib.sha256(line.encode()).hexdigest()[:40]}"
    if frappe.db.exists(EVENT, {"key": key}):
        return False
    said = _said(line, now)
    at, procedure = datetime.fromisoformat(said["at"]), said["procedure"]
    named = str(said.get("incident") or "")
    name = named if incidents.is_ongoing(named) else incidents.open_one(procedure, bool(said.get("drill")))
    incident = incidents.get(name or _opened(said, at, now))
    told = f"{said['kind']}: {said['text']}" if said["kind"] != "note" else said["text"]
    incidents.add_event(
        incident, "Note", told, at, f"written by {said['by']} while the database was gone", key
    )
    incidents.write(incident)
    return True


def _said(line: str, now: datetime) -> dict[str, Any]:
    """What a line says. One that was cut off is a note as it stands, and what names no emergency procedure
    goes to the first: a slip at three in the morning holds up nothing that was written after it."""
    said = {"at": now.isoformat(), "kind": "note", "procedure": "", "text": line, "by": "somebody"}
    with suppress(json.JSONDecodeError):
        found = json.loads(line)
        said = found if isinstance(found, dict) and said.keys() <= found.keys() else said
    names = incident_steps.emergencies()
    if said["procedure"] not in names:
        said["text"] = f"{said['procedure']}: {said['text']}" if said["procedure"] else said["text"]
        said["procedure"] = names[0]
    return {**said, "text": said["text"].strip() or _("nothing was written")}


def _opened(said: dict[str, Any], at: datetime, now: datetime) -> str:
    values = {
        "title": said["text"].splitlines()[0],
        "trigger": incidents.BY_HAND,
        "trigger_text": said["text"],
    }
    values |= {"procedure": said["procedure"], "began_at": at, "is_drill": int(bool(said.get("drill")))}
    incident = incidents.make({"severity": "Critical", **values, **_severity(said)}, said["text"], now)
    if not said.get("drill"):
        incident_steps.tell_level(incident, said["text"], now)
    return str(incident.name)


def _severity(said: dict[str, Any]) -> dict[str, str]:
    known = [each.value for each in Severity]
    return {"severity": said["severity"]} if said.get("severity") in known else {}
