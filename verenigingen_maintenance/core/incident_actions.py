"""What a hand may do to the system in an incident: one table, which the doors, the form and a shell read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

MANAGER, OPERATOR = "Maintenance Manager", "Maintenance Operator"
OWN = "verenigingen_maintenance."
WAITS = "Waits for a worker"
TAKEN_UP_WITHIN = timedelta(minutes=2)
RESTART = "Restart"
MOST_JOBS = 50


class Outcome(str, Enum):
    """What became of an action. Running: it was begun, and nothing more is known yet."""

    RUNNING = "Running"
    DONE = "Done"
    FAILED = "Failed"
    BY_HAND = "By Hand"
    DRILL = "Not Done: Drill"


@dataclass(frozen=True)
class Parameter:
    """What an action asks for. `kind` is a field type of Desk; a Select offers what can be chosen now."""

    name: str
    label: str
    kind: str = "Select"
    is_required: bool = True
    help: str = ""


@dataclass(frozen=True)
class Action:
    """One thing a hand may do: who may, what is asked, what is said first, what takes it back."""

    name: str
    warning: str
    roles: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    taken_back_by: str = ""
    way_back: str = ""
    in_worker: bool = False

    @property
    def key(self) -> str:
        """For a lock of the database, whose names are short."""
        return self.name.lower().replace(" ", "_")


BOTH, MANAGERS = (MANAGER, OPERATOR), (MANAGER,)

_ALL = (
    Action(
        "Clear Cache",
        "All of this site's cache goes: the first requests afterwards are slower, and the cache hit rate "
        "falls. What Frappe's Monitor has not written down yet is written first. It helps against old or "
        "broken content, rarely against slowness.",
        BOTH,
        way_back="It fills by itself.",
    ),
    Action(
        "Delete Engine Cache Keys",
        "The stored answers of all analytics components and the keys analytics_* of this site's cache go. "
        "The next refresh, within ten minutes, makes them anew; until then analytics are UNKNOWN.",
        BOTH,
        way_back="The next refresh makes them anew.",
    ),
    Action(
        "Pause Scheduler",
        "No job of this site runs by schedule any more, and this app's own ones neither: nothing is sampled, "
        "no escalation opens or moves on, mail that waits is not sent. Only an outside monitor watches until "
        "it is resumed. Jobs that are queued already still run.",
        MANAGERS,
        taken_back_by="Resume Scheduler",
    ),
    Action(
        "Resume Scheduler",
        "Jobs run by schedule again. Each that is overdue runs once, all at about the same time; what was "
        "missed before that is not repeated.",
        BOTH,
        taken_back_by="Pause Scheduler",
    ),
    Action(
        "Pause a Job",
        "It is not begun by schedule any more until it is resumed; what it does is not done meanwhile. One "
        "that is queued or running goes on.",
        MANAGERS,
        (Parameter("job", "Job"),),
        taken_back_by="Resume a Job",
    ),
    Action(
        "Resume a Job",
        "It is begun by schedule again; one that is overdue at once.",
        BOTH,
        (Parameter("job", "Job"),),
        taken_back_by="Pause a Job",
    ),
    Action(
        "Retry Failed Jobs",
        "What these jobs did before they failed is done a second time: a payment that was sent, a mail that "
        f"went out. Only who knows the job knows whether that does harm. At most {MOST_JOBS} at once, those "
        "that failed first come first.",
        BOTH,
        (
            Parameter("job_name", "Job", is_required=False),
            Parameter(
                "job_ids",
                "Only These Ids",
                "Small Text",
                False,
                "One a line. Empty: all of that name. There are:",
            ),
            Parameter("may_run_twice", "I know these jobs: they may run twice", "Check"),
        ),
        way_back="Nothing takes back what a job does.",
    ),
    Action(
        "Switch Analytics to Basic",
        "All advanced components of the analytics engine are switched off until they are restored: their "
        "sections are UNKNOWN. Samples, runs, checks and escalations go on.",
        MANAGERS,
        taken_back_by="Restore Next Component",
    ),
    Action(
        "Restore Next Component",
        "One component is computed at once. It works again after three good refreshes; one failure among "
        "them switches it off again. Restore the next one only when it works.",
        BOTH,
        (Parameter("component", "Component", is_required=False, help="Empty: the next in order."),),
        way_back="Switch Analytics to Basic switches all of them off.",
        in_worker=True,
    ),
    Action(
        "Roll Back a Change",
        "What was there before the change comes back. It is refused where somebody changed it since. Take "
        "the latest change first, and measure after each.",
        MANAGERS,
        (
            Parameter("change", "Change"),
            Parameter("done_by_hand", "I took it back by hand: only say so here", "Check", False),
        ),
        way_back="Propose the change anew.",
        in_worker=True,
    ),
)

ACTIONS: Mapping[str, Action] = {each.name: each for each in _ALL}

# Actions whose effect lasts until somebody takes it back, and how what is read now tells whether it does.
LASTING: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "Pause Scheduler": lambda state: not state["on in System Settings"],
    "Pause a Job": lambda state: bool(state["stopped"]),
    "Switch Analytics to Basic": lambda state: bool(state["left"]),
}

# How it is until then, for people.
LEFT_AS = {
    "Pause Scheduler": "The scheduler is paused",
    "Pause a Job": "The job {0} is paused",
    "Switch Analytics to Basic": "Analytics are switched to basic",
}

# What is not done while a job of Frappe is paused; this app depends on the first three.
DEPENDS = {
    "frappe.email.queue.flush": "no mail leaves this site, messages of escalations neither",
    "frappe.monitor.flush": "response times and requests are not measured, and checks about them are UNKNOWN",
    "frappe.deferred_insert.save_to_db": "errors of web requests do not reach Error Log, and are not counted",
    "frappe.email.doctype.email_account.email_account.pull": "no mail is fetched",
    "frappe.utils.global_search.sync_global_search": "the global search does not find what is new",
    "frappe.core.doctype.log_settings.log_settings.run_log_clean_up": "logs grow",
}


def may(action: Action, roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may do it."""
    return bool(set(action.roles) & set(roles))


