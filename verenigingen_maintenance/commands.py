"""The bench CLI's door: `bench --site S maintenance …`. Its exit code is the worst verdict (0-3)."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import click
import frappe
from frappe.commands import get_site, pass_context

from verenigingen_maintenance.core.alert_wording import alert_summary
from verenigingen_maintenance.core.analytics_wording import executive
from verenigingen_maintenance.core.configuration import LARGEST
from verenigingen_maintenance.core.configuration_diff import brought_in, comparison
from verenigingen_maintenance.core.drill_wording import drill_summary
from verenigingen_maintenance.core.error_wording import error_summary
from verenigingen_maintenance.core.report_wording import report_summary
from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.core.wording import item_line, state, summary, table_of_checks, table_of_metrics
from verenigingen_maintenance.operations import (
    alert_review,
    analytics_answers,
    checks,
    configuration,
    configuration_import,
    configuration_trial,
    error_review,
    health_tables,
    recovery_drills,
    report_answers,
    report_decisions,
    report_drafts,
    reports,
    restore_drill,
    run_now,
)
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.sources import clock

LONGEST = int(os.environ.get("MAINTENANCE_LONGEST", "120"))
LONGEST_DRILL = 4 * 3_600


class _Group(click.Group):
    """Wrong usage ends with the code of UNKNOWN: click's are 2, that of CRITICAL, and 0 for no command."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, no_args_is_help=False, **options)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            error.exit_code = Verdict.UNKNOWN.exit_code
            raise


as_json = click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")


@click.group("maintenance", cls=_Group)
def maintenance() -> None:
    """Run and read the maintenance of a site. Exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""


@maintenance.group("run", cls=_Group)
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

    _answer(context, measured, as_json)


@run.command("check")
@click.argument("name")
@as_json
@pass_context
def check(context: frappe._dict, name: str, as_json: bool) -> None:
    """Measure the check NAME, and keep nothing."""

    def measured() -> tuple[dict, str]:
        item = checks.run(name).as_item()
        return {"verdict": item["verdict"], "items": [item]}, item_line(item).strip()

    _answer(context, measured, as_json)


@maintenance.command("status")
@as_json
@pass_context
def status(context: frappe._dict, as_json: bool) -> None:
    """The present: samples, live checks, the latest run of each procedure, and what is open."""

    def found() -> tuple[dict, str]:
        described = reports.describe_status(clock.now())
        return described, state(described)

    _answer(context, found, as_json)


@maintenance.command("errors")
@click.option("--days", default=7, show_default=True, help="How many days back, 1 to 400.")
@as_json
@pass_context
def errors(context: frappe._dict, days: int, as_json: bool) -> None:
    """The errors of some days: how many, which patterns, where. Judges nothing: the exit code is 0."""

    def found() -> tuple[dict, str]:
        review = error_review.review(days, clock.now())
        return review, error_summary(review)

    _answer(context, found, as_json)


@maintenance.command("escalations")
@click.option("--days", default=7, show_default=True, help="How many days back, 1 to 400.")
@as_json
@pass_context
def escalations(context: frappe._dict, days: int, as_json: bool) -> None:
    """What became of the alerts of some days: classes, times, noise. Judges nothing: the exit code is 0."""

    def found() -> tuple[dict, str]:
        review = alert_review.review(days, clock.now())
        return review, alert_summary(review)

    _answer(context, found, as_json)


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

    _answer(context, found, as_json)


@maintenance.command("analytics")
@as_json
@pass_context
def analytics(context: frappe._dict, as_json: bool) -> None:
    """The executive summary as it is stored, and the components. The exit code is that of the status."""

    def found() -> tuple[dict, str]:
        told = analytics_answers.with_components(clock.now())
        return told, executive(told)

    _answer(context, found, as_json)


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

    _answer(context, drafted, as_json)


@maintenance.group("drill", cls=_Group)
def drill() -> None:
    """Try a recovery for real."""


@drill.command("restore")
@click.option("--backup", default="", help="A backup of the database, by name or path; the newest one.")
@click.option("--free-gb", default="", help="Free disk space of the scratch server, where it cannot be read.")
@as_json
@pass_context
def restore(context: frappe._dict, backup: str, free_gb: str, as_json: bool) -> None:
    """Restore a backup into the scratch database, and prove what came back. The scratch database is empty
    afterwards. The exit code is the drill's verdict."""

    def restored() -> tuple[dict, str]:
        name = restore_drill.begin(frappe.session.user, backup, free_gb, anywhere=True)
        restore_drill.run(name)
        found = recovery_drills.describe(name)
        return found, drill_summary(found)

    _answer(context, restored, as_json, LONGEST_DRILL)


@maintenance.command("list")
@as_json
@pass_context
def list_(context: frappe._dict, as_json: bool) -> None:
    """The checks there are."""

    def found() -> tuple[dict, str]:
        described = reports.describe_checks()
        return {"items": described}, table_of_checks(described)

    _answer(context, found, as_json)


@maintenance.group("configuration", cls=_Group)
def configuration_() -> None:
    """Write the configuration as a file, compare it, bring it in, test its backup."""


