"""What can be read: one file per system, one function per value. Each returns a Reading and writes nothing.

A check names its source as "file.function", such as "errors.last_24_hours".
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown

Source = Callable[[datetime], Reading | Unknown]
Shared = TypeVar("Shared")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class UnknownSource(ValueError):
    """No such function in sources/; the message says what is expected."""


def source(function: Source) -> Source:
    """Marks a function of `now` (aware) that a check may name."""
    function.is_source = True  # type: ignore[attr-defined]
    return function


def waits(group: str) -> Callable[[Source], Source]:
    """Marks a source that waits for an answer of others; those of one group wait in a thread of their own."""

    def mark(function: Source) -> Source:
        function.waits = group  # type: ignore[attr-defined]
        return function

    return mark


def shared(function: Callable[[datetime], Shared]) -> Callable[[datetime], Shared]:
    """What several sources need is read once where one thread asks them all about the same moment."""

    @functools.wraps(function)
    def once(now: datetime) -> Shared:
        kept, key = _kept(), (function.__module__, function.__qualname__, now)
        if key not in kept:
            kept[key] = function(now)
        return kept[key]

    return once


def _kept() -> dict:
    if not hasattr(frappe.local, "maintenance_shared"):
        frappe.local.maintenance_shared = {}
    return frappe.local.maintenance_shared


def find(name: str) -> Source:
    """The source that a check names. Raises UnknownSource."""
    wrong = UnknownSource(
        f"“{name}” is not a source. Name a file and a function of sources/, such as errors.last_24_hours."
    )
    if not _NAME.fullmatch(name):
        raise wrong
    module_name, function_name = name.split(".")
    path = f"{__name__}.{module_name}"
    if importlib.util.find_spec(path) is None:
        raise wrong
    function = getattr(importlib.import_module(path), function_name, None)
    if not getattr(function, "is_source", False):
        raise wrong
    return function