def depends(method: str) -> str:
    """What is not done while this scheduled job is paused, as far as that is known; else empty."""
    return DEPENDS.get(method, "")


def is_own_job(method: str) -> bool:
    """Whether this app's own watching is done by it: such a job is never paused here."""
    return method.startswith(OWN)


def job_title(name: str) -> str:
    """The name of a background job without the address of its function, which each process has another of."""
    found = re.match(r"<(?:function|bound method) (.+?)(?: at 0x[0-9a-f]+| of <.*)>", name)
    return found[1] if found else name


def why_left(asked: datetime, now: datetime, is_held: bool, waits: bool) -> str:
    """Why an action that says Running does not run any more; empty where it may well do.

    `is_held` is whether a process works on it now, `waits` whether no worker has taken it up yet.
    """
    if is_held or (waits and now - asked < TAKEN_UP_WITHIN):
        return ""
    if waits:
        minutes = round(TAKEN_UP_WITHIN.total_seconds() / 60)
        return f"No worker took it up within {minutes} minutes. Nothing was done."
    return "It was begun and never ended: its process was killed. How far it came is not known."


def takes_back(done: str, target: str, left: bool, earlier: str, earlier_target: str) -> bool:
    """Whether an action that is done takes an earlier one back: the same thing, and nothing of it is left."""
    action = ACTIONS.get(earlier)
    is_way_back = action is not None and action.taken_back_by == done
    is_same = earlier_target in ("", target)
    return is_way_back and is_same and not left


def not_taken_back(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of an incident that paused or switched something off, and that no later one took back."""
    return [
        row
        for row in rows
        if row.get("action") in LASTING and may_have_acted(row) and not row.get("taken_back_by")
    ]


def may_have_acted(row: Mapping[str, Any]) -> bool:
    """Whether an action changed something, or may have before it was killed or failed."""
    is_half_done = row.get("outcome") in (Outcome.RUNNING.value, Outcome.FAILED.value)
    return row.get("outcome") == Outcome.DONE.value or bool(is_half_done and row.get("before"))


def left_as(action: str, target: str) -> str:
    """What an action paused or switched off, and what puts it back."""
    return f"{LEFT_AS[action].format(target)}: {ACTIONS[action].taken_back_by} puts it back."


def lasts(action: str, state: Mapping[str, Any]) -> bool:
    """Whether what an action paused or switched off is so still, by what is read now."""
    return LASTING[action](state)
