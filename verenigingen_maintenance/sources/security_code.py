"""The code of the installed apps, read as text: which whitelisted methods ask who may call them."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import frappe

from verenigingen_maintenance.core.code_modules import Library
from verenigingen_maintenance.core.exposed_methods import SHOWN, Exposed, find
from verenigingen_maintenance.core.security import Part

WORD, LARGEST, MOST_FILES = b"whitelist", 2_000_000, 5_000
SKIPPED = {"node_modules", "tests", ".git", "public", "dist", "locale"}


def methods(now: datetime) -> Part:
    """The whitelisted methods of all installed apps. Those that ask nobody are rows, the others evidence."""
    began, roots = monotonic(), _roots()
    names, is_cut = _modules(roots)
    library = Library(lambda name: _text(name, roots))
    with _no_collecting():
        found = find(library, names)
    rows = [_row(each) for each in found]
    unread = [name for name in names if library.module(name) is None]
    figures = {
        "files read": len(names),
        "methods": len(found),
        "seconds": round(monotonic() - began, 1),
        "kinds": {app: _counted(found, app) for app in roots},
    }
    why = [f"{len(unread)} files are no Python that this one can read"] if unread else []
    why += [f"only {MOST_FILES} files are read"] if is_cut else []
    shown = {each.value for each in SHOWN}
    kept = [row for row in rows if row["kind"] in shown]
    return Part(kept, figures, [row for row in rows if row["kind"] not in shown], "; ".join(why))


def _roots() -> dict[str, Path]:
    """Where the package of each installed app is."""
    return {app: Path(frappe.get_app_path(app)) for app in frappe.get_installed_apps()}


def _modules(roots: dict[str, Path]) -> tuple[list[str], bool]:
    found = [name for app, root in roots.items() for name in _whitelisting(app, root)]
    return found[:MOST_FILES], len(found) > MOST_FILES


def _whitelisting(app: str, root: Path) -> Iterator[str]:
    """The modules of an app whose files have the word; others cannot open anything."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for file in sorted(files):
            path = Path(folder, file)
            if file.endswith(".py") and not file.startswith("test_") and WORD in path.read_bytes():
                parts = path.relative_to(root).with_suffix("").parts
                yield ".".join([app, *(parts[:-1] if parts[-1] == "__init__" else parts)])


def _text(name: str, roots: dict[str, Path]) -> tuple[str, bool] | None:
    """The text of a module of an installed app; of any other nothing is known."""
    app, *parts = name.split(".")
    if app not in roots:
        return None
    base = roots[app].joinpath(*parts)
    for file, is_package in ((base / "__init__.py", True), (base.with_suffix(".py"), False)):
        if file.is_file() and file.stat().st_size <= LARGEST:
            return file.read_text(encoding="utf-8", errors="replace"), is_package
    return None


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Trees of code are no garbage; looking through them again and again takes longer than reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _row(found: Exposed) -> dict[str, Any]:
    row = {"path": found.path, "app": found.app, "line": found.line, "kind": found.kind.value}
    return {**row, "guest": found.is_guest, "why": found.why}


def _counted(found: Sequence[Exposed], app: str) -> dict[str, int]:
    return dict(Counter(each.kind.value for each in found if each.app == app))
