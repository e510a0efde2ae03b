"""One decision on several documents: each in a transaction of its own; one that refuses keeps no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import frappe
from frappe import _

from verenigingen_maintenance.operations import (
    accept_missed,
    changes,
    error_states,
    escalation_actions,
    threshold_proposals,
)
from verenigingen_maintenance.operations.refusals import plain, refuse
from verenigingen_maintenance.operations.transactions import commit

MOST = 100
Answer = dict[str, list]


def ignore_patterns(names: object, note: str, until: str | None, errors: int | None) -> Answer:
    """Leaves them out of what is judged, as `error_states.ignore` does each."""
    _refuse_without_words(note)
    error_states.refuse_no_end(until, errors)
    return each(names, partial(error_states.ignore, until=until, errors=errors, note=note))


def resolve_patterns(names: object, note: str) -> Answer:
    """They are mended: the next error of each makes it Regressed."""
    _refuse_without_words(note)
    return each(names, partial(error_states.resolve, note=note))


def acknowledge(names: object, note: str) -> Answer:
    """Somebody has these escalations."""
    return each(names, partial(escalation_actions.acknowledge, note=note))


def accept_missed_runs(names: object, comment: str) -> Answer:
    """A manager accepts that these slots were missed."""
    _refuse_without_words(comment)
    return each(names, partial(accept_missed.accept_missed, comment=comment))


def dismiss_thresholds(names: object, reason: str) -> Answer:
    """The thresholds stay as they are."""
    _refuse_without_words(reason)
    return each(names, partial(threshold_proposals.dismiss, reason=reason))


def dismiss_changes(names: object, reason: str) -> Answer:
    """These changes are not done."""
    _refuse_without_words(reason)
    return each(names, partial(changes.dismiss, reason=reason, user=frappe.session.user))


def each(given: object, decide: Callable[[str], object]) -> Answer:
    """Decides on each name. Answers {"done": [name], "refused": [{"name", "reason"}]}, in their order.

    `given` is a list of 1 to 100 names, or its JSON; for anything else frappe.ValidationError is raised, and
    nothing is done.
    """
    answer: Answer = {"done": [], "refused": []}
    for name in _names(given):
        if reason := _why_not(name, decide):
            answer["refused"].append({"name": name, "reason": reason})
        else:
            answer["done"].append(name)
    return answer


def _names(given: object) -> list[str]:
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) and name for name in found):
        refuse(_("What is asked for is a list of names."))
    names = list(dict.fromkeys(found))
    if not 1 <= len(names) <= MOST:
        refuse(_("Choose 1 to {0}: these are {1}."), MOST, len(names))
    return names


def _why_not(name: str, decide: Callable[[str], object]) -> str:
    """Why it was refused, and nothing of it kept; empty where it was done."""
    try:
        decide(name)
        commit()
    except frappe.ValidationError as error:
        frappe.db.rollback()
        frappe.clear_last_message()
        return plain(error)
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        frappe.db.rollback()
        return _("{0} is being worked on just now: try again.").format(name)
    return ""


def _refuse_without_words(reason: str) -> None:
    if not (reason or "").strip():
        refuse(_("Say why: it is kept with each of them."))
