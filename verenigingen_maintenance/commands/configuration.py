"""The configuration of this app as a file: written, compared, brought in, tested."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click
import frappe
from frappe.commands import pass_context

from verenigingen_maintenance.commands.door import Group, answer, as_json
from verenigingen_maintenance.core.configuration import LARGEST
from verenigingen_maintenance.core.configuration_diff import brought_in, comparison
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import configuration, configuration_import, configuration_trial
from verenigingen_maintenance.sources import clock


@click.group("configuration", cls=Group)
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
        text = f"{file.resolve()} is written." + (f" Not in it, to be set by hand:{named}" if by_hand else "")
        return {"file": str(file.resolve()), "by_hand": by_hand}, text

    answer(context, written, as_json)


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

    answer(context, compared, as_json)


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

    answer(context, done, as_json)


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

    answer(context, tested, as_json)


def _write_for_owner(file: Path, text: str) -> None:
    """It has telephone numbers: nobody else on this host reads it. What is there stays until it is whole."""
    whole = file.resolve()  # a link stays one
    part = whole.with_name(f"{whole.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        part.write_text(text, encoding="utf-8")
        part.replace(whole)
    except OSError as error:
        with suppress(OSError):  # there may be none
            part.unlink()
        raise frappe.ValidationError(f"{file} cannot be written: {error}") from error


def _text_of(file: Path) -> str:
    """A file that may be anything: of a very long one no more than shows that it is."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise frappe.ValidationError(f"{file} cannot be read: {error}") from error