file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
edited = click.option("--edited", is_flag=True, help="The file was changed on purpose since it was exported.")
without_users = click.option(
    "--without-users", is_flag=True, help="Leave out people who are not on this site."
)
delete_others = click.option("--delete-others", is_flag=True, help="Delete what the file does not have.")


@configuration_.command("export")
@file
@as_json
@pass_context
def export_configuration(context: frappe._dict, file: Path, as_json: bool) -> None:
    """Write the configuration into FILE. It has names and telephone numbers, and no secret."""

    def written() -> tuple[dict, str]:
        _write_for_owner(file, configuration.export(clock.now()))
        by_hand = configuration.by_hand()
        named = "".join(f"\n- {each}" for each in by_hand)
        text = f"{file} is written." + (f" Not in it, to be set by hand:{named}" if by_hand else "")
        return {"file": str(file), "by_hand": by_hand}, text

    _answer(context, written, as_json)


@configuration_.command("compare")
@file
@edited
@without_users
@delete_others
@as_json
@pass_context
def compare_configuration(context: frappe._dict, file: Path, as_json: bool, **options: bool) -> None:
    """What FILE has different from what is here. Exit code: 0 identical, 1 different, 3 no file to be
    taken."""

    def compared() -> tuple[dict, str]:
        found = configuration.compare(_text_of(file), configuration.Options(**options)).as_dict()
        return {
            "verdict": (Verdict.OK if found["identical"] else Verdict.WARNING).value,
            **found,
        }, comparison(found)

    _answer(context, compared, as_json)


@configuration_.command("import")
@file
@click.option("--expected", default="", help="The digest that compare printed, with the same options.")
@edited
@without_users
@delete_others
@as_json
@pass_context
def import_configuration(
    context: frappe._dict, file: Path, expected: str, as_json: bool, **options: bool
) -> None:
    """Make the configuration that of FILE: all of it or nothing. What was before is kept as a private
    file."""

    def done() -> tuple[dict, str]:
        taken = configuration.Options(**options)
        found = configuration_import.bring_in(_text_of(file), expected, taken, clock.now())
        return found, brought_in(found)

    _answer(context, done, as_json)


@configuration_.command("test")
@as_json
@pass_context
def test_configuration(context: frappe._dict, as_json: bool) -> None:
    """Keep a copy and bring it back, which is taken back itself. Exit code: 0 identical, 2 not."""

    def tested() -> tuple[dict, str]:
        found = configuration_trial.test(clock.now())
        verdict = Verdict.OK if found["identical"] else Verdict.CRITICAL
        text = found["differences"] or f"brought back and identical, in {found['seconds']} s"
        return {"verdict": verdict.value, **found}, f"{verdict.value}  {text}"

    _answer(context, tested, as_json)


def _write_for_owner(file: Path, text: str) -> None:
    """It has telephone numbers: nobody else on this host reads it."""
    try:
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise frappe.ValidationError(f"{file} cannot be written: {error}") from error


def _text_of(file: Path) -> str:
    """A file that may be anything: of a very long one no more than shows that it is."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise frappe.ValidationError(f"{file} cannot be read: {error}") from error


def _answer(
    context: frappe._dict, act: Callable[[], tuple[dict, str]], as_json: bool, seconds: int = LONGEST
) -> None:
    """Acts on the site, prints, and exits with the verdict's code; whatever fails is UNKNOWN, and said."""
    try:
        data, text = _act_on_site(context, act, seconds)
    except Exception as error:  # noqa: BLE001 - a monitor that calls this needs an answer, whatever happened
        if not isinstance(error, frappe.ValidationError):
            traceback.print_exc()
        reason = plain(error) or type(error).__name__
        data, text = {"verdict": Verdict.UNKNOWN.value, "reason": reason, "items": []}, f"UNKNOWN  {reason}"
    click.echo(json.dumps(data, indent=1, default=str, ensure_ascii=False) if as_json else text)
    sys.exit(_verdict(data).exit_code)


def _verdict(data: dict) -> Verdict:
    """That of the answer; while a run waits for people, that of what was measured. A list has none: OK."""
    if data.get("verdict") or "verdict" not in data:
        return Verdict(data.get("verdict", Verdict.OK))
    return worst(Verdict(item["verdict"]) for item in data.get("items", []) if item["verdict"])


def _act_on_site(
    context: frappe._dict, act: Callable[[], tuple[dict, str]], seconds: int
) -> tuple[dict, str]:
    if len(context.sites) > 1:
        raise frappe.ValidationError("Name one site: an exit code speaks of one.")
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(seconds)
    try:
        frappe.init(get_site(context))
        frappe.connect()
        answer = act()
        frappe.db.commit()  # nosemgrep: the command ends here, as a request would
        return answer
    finally:
        signal.alarm(0)
        frappe.destroy()


class _TookTooLong(Exception):
    """Not a TimeoutError: the Redis client takes that for one of its own."""


def _give_up(_signal: int, _frame: object) -> None:
    raise _TookTooLong(f"no answer within {LONGEST} s: does Redis or MariaDB hang?")


commands = [maintenance]
