"""What a new site needs before this app can do its work: each step is measured, and none is ever ticked off.

Not Frappe's Module Onboarding: there whoever clicks completes or skips a step, for everybody and for good,
and what is undone later never comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import frappe
from frappe import _

from verenigingen_maintenance.operations import mail
from verenigingen_maintenance.operations import setup_measures as measures
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.setup_measures import DONE, NOT_KNOWN, Measured

SYSTEM = "System Settings"


@dataclass(frozen=True)
class _Step:
    """What is asked for, why, who may do it, the page where it is done, and how it is measured."""

    title: str
    why: str
    who: str
    measure: Callable[[datetime], Measured]
    doctype: str = ""
    link: str = ""


def describe(now: datetime, anew: bool = False) -> dict:
    """The steps in their order, how many are done, and of how many. `anew` asks again what is kept for
    minutes."""
    if anew:
        measures.forget()
    zone = measures.time_zone(now)
    measured = [zone, *(_measured(each, zone, now) for each in _steps()[1:])]
    steps = [_told(step, found) for step, found in zip(_steps(), measured, strict=True)]
    return {"steps": steps, "done": sum(each["state"] == DONE for each in steps), "of": len(steps)}


def send_test_mail(user: str) -> str:
    """Queues a message to a user of this site; returns the address. Raises frappe.ValidationError where no
    mail is sent."""
    if why := mail.why_not():
        refuse(_("No message can be sent: {0}."), said(why))
    address = frappe.db.get_value("User", user, "email")
    subject = _("Test message of the maintenance app")
    text = _("This site can send e-mail: you asked for this message in the workspace Maintenance.")
    frappe.sendmail(recipients=[address], subject=subject, message=text)
    return str(address)


def _measured(step: _Step, zone: Measured, now: datetime) -> Measured:
    """Without a time zone no stored time can be read."""
    if zone.state != DONE:
        return Measured(NOT_KNOWN, _("It can be measured once the site has a time zone."))
    return step.measure(now)


def _told(step: _Step, found: Measured) -> dict:
    """A link only for whoever may write where it leads."""
    may = bool(step.doctype) and bool(frappe.has_permission(step.doctype, "write"))
    page = step.doctype.lower().replace(" ", "-")
    route = f"/app/{page}" if may and found.state != DONE else ""
    texts = {"title": step.title, "why": step.why, "who": step.who, "link": step.link}
    return {**texts, "key": step.measure.__name__, "route": route, **asdict(found)}


def _steps() -> list[_Step]:
    return [*_of_the_site(), *_of_people(), *_of_measuring()]


def _of_the_site() -> list[_Step]:
    administrator = _("A System Manager")
    return [
        _Step(
            _("Time zone"),
            _("Without it, nobody can say when something happened or is due."),
            *(administrator, measures.time_zone, SYSTEM, _("Open System Settings")),
        ),
        _Step(
            _("Scheduler"),
            _("It begins every job of this app: samples, runs and messages."),
            *(_("Whoever has a shell on the server"), measures.scheduler),
        ),
    ]


def _of_people() -> list[_Step]:
    manager, administrator = _("A Maintenance Manager"), _("A System Manager")
    return [
        _Step(
            _("People with the roles"),
            _("An operator fills in the daily run, a manager decides, an auditor reads along."),
            *(administrator, measures.people, "User", _("Open Users")),
        ),
        _Step(
            _("Contacts"),
            _("An escalation that reaches nobody helps nobody."),
            *(manager, measures.contacts, "Emergency Contact", _("Open Emergency Contacts")),
        ),
        _Step(
            _("Working hours"),
            _("They decide when runs are due, and how long somebody has to answer an escalation."),
            *(manager, measures.working_hours, SETTINGS, _("Open Maintenance Settings")),
        ),
        _Step(
            _("Outgoing e-mail"),
            _("People who are not in Desk are told by e-mail."),
            *(administrator, measures.outgoing_mail, "Email Account", _("Open Email Accounts")),
        ),
        _Step(
            _("Escalation is active"),
            _("Only then what nobody acknowledges in time goes to the next level."),
            *(manager, measures.escalation, SETTINGS, _("Open Maintenance Settings")),
        ),
    ]


def _of_measuring() -> list[_Step]:
    manager, shell = _("A Maintenance Manager"), _("Whoever has a shell on the server")
    return [
        _Step(
            _("Frappe Monitor"),
            _("It keeps the time of each request; without it, how fast the site answers people is a guess."),
            *(shell, measures.request_monitor),
        ),
        _Step(
            _("Heartbeat"),
            _("When the whole server is down, only somebody outside can notice."),
            *(manager, measures.heartbeat, SETTINGS, _("Open Maintenance Settings")),
        ),
        _Step(
            _("Scratch database"),
            _("A backup is worth something once it was restored: drills do that, beside the live database."),
            *(_("Whoever has root on the database server, then a Maintenance Manager"), measures.scratch),
            *(SETTINGS, _("Open Maintenance Settings")),
        ),
    ]
