"""What a user may not save, and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance import sources
from verenigingen_maintenance.core import scratch
from verenigingen_maintenance.core.calendar import CalendarError
from verenigingen_maintenance.core.derived import DERIVED
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations import mutes, procedures, settings
from verenigingen_maintenance.operations.checks import LONGEST_TIMEOUT, Spec
from verenigingen_maintenance.operations.metrics import EACH_ROUND
from verenigingen_maintenance.operations.refusals import refuse, refuse_no_times_of_day
from verenigingen_maintenance.sources import backups, http, sampling
from verenigingen_maintenance.sources import scratch as scratch_places

LONGEST_BETWEEN = 1_440
LONGEST_ROUND = 5
RESERVED = ("Drill", "Sampling", "Not measured", "Notifications", "Escalation clocks")


def refuse_bad_check(check: Document) -> None:
    """Thresholds that cross or cannot be read, a duration below one, a source that is not there."""
    if not 1 <= (check.timeout_seconds or 10) <= LONGEST_TIMEOUT:
        refuse(_("The time-out is 1 to {0} seconds."), LONGEST_TIMEOUT)
    if min(_count(check.breaches), _count(check.clears)) < 1:
        frappe.throw(_("A duration rule counts in whole numbers from 1: 1 means “at once”."))
    try:
        _rule = Spec.of(check).rule
        if (check.subject or "").strip() in RESERVED:
            refuse(
                _("The subject “{0}” is this app's own. Choose another one, or leave it empty."),
                check.subject,
            )
        if check.source not in DERIVED:
            sources.find(check.source)
        elif check.live:
            refuse(_("A check that follows from others is judged with them, in a run: it cannot be live."))
    except ValueError as error:
        refuse("{0}", error)


def refuse_bad_metric(metric: Document) -> None:
    """A name that is no source; a time between samples that is none."""
    if metric.name != sampling.WORK:
        try:
            sources.find(metric.name)
        except ValueError as error:
            refuse("{0}", error)
    if metric.name in EACH_ROUND and (metric.every_minutes or not metric.enabled):
        refuse(_("{0} is sampled with each round: availability and the gaps are told by it."), metric.name)
    if (metric.capacity_limit or "").strip():
        try:
            Limit.parse(metric.capacity_limit)
        except ThresholdError as error:
            refuse("{0}", error)
    if not 0 <= (metric.every_minutes or 0) <= LONGEST_BETWEEN:
        refuse(_("A metric is sampled every 0 to {0} minutes; 0 is each round."), LONGEST_BETWEEN)


def refuse_bad_procedure(procedure: Document) -> None:
    """A window that ends before it begins; a row that names a group, task or box that is not there."""
    refuse_no_times_of_day(procedure)
    try:
        procedures.schedule_of(procedure)
    except (CalendarError, ValueError) as error:
        refuse("{0}", error)
    _refuse_second_of_cadence(procedure)
    boxes = {line.strip() for line in (procedure.boxes or "").splitlines() if line.strip()}
    groups, tasks = (_refuse_twice(procedure, table, "title") for table in ("task_groups", "tasks"))
    _refuse_twice(procedure, "checks", "task", "check_name")
    _refuse_twice(procedure, "free_fields", "label")
    for row in procedure.tasks:
        _refuse_bad_command(row)
        _refuse_unless_there(row, "task_group", groups)
        _refuse_unless_there(row, "box", boxes | {""})
    for row in procedure.checks:
        _refuse_unless_there(row, "task", tasks)
        _refuse_unless_there(row, "box", boxes)


def refuse_bad_settings(document: Document) -> None:
    """A business day that ends before it begins; holidays twice or of no list; a probe of another site."""
    refuse_no_times_of_day(document)
    _refuse_foreign_probe(document)
    _refuse_bad_sampling(document)
    _refuse_bad_folder(document)
    _refuse_bad_scratch(document)
    settings.refuse_missing_list(document)
    _refuse_twice(document, "severity_rules", "title")
    _refuse_bad_triggers(document)
    _refuse_twice(document, "starting_levels", "area")
    mutes.refuse_bad_inhibitions(document)
    days = [str(row.day) for row in document.holidays]
    if twice := {day for day in days if days.count(day) > 1}:
        refuse(_("These holidays are listed twice: {0}."), ", ".join(sorted(twice)))
    opens, closes = settings.business_hours(document)
    if opens >= closes:
        message = _("The business day ends at {0}, before it begins at {1}.")
        refuse(message, f"{closes:%H:%M}", f"{opens:%H:%M}")


def _refuse_bad_triggers(document: Document) -> None:
    """What opens an incident: each check once, and an emergency procedure."""
    _refuse_twice(document, "incident_triggers", "check_name")
    known = frappe.get_all("Maintenance Procedure", {"cadence": Cadence.EMERGENCY.value}, pluck="name")
    for row in document.incident_triggers if not document.flags.by_app else []:
        if row.procedure not in known:
            refuse(_("{0} is no emergency procedure. There are: {1}."), row.procedure, ", ".join(known))


def _refuse_foreign_probe(document: Document) -> None:
    """The probe sends a key: it goes to this site and nowhere else."""
    address, path = (document.site_address or "").strip(), (document.dashboard_path or "").strip()
    before = document.get_doc_before_save()
    is_new = not before or address != (before.site_address or "").strip()
    if address and is_new and not http.is_own_address(address):
        refuse(
            _(
                "“{0}” is not an address of this site. Write http:// or https://, and this host (127.0.0.1) "
                "or the site's own name, such as http://127.0.0.1:8000. A web server on another host "
                "is listed in site_config.json by an administrator: “maintenance_web_servers”: [“name”]."
            ),
            address,
        )
    if path and not re.fullmatch(r"/(?![/\\])[^\s?#\\]*", path):
        refuse(
            _("“{0}” is not the path of a page. Write it from the slash on: /maintenance_dashboard."), path
        )


def _refuse_bad_scratch(document: Document) -> None:
    """What is refused before each drill too; here it is said to who enters it."""
    database, user = ((document.get(field) or "").strip() for field in ("scratch_database", "scratch_user"))
    if bad := scratch.bad_names(database or "scratch", user or "scratch"):
        refuse("{0}.", "; ".join(bad))
    if database.lower() == frappe.conf.db_name.lower():
        refuse(_("{0} is the database of this site: a drill restores into a database of its own."), database)
    if host := (document.scratch_host or "").strip():
        refuse_foreign_scratch(host)
    for doctype in filter(None, map(str.strip, (document.compared_doctypes or "").splitlines())):
        if not frappe.db.exists("DocType", doctype):
            refuse(_("There is no DocType “{0}” that could be compared."), doctype)
        if not frappe.db.table_exists(doctype):
            refuse(_("“{0}” has no table, and so no rows that could be compared."), doctype)


def refuse_foreign_scratch(host: str) -> None:
    """A dump is all that the site has: where it may be sent, no manager of maintenance says alone."""
    if why := why_foreign_scratch(host):
        refuse("{0}", why)


def why_foreign_scratch(host: str) -> str:
    """Why no backup may be sent to a server; empty where one may."""
    if scratch_places.is_known_server(host):
        return ""
    return _(
        "A backup may not be sent to “{0}”: that is neither this host nor the server of the site's "
        "database. An administrator lists it in site_config.json: “maintenance_scratch_servers”: "
        "[“name”]."
    ).format(host)


def _refuse_bad_sampling(document: Document) -> None:
    """Promises and rules count in minutes: rounds that are further apart could not keep them."""
    if not 0 <= (document.sample_minutes or 0) <= LONGEST_ROUND:
        message = _("Samples are taken every 1 to {0} minutes; 0 takes none.")
        refuse(message, LONGEST_ROUND)
    url = (document.heartbeat_url or "").strip()
    if url and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", url):
        refuse(
            _(
                "“{0}” is not an address for heartbeats. Write it from http:// or https:// on, without a "
                "name, a password or a question mark, such as https://hc-ping.com/your-uuid."
            ),
            url,
        )
    if not 0 <= (promised := document.promised_availability or 0) <= 100:
        refuse(_("The dashboard can be promised to be available for 0 to 100 %, not {0} %."), promised)


def _refuse_bad_folder(document: Document) -> None:
    """The copies are looked for on this server; an address is never asked."""
    path = (document.off_site_folder or "").strip()
    if path and (not Path(path).is_absolute() or "://" in path):
        refuse(
            _(
                "“{0}” is no folder of this server. Mount the place of the copies, and write its path, such "
                "as /mnt/backup. Leave it empty where there is none."
            ),
            path,
        )
    if path and Path(path).resolve() == Path(backups.folder()).resolve():
        refuse(_("“{0}” is the folder of the backups themselves. Name the folder of their copy."), path)


def _refuse_bad_command(task: Document) -> None:
    try:
        (task.command or "").format(site="", bench="", address="")
    except (KeyError, IndexError, ValueError):
        message = _(
            "The command of “{0}” has braces that are no placeholder. There are {{site}}, {{bench}} and "
            "{{address}}; write other braces twice."
        )
        refuse(message, task.title)


def _refuse_twice(document: Document, table: str, *fields: str) -> set[str]:
    """The names of a table's rows: an upgrade tells them apart by these."""
    names = [" / ".join(row.get(field) or "" for field in fields) for row in document.get(table)]
    if twice := {name for name in names if names.count(name) > 1}:
        refuse(_("{0} has these rows twice: {1}."), document.meta.get_label(table), ", ".join(sorted(twice)))
    return set(names)


def _refuse_second_of_cadence(procedure: Document) -> None:
    """Slots are named by cadence: two procedures would take each other's runs for their own."""
    if not procedure.enabled or procedure.cadence == Cadence.EMERGENCY.value:
        return
    filters = {"cadence": procedure.cadence, "enabled": 1, "name": ("!=", procedure.name)}
    if other := frappe.db.get_value("Maintenance Procedure", filters):
        refuse(_("{0} is {1} and enabled already. Switch it off first."), other, procedure.cadence)


def _count(value: int | None) -> int:
    return 1 if value is None else int(value)


def _refuse_unless_there(row: Document, field: str, known: set[str]) -> None:
    if (row.get(field) or "") not in known:
        label = row.meta.get_label(field)
        message = _("Row {0} of {1}: {2} “{3}” is not in this procedure.")
        refuse(message, row.idx, row.parentfield, label, row.get(field) or "")
