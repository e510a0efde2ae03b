"""Tests a backup of the configuration: written, read back, and brought into this app as a new site has it.

All of it in one transaction that is taken back: nothing that others read changes for a moment.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core.configuration_diff import told
from verenigingen_maintenance.operations import (
    configuration,
    configuration_copies,
    configuration_import,
    seed,
)
from verenigingen_maintenance.operations.configuration import DOCTYPES, TARGET, Comparison, Options
from verenigingen_maintenance.operations.refusals import plain, refuse
from verenigingen_maintenance.operations.settings import SETTINGS, fill_in_holidays, forget
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import configuration as copies

LONGEST_TOLD = 10_000


def test(now: datetime) -> dict[str, Any]:
    """Keeps a copy, reads it from disk, and brings it back into an emptied configuration, which is taken
    back.

    Returns whether what came out is identical, what differs, and how long it took. Raises
    frappe.ValidationError while something else writes. Only a good test counts for the check; a bad one is
    told in the settings.
    """
    with lock("writing", configuration_import.PATIENCE) as mine:
        if not mine:
            refuse(_("A run or a round of samples is being written for a while. Try again in a minute."))
        configuration_copies.keep_changed(now)
        commit()
        began = time.monotonic()
        reason = _differs()
        seconds = round(time.monotonic() - began, 1)
        _keep(reason, seconds, now)
        commit()
    return {"identical": not reason, "differences": reason, "seconds": seconds}


test.__test__ = False  # type: ignore[attr-defined] # no test of pytest


def _differs() -> str:
    """What is not as it was, after the copy was brought back; empty where all is."""
    text = copies.latest_text()
    try:
        if not text:
            refuse(_("the copy that was just kept cannot be read"))
        compared = configuration.compare(text)
        return told(compared.found) or _after_bringing_back(text, compared)
    except frappe.ValidationError as error:
        return plain(error)
    finally:
        frappe.clear_messages()  # what a save would say to a person is of nothing that stays
        configuration_import.take_back()


def _after_bringing_back(text: str, before: Comparison) -> str:
    """What is not as it was, where a new site was given the copy."""
    frappe.db.before_commit.add(_refuse_commit)
    _empty()
    seed.seed()
    fill_in_holidays()
    configuration_import.apply(configuration.compare(text, Options(delete_others=True)))
    after = configuration.compare(text)
    is_same = after.here.digest == before.here.digest
    return told(after.found) or ("" if is_same else "what is not in the file differs from what was before")


def _empty() -> None:
    """As before an installation; targets stay, because their addresses are in no file."""
    for doctype in DOCTYPES:
        if doctype != TARGET:
            for field in frappe.get_meta(doctype).get_table_fields():
                frappe.db.delete(field.options, {"parenttype": doctype})
            if doctype != SETTINGS:
                frappe.db.delete(doctype)
    forget()
    frappe.db.value_cache.clear()


def _refuse_commit() -> None:
    raise RuntimeError("the test of a configuration backup is taken back, and must not be committed")


def _keep(reason: str, seconds: float, now: datetime) -> None:
    when = clock.shown(now)
    good = f"{when}: brought back and identical, in {seconds} s"
    bad = f"{when}: NOT as it was:" + f"\n{reason}"[:LONGEST_TOLD]
    values = {"configuration_test": bad if reason else good}
    if not reason:
        values["configuration_tested_at"] = str(clock.stored(now))
        values["configuration_tested_by"] = frappe.session.user
    for field, value in values.items():
        frappe.db.set_single_value(SETTINGS, field, value, update_modified=False)
