"""Recovery drills from the shell: a backup is restored for real, into a database of its own."""

from __future__ import annotations

import click
import frappe
from frappe.commands import pass_context

from verenigingen_maintenance.commands.door import Group, answer, as_json
from verenigingen_maintenance.core.drill_wording import drill_summary
from verenigingen_maintenance.operations import recovery_drills, restore_begin, restore_drill

LONGEST = 4 * 3_600


@click.group("drill", cls=Group)
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
        name = restore_begin.begin(frappe.session.user, backup, free_gb, anywhere=True)
        restore_drill.run(name)
        found = recovery_drills.describe(name)
        return found, drill_summary(found)

    answer(context, restored, as_json, seconds=LONGEST)
