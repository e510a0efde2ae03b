"""What the configuration of the site switches on that should be off, and who else may read its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import frappe
from frappe.utils.safe_exec import is_safe_exec_enabled

from verenigingen_maintenance.core.security import Part, switch
from verenigingen_maintenance.core.site_flags import FLAGS, Flag
from verenigingen_maintenance.sources.backups import folder, is_open

MOST_FILES = 500


def flags(now: datetime) -> Part:
    """Flags of site_config.json and common_site_config.json, and the modes of files. Only switches are
    shown: of a secret, whether it is there."""
    # Frappe asks common_site_config.json alone whether Server Scripts run.
    conf = {**frappe.conf, "server_script_enabled": is_safe_exec_enabled()}
    backups = _backups()
    found = [_row(flag, conf) for flag in FLAGS]
    found += [_file(*each) for each in _files(backups[:MOST_FILES])]
    figures = {"flags": len(FLAGS), "on that should be off": sum(row["wrong"] for row in found)}
    is_cut = len(backups) > MOST_FILES
    at_least = f"of {len(backups)} files of backups the latest {MOST_FILES} were looked at" if is_cut else ""
    return Part(found, figures, at_least=at_least)


def _row(flag: Flag, conf: Mapping[str, Any]) -> dict[str, Any]:
    wrong, value = flag.is_wrong(conf), flag.shown(conf)
    return switch(flag.key, flag.title, value, wrong, flag.severity, flag.told, flag.remedy)


def _files(backups: list[Path]) -> Iterator[tuple[str, str, list[Path]]]:
    site, bench = Path(frappe.get_site_path()), Path(frappe.local.sites_path)
    yield "site_config.json", "High", [site / "site_config.json"]
    yield "common_site_config.json", "Medium", [bench / "common_site_config.json"]
    yield "the backups", "High", backups


def _backups() -> list[Path]:
    """The files in the folder of backups, the latest first: their names begin with their time."""
    found = (each for each in Path(folder()).glob("*") if each.is_file())
    return sorted(found, key=lambda each: each.name, reverse=True)


def _file(name: str, severity: str, files: list[Path]) -> dict[str, Any]:
    there = [each for each in files if each.exists()]
    open_ones = [each for each in there if is_open(each)]
    value = "its owner and group" if there else "there is none"
    value = "every user of the server" if open_ones else value
    told = f"{len(open_ones)} of {len(there)} files may be read or changed by every user of the server"
    remedy = "chmod o-rwx them, or the folder they are in. They hold the passwords and keys of the site."
    return switch(f"file.{name}", f"Who may read {name}", value, bool(open_ones), severity, told, remedy)
