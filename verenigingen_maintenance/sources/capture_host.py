"""The host in an emergency: disks, memory, processes, last lines of logs, versions of the apps."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import frappe
import psutil

from verenigingen_maintenance.core.captures import Captured, without_secrets
from verenigingen_maintenance.sources import clock, services

MOST_PROCESSES, MOST_FILES, LINES, TAIL = 40, 20, 15, 8_192
WAIT = 0.2
GIGA, MEGA, DAY = 1e9, 1e6, 86_400
OWN = re.compile(r"gunicorn|bench|redis-server|mariadbd|mysqld|nginx|socketio|frappe", re.IGNORECASE)


def host(now: datetime) -> Captured:
    """Disk of the sites, memory, swap, load and when the host started."""
    path = os.path.abspath(frappe.local.sites_path)
    disk, memory, swap = psutil.disk_usage(path), psutil.virtual_memory(), psutil.swap_memory()
    started = datetime.fromtimestamp(psutil.boot_time(), timezone.utc)
    load = [round(each, 2) for each in psutil.getloadavg()]
    return Captured(
        {
            **{"disk used (%)": disk.percent, "disk free (GB)": round(disk.free / GIGA, 2)},
            **{"inodes free (%)": _inodes(path)},
            **{"memory used (%)": memory.percent, "memory available (GB)": round(memory.available / GIGA, 2)},
            **{"swap used (%)": swap.percent, "processors": psutil.cpu_count()},
            **{"load of 1 minute": load[0], "load of 5 and 15 minutes": f"{load[1]}, {load[2]}"},
            "host started": clock.shown(started)[:16],  # to the minute: the clock of a host is corrected
        }
    )


def _inodes(path: str) -> float | None:
    """None where the file system counts none."""
    found = os.statvfs(path)
    return round(100 * found.f_favail / found.f_files, 1) if found.f_files else None


def processes(now: datetime) -> Captured:
    """Those of the bench and its servers, each with its service, and what takes most processor and memory;
    commands without secrets."""
    seen = list(psutil.process_iter())
    for each in seen:
        with suppress(psutil.Error):  # it has ended
            each.cpu_percent()  # the first call begins to count
    time.sleep(WAIT)
    of_bench = {each.pid: service.value for service, ones in services.processes().items() for each in ones}
    rows = [{"service": of_bench.get(row["pid"], ""), **row} for row in map(_process, seen) if row]
    busiest = sorted(rows, key=lambda row: (row["processor (%)"], row["memory (MB)"]), reverse=True)
    own = [row for row in rows if row["service"] or OWN.search(row["command"])]
    chosen = {row["pid"]: row for row in (*busiest[:8], *own)}
    shown = sorted(chosen.values(), key=lambda row: (not row["service"], row["pid"]))[:MOST_PROCESSES]
    cut = f"{len(chosen)} processes, and {MOST_PROCESSES} are shown" if len(chosen) > MOST_PROCESSES else ""
    return Captured({"processes": len(rows)}, shown, cut)


def _process(process: psutil.Process) -> dict[str, Any]:
    """Empty where it has ended meanwhile, or is not ours to see."""
    try:
        with process.oneshot():
            command = " ".join(process.cmdline()) or process.name()
            return {
                **{"pid": process.pid, "started": _shown(process.create_time())},
                **{"processor (%)": process.cpu_percent()},
                **{"memory (MB)": round(process.memory_info().rss / MEGA, 1), "state": process.status()},
                "command": without_secrets(command),
            }
    except psutil.Error:
        return {}


def logs(now: datetime) -> Captured:
    """The last lines of each log of this bench and site that was written to within a day."""
    folders = (os.path.join(frappe.utils.get_bench_path(), "logs"), frappe.get_site_path("logs"))
    files = [file for folder in folders for file in Path(folder).glob("*.log") if "monitor" not in file.name]
    fresh = sorted((file for file in files if _is_fresh(file, now)), key=_changed, reverse=True)
    rows = [{"file": str(file), "line": line} for file in fresh[:MOST_FILES] for line in _last_lines(file)]
    cut = f"{len(fresh)} logs, and {MOST_FILES} are shown" if len(fresh) > MOST_FILES else ""
    return Captured({"logs written to within a day": len(fresh)}, rows, cut)


def _is_fresh(file: Path, now: datetime) -> bool:
    return now.timestamp() - _changed(file) < DAY and file.stat().st_size > 0


def _changed(file: Path) -> float:
    return file.stat().st_mtime


def _last_lines(file: Path) -> list[str]:
    with file.open("rb") as stream:
        stream.seek(max(file.stat().st_size - TAIL, 0))
        return [line for line in stream.read().decode(errors="replace").splitlines() if line.strip()][-LINES:]


def upgrades(now: datetime) -> Captured:
    """Each app's version and commit, when that was checked out, and when the site was migrated last."""
    migrated = frappe.db.get_single_value("Maintenance Settings", "migrated_at")
    rows = [_app(app) for app in frappe.get_all_apps(with_internal_apps=False, sites_path=".")]
    installed = set(_installed())
    shown = [{**row, "installed here": row["app"] in installed} for row in rows]
    return Captured({"migrated last": str(migrated or "not known")}, shown)


def _installed() -> Iterable[str]:
    return frappe.get_all("Installed Application", pluck="app_name", limit=0)


def _app(app: str) -> dict[str, Any]:
    module = frappe.get_module(app)
    head = Path(os.path.realpath(frappe.get_app_path(app))).parent / ".git" / "HEAD"
    known = {"app": app, "version": str(getattr(module, "__version__", "not told"))}
    if not head.is_file():
        return {**known, "commit": "no git checkout", "checked out": ""}
    return {**known, "commit": _commit(head), "checked out": _shown(_changed(head))}


def _commit(head: Path) -> str:
    text = head.read_text(encoding="utf-8").strip()
    if not text.startswith("ref: "):
        return text[:10]
    branch = text.removeprefix("ref: ")
    loose = head.parent / branch
    if loose.is_file():
        return f"{branch.rpartition('/')[2]} {loose.read_text(encoding='utf-8').strip()[:10]}"
    return branch.rpartition("/")[2]


def _shown(seconds: float) -> str:
    return clock.shown(datetime.fromtimestamp(seconds, timezone.utc))
