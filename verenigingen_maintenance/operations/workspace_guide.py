"""What to do when something happens: situations, and the pages where one looks, in their order."""

from __future__ import annotations

import json
from urllib.parse import quote

from frappe import _

DASHBOARD = "/app/maintenance-dashboard"
OPEN, NO_DRILL = ["Open", "Acknowledged"], ["!=", 1]  # a list takes a plain 0 of a Check for no filter


def describe() -> list[dict]:
    """Each situation: its title, what to do first, and links (label, route)."""
    return [*_red(), *_slow_or_down(), *_planned(), *_of_people()]


def list_of(doctype: str, **filters: object) -> str:
    """The address of a list in Desk, with filters such as status="Open" or state=["in", [...]]."""
    texts = {field: each if isinstance(each, str) else json.dumps(each) for field, each in filters.items()}
    pairs = "&".join(f"{field}={quote(text)}" for field, text in texts.items())
    return f"/app/{doctype.lower().replace(' ', '-')}{'?' if pairs else ''}{pairs}"


def report(name: str) -> str:
    """The address of a report in Desk."""
    return f"/app/query-report/{quote(name)}"


def _red() -> list[dict]:
    return [
        _situation(
            _("The dashboard is red"),
            _("See which check is red and why; then take its escalation, so that others know it is yours."),
            (_("Dashboard"), DASHBOARD),
            (_("Critical checks"), critical_checks()),
            (_("Open escalations"), open_escalations()),
        ),
        _situation(
            _("An escalation reached me"),
            _("Acknowledge it first: that stops the clock. Then look what helped before."),
            (
                _("Escalations nobody has"),
                list_of("Maintenance Escalation", status="Open", is_drill=NO_DRILL),
            ),
            (_("Troubleshooting guide"), report("Troubleshooting Guide")),
            (_("Who else can be called"), list_of("Emergency Contact")),
        ),
        _situation(
            _("An error keeps coming back"),
            _("Open its pattern: it shows since when, whom it meets, and the latest errors."),
            (
                _("New and escalating"),
                list_of("Error Pattern", state=["in", ["New", "Escalating", "Regressed"]]),
            ),
            (_("Where errors gather"), report("Error Hotspots")),
            (_("Most frequent errors"), report("Error Patterns")),
        ),
        _situation(
            _("A backup failed"),
            _("Find out why before the next night; a drill shows what can be restored now."),
            (_("Checks of backups"), list_of("Maintenance Check", source=["like", "backup%"])),
            (_("Recovery drills"), list_of("Recovery Drill")),
        ),
    ]


def _slow_or_down() -> list[dict]:
    return [
        _situation(
            _("The site is slow"),
            _("Look what grew slower and since when, then what was changed that day."),
            (_("System health"), report("System Health")),
            (_("Procedure: Performance Degradation"), "/app/maintenance-procedure/Performance Degradation"),
            (_("Changes"), list_of("Maintenance Change")),
        ),
        _situation(
            _("The site is down"),
            _("Start an incident: it leads you step by step, and keeps the times."),
            (_("Incidents"), list_of("Maintenance Incident")),
            (_("Procedure: Critical System Failure"), "/app/maintenance-procedure/Critical System Failure"),
            (_("Emergency contacts"), list_of("Emergency Contact")),
        ),
        _situation(
            _("We take the site down ourselves"),
            _("Say so beforehand: nobody is woken, and availability does not suffer."),
            (_("Planned downtimes"), list_of("Downtime", kind="Planned")),
            (_("Silences"), list_of("Maintenance Silence")),
        ),
        _situation(
            _("A threshold annoys"),
            _("Look whether its alerts were real; a proposal says what another value would have done."),
            (_("What became of alerts"), report("Escalation Review")),
            (_("Threshold proposals"), list_of("Threshold Proposal", status="Open")),
            (_("All checks"), list_of("Maintenance Check", enabled="1")),
        ),
    ]


def _planned() -> list[dict]:
    return [
        _situation(
            _("A run was missed"),
            _("A manager accepts it with the reason; a late one can still be filled in."),
            (_("Missed runs"), list_of("Checklist Run", status="Missed")),
            (_("Open runs"), list_of("Checklist Run", status="Open")),
        ),
        _situation(
            _("The auditor comes"),
            _("Everything that was measured and decided is kept; an auditor may read it all."),
            (_("Compliance"), report("Compliance")),
            (_("Signed runs"), list_of("Checklist Run", status="Signed")),
            (_("Approved reports"), list_of("Maintenance Report", status="Approved")),
            (_("Security assessments"), list_of("Security Assessment")),
        ),
    ]


def _of_people() -> list[dict]:
    return [
        _situation(
            _("Somebody is on leave"),
            _("Enter a stand-in at each level where they are in the rotation."),
            (_("Escalation levels"), list_of("Escalation Level")),
            (_("Emergency contacts"), list_of("Emergency Contact")),
        ),
        _situation(
            _("A colleague is new"),
            _("Give them a role and a training session; they practise in a drill."),
            (_("Training sessions"), list_of("Training Session")),
            (_("Procedures"), list_of("Maintenance Procedure")),
            (_("Troubleshooting guide"), report("Troubleshooting Guide")),
        ),
    ]


def open_escalations() -> str:
    """The list of the escalations that nobody resolved, without drills."""
    return list_of("Maintenance Escalation", status=["in", OPEN], is_drill=NO_DRILL)


def critical_checks() -> str:
    """The list of the checks that samples judged CRITICAL."""
    live = {"live": "1", "enabled": "1", "not_applicable": ["!=", 1]}
    return list_of("Maintenance Check", live_verdict="CRITICAL", **live)


def _situation(title: str, first: str, *links: tuple[str, str]) -> dict:
    return {"title": title, "first": first, "links": [{"label": label, "route": to} for label, to in links]}
