"""What every command does: act on the site, print, and exit with the verdict's code."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable

import click
import frappe
from frappe.commands import get_site

from verenigingen_maintenance.core.verdicts import Verdict, worst
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.sources import mariadb

LONGEST = int(os.environ.get("MAINTENANCE_LONGEST", "120"))


class Group(click.Group):
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


def answer(
    context: frappe._dict,
    act: Callable[[], tuple[dict, str]],
    as_json: bool,
    connect: bool = True,
    seconds: int = LONGEST,
) -> None:
    """Acts on the site, prints, and exits with the verdict's code; whatever fails is UNKNOWN, and said.

    Without `connect`, `act` connects to the database by itself, if at all.
    """
    try:
        data, text = _act_on_site(context, act, connect, seconds)
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
    context: frappe._dict, act: Callable[[], tuple[dict, str]], connect: bool, seconds: int
) -> tuple[dict, str]:
    if len(context.sites) > 1:
        raise frappe.ValidationError("Name one site: an exit code speaks of one.")
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(seconds)
    try:
        frappe.init(get_site(context))
        if connect:
            _refuse_without_database()
            frappe.connect()
        answer = act()
        if frappe.db:
            frappe.db.commit()  # nosemgrep: the command ends here, as a request would
        return answer
    finally:
        signal.alarm(0)
        frappe.destroy()


def _refuse_without_database() -> None:
    """In one line, with what is typed then; a server that hangs is waited for no longer than five seconds."""
    if reason := mariadb.why_gone():
        typed = f"bench --site {frappe.local.site} maintenance incident start 'what you see'"
        raise frappe.ValidationError(f"The database does not answer: {reason}. Type: {typed}")


class _TookTooLong(Exception):
    """Not a TimeoutError: the Redis client takes that for one of its own."""


def _give_up(_signal: int, _frame: object) -> None:
    raise _TookTooLong(f"no answer within {LONGEST} s: does Redis or MariaDB hang?")
