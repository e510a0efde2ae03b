"""How each step of setting up a site is measured: done, to do, or not known and why. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

import frappe
from frappe import _
from frappe.utils import format_datetime, format_time

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.operations import activation, mail, measure, restore_begin, settings
from verenigingen_maintenance.operations import heartbeat as signs
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.sources import clock, monitor
from verenigingen_maintenance.sources import mail as queue
from verenigingen_maintenance.sources import people as accounts
from verenigingen_maintenance.sources import scheduler as jobs
from verenigingen_maintenance.sources import scratch as database

DONE, TO_DO, NOT_KNOWN = "done", "to do", "not known"
JOBS_LATE, RECENT, LATELY = timedelta(minutes=15), timedelta(hours=1), timedelta(minutes=30)
SENT_WITHIN = timedelta(days=30)
PATIENCE, KEPT, KEY = 5, 300, "maintenance_scratch_measured"


@dataclass(frozen=True)
class Measured:
    """The state of a step, what was seen, what is typed in a shell to get it done, and whether a person may
    test it."""

    state: str
    told: str
    command: str = ""
    may_test: bool = False


def forget() -> None:
    """What is kept for some minutes is measured again when it is next asked for."""
    frappe.cache.delete_keys(KEY)


def time_zone(_now: datetime) -> Measured:
    """That of System Settings; Frappe would silently take India's."""
    name = frappe.get_system_settings("time_zone") or ""
    if name in available_timezones():
        return Measured(DONE, name)
    missing = _("“{0}” is not a time zone.").format(name) if name else _("This site has no time zone.")
    return Measured(TO_DO, missing)


def scheduler(now: datetime) -> Measured:
    """By what it did: its own figures say active when its process is dead."""
    on = _bench("enable-scheduler")
    switched = jobs.switched(now)
    if why := switched.off or switched.dormant:
        return Measured(TO_DO, _sentence(said(why)), on)
    age = jobs.age(now)
    if isinstance(age, Unknown):
        return Measured(TO_DO, _sentence(said(age.reason)), on)
    begun = _("Minutes since the last job was begun: {0}").format(round(age.value))
    return Measured(DONE if timedelta(minutes=age.value) <= JOBS_LATE else TO_DO, begun)


def people(_now: datetime) -> Measured:
    """Somebody has each of the roles that a run needs; an auditor may be missing."""
    found = accounts.with_roles()
    counts = (found[role] for role in accounts.APP_ROLES)
    told = _("Managers: {0}, operators: {1}, auditors: {2}").format(*counts)
    return Measured(DONE if all(found[role] for role in accounts.ACTING) else TO_DO, told)


def contacts(_now: datetime) -> Measured:
    """Whether every level and every contact reaches somebody."""
    if missing := activation.who_is_not_reached():
        return Measured(TO_DO, some(missing, 2))
    return Measured(DONE, _("Every level and every contact reaches somebody."))


def working_hours(now: datetime) -> Measured:
    """Hours that can be meant, and holidays of the year that is."""
    page = frappe.get_cached_doc(settings.SETTINGS)
    if gap := settings.gap_of_holidays():
        return Measured(TO_DO, _sentence(gap))
    calendar = settings.calendar()
    hours = [format_time(each, "HH:mm") for each in settings.business_hours(page)]
    year = clock.stored(now).year
    days = sum(day.year == year for day in calendar.holidays)
    told = _("{0} to {1} on business days; {2} holidays in {3}").format(*hours, days, year)
    return Measured(DONE if days else TO_DO, told)


def outgoing_mail(now: datetime) -> Measured:
    """An account, and a message that the mail server really took."""
    if why := mail.why_not():
        return Measured(TO_DO, _sentence(said(why)))
    sent = queue.last_sent(now - SENT_WITHIN)
    if sent is None:
        return Measured(TO_DO, _("There is an account, but it sent nothing within 30 days."), may_test=True)
    return Measured(DONE, _("The last message was sent at {0}.").format(_at(sent)))


def escalation(_now: datetime) -> Measured:
    """Whether it was switched on."""
    if activation.is_active():
        return Measured(DONE, _("What nobody acknowledges in time goes to the next level."))
    return Measured(TO_DO, _("People are told of what opens, and nothing goes to the next level by itself."))


def request_monitor(now: datetime) -> Measured:
    """It is on, and requests arrive."""
    on = f"{_bench('set-config -p monitor 1')} && bench restart"
    if not frappe.conf.monitor:
        return Measured(TO_DO, _("Monitor is off in the site's config."), on)
    last = monitor.newest()
    if last is None or now - last > RECENT:
        return Measured(TO_DO, _("Monitor is on, but kept nothing within the last hour."), "bench restart")
    return Measured(DONE, _("The latest request it kept: {0}").format(format_datetime(clock.stored(last))))


def heartbeat(now: datetime) -> Measured:
    """Somebody outside took a sign of life lately, or asked for the health address."""
    page = frappe.get_cached_doc(settings.SETTINGS)
    url, problem = page.heartbeat_url, frappe.db.get_single_value(settings.SETTINGS, "heartbeat_problem")
    lately = {what: at for what, at in signs.last_outside().items() if now - at <= LATELY}
    if url and problem:
        return Measured(TO_DO, _("The heartbeat was not taken: {0}").format(said(problem)))
    if url and "taken" in lately:
        return Measured(DONE, _("The last sign was taken at {0}.").format(_at(lately["taken"])))
    if "asked" in lately:
        return Measured(DONE, _("The health address was last asked for at {0}.").format(_at(lately["asked"])))
    if url:
        return Measured(NOT_KNOWN, _("Nothing was sent to the Heartbeat URL within half an hour."))
    return Measured(
        TO_DO, _("No Heartbeat URL is set, and nobody outside asked for the health address lately.")
    )


def scratch(_now: datetime) -> Measured:
    """Whether a drill could restore into it now; asked in each language at most every five minutes, for it
    may be far away."""
    lang = frappe.local.lang
    if kept := frappe.cache.get_value(f"{KEY}:{lang}", expires=True):
        return Measured(**kept)
    found = measure.ask_all([{"scratch": lambda _now: _scratch(lang)}], clock.now(), PATIENCE, (Measured,))
    answer = found["scratch"]
    if isinstance(answer, Unknown):
        return Measured(NOT_KNOWN, _sentence(said(answer.reason)))
    frappe.cache.set_value(f"{KEY}:{lang}", vars(answer), expires_in_sec=KEPT)
    return answer


def _scratch(lang: str) -> Measured:
    """In a thread of its own, which knows nothing of who asks."""
    frappe.local.lang = lang
    at = database.place()
    if found := restore_begin.why_not_ready(at):
        return Measured(TO_DO, found.why, restore_begin.statement() if found.is_missing else "")
    return Measured(DONE, _("A drill can restore into {0}.").format(at.database))


def _at(moment: datetime) -> str:
    return format_datetime(clock.stored(moment))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bench(command: str) -> str:
    return f"bench --site {frappe.local.site} {command}"
