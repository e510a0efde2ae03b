"""Server Scripts: code that is kept in the database, which no reading of files sees."""

from __future__ import annotations

import hashlib
from datetime import datetime

from frappe.utils.safe_exec import is_safe_exec_enabled

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources.controls import rows


def scripts(now: datetime) -> Part:
    """The enabled ones, with a mark that changes with their code."""
    query = (
        "select name, script_type, allow_guest, modified, modified_by, script from `tabServer Script` "
        "where disabled = 0 order by name"
    )
    found = [
        {
            "name": name,
            "type": kind,
            "guest": bool(guest and kind == "API"),
            "changed": str(changed)[:19],
            "by": by,
            "mark": hashlib.sha256((code or "").encode()).hexdigest()[:12],
        }
        for name, kind, guest, changed, by, code in rows(query, most=1_000)
    ]
    runs = "run" if is_safe_exec_enabled() else "do not run: they are switched off"
    return Part(found, {"enabled": len(found), "they": runs})
