"""Published weaknesses of Python packages, from a file on this server, against what is installed."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import frappe

from verenigingen_maintenance.core.advisories import (
    ECOSYSTEM,
    Advisory,
    NoAdvisories,
    audited,
    compare,
    not_audited,
    read,
)
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.core.security_findings import OLD_ADVISORIES
from verenigingen_maintenance.core.wording import some

KEY = "maintenance_advisories"
Audit = dict[str, str | None]
MOST_RECORDS, LARGEST = 200_000, 200_000_000


def advisories(now: datetime) -> Part | Unknown:
    """What is installed and weak. Without a file it is Unknown, and not that there is nothing."""
    place = frappe.conf.get(KEY)
    if not place:
        return Unknown(
            f"no advisories at hand: {KEY} of site_config.json names no file (docs/security.md)", now
        )
    path = Path(str(place))
    files = _files(path)
    if not files:
        return Unknown(f"no advisories at hand: there is no JSON or zip file at {path}", now)
    texts = [_read(text, file) for file in files for text in _texts(file)]
    found = [each for advisories, _audit in texts for each in advisories]
    audits = [audit for _advisories, audit in texts if audit is not None]
    if not found and not audits:
        return Unknown(f"no advisories at hand: {path} has no record about a package of {ECOSYSTEM}", now)
    has_records = any(advisories for advisories, audit in texts if audit is None)
    return _compared(found, [] if has_records else audits, files, now)


def _compared(found: list[Advisory], audits: list[Audit], files: list[Path], now: datetime) -> Part:
    installed = _installed()
    compared = compare(installed, found)
    newest = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), timezone.utc)
    days = max((now - newest).days, 0)
    why = [f"the advisories are {days} days old; after {OLD_ADVISORIES} they tell too little"]
    why = why if days > OLD_ADVISORIES else []
    if compared.not_compared:
        why.append(f"versions that cannot be compared: {', '.join(compared.not_compared[:5])}")
    if audits and (missing := not_audited(installed, audits)):
        why.append(f"the report of pip-audit does not have as they are installed: {some(missing)}")
    figures = {"advisories": len(found), "packages": len(installed), "days old": days, "files": len(files)}
    rows = [_row(advisory, version) for advisory, version in compared.found]
    return Part(rows, figures, at_least="; ".join(why))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(each for each in path.iterdir() if each.suffix in (".json", ".zip"))
    return [path] if path.is_file() else []


def _texts(file: Path) -> Iterator[bytes]:
    """The JSON in a file; of a zip, as OSV has it, each record in it. Raises NoAdvisories for too much."""
    if file.suffix != ".zip":
        if file.stat().st_size > LARGEST:
            raise NoAdvisories(f"{file.name} is larger than {LARGEST} bytes")
        yield file.read_bytes()
        return
    with zipfile.ZipFile(file) as packed:
        members = [each for each in packed.infolist() if each.filename.endswith(".json")]
        if len(members) > MOST_RECORDS or sum(each.file_size for each in members) > 10 * LARGEST:
            raise NoAdvisories(f"{file.name} has more than can be read")
        for member in members:
            yield packed.read(member)


def _read(text: bytes, file: Path) -> tuple[list[Advisory], Audit | None]:
    """The advisories, and of a report of pip-audit what it looked at. Raises NoAdvisories, which names the
    file."""
    try:
        payload = json.loads(text)
        return read(payload), audited(payload)
    except (ValueError, TypeError, AttributeError) as error:
        raise NoAdvisories(f"{file.name}: {error}") from error


def _installed() -> dict[str, str]:
    """The packages of this process's Python, as their metadata has them. What setuptools brings for itself is
    on the path of some processes only, behind all else: it is none of them."""
    found: dict[str, str] = {}
    path = [folder for folder in sys.path if Path(folder).name != "_vendor"]
    for each in importlib.metadata.distributions(path=path):
        if name := each.metadata["Name"]:
            found.setdefault(name, each.version)
    return found


def _row(advisory: Advisory, version: str) -> dict[str, Any]:
    return {
        "package": advisory.package,
        "version": version,
        "id": advisory.id,
        "aliases": list(advisory.aliases),
        "severity": advisory.severity,
        "summary": advisory.summary,
        "mended in": list(advisory.fixed),
    }
