"""The failover drill: a person stops what is watched, and what asks from outside is the proof.

Nothing is stopped or started by this app: the commands for it are shown, and a person runs them.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core import failover
from verenigingen_maintenance.core.failover import AGAIN, BEFORE, DEAD, STOPPED, WHAT, Asked, Facts
from verenigingen_maintenance.core.guided_drills import Told, verdict_of
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.service_commands import ways
from verenigingen_maintenance.operations import downtimes, guided_drills, recovery_drills, settings
from verenigingen_maintenance.operations.guided_drills import as_data, moment, needed
from verenigingen_maintenance.operations.guided_drills import told as as_told
from verenigingen_maintenance.operations.recovery_drills import DRILL, FAILOVER
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import host, services
from verenigingen_maintenance.sources.host import is_this

MOST_ASKED, LONGEST_ANSWER = 200, 500
SAID = ("stopped", "dead", "alarm")


def begin(monitor: str, told_how: str, stops: str, user: str) -> str:
    """Begins a drill: which monitor outside watches, how a person is told, and what is stopped. Returns its
    name.

    Raises frappe.ValidationError where one is under way, and while no token of the health address was made.
    """
    monitor = needed(monitor, _("Name the monitor outside that is to see this site die."))
    told_how = needed(told_how, _("Say how the monitor tells a person: who, by which channel."))
    if stops not in WHAT:
        refuse(_("What is stopped is one of: {0}."), ", ".join(WHAT))
    if not frappe.db.get_single_value(SETTINGS, "health_token_hash"):
        refuse(_("The health address has no token: make one in Maintenance Settings for the monitor."))
    silence = downtimes.longest_silence(settings.sampling_interval()).total_seconds()
    told = {"monitor": monitor, "told how": told_how, "stops": stops, "silence": silence}
    drill = recovery_drills.begin(FAILOVER, f"Failover, watched by {monitor}", user)
    _put(drill, {**told, "asked": [], "how": _how(stops)})
    return str(drill.name)


def watch_asker(status: int, answer: dict, now: datetime) -> None:
    """For the health address, after its answer is known: whoever asks during a drill is its proof.

    A monitor is told what is so, whatever becomes of the drill: what fails here goes into Error Log.
    """
    try:
        if note_asked(frappe.local.request_ip or "", status, answer, now):
            frappe.local.flags.commit = True  # Frappe takes back what a GET wrote
    except Exception:  # noqa: BLE001 - for the reason above
        frappe.db.rollback()
        frappe.log_error("A request at the health address was not kept for the failover drill")


def note_asked(asker: str, status: int, answer: dict, now: datetime) -> bool:
    """For the health address: keeps that it was asked, where a drill is under way and the asker is answered
    otherwise than before. Returns whether it was kept; of most requests nothing is."""
    name = frappe.db.get_value(DRILL, {"open_key": FAILOVER})
    if not name:
        return False
    drill = recovery_drills.get(name)
    data = json.loads(drill.data or "{}")
    is_outside = failover.is_outside(asker, host.addresses())
    found = Asked(now, asker, is_outside, status, json.dumps(answer)[:LONGEST_ANSWER])
    earlier = [_asked(each) for each in data["asked"]]
    facts = _facts(data)
    told = [each for each in (facts.stopped, facts.dead) if each]
    if drill.status != recovery_drills.RUNNING or not failover.is_news(found, earlier, told):
        return False
    if len(earlier) >= MOST_ASKED:
        return False
    data["asked"].append({**vars(found), "at": now.isoformat()})
    _put(drill, data)
    return True


def tell(name: str, what: str, at: str, evidence: str, person: str, now: datetime) -> None:
    """What a person saw: “stopped”, “dead” (the monitor's own time, where no request could be kept), “alarm”.

    Raises frappe.ValidationError for a time that cannot be, without what shows it, and before it was stopped.
    """
    if what not in SAID:
        refuse(_("What is told is one of: {0}."), ", ".join(SAID))
    drill = guided_drills.running(name, FAILOVER)
    data = json.loads(drill.data)
    told = Told(
        moment(at, drill, now), frappe.session.user, _evidence(what, evidence), (person or "").strip()
    )
    if what == "alarm":
        needed(person, _("Say who was told."))
    facts = _facts(data)
    stopped = told if what == "stopped" else facts.stopped
    for seen in [facts.dead, facts.alarm] if what == "stopped" else [told]:
        _refuse_before_stop(seen, stopped)
    data[what] = as_data(told)
    _put(drill, data)


def end(name: str) -> str:
    """The drill is over: what was not seen is UNKNOWN, an alarm that never came CRITICAL. Returns the
    verdict.

    Raises frappe.ValidationError where nothing was stopped: such a drill is abandoned.
    """
    drill = guided_drills.running(name, FAILOVER)
    data = json.loads(drill.data)
    facts = _facts(data)
    if facts.stopped is None:
        refuse(_("Nothing was stopped: there is nothing to end. Abandon it instead."))
    steps = failover.steps(facts, is_over=True)
    data["seconds to alarm"] = facts.seconds_to_alarm
    guided_drills.put(drill, data, steps)
    recovery_drills.end(drill, verdict_of(steps))
    return str(drill.verdict)


def _put(drill: Document, data: dict[str, Any]) -> None:
    guided_drills.put(drill, data, failover.steps(_facts(data)))


def _facts(data: dict[str, Any]) -> Facts:
    said = {what: as_told(data.get(what)) for what in SAID}
    silence = timedelta(seconds=data["silence"])
    return Facts(data["stops"], silence, tuple(_asked(each) for each in data["asked"]), **said)


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(**{**row, "at": datetime.fromisoformat(row["at"])})


def _evidence(what: str, evidence: str) -> str:
    """That it was stopped is shown by what is seen; of the rest only the person's word is there."""
    if what == "stopped":
        return (evidence or "").strip()[: guided_drills.LONGEST] or "as the commands say"
    return needed(
        evidence, _("Say what shows it: the text of the alarm, its time, a link, where it is kept.")
    )


def _refuse_before_stop(seen: Told | None, stopped: Told | None) -> None:
    """What was seen, if anything was told of it, also where another time of the stop is told afterwards."""
    if stopped is None:
        refuse(_("Say first when it was stopped."))
    if seen and seen.at < stopped.at - failover.A_MINUTE:
        refuse(_("That was seen before it was stopped: check both times, which are by the site's clock."))


def _how(stops: str) -> dict[str, str]:
    """What people do at each step, with the commands of this host and of the one outside."""
    ask = "On the machine of the monitor, with the token that Maintenance Settings made:"
    url = f"{frappe.utils.get_url()}/api/method/verenigingen_maintenance.api.health"
    write, header = "-w '%{http_code}\\n'", '-H "X-Maintenance-Token: $TOKEN"'
    ask = f"{ask}\n  curl -sS -m 10 {write} {header} {url}"
    if is_this(urlsplit(url).hostname or ""):
        ask += "\nThis is a name of this host itself: if members reach the site by another one, take that."
    return {
        BEFORE: ask,
        DEAD: ask,
        AGAIN: f"{_commands('start', stops)}\n{ask}",
        STOPPED: _commands("stop", stops),
    }


def _commands(verb: str, stops: str) -> str:
    """As this host runs it, and how sure that is."""
    if stops == failover.HOST:
        told = "{0} this host as its provider says; this app has no command for it."
        return told.format(verb.capitalize())
    way = next(each for each in ways(services.facts()) if each.service.value == stops)
    if not (commands := way.commands.get(verb)):
        return f"{verb.capitalize()} the {stops} as it was started. {redact(way.why)}"
    told = f"On this host ({way.how}, {way.sure}), as {way.as_user}:"
    return "\n".join([told, *(f"  {line}" for line in commands.splitlines())])
