"""What people write in a shell while the database is gone: kept in a file of the site's private folder, which
only the bench's user reads, and taken into incidents once the database answers."""

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

from verenigingen_maintenance.core.incident_states import Severity
from verenigingen_maintenance.operations import incident_form, incident_steps, incidents
from verenigingen_maintenance.operations.emergency_sheet import FOR_OWNER, folder
from verenigingen_maintenance.operations.incidents import EVENT
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.operations.typed_times import past_instant

NOTES = "incident-notes"
STILL_WRITTEN_TO = 60  # seconds
TEXTS = ("at", "kind", "procedure", "text", "by")


def note(kind: str, procedure: str, text: str, by: str, now: datetime, **more: object) -> Path:
    """Keeps one line; `kind` is start, note, mitigate or resolve, `more` what else was said: `incident` (a
    name), `drill`, `severity`, `since` (as it was typed). Returns the file."""
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
        incident = incidents.get(each["incident"])
        if incident_steps.capture_first(incident, now):
            incidents.write(incident)
    commit()


def _take_all(file: Path, now: datetime) -> int:
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
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
    source = f"written by {said['by']} while the database was gone"
    incidents.add_event(incident, "Note", told, at, source, key)
    incidents.write(incident)
    return True


def _said(line: str, now: datetime) -> dict[str, Any]:
    """What a line says. One that was cut off, or typed by hand, is a note as it stands, and what names no
    emergency procedure goes to the first: a slip at three in the morning holds up nothing that was written
    after it."""
    said = _written(line)
    if said is None:
        said = {"at": now.isoformat(), "kind": "note", "procedure": "", "text": line, "by": "somebody"}
    names = incident_steps.emergencies()
    if said["procedure"] not in names:
        said["text"] = f"{said['procedure']}: {said['text']}" if said["procedure"] else said["text"]
        said["procedure"] = names[0]
    if since := said.get("since"):
        said["text"] = _("{0} (since {1})").format(said["text"], since)
    return {**said, "text": said["text"].strip() or _("nothing was written")}


def _written(line: str) -> dict[str, Any] | None:
    """A line as `note` writes it; None where it is none."""
    try:
        found = json.loads(line)
        is_whole = all(isinstance(found[name], str) for name in TEXTS)
        is_instant = is_whole and datetime.fromisoformat(found["at"]).tzinfo is not None
    except (ValueError, TypeError, KeyError):
        return None
    return found if is_instant else None


def _opened(said: dict[str, Any], at: datetime, now: datetime) -> str:
    """It was opened when somebody wrote that, and began then, unless they said since when."""
    text = said["text"]
    values = {"title": text.splitlines()[0], "trigger": incidents.BY_HAND, "trigger_text": text}
    values |= {"procedure": said["procedure"], "is_drill": int(bool(said.get("drill")))}
    values |= {"severity": "Critical", **_severity(said), "began_at": _began(said, at)}
    incident = incidents.make(values, text, at)
    if not said.get("drill"):
        incident_steps.tell_level(incident, text, now)
    return str(incident.name)


def _began(said: dict[str, Any], at: datetime) -> datetime | None:
    """What cannot be understood stands in the text all the same."""
    try:
        return past_instant(str(said["since"]), at) if said.get("since") else None
    except frappe.ValidationError:
        frappe.clear_last_message()
        return None


def _severity(said: dict[str, Any]) -> dict[str, str]:
    known = [each.value for each in Severity]
    return {"severity": said["severity"]} if said.get("severity") in known else {}
