"""Copies of this app's configuration: when one was last what is here, and when one was last tested."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, source

SETTINGS = "Maintenance Settings"
KEPT, BEFORE = "configuration-kept-", "configuration-before-import-"
DAY = timedelta(days=1)
MOST = 100


@source
def copy_days(now: datetime) -> Reading | Unknown:
    """How long ago the latest copy was last seen to be what the configuration is."""
    at = _moment("configuration_kept_at")
    if at is None:
        return Unknown("no copy was kept yet: a job keeps one each day", now, SETTINGS, learning=True)
    latest = kept(KEPT)
    if not latest or not path(latest[0]).is_file():
        return Unknown("the copy that was kept is not there any more: keep one anew", now, SETTINGS)
    evidence = {"copy": latest[0].file_name, "made": str(latest[0].creation), "seen": str(at)}
    return Reading(_days(at, now), "days", now, SETTINGS, evidence, detail=latest[0].file_name)


@source
def tested_days(now: datetime) -> Reading | Unknown:
    """How long ago a copy was last brought back in a test, and was what had been."""
    at = _moment("configuration_tested_at")
    if at is None:
        reason = (
            "no copy was brought back in a test yet: press Test Configuration Backup in Maintenance Settings"
        )
        return Unknown(reason, now, SETTINGS)
    result = frappe.db.get_single_value(SETTINGS, "configuration_test") or ""
    return Reading(_days(at, now), "days", now, SETTINGS, {"tested": str(at), "result": result})


def kept(kind: str) -> list[Any]:
    """The copies of a kind, the newest first: name, file_name, file_url, creation."""
    filters = {
        "attached_to_doctype": SETTINGS,
        "attached_to_name": SETTINGS,
        "file_name": ("like", f"{kind}%"),
    }
    fields = ["name", "file_name", "file_url", "creation"]
    return frappe.get_all("File", filters, fields, order_by="creation desc, name desc", limit=MOST)


def latest_text() -> str:
    """The latest copy, as far as it can be read; an empty text where there is none, or its file is gone."""
    found = kept(KEPT)
    file = path(found[0]) if found else None
    return file.read_text(encoding="utf-8", errors="replace") if file and file.is_file() else ""


def path(file: Any) -> Path:
    """Where a private file lies."""
    return Path(frappe.get_site_path("private", "files", Path(file.file_url or "").name))


def _moment(field: str) -> datetime | None:
    found = frappe.db.get_single_value(SETTINGS, field)
    return frappe.utils.get_datetime(found) if found else None


def _days(at: datetime, now: datetime) -> float:
    return max(round((now - clock.instant_before(at, now)) / DAY, 2), 0)
