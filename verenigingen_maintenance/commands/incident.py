"""An incident from the shell: while Desk, Redis or the workers are gone, and also while the database is.

Without a database, the steps of the procedure are printed, and what is written is kept in a file beside it.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence

import click
import frappe
from frappe.commands import pass_context

from verenigingen_maintenance.commands.door import Group, answer, as_json
from verenigingen_maintenance.core import service_wording
from verenigingen_maintenance.core.emergency_sheet import as_note, as_text
from verenigingen_maintenance.core.incident_actions import BOTH
from verenigingen_maintenance.core.incident_states import Severity
from verenigingen_maintenance.core.incident_wording import listed, told
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import (
    emergency_notes,
    emergency_sheet,
    incident_action_left,
    incident_form,
    incident_restarts,
    incident_steps,
)
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.operations.typed_times import past_instant
from verenigingen_maintenance.sources import clock, mariadb

FAILURE = "Critical System Failure"
Told = tuple[dict, str]
as_user = click.option("--user", default=None, help="Your user of this site; Administrator without it.")


@click.group("incident", cls=Group)
def incident() -> None:
    """Handle an emergency. Needs the database only, and says what to do when even that is gone.

    Exit code: 2 while an incident is open, 0 when none is, 3 where the database does not answer.
    """


@incident.command("start")
@click.argument("seen")
@click.option("--procedure", default=FAILURE, show_default=True, help="Which emergency procedure.")
@click.option("--severity", type=click.Choice([each.value for each in Severity]), default="Critical")
@click.option("--drill", is_flag=True, help="Practise: nobody is called, and nothing is broken.")
@click.option("--since", default="", help="When it began, if you know: 03:15, or 2026-11-28 03:15.")
@as_user
@as_json
@pass_context
def start(
    context: frappe._dict,
    seen: str,
    procedure: str,
    severity: str,
    drill: bool,
    since: str,
    user: str | None,
    as_json: bool,
) -> None:
    """Open an incident with what you have SEEN; the state of the site is kept at once."""

    def begin() -> Told:
        now = clock.now()
        began = past_instant(since, now) if since else None
        return _one(incident_steps.start(seen, procedure, severity, now, drill, began))

    more = {"procedure": procedure, "drill": drill, "severity": severity, "since": since}
    _act(context, begin, as_json, user, ("start", seen), **more)


@incident.command("status")
@click.argument("name", required=False)
@as_json
@pass_context
def status(context: frappe._dict, name: str | None, as_json: bool) -> None:
    """The open incidents, or one: its clock, the next step with its command, whom to call."""

    def found() -> Told:
        open_ones = incident_form.ongoing()
        if chosen := name or _only(open_ones):
            return _one(chosen, [each for each in open_ones if each["incident"] != chosen])
        verdict, paused = Verdict.CRITICAL if open_ones else Verdict.OK, incident_action_left.left_paused()
        data = {"verdict": verdict.value, "incidents": open_ones, "still_paused": paused, "items": []}
        return data, "\n".join([listed(open_ones), *paused])

    _act(context, found, as_json, None)


@incident.command("command")
@click.argument("name", required=False)
@click.option("--reason", default="", help="Why you take over, where somebody commands it already.")
@as_user
@as_json
@pass_context
def command(context: frappe._dict, name: str | None, reason: str, user: str | None, as_json: bool) -> None:
    """Take command: its run is opened, and its escalations are acknowledged."""

    def take() -> Told:
        chosen = _chosen(name)
        incident_steps.take_command(chosen, clock.now(), reason)
        return _one(chosen)

    _act(context, take, as_json, user)


@incident.command("note")
@click.argument("text")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@as_user
@as_json
@pass_context
def note(context: frappe._dict, text: str, name: str | None, user: str | None, as_json: bool) -> None:
    """Note what you see or do."""

    def write() -> Told:
        chosen = _chosen(name)
        incident_steps.note(chosen, text)
        return _one(chosen)

    _act(context, write, as_json, user, ("note", text), incident=name)


@incident.command("capture")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@as_user
@as_json
@pass_context
def capture(context: frappe._dict, name: str | None, user: str | None, as_json: bool) -> None:
    """Keep the state of the site once more, before a restart wipes it."""

    def read() -> Told:
        chosen = _chosen(name)
        incident_steps.capture_again(chosen, "Asked for in a shell", clock.now())
        return _one(chosen)

    _act(context, read, as_json, user)


@incident.command("restarts")
@as_json
@pass_context
def restarts(context: frappe._dict, as_json: bool) -> None:
    """How this host runs each service, and what restarts it. Runs nothing, and needs no database."""

    def found() -> Told:
        services = incident_restarts.restart_commands_without_database()
        return {"services": services, "items": []}, service_wording.told(services)

    answer(context, found, as_json, connect=False)


@incident.command("mitigate")
@click.argument("how")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@as_user
@as_json
@pass_context
def mitigate(context: frappe._dict, how: str, name: str | None, user: str | None, as_json: bool) -> None:
    """Members can work again; the cause is not removed yet. Say HOW."""

    def write() -> Told:
        chosen = _chosen(name)
        incident_steps.mitigate(chosen, how, clock.now())
        return _one(chosen)

    _act(context, write, as_json, user, ("mitigate", how), incident=name)


@incident.command("resolve")
@click.argument("how")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@click.option("--false-alarm", is_flag=True, help="It never was an emergency.")
@as_user
@as_json
@pass_context
def resolve(
    context: frappe._dict, how: str, name: str | None, false_alarm: bool, user: str | None, as_json: bool
) -> None:
    """It is over. Say HOW."""

    def write() -> Told:
        chosen = _chosen(name)
        incident_steps.resolve(chosen, how, clock.now(), false_alarm)
        return _one(chosen)

    _act(context, write, as_json, user, ("resolve", how), incident=name)


def _act(
    context: frappe._dict,
    act: Callable[[], Told],
    as_json: bool,
    user: str | None,
    said: tuple[str, str] | None = None,
    **more: object,
) -> None:
    """What was written while the database was gone comes first; where it is gone now, this is kept so: what
    was `said` (its kind, its text), and `more` of it."""

    def on_site() -> Told:
        frappe.flags.maintenance_shell = f"shell of {getpass.getuser()}"
        if reason := mariadb.why_gone():
            return _without_database(reason, said, user, more)
        frappe.connect()
        waiting = _take_in_notes()
        if user:
            _become(user)
        data, text = act()
        return ({**data, "notes_wait": waiting}, f"{waiting}\n{text}") if waiting else (data, text)

    answer(context, on_site, as_json, connect=False)


def _take_in_notes() -> str:
    """What was written while the database was gone goes into incidents; or why it waits: nobody is kept from
    what is typed now by what was typed then."""
    try:
        emergency_notes.take_in(clock.now())
    except Exception as error:  # noqa: BLE001 - it is told and logged, and tried again each minute
        frappe.db.rollback()
        frappe.log_error("Notes that were written without the database")
        frappe.db.commit()  # nosemgrep: what follows may fail
        return f"What was written while the database was gone waits, see Error Log: {redact(plain(error))}"
    return ""


def _without_database(
    reason: str, said: tuple[str, str] | None, user: str | None, more: dict[str, object]
) -> Told:
    """The steps to go through, from the file that was kept for this, and the note in another; who only notes
    something is told that it is kept."""
    procedure, kept = str(more.pop("procedure", FAILURE)), ""
    if said:
        kind, text = said
        by = user or getpass.getuser()
        kept = str(emergency_notes.note(kind, procedure, text, by, clock.now(), **more).resolve())
    data = {"verdict": Verdict.UNKNOWN.value, "reason": reason, "kept_in": kept, "items": []}
    gone = f"The database does not answer: {reason}"
    if said and said[0] != "start":
        see = f"bench --site {frappe.local.site} maintenance incident status"
        return data, f"{as_note(kept, see)}\n{gone}"
    return data, f"{gone}\n\n{as_text(emergency_sheet.read(), procedure, kept)}"


def _one(name: str, others: Sequence[Mapping] = ()) -> Told:
    """One incident; `others` that are open are named below it."""
    described = incident_form.describe(name, clock.now())
    is_over = described["status"] in ("Resolved", "Reviewed")
    verdict = Verdict.OK if is_over else Verdict.CRITICAL
    text = "\n".join([told(described), *(["Also open:", listed(others)] if others else [])])
    return {"verdict": verdict.value, "items": [], **described}, text


def _chosen(name: str | None) -> str:
    """The one that was named, or the only one that is open."""
    open_ones = incident_form.ongoing()
    if chosen := name or _only(open_ones):
        return chosen
    if not open_ones:
        raise frappe.ValidationError("No incident is open. Open one with: incident start 'what you see'")
    names = ", ".join(each["incident"] for each in open_ones)
    raise frappe.ValidationError(f"Several are open: say which with --incident. {names}")


def _only(open_ones: Sequence[Mapping]) -> str:
    """The one that is open, or the one that is no drill; empty where that is not clear."""
    real = [each for each in open_ones if not each["is_drill"]] or open_ones
    return real[0]["incident"] if len(real) == 1 else ""


def _become(user: str) -> None:
    if not frappe.db.exists("User", {"name": user, "enabled": 1}):
        raise frappe.ValidationError(f"There is no enabled user {user} on this site.")
    if not set(BOTH) & set(frappe.get_roles(user)):
        raise frappe.ValidationError(f"{user} has neither the role {' nor '.join(BOTH)}.")
    frappe.set_user(user)
