"""Pausing and resuming in an incident: the scheduler of this site, or one of its jobs.

The scheduler is switched in System Settings, where a person sees it, as `bench disable-scheduler` does, and
not in the site's config, which is a file of one host.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint
from frappe.utils.scheduler import disable_scheduler, enable_scheduler

from verenigingen_maintenance.core.incident_actions import depends, is_own_job
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations.incident_action_way import Asked, Parameters, Prepared, State
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, scheduler
from verenigingen_maintenance.sources.scheduler import JOB

MOST_CHOICES = 500
WAYS_ON = {
    "maintenance_mode": "set-maintenance-mode off",
    "pause_scheduler": "scheduler resume",
    "disable_scheduler": "set-config disable_scheduler 0",
}


# --- the scheduler


def state(_parameters: Parameters) -> State:
    """The switch in System Settings, whatever else keeps it off, and when a job was last begun."""
    now = clock.now()
    return {
        "on in System Settings": _is_on(),
        "off because": scheduler.switched(now).off,
        "minutes since a job was begun": _age(now),
    }


def _age(now: datetime) -> Any:
    found = scheduler.age(now)
    return found.reason if isinstance(found, Unknown) else found.value


def _is_on() -> bool:
    return bool(cint(frappe.db.get_single_value("System Settings", "enable_scheduler", cache=False)))


def not_to_pause() -> str:
    """Why there is nothing to pause."""
    off = scheduler.switched(clock.now()).off
    return _("It does not run: {0}.").format(off) if off else ""


def not_to_resume() -> str:
    """Why there is nothing to resume here; what a config file says is changed in a shell."""
    for key, command in WAYS_ON.items():
        if frappe.conf.get(key):
            message = _("{0} in the site's config keeps it off. In a shell: bench --site {1} {2}")
            return message.format(key, frappe.local.site, command)
    return _("It is not paused.") if _is_on() else ""


def prepare_pause(_parameters: Parameters) -> Prepared:
    return _prepared(not_to_pause())


def prepare_resume(_parameters: Parameters) -> Prepared:
    return _prepared(not_to_resume())


def _prepared(why_not: str) -> Prepared:
    if why_not:
        refuse("{0}", why_not)
    return Prepared("", {})


def pause(_asked: Asked) -> None:
    disable_scheduler()


def resume(_asked: Asked) -> None:
    enable_scheduler()


def paused(_before: State, after: State) -> str:
    if after["on in System Settings"]:
        refuse(_("System Settings still say that the scheduler is on."))
    return "No job is begun by schedule. Resume it before the incident is resolved."


def resumed(_before: State, after: State) -> str:
    if after["off because"]:
        refuse(_("It is still off: {0}."), after["off because"])
    return "Jobs are begun by schedule again. That one really was begun is seen in the check scheduler_age."


# --- one job


def job_state(parameters: Parameters) -> State:
    fields = ["method", "stopped", "frequency", "cron_format", "last_execution"]
    row = frappe.db.get_value(JOB, parameters["job"], fields, as_dict=True)
    if not row:
        refuse(_("There is no scheduled job {0}."), parameters["job"])
    return {**row, "stopped": bool(row.stopped), "last_execution": str(row.last_execution or "")}


def prepare_job_pause(parameters: Parameters) -> Prepared:
    """Refuses a job that is not there or paused already, and those that this app watches with."""
    found = _job(parameters)
    if is_own_job(found["method"]):
        message = _(
            "{0} is how this app watches: it is not paused. Pause the scheduler where everything must stop."
        )
        refuse(message, found["job"])
    if found["stopped"]:
        refuse(_("{0} is paused already."), found["job"])
    return Prepared(found["job"], {"job": found["job"]})


def prepare_job_resume(parameters: Parameters) -> Prepared:
    found = _job(parameters)
    if not found["stopped"]:
        refuse(_("{0} is not paused."), found["job"])
    return Prepared(found["job"], {"job": found["job"]})


def _job(parameters: Parameters) -> State:
    name = str(parameters.get("job") or "").strip()
    if not name:
        refuse(_("Say which job, such as queue.flush; the list Scheduled Job Type has them."))
    return {"job": name, **job_state({"job": name})}


def pause_job(asked: Asked) -> None:
    frappe.db.set_value(JOB, asked.parameters["job"], "stopped", 1)


def resume_job(asked: Asked) -> None:
    frappe.db.set_value(JOB, asked.parameters["job"], "stopped", 0)


def job_paused(_before: State, after: State) -> str:
    if not after["stopped"]:
        refuse(_("It is not paused."))
    missing = depends(after["method"])
    return "It is not begun by schedule any more{}.".format(f": {missing}" if missing else "")


def job_resumed(_before: State, after: State) -> str:
    if after["stopped"]:
        refuse(_("It is still paused."))
    return "It is begun by schedule again."


def jobs_to_pause() -> dict[str, list[dict[str, str]]]:
    return {"job": [_choice(row) for row in _jobs(stopped=0) if not is_own_job(row.method)]}


def jobs_to_resume() -> dict[str, list[dict[str, str]]]:
    return {"job": [_choice(row) for row in _jobs(stopped=1)]}


def no_job_to_resume() -> str:
    return "" if frappe.db.exists(JOB, {"stopped": 1}) else _("No job is paused.")


def _jobs(stopped: int) -> list[Any]:
    fields = ["name", "method", "frequency", "cron_format"]
    return frappe.get_all(JOB, {"stopped": stopped}, fields, order_by="name asc", limit=MOST_CHOICES)


def _choice(row: Any) -> dict[str, str]:
    told = [row.cron_format or row.frequency, depends(row.method)]
    return {"value": row.name, "label": f"{row.name} ({'; '.join(filter(None, told))})"}
