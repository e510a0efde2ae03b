"""What this site takes up: its database, and the files that people uploaded."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.query_builder.functions import Sum

from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.sources import source

MEGA = 1e6


@source
def database(now: datetime) -> Reading:
    """Data and indices of all tables, as the database last estimated them."""
    rows = frappe.db.sql(
        "select table_name, data_length + index_length from information_schema.tables "
        "where table_schema = database() and data_length is not null order by 2 desc"
    )
    largest = {name: round(float(size) / MEGA, 1) for name, size in rows[:5]}
    size = sum(float(size) for _name, size in rows) / MEGA
    return Reading(round(size, 2), "MB", now, "information_schema.tables", {"largest (MB)": largest})


@source
def files(now: datetime) -> Reading:
    """Files of this site by their size in File; each content counts once."""
    file = frappe.qb.DocType("File")
    contents = frappe.qb.from_(file).select(file.content_hash, file.file_size).where(file.is_folder == 0)
    contents = contents.distinct()
    size = frappe.qb.from_(contents).select(Sum(contents.file_size)).run()[0][0] or 0
    return Reading(round(float(size) / MEGA, 2), "MB", now, "File, sum of sizes")
