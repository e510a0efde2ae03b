"""What the configuration of the site switches on that should be off, and who else may read its files."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import frappe

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.core.site_flags import FLAGS, Flag
from verenigingen_maintenance.sources.backups import folder

MOST_FILES = 500


def flags(now: datetime) -> Part:
    """Flags of site_config.json and common_site_config.json, and the modes of files. Only switches are
    shown: of a secret, whether it is there."""
    conf = dict(frappe.conf)
    found = [_row(flag, conf) for flag in FLAGS]
    found += [_file(*each) for each in _files()]
    return Part(found, {"flags": len(FLAGS), "on that should be off": sum(row["wrong"] for row in found)})


def _row(flag: Flag, conf: Mapping[str, Any]) -> dict[str, Any]:
    wrong = flag.is_wrong(conf)
    row = {"key": flag.key, "title": flag.title, "value": flag.shown(conf), "wrong": wrong}
    return {**row, "severity": flag.severity, "told": flag.told, "remedy": flag.remedy} if wrong else row


def _files() -> Iterator[tuple[str, str, list[Path]]]:
    site, bench = Path(frappe.get_site_path()), Path(frappe.local.sites_path)
    yield "site_config.json", "High", [site / "site_config.json"]
    yield "common_site_config.json", "Medium", [bench / "common_site_config.json"]
    backups = sorted(Path(folder()).glob("*"), key=lambda each: each.name, reverse=True)[:MOST_FILES]
    yield "the backups", "High", [each for each in backups if each.is_file()]


def _file(name: str, severity: str, files: list[Path]) -> dict[str, Any]:
    open_ones = [each for each in files if each.exists() and _is_open(each)]
    row = {"key": f"file.{name}", "title": f"Who may read {name}", "wrong": bool(open_ones)}
    if not open_ones:
        return {**row, "value": "its owner and group" if files else "there is none"}
    told = f"{len(open_ones)} of {len(files)} files may be read or changed by every user of the server"
    remedy = "chmod o-rwx them, or the folder they are in. They hold the passwords and keys of the site."
    return {**row, "value": "every user of the server", "severity": severity, "told": told, "remedy": remedy}


def _is_open(file: Path) -> bool:
    """Readable or writable by everybody, in folders that let everybody through."""
    if not file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return False
    return all(each.stat().st_mode & stat.S_IXOTH for each in file.resolve().parents)
