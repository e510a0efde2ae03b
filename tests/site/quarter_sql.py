"""Rows of the simulated quarter into the database, thousands in a statement."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import frappe

BATCH = 2_000
PLAIN = str.maketrans("", "", "\\'")


def insert(doctype: str, columns: Iterable[str], rows: Iterable[tuple]) -> None:
    """Rows that have their names."""
    _insert(doctype, columns, rows, "(")


def insert_numbered(doctype: str, columns: Iterable[str], rows: Iterable[tuple]) -> None:
    """Rows whose names come from the sequence of their DocType, as the app writes them."""
    head = f"(nextval(`{frappe.scrub(doctype)}_id_seq`), now(), now(), "
    _insert(doctype, ("name", "creation", "modified", *columns), rows, head)


def _insert(doctype: str, columns: Iterable[str], rows: Iterable[tuple], head: str) -> None:
    """As text: placeholders for so many values take longer than all the rest."""
    into, left = f"insert into `tab{doctype}` (`{'`, `'.join(columns)}`) values ", iter(rows)
    while batch := list(islice(left, BATCH)):
        frappe.db.sql(into + ", ".join(f"{head}{', '.join(map(_literal, row))})" for row in batch))


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return repr(value + 0)
    text = str(value)
    return f"'{text}'" if text.translate(PLAIN) == text else frappe.db.escape(text, percent=False)
