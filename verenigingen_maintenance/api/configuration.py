"""The configuration of this app as one file: written, compared, brought in, tested."""

from __future__ import annotations

import frappe

from verenigingen_maintenance.api.door import MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import configuration, configuration_import, configuration_trial
from verenigingen_maintenance.operations.configuration import Options
from verenigingen_maintenance.sources import clock


@frappe.whitelist(methods=["GET"])
@told_in_shell
def export_configuration() -> str | None:
    """The configuration as a file to download; from the shell its text. It has names and telephone
    numbers."""
    only_for(MANAGER)
    text = configuration.export(clock.now())
    if from_shell():
        return text
    name = f"{frappe.local.site}-maintenance-configuration.json"
    frappe.response.update({"type": "download", "filename": name, "filecontent": text.encode()})
    return None


@frappe.whitelist(methods=["POST"])
@told_in_shell
def compare_configuration(
    content: str, edited: bool = False, without_users: bool = False, delete_others: bool = False
) -> dict:
    """What a file has different from what is here, and the digest that an import of it asks for. Changes
    nothing."""
    only_for(MANAGER)
    return configuration.compare(content, _options(edited, without_users, delete_others)).as_dict()


@frappe.whitelist(methods=["POST"])
@told_in_shell
def import_configuration(
    content: str,
    expected: str,
    edited: bool = False,
    without_users: bool = False,
    delete_others: bool = False,
) -> dict:
    """Makes the configuration that of a file, all of it or nothing. `expected` is the digest of the
    comparison.

    `edited`: the file was changed on purpose; `without_users`: leave out people who are not on this site;
    `delete_others`: delete contacts, metrics, targets and own checks that the file does not have.
    """
    only_for(MANAGER)
    options = _options(edited, without_users, delete_others)
    return configuration_import.bring_in(content, expected, options, clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def test_configuration_backup() -> dict:
    """Keeps a copy, brings it into an emptied configuration, compares, and takes all of that back."""
    only_for(MANAGER, OPERATOR)
    return configuration_trial.test(clock.now())


def _options(*given: object) -> Options:
    """HTTP brings “0” as a text, which is true to Python."""
    return Options(*(str(each).lower() in ("1", "true") for each in given))
