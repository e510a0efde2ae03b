"""Proposals for CRITICAL thresholds from the alerts of ninety days: kept, renewed, accepted or dismissed.

Nothing is changed by the job: a manager accepts, with a reason, and the check counts a new version.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.alert_review import counted
from verenigingen_maintenance.core.threshold_review import (
    DAYS,
    Case,
    Proposal,
    lost,
    written,
)
from verenigingen_maintenance.core.threshold_review import (
    propose as speak_for,
)
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import alert_rows, clock

PROPOSAL = "Threshold Proposal"
OPEN, ACCEPTED, DISMISSED, OUTDATED = "Open", "Accepted", "Dismissed", "Outdated"
FIELDS = ("name", "critical", "unit", "version")
MOST_NAMED = 200


def propose(now: datetime) -> list[str]:
    """Renews the proposals of all enabled checks with a CRITICAL threshold; returns those that are open.

    Nothing is done while another job does it. Repeating it changes nothing. Raises frappe.ValidationError
    where not all of the alerts can be read.
    """
    with lock("thresholds") as held:
        if held:
            commit()
            _renew(now)
            commit()
    return frappe.get_all(PROPOSAL, {"status": OPEN}, pluck="name", order_by="name")


def _renew(now: datetime) -> None:
    filters = {"enabled": 1, "not_applicable": 0, "critical": ("is", "set")}
    checks = {row.name: row for row in frappe.get_all(CHECK, filters, FIELDS, order_by="name", limit=0)}
    cases = _cases(now)
    for name in frappe.get_all(PROPOSAL, {"status": OPEN}, pluck="name", limit=0):
        _drop_if_outdated(_get(name), checks)
    for check in checks.values():
        _keep(check, _found(check, cases.get(check.name, [])), cases)


def _cases(now: datetime, check: str = "") -> dict[str, list[tuple[str, Case]]]:
    """The alerts of each check, with the unit of their worst value; without a limit it was no breach.

    Raises frappe.ValidationError where a part of them is not read: it may have the one that was real.
    """
    since = now - timedelta(days=DAYS)
    alerts = alert_rows.escalations(since, now)
    if not alerts.is_whole:
        message = _("The alerts of {0} days are {1} or more: not all are read. Change thresholds by hand.")
        refuse(message, DAYS, alert_rows.MOST)
    kinds = {alert.name: alert.kind for alert in counted(alerts.alerts)}
    found: dict[str, list[tuple[str, Case]]] = {}
    for row in alert_rows.worst_values(since, now, check):
        if row.parent in kinds and row.critical and row.worst:
            case = Case(float(row.worst), kinds[row.parent], row.parent)
            found.setdefault(row.check_name, []).append((row.unit or "", case))
    return found


def _found(check: Any, cases: Sequence[tuple[str, Case]]) -> Proposal | None:
    """What the alerts say that were measured in the check's unit. A threshold that cannot be read is told by
    each measurement, and nothing is proposed for it."""
    try:
        limit = Limit.parse(check.critical)
    except ThresholdError:
        return None
    return speak_for(limit, check.unit, [case for unit, case in cases if unit == check.unit])


def _drop_if_outdated(proposal: Document, checks: Mapping[str, Any]) -> None:
    check = checks.get(proposal.check_name)
    if check is None:
        _close(proposal, OUTDATED, "The check is off, not applicable here, or has no CRITICAL threshold.")
    elif check.version != proposal.threshold_version:
        _close(proposal, OUTDATED, f"The check was changed to {check.critical}.")


def _keep(check: Any, found: Proposal | None, cases: Mapping[str, Sequence[tuple[str, Case]]]) -> None:
    name = frappe.db.get_value(PROPOSAL, {"open_key": check.name})
    if found is None or _is_dismissed(check, found):
        if name:
            _close(_get(name), OUTDATED, f"The alerts of {DAYS} days do not speak for it any more.")
        return
    values = _values(check, found, [case for _unit, case in cases[check.name]])
    proposal = _get(name) if name else frappe.get_doc({"doctype": PROPOSAL, "open_key": check.name})
    if not name:
        records.insert(proposal.update({"status": OPEN, **values}))
    elif any(proposal.get(field) != value for field, value in values.items()):
        records.write(proposal.update(values))


def _is_dismissed(check: Any, found: Proposal) -> bool:
    """Whether somebody said no to just this, under these thresholds."""
    said_no = {"check_name": check.name, "status": DISMISSED, "threshold_version": check.version}
    dismissed = frappe.get_all(PROPOSAL, said_no, pluck="proposed", limit=0)
    return _proposed(found) in [each or "" for each in dismissed]


def _proposed(found: Proposal) -> str:
    return written(found.proposed) if found.proposed else ""


def _values(check: Any, found: Proposal, cases: Sequence[Case]) -> dict[str, Any]:
    named = [
        {"alert": case.name, "worst": case.worst, "kind": case.kind.value} for case in cases[:MOST_NAMED]
    ]
    return {
        **{"check_name": check.name, "current": check.critical, "threshold_version": check.version},
        **{"proposed": _proposed(found), "finding": found.finding},
        **{"alerts": found.alerts, "remaining": found.remaining, "real": found.real},
        "real_kept": found.real_kept,
        "evidence": json.dumps({"days": DAYS, "unit": check.unit, "alerts": named}, indent=1),
    }


# --- what people decide


def accept(name: str, reason: str) -> None:
    """The check gets the proposed threshold, and counts a new version.

    Raises frappe.ValidationError without a reason, for what is decided already or names no value, and where
    the check was changed, or the threshold would lose a real alert that was opened since, or end one that is
    open.
    """
    _refuse_without_reason(reason)
    proposal = _open_one(name)
    if not proposal.proposed:
        refuse(_("{0} names no value. Change {1} by hand, or dismiss it."), name, proposal.check_name)
    check = frappe.get_doc(CHECK, proposal.check_name, for_update=True)
    _refuse_what_changed(proposal, check)
    _refuse_what_it_would_end(Limit.parse(proposal.proposed), check)
    check.critical = proposal.proposed
    check.save()
    check.add_comment("Comment", html.escape(f"{name}: {proposal.finding}. {reason}", quote=False))
    _close(proposal, ACCEPTED, reason, frappe.session.user)


def dismiss(name: str, reason: str) -> None:
    """The threshold stays. The same value is not proposed again while it does."""
    _refuse_without_reason(reason)
    _close(_open_one(name), DISMISSED, reason, frappe.session.user)


def _refuse_without_reason(reason: str) -> None:
    if not (reason or "").strip():
        refuse(_("Say why: the next one who reviews this threshold will ask."))


def _open_one(name: str) -> Document:
    if not frappe.db.exists(PROPOSAL, name):
        refuse(_("There is no proposal {0}."), name, kind=frappe.DoesNotExistError)
    proposal = _get(name)
    if proposal.status != OPEN:
        refuse(_("{0} is {1} already."), name, proposal.status)
    return proposal


def _refuse_what_changed(proposal: Document, check: Document) -> None:
    if check.version != proposal.threshold_version or not check.enabled:
        message = _("{0} was changed since {1} was made: it is “{2}” now. Propose anew.")
        refuse(message, check.name, proposal.name, check.critical if check.enabled else _("off"))
    cases = [case for unit, case in _cases(clock.now(), check.name).get(check.name, []) if unit == check.unit]
    under_present = [case for case in cases if Limit.parse(check.critical).is_breached_by(case.worst)]
    if gone := lost(Limit.parse(proposal.proposed), under_present):
        message = _("{0} would have lost {1}, which was real ({2} {3}). Propose anew.")
        refuse(message, proposal.proposed, gone[0].name, f"{gone[0].worst:g}", check.unit)


def _refuse_what_it_would_end(limit: Limit, check: Document) -> None:
    """What somebody works on would be over by itself, and count as a real alert that the limit would lose."""
    for row in alert_rows.undecided(check.name):
        is_measured = row.unit == check.unit and row.critical and row.worst
        if is_measured and not limit.is_breached_by(float(row.worst)):
            message = _("{0} is {1}, and {2} would end it as if it were over ({3} {4}). {5}")
            first = _("Resolve it first, or say that it is a false positive.")
            refuse(message, row.parent, row.status, str(limit), row.worst, row.unit, first)


def _close(proposal: Document, status: str, reason: str, user: str | None = None) -> None:
    proposal.update({"status": status, "reason": reason, "open_key": None})
    proposal.update({"decided_by": user, "decided_at": clock.stored(clock.now())})
    records.write(proposal)


def _get(name: str) -> Document:
    return frappe.get_doc(PROPOSAL, name, for_update=True)
