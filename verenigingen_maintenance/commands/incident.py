"""An incident from the shell: while Desk, Redis or the workers are gone, and also while the database is.

Without a database, the steps of the procedure are printed, and what is written is kept in a file beside it.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable

import click
import frappe
from frappe.commands import pass_context

from verenigingen_maintenance.commands.door import Group, answer, as_json
from verenigingen_maintenance.core.emergency_sheet import as_text
from verenigingen_maintenance.core.incident_states import Severity
from verenigingen_maintenance.core.incident_wording import listed, told
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import emergency_sheet, incident_form, incident_steps
from verenigingen_maintenance.sources import clock, mariadb

FAILURE = "Critical System Failure"
Told = tuple[dict, str]


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
@as_json
@pass_context
def start(
    context: frappe._dict, seen: str, procedure: str, severity: str, drill: bool, as_json: bool
) -> None:
    """Open an incident with what you have SEEN; the state of the site is kept at once."""

    def begin() -> Told:
        return _one(incident_steps.start(seen, procedure, severity, clock.now(), drill))

    _act(context, begin, as_json, ("start", seen), procedure=procedure, drill=drill, severity=severity)


@incident.command("status")
@click.argument("name", required=False)
@as_json
@pass_context
def status(context: frappe._dict, name: str | None, as_json: bool) -> None:
    """The open incidents, or one: its clock, the next step with its command, whom to call."""

    def found() -> Told:
        open_ones = incident_form.ongoing()
        if name or len(open_ones) == 1:
            return _one(name or open_ones[0]["incident"])
        verdict = Verdict.CRITICAL if open_ones else Verdict.OK
        return {"verdict": verdict.value, "incidents": open_ones, "items": []}, listed(open_ones)

    _act(context, found, as_json)


@incident.command("command")
@click.argument("name", required=False)
@click.option("--reason", default="", help="Why you take over, where somebody commands it already.")
@click.option("--user", default=None, help="Your user of this site; Administrator without it.")
@as_json
@pass_context
def command(context: frappe._dict, name: str | None, reason: str, user: str | None, as_json: bool) -> None:
    """Take command: its run is opened, and its escalations are acknowledged."""

    def take() -> Told:
        if user:
            _become(user)
        chosen = _chosen(name)
        incident_steps.take_command(chosen, clock.now(), reason)
        return _one(chosen)

    _act(context, take, as_json)


@incident.command("note")
@click.argument("text")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@as_json
@pass_context
def note(context: frappe._dict, text: str, name: str | None, as_json: bool) -> None:
    """Note what you see or do."""

    def write() -> Told:
        chosen = _chosen(name)
        incident_steps.note(chosen, text)
        return _one(chosen)

    _act(context, write, as_json, ("note", text), incident=name)


@incident.command("capture")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@as_json
@pass_context
def capture(context: frappe._dict, name: str | None, as_json: bool) -> None:
    """Keep the state of the site once more, before a restart wipes it."""

    def read() -> Told:
        chosen = _chosen(name)
        incident_steps.capture_again(chosen, "Asked for in a shell", clock.now())
        return _one(chosen)

    _act(context, read, as_json)


@incident.command("mitigate")
@click.argument("how")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@as_json
@pass_context
def mitigate(context: frappe._dict, how: str, name: str | None, as_json: bool) -> None:
    """Members can work again; the cause is not removed yet. Say HOW."""

    def write() -> Told:
        chosen = _chosen(name)
        incident_steps.mitigate(chosen, how, clock.now())
        return _one(chosen)

    _act(context, write, as_json, ("mitigate", how), incident=name)


@incident.command("resolve")
@click.argument("how")
@click.option("--incident", "name", default=None, help="Which; the open one without it.")
@click.option("--false-alarm", is_flag=True, help="It never was an emergency.")
@as_json
@pass_context
def resolve(context: frappe._dict, how: str, name: str | None, false_alarm: bool, as_json: bool) -> None:
    """It is over. Say HOW."""

    def write() -> Told:
        chosen = _chosen(name)
        incident_steps.resolve(chosen, how, clock.now(), false_alarm)
        return _one(chosen)

    _act(context, write, as_json, ("resolve", how), incident=name)


def _act(
    context: frappe._dict,
    act: Callable[[], Told],
    as_json: bool,
    said: tuple[str, str] | None = None,
    **more: object,
) -> None:
    """What was written while the database was gone comes first; where it is gone now, this is kept so: what
    was `said` (its kind, its text), and `more` of it."""

    def on_site() -> Told:
        frappe.flags.maintenance_shell = f"shell of {getpass.getuser()}"
        if reason := mariadb.why_gone():
            return _without_database(reason, said, more)
        frappe.connect()
        emergency_sheet.take_in(clock.now())
        return act()

    answer(context, on_site, as_json, connect=False)


def _without_database(reason: str, said: tuple[str, str] | None, more: dict[str, object]) -> Told:
    """The steps to go through, from the file that was kept for this, and the note in another."""
    procedure, kept = str(more.pop("procedure", FAILURE)), ""
    if said:
        kind, text = said
        kept = str(emergency_sheet.note(kind, procedure, text, getpass.getuser(), clock.now(), **more))
    sheet = as_text(emergency_sheet.read(), procedure, kept)
    data = {"verdict": Verdict.UNKNOWN.value, "reason": reason, "kept_in": kept, "items": []}
    return data, f"The database does not answer: {reason}\n\n{sheet}"


def _one(name: str) -> Told:
    described = incident_form.describe(name, clock.now())
    is_over = described["status"] in ("Resolved", "Reviewed")
    verdict = Verdict.OK if is_over else Verdict.CRITICAL
    return {"verdict": verdict.value, "items": [], **described}, told(described)


def _chosen(name: str | None) -> str:
    """The one that was named, or the only one that is open."""
    if name:
        return name
    open_ones = [each["incident"] for each in incident_form.ongoing()]
    if len(open_ones) == 1:
        return open_ones[0]
    if not open_ones:
        raise frappe.ValidationError("No incident is open. Open one with: incident start 'what you see'")
    raise frappe.ValidationError(f"Several are open: say which with --incident. {', '.join(open_ones)}")


def _become(user: str) -> None:
    if not frappe.db.exists("User", {"name": user, "enabled": 1}):
        raise frappe.ValidationError(f"There is no enabled user {user} on this site.")
    frappe.set_user(user)
