"""What a report says of people's work: runs, decisions, and what is still to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .report_parts import Facts, Section, Table, short
from .report_periods import Period
from .verdicts import Verdict
from .wording import some

RUNS, TODOS = "runs.runs", "actions.todos"
ALL_ACTIONS = "actions.todos actions.patterns actions.proposals"
FOLLOWED = "decisions.proposals decisions.resolved"
MINUTES = ("Minutes estimated", "Minutes spent")
LONGEST = 80


def runs(section: Section, facts: Facts, period: Period) -> None:
    """Which runs were signed, which were missed, and how long they took."""
    told = facts["runs"]
    if not told["procedures"]:
        section.missing.append(("Runs", "no run was due in the period"))
        return
    _of_procedures(section, told["procedures"])
    _signed_or_missed(section, told)
    section.tables.append(
        _listed(
            "What people wrote",
            ("Run", "Field", "What was written"),
            [[row["run"], row["label"], row["text"]] for row in told["written"]],
            RUNS,
            (20, 18, 62),
            "Nothing but the drafts.",
        )
    )


def _of_procedures(section: Section, procedures: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        [
            *(
                row[key]
                for key in ("procedure", "due", "Signed", "Missed", "Accepted", "Open", "opened_late")
            ),
            short(row["minutes_estimated"]),
            short(row["minutes_spent"]),
        ]
        for row in procedures
    ]
    heads = ("Procedure", "Due", "Signed", "Missed", "Accepted", "Open", "Late", *MINUTES)
    widths = (27, 7, 9, 9, 11, 8, 7, 12, 10)
    section.tables.append(Table("", heads, rows, RUNS, numbers=range(1, 9), widths=widths))
    section.missing += [
        (f"Minutes spent on {row['procedure']}", "no signed run has them: neither measured nor said")
        for row in procedures
        if row["Signed"] and row["minutes_spent"] is None
    ]


def _signed_or_missed(section: Section, told: Mapping[str, Any]) -> None:
    due = sum(row["due"] for row in told["procedures"])
    if missed := len(told["missed"]):
        text = f"Missed runs: {missed} of {due}: {some(told['missed'])}."
        section.found(Verdict.WARNING, 76, text, RUNS)
        section.say(text, RUNS)
    elif all(row["Signed"] == row["due"] for row in told["procedures"]):
        section.found(Verdict.OK, 33, f"Runs that were due: {due}. All are signed.", RUNS)


def actions(section: Section, facts: Facts, period: Period) -> None:
    """What is still to be done, who does it, and by when."""
    told = facts["actions"]
    _todos(section, told["todos"], told["open_todos"])
    failed = [[row["title"], row["note"], row["run"]] for row in facts["runs"]["failed"]]
    patterns = [[each["title"], each["state"], each["total"]] for each in told["patterns"]]
    proposals = [[each["check_name"], each["finding"], each["name"]] for each in told["proposals"]]
    section.tables += [
        _listed("Rows that failed", ("Step", "Note", "Run"), failed, RUNS, (30, 48, 22)),
        _listed(
            "Critical patterns of errors to resolve",
            ("Pattern", "State", "Errors so far"),
            patterns,
            "actions.patterns",
            (66, 17, 17),
            numbers=(2,),
        ),
        _listed(
            "Thresholds to decide on",
            ("Check", "What history says", "Proposal"),
            proposals,
            "actions.proposals",
            (22, 62, 16),
        ),
    ]
    _count(section, told["open_todos"], len(patterns), len(proposals))


def _todos(section: Section, todos: Sequence[Mapping[str, Any]], count: int) -> None:
    rows = [
        [
            each["text"],
            each["who"] or "nobody",
            f"{each['date'] or 'no date'}{', overdue' if each['is_overdue'] else ''}",
            each["about"],
        ]
        for each in todos
    ]
    if overdue := [_cut(each["text"]) for each in todos if each["is_overdue"]]:
        text = f"Actions that are overdue: {len(overdue)} of {count}: {some(overdue, 2)}."
        section.found(Verdict.WARNING, 58, text, TODOS)
    heads = ("To do", "Who", "By", "About")
    section.tables.append(_listed("ToDos", heads, rows, TODOS, (44, 22, 14, 20), "No ToDo is open."))


def _count(section: Section, todos: int, patterns: int, proposals: int) -> None:
    if todos or patterns or proposals:
        text = (
            f"Open actions: {todos} ToDos, {patterns} critical patterns of errors, "
            f"{proposals} thresholds to decide on."
        )
        section.found(Verdict.OK, 38, text, ALL_ACTIONS)
        section.say(text, ALL_ACTIONS)


def _listed(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    source: str,
    widths: Sequence[int],
    empty: str = "None.",
    numbers: Sequence[int] = (),
) -> Table:
    return Table.cut(title, heads, rows, source=source, empty=empty, numbers=numbers, widths=widths)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"


def implemented(section: Section, facts: Facts, period: Period) -> None:
    """Recommendations that were followed, and what changed with them."""
    told = facts["decisions"]
    rows: list[list[object]] = [
        [
            row["decided_at"],
            f"{row['check_name']}: {row['current']} to {row['proposed']}",
            row["decided_by"] or "",
            row["reason"] or "",
        ]
        for row in told["proposals"]
        if row["status"] == "Accepted"
    ]
    rows += [
        [row["day"], f"Resolved: {row['title']}", row["by"], "error pattern"] for row in told["resolved"]
    ]
    rows += [
        [row["day"], f"Closed: {row['title']}", "", f"compliance gap, {row['severity']}"]
        for row in told["closed"]
    ]
    rows += [
        [row["day"], f"Kept: {row['title']} ({row['name']})", row["by"], row["reason"]]
        for row in told["kept"]
    ]
    rows += [[row["day"], f"Done: {row['text']}", row["who"], row["run"]] for row in told["done"]]
    rows.sort(key=lambda row: str(row[0]))
    heads = ("Day", "What", "Who", "Why")
    section.tables.append(
        Table.cut(
            "",
            heads,
            rows,
            source=FOLLOWED,
            empty="No recommendation was followed in the period.",
            widths=(12, 42, 20, 26),
        )
    )
    if rows:
        section.found(Verdict.OK, 32, f"{len(rows)} recommendations were followed in the period.", FOLLOWED)


def thresholds(section: Section, facts: Facts, period: Period) -> None:
    """Which thresholds and parameters of checks were changed, and which proposals were dismissed."""
    told = facts["decisions"]
    section.tables.append(changes_table(told, "What was changed", "decisions.changes"))
    dismissed = [
        [row["decided_at"], row["check_name"], row["proposed"], row["reason"] or ""]
        for row in told["proposals"]
        if row["status"] == "Dismissed"
    ]
    section.tables.append(
        Table.cut(
            "Proposals that were dismissed",
            ("Day", "Check", "Proposed", "Why"),
            dismissed,
            source="decisions.proposals",
            empty="None.",
            widths=(12, 24, 16, 48),
        )
    )
    if told["changes"]:
        names = list(dict.fromkeys(row["check"] for row in told["changes"]))
        section.found(
            Verdict.OK, 28, f"Thresholds or parameters were changed of {some(names)}.", "decisions.changes"
        )


def changes_table(told: Mapping[str, Any], title: str, source: str) -> Table:
    rows = [
        [row["day"], row["check"], row["field"], row["before"], row["after"], row["by"]]
        for row in told["changes"]
    ]
    heads = ("Day", "Check", "Field", "From", "To", "By")
    return Table.cut(
        title, heads, rows, source=source, empty="No check was changed.", widths=(12, 22, 14, 15, 15, 22)
    )
