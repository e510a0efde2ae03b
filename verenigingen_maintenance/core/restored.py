"""Is what was restored what was there? Rules over counts, names and checksums of both sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from .verdicts import Verdict

MARGIN = timedelta(minutes=5)
MOST_NAMED = 20
# Rows that a migration makes anew from files, with the times that stand in the files.
OF_FILES = frozenset(
    f"tab{name}"
    for name in (
        *("DocType", "DocField", "DocPerm", "DocType Action", "DocType Link", "DocType State", "Module Def"),
        *("Report", "Report Column", "Report Filter", "Page", "Print Format", "Web Form", "Web Form Field"),
        *("Workspace", "Workspace Link", "Workspace Shortcut", "Workspace Chart", "Workspace Number Card"),
        *("Workspace Quick List", "Workspace Custom Block", "Dashboard", "Dashboard Chart", "Number Card"),
        *("Notification", "Notification Recipient", "Form Tour", "Form Tour Step", "Module Onboarding"),
        *("Onboarding Step", "Onboarding Step Map", "Onboarding Permission", "Web Template", "Role"),
        *("Web Template Field", "Website Theme", "Custom Field", "Property Setter", "Client Script"),
        *(
            "Has Role",
            "DocType Layout",
            "DocType Layout Field",
            "Installed Application",
            "Scheduled Job Type",
        ),
    )
)


@dataclass(frozen=True)
class Finding:
    """What one step of a drill found. `data` is kept with the drill."""

    title: str
    verdict: Verdict
    expected: str
    found: str
    detail: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """The rows of one table on both sides that were not changed since the backup.

    `missing` are names that only the live table has, `different` those whose values differ, with the columns.
    """

    table: str
    rows: int = 0
    missing: Sequence[str] = ()
    different: Mapping[str, Sequence[str]] = field(default_factory=dict)
    checksum: str = ""
    why_not: str = ""
    note: str = ""


def judge_header(title: str, database: str, live: str, is_partial: bool) -> Finding:
    """Whose the dump is: one of another site is not restored, nor one of some tables only."""
    if is_partial:
        return Finding(title, Verdict.CRITICAL, "all tables", "a partial backup: some tables only")
    is_own = database == live
    told = database or "it does not say of which database it is"
    return Finding(title, Verdict.OK if is_own else Verdict.CRITICAL, live, told)


def judge_tables(
    title: str,
    restored: Collection[str],
    dumped: Collection[str],
    of_doctypes: Collection[str],
    live: Collection[str],
) -> Finding:
    """`dumped`, what the DocTypes that were restored need, and the `live` tables older than the backup."""
    lost = {
        "in the dump, and not restored": sorted(set(dumped) - set(restored)),
        "of a DocType that was restored": sorted(set(of_doctypes) - set(restored)),
        "older than the backup": sorted(set(live) - set(restored) - set(of_doctypes)),
    }
    missing = sorted({name for names in lost.values() for name in names})
    expected = f"{len({*dumped, *of_doctypes, *live})} tables"
    if not missing:
        return Finding(title, Verdict.OK, expected, f"{len(restored)} tables")
    detail = "\n".join(f"{name} ({why})" for why, names in lost.items() for name in names)
    return Finding(title, Verdict.CRITICAL, expected, f"missing: {some(missing)}", detail)


def judge_rows(title: str, dumped: Mapping[str, int], restored: Mapping[str, int]) -> Finding:
    """As many rows in each table as the dump has."""
    wrong = {name: (n, restored.get(name)) for name, n in dumped.items() if restored.get(name) != n}
    expected = f"{sum(dumped.values())} rows in {len(dumped)} tables, as in the dump"
    if not wrong:
        return Finding(
            title, Verdict.OK, expected, f"{sum(restored.values())} rows", data={"rows": dict(restored)}
        )
    lines = [f"{name}: {n} in the dump, {there} restored" for name, (n, there) in sorted(wrong.items())]
    return Finding(title, Verdict.CRITICAL, expected, some(lines), "\n".join(lines))


def judge_deleted(
    title: str,
    counts: Mapping[str, tuple[int, int]],
    not_compared: Mapping[str, str],
    is_migrated: bool,
) -> Finding:
    """`counts` are (live, restored) rows that were made before the backup: live may have fewer, not more.

    After a migration the tables that it fills from files tell nothing.
    """
    lost = {name: live - there for name, (live, there) in counts.items() if live > there}
    unclear = sorted(name for name in lost if is_migrated and name in OF_FILES)
    lines = [
        f"{name}: {n} rows of the live table are not in the backup"
        for name, n in sorted(lost.items())
        if name not in unclear
    ]
    left_out = [f"{name}: filled anew by the migration since" for name in unclear]
    left_out += [f"{name}: {why}" for name, why in sorted(not_compared.items())]
    verdict, found = _deleted(counts, lines, left_out, len(counts) - len(unclear))
    detail = "\n".join([*lines, *(f"not compared: {each}" for each in left_out)])
    return Finding(title, verdict, "no row that is older than the backup is missing", found, detail)


def _deleted(
    counts: Mapping[str, tuple[int, int]], lines: Sequence[str], left_out: Sequence[str], compared: int
) -> tuple[Verdict, str]:
    found = f"{compared} tables compared"
    if lines:
        return Verdict.CRITICAL, some(lines)
    if left_out:
        return Verdict.UNKNOWN, f"{found}; {len(left_out)} not: {some(left_out)}"
    if not any(live for live, _there in counts.values()):
        return Verdict.UNKNOWN, f"{found}; no row is older than the backup"
    return Verdict.OK, found


def judge_compared(title: str, compared: Iterable[Compared], is_migrated: bool) -> Finding:
    """Rows that were not changed since the backup are the same on both sides."""
    all_of_them = list(compared)
    wrong: list[str] = []
    unclear: list[str] = []
    for each in all_of_them:
        lines = _differences(each)
        (unclear if is_migrated and each.table in OF_FILES else wrong).extend(lines)
        if each.why_not:
            unclear.append(f"{each.table}: not compared: {each.why_not}")
    expected = "rows that were not changed since the backup are the same"
    notes = [f"{each.table}: {each.note}" for each in all_of_them if each.note]
    sums = {
        each.table: {"rows": each.rows, "checksum": each.checksum} for each in all_of_them if each.checksum
    }
    same = sum(each.rows - len(each.different) for each in all_of_them)
    detail = "\n".join(
        [*wrong, *unclear, *notes, *(f"{t}: {s['rows']} rows, CRC {s['checksum']}" for t, s in sums.items())]
    )
    found = f"{same} rows of {len(sums)} tables are the same"
    if wrong:
        return Finding(title, Verdict.CRITICAL, expected, some(wrong), detail, {"checksums": sums})
    if unclear or not any(each.rows for each in all_of_them):
        told = some(unclear) or "no row was compared"
        return Finding(title, Verdict.UNKNOWN, expected, f"{found}; {told}", detail, {"checksums": sums})
    return Finding(title, Verdict.OK, expected, found, detail, {"checksums": sums})


def _differences(each: Compared) -> list[str]:
    lines = (
        [f"{each.table}: {len(each.missing)} rows are missing: {some(each.missing)}"] if each.missing else []
    )
    for name, columns in list(each.different.items())[:MOST_NAMED]:
        lines.append(f"{each.table}: {name} differs in {', '.join(columns) or 'its values'}")
    if len(each.different) > MOST_NAMED:
        lines.append(f"{each.table}: {len(each.different)} rows differ")
    return lines


def judge_newest(
    title: str, missing: Mapping[str, Sequence[str]], looked_at: int, not_asked: Sequence[str]
) -> Finding:
    """The newest documents that are older than the backup, of each table that was looked at."""
    expected = "the newest documents before the backup are there"
    if missing:
        lines = [f"{table}: {some(names)}" for table, names in sorted(missing.items())]
        return Finding(title, Verdict.CRITICAL, expected, f"missing: {some(lines)}", "\n".join(lines))
    found = f"{looked_at} documents are there"
    if not_asked or not looked_at:
        return Finding(
            title, Verdict.UNKNOWN, expected, f"{found}; not asked for: {some(not_asked) or 'any'}"
        )
    return Finding(title, Verdict.OK, expected, found)


def judge_target(title: str, value: float | None, target: float, unit: str, why_not: str) -> Finding:
    """A figure beside its target; over it is a WARNING: it was restored all the same. None: `why_not`."""
    expected = f"at most {target:g} {unit}"
    if value is None:
        return Finding(title, Verdict.UNKNOWN, expected, why_not)
    if value < 0:
        return Finding(title, Verdict.UNKNOWN, expected, f"{value:.2f} {unit}: that cannot be")
    is_over = value > target
    return Finding(title, Verdict.WARNING if is_over else Verdict.OK, expected, f"{value:.2f} {unit}")


def some(names: Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
