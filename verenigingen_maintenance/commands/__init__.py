"""The bench CLI's door: `bench --site S maintenance …`. Its exit code is the worst verdict (0-3)."""

from __future__ import annotations

from pathlib import Path

import click
import frappe
from frappe.commands import pass_context

from verenigingen_maintenance.commands.configuration import configuration_
from verenigingen_maintenance.commands.door import Group, answer, as_json
from verenigingen_maintenance.commands.drill import drill
from verenigingen_maintenance.commands.incident import incident
from verenigingen_maintenance.core.alert_wording import alert_summary
from verenigingen_maintenance.core.analytics_wording import executive
from verenigingen_maintenance.core.error_wording import error_summary
from verenigingen_maintenance.core.report_wording import report_summary
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import item_line, state, summary, table_of_checks, table_of_metrics
from verenigingen_maintenance.operations import (
    alert_review,
    analytics_answers,
    checks,
    error_review,
    health_tables,
    report_answers,
    report_decisions,
    report_drafts,
    reports,
    run_now,
)
from verenigingen_maintenance.sources import clock


@click.group("maintenance", cls=Group)
def maintenance() -> None:
    """Run and read the maintenance of a site. Exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""


@maintenance.group("run", cls=Group)
def run() -> None:
    """Measure a procedure or a check now."""


@run.command("daily")
@as_json
@pass_context
def daily(context: frappe._dict, as_json: bool) -> None:
    """Open today's daily run, or find it, and measure it."""

    def measured() -> tuple[dict, str]:
        found = reports.describe_run(run_now.run_now("daily", clock.now()))
        return found, summary(found)

    answer(context, measured, as_json)


@run.command("check")
@click.argument("name")
@as_json
@pass_context
def check(context: frappe._dict, name: str, as_json: bool) -> None:
    """Measure the check NAME, and keep nothing."""

    def measured() -> tuple[dict, str]:
        item = checks.run(name).as_item()
        return {"verdict": item["verdict"], "items": [item]}, item_line(item).strip()

    answer(context, measured, as_json)


@maintenance.command("status")
@as_json
@pass_context
def status(context: frappe._dict, as_json: bool) -> None:
    """The present: samples, live checks, the latest run of each procedure, and what is open."""

    def found() -> tuple[dict, str]:
        described = reports.describe_status(clock.now())
        return described, state(described)

    answer(context, found, as_json)


@maintenance.command("errors")
@click.option("--days", default=7, show_default=True, help="How many days back, 1 to 400.")
@as_json
@pass_context
def errors(context: frappe._dict, days: int, as_json: bool) -> None:
    """The errors of some days: how many, which patterns, where. Judges nothing: the exit code is 0."""

    def found() -> tuple[dict, str]:
        review = error_review.review(days, clock.now())
        return review, error_summary(review)

    answer(context, found, as_json)


@maintenance.command("escalations")
@click.option("--days", default=7, show_default=True, help="How many days back, 1 to 400.")
@as_json
@pass_context
def escalations(context: frappe._dict, days: int, as_json: bool) -> None:
    """What became of the alerts of some days: classes, times, noise. Judges nothing: the exit code is 0."""

    def found() -> tuple[dict, str]:
        review = alert_review.review(days, clock.now())
        return review, alert_summary(review)

    answer(context, found, as_json)


@maintenance.command("metrics")
@click.option(
    "--period", default="24 hours", show_default=True, help="24 hours, 7 days, 30 days, 90 days or 365 days."
)
@click.option("--group", default=None, help="A group, such as Database; all without it.")
@as_json
@pass_context
def metrics(context: frappe._dict, period: str, group: str | None, as_json: bool) -> None:
    """The metrics of a period, beside the period before. Judges nothing: the exit code is 0."""

    def found() -> tuple[dict, str]:
        rows = health_tables.health(period, group)
        return {"period": period, "metrics": rows}, table_of_metrics(rows)

    answer(context, found, as_json)


@maintenance.command("analytics")
@as_json
@pass_context
def analytics(context: frappe._dict, as_json: bool) -> None:
    """The executive summary as it is stored, and the components. The exit code is that of the status."""

    def found() -> tuple[dict, str]:
        told = analytics_answers.with_components(clock.now())
        return told, executive(told)

    answer(context, found, as_json)


@maintenance.command("report")
@click.argument("kind")
@click.option("--period", default=None, help="Such as 2026-W47, 2026-10, 2026-Q3; the last one that is over.")
@click.option("--pdf", "file", type=click.Path(dir_okay=False, writable=True), help="Write the report here.")
@as_json
@pass_context
def report(context: frappe._dict, kind: str, period: str | None, file: str | None, as_json: bool) -> None:
    """Draft the report KIND, such as WEEKLY-ANALYTICS; an approved one is given as it is.

    The exit code is the period's verdict. Where it could not be drafted it is that of UNKNOWN, and no file is
    written.
    """

    def drafted() -> tuple[dict, str]:
        name = report_drafts.find_approved(kind, period, clock.now())
        if name is None:
            name = report_drafts.ask(kind, period, clock.now(), None)
            report_drafts.work(name)
        found = report_answers.describe(name)
        if found["status"] not in (report_drafts.DRAFT, report_drafts.APPROVED):
            found["verdict"] = Verdict.UNKNOWN.value
        elif file:
            Path(file).write_bytes(report_decisions.as_pdf(name)[1])
        return found, report_summary(found)

    answer(context, drafted, as_json)


@maintenance.command("list")
@as_json
@pass_context
def list_(context: frappe._dict, as_json: bool) -> None:
    """The checks there are."""

    def found() -> tuple[dict, str]:
        described = reports.describe_checks()
        return {"items": described}, table_of_checks(described)

    answer(context, found, as_json)


for group in (configuration_, drill, incident):
    maintenance.add_command(group)

commands = [maintenance]
