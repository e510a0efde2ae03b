"""What the runbook says to do about a check: for whoever is told that it is a breach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import frappe

from verenigingen_maintenance.core.slots import Cadence

MOST = 5
TASKS = 100


@dataclass(frozen=True)
class RunbookStep:
    """A task of a procedure that names the check, and what is expected once it is done."""

    procedure: str
    task: str
    instructions: str = ""
    expected: str = ""


def runbook_steps(checks: Iterable[str]) -> list[RunbookStep]:
    """The tasks of enabled procedures that these checks measure: those of emergencies first, each once."""
    names = sorted({check for check in checks if check})
    found: dict[tuple[str, str], RunbookStep] = {}
    for step in _tasks(names) if names else []:
        found.setdefault((step.task, step.instructions), step)
    return list(found.values())[:MOST]


def _tasks(checks: list[str]) -> list[RunbookStep]:
    by_check, task = frappe.qb.DocType("Maintenance Task Check"), frappe.qb.DocType("Maintenance Task")
    procedure = frappe.qb.DocType("Maintenance Procedure")
    group = frappe.qb.DocType("Maintenance Task Group")
    rows = (
        frappe.qb.from_(by_check)
        .join(procedure)
        .on((procedure.name == by_check.parent) & (procedure.enabled == 1))
        .join(task)
        .on((task.parent == by_check.parent) & (task.title == by_check.task))
        .left_join(group)
        .on((group.parent == by_check.parent) & (group.title == task.task_group))
        .select(procedure.title, task.title, task.instructions, group.expected_result, procedure.cadence)
        .where(by_check.check_name.isin(checks))
        .orderby(procedure.name)
        .orderby(task.idx)
        .limit(TASKS)
    ).run()
    rows = sorted(rows, key=lambda row: row[-1] != Cadence.EMERGENCY.value)
    return [RunbookStep(*(text or "" for text in row[:-1])) for row in rows]
