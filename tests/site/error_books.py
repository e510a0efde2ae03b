"""The counts of errors, added up in every way there is: all must come to the same."""

from collections import Counter

import frappe

from verenigingen_maintenance.sources import error_patterns

DAYS = "from `tabError Count` where span = 'Day'"
WAYS = {
    "days": f"select errors {DAYS} and pattern = '' and user = ''",
    "users": f"select errors {DAYS} and pattern = '' and user != ''",
    "patterns": f"select errors {DAYS} and pattern != ''",
    "totals": "select total from `tabError Pattern` where ifnull(continues_in, '') = ''",
}


def counted():
    """How many errors were counted, once days, hours, users and patterns agree on it."""
    frappe.db.commit()
    sums = {way: sum(row[0] for row in frappe.db.sql(query)) for way, query in WAYS.items()}
    sums["hours"] = sum(
        sum(error_patterns.hours_of(row[0]))
        for row in frappe.db.sql(f"select hours {DAYS} and pattern != ''")
    )
    assert len(set(sums.values())) == 1, sums
    return sums["days"]


def totals():
    """Errors by the title of their pattern."""
    frappe.db.commit()
    rows = frappe.get_all("Error Pattern", {"continues_in": ("is", "not set")}, ["title", "total"])
    assert len({row.title for row in rows}) == len(rows), rows
    return {row.title: row.total for row in rows}


def pattern(title):
    """The pattern with this title, as it is in the database."""
    frappe.db.commit()
    (name,) = frappe.get_all("Error Pattern", {"title": title}, pluck="name")
    return frappe.get_doc("Error Pattern", name)


def hours(day, title=""):
    """Errors of a day by hour, without the hours that had none."""
    frappe.db.commit()
    key = {"span": "Day", "day": day, "user": "", "pattern": pattern(title).name if title else ""}
    numbers = error_patterns.hours_of(frappe.db.get_value("Error Count", key, "hours"))
    return {hour: errors for hour, errors in enumerate(numbers) if errors}


def everything():
    """All that was counted, row by row: of two equal ones, nothing changed between them."""
    frappe.db.commit()
    return {(doctype, row[0]): row[1:] for doctype, fields in ROWS.items() for row in _rows(doctype, fields)}


ROWS = {
    "Error Count": "day, pattern, user, errors, users, hours, hourly_users, first_at, last_at, kept, stale",
    "Error Pattern": "title, state, severity, total, users, first_at, last_at, continues_in",
    "Ingested Error": "creation, modified, owner, pattern",
    "Error Pattern Fingerprint": "fingerprint, parent, words",
}


def _rows(doctype, fields):
    return frappe.db.sql(f"select name, {fields} from `tab{doctype}`")


def by_survivor():
    """What was counted, with the errors of what goes on in another pattern counted there."""
    frappe.db.commit()
    going_on = error_patterns.survivors().survivor
    found = Counter()
    for day, name, user, text in frappe.db.sql(f"select day, pattern, user, hours {DAYS}"):
        for hour, errors in enumerate(error_patterns.hours_of(text)):
            found[day, going_on(name or ""), user, hour] += errors
    logs = frappe.db.sql("select name, creation, owner, pattern from `tabIngested Error`")
    return {**{key: errors for key, errors in found.items() if errors}, **totals()} | {
        log[:3]: going_on(log[3]) for log in logs
    }
