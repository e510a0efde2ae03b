"""The bench CLI's door: `bench --site S maintenance …`. Its exit code is the worst verdict (0-3)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import click
import frappe
from frappe.commands import get_site, pass_context

from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import item_line, state, summary, table_of_checks
from verenigingen_maintenance.operations import checks, reports, run_now
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.sources import clock


class _Group(click.Group):
    """Wrong usage ends with the code of UNKNOWN: click's own, 2, is that of CRITICAL."""

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
    """The latest run of each procedure, and what is open."""

    def found() -> tuple[dict, str]:
        described = reports.describe_status(clock.now())
        return described, state(described)

    _answer(context, found, as_json)


@maintenance.command("list")
@as_json
@pass_context
def list_(context: frappe._dict, as_json: bool) -> None:
    """The checks there are."""

    def found() -> tuple[dict, str]:
        described = reports.describe_checks()
        return {"verdict": Verdict.OK.value, "items": described}, table_of_checks(described)

    _answer(context, found, as_json)


def _answer(context: frappe._dict, act: Callable[[], tuple[dict, str]], as_json: bool) -> None:
    """Acts on the site, prints, and exits with the verdict's code; an expected failure exits as UNKNOWN."""
    frappe.init(get_site(context))
    frappe.connect()
    try:
        data, text = act()
        frappe.db.commit()
    except frappe.ValidationError as error:
        data = {"verdict": Verdict.UNKNOWN.value, "reason": plain(error), "items": []}
        text = f"UNKNOWN  {plain(error)}"
    finally:
        frappe.destroy()
    click.echo(json.dumps(data, indent=1, default=str, ensure_ascii=False) if as_json else text)
    sys.exit(Verdict(data["verdict"]).exit_code)


commands = [maintenance]
