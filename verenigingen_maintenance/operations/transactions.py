"""Where an operation has more than one transaction, and what keeps two of them apart.

Frappe commits once, when a request, job or command ends. An operation that measures needs more: a run must be
there before it is measured (or a kill would lose it), and what is written must see what others committed
meanwhile. Those places say so by calling `commit` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


def commit() -> None:
    """Make what was written lasting; what is read from here on sees what others committed."""
    frappe.db.commit()  # nosemgrep: the one place that commits, for the reason above


@contextmanager
def lock(name: str, wait: int = 0) -> Iterator[bool]:
    """Holds a named lock of the database, or yields False when another holds it for `wait` seconds more.

    It belongs to the connection: a killed process lets go of it, on whatever host it ran.
    """
    key = f"{frappe.conf.db_name}:{name}"[:64]
    held = frappe.db.sql("select get_lock(%s, %s)", (key, wait))[0][0] == 1
    try:
        yield held
    finally:
        if held:
            frappe.db.sql("select release_lock(%s)", key)


def is_held_by_another(name: str) -> bool:
    """Whether another connection holds a named lock just now; it is looked at, and not taken."""
    key = f"{frappe.conf.db_name}:{name}"[:64]
    return bool(frappe.db.sql("select coalesce(is_used_lock(%s) <> connection_id(), 0)", key)[0][0])
