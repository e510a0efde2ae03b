"""The area of the code that an error comes from, as people of the office name it: app and module."""

from __future__ import annotations

from .tracebacks import SERVER_SCRIPT, Frame

NO_TRACEBACK = "Without a traceback"
LIBRARIES = "Libraries"


def area_of(frame: Frame, doctype: str | None = None) -> str:
    """ "verenigingen: Member" for what belongs to a DocType, report or page; else "verenigingen: utils".
    Without a traceback, the DocType that the log refers to."""
    if not frame.module:
        return doctype or NO_TRACEBACK
    if not frame.app:
        return LIBRARIES
    if frame.app == SERVER_SCRIPT:
        return f"{frame.app}: {frame.module}"
    parts = frame.module.split(".")
    for kind in ("doctype", "report", "page"):
        if kind in parts[:-1]:
            return f"{frame.app}: {_titled(parts[parts.index(kind) + 1])}"
    return f"{frame.app}: {parts[1] if len(parts) > 1 else parts[0]}"


def _titled(name: str) -> str:
    return name.replace("_", " ").title()
