"""What differed between two captures of the state of a system: what a reader wants to see at a glance.

A capture is {"parts": {key: {"title", "reason", "figures", "rows", "at_least"}}}; `reason` says why a part
was not read. What differs all the time, such as the processor of each process, is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .redaction import redact

MOST_OF_PART, MOST, LONGEST = 8, 40, 200
NOT_LISTED, CHANGED, NEW, AGAIN = "not listed", "changed", "new", "seen again"
BROKEN = {"parts": {"state": {"title": "State", "reason": "what was kept cannot be read any more"}}}

# How far a figure moves before it is told, by its unit; without one of these, it doubled or halved too.
FAR = {"(%)": 10.0, "(GB)": 1.0, "(MB)": 100.0, "(ms)": 50.0}
FAR_ELSE, FAR_LOAD, PERCENT = 5.0, 2.0, "(%)"
CLOCKS = ("Uptime", "uptime_in_seconds")  # lower only after a restart
ALWAYS_OTHER = ("now", "load of 5 and 15 minutes")
ALWAYS_TOLD = (
    *("workers alive", "stuck", "processors", "max_connections", "innodb_buffer_pool_size"),
    *("long_query_time", "read_only", "version", "limit (MB)"),
)
WITHOUT_FIGURES = ("readings", "errors", "patterns", "changes", "settings", "logs")

State = Mapping[str, Any]
Part = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]
Told = tuple[str, str, str]  # what, before, after


def differences(first: State, last: State) -> list[dict[str, str]]:
    """Each as part, what, before and after; and what could not be compared, and why. Texts are redacted."""
    before, after = _parts(first), _parts(last)
    keys = [*before, *(key for key in after if key not in before)]
    found = [row for key in keys for row in _of_part(before.get(key), after.get(key), key)]
    if len(found) > MOST:
        found = [*found[:MOST], _row("", (_more(len(found) - MOST), "", ""))]
    return [{name: redact(text) for name, text in row.items()} for row in found]


def read(text: str | None) -> State:
    """A capture as it is stored; of what is none any more, one part that says so."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return BROKEN
    parts = found.get("parts") if isinstance(found, dict) else None
    is_whole = isinstance(parts, dict) and all(isinstance(part, dict) for part in parts.values())
    return found if is_whole else BROKEN


def not_read(state: State) -> dict[str, str]:
    """The parts that could not be read, by title, and why."""
    return {
        _title(part, key): redact(str(part["reason"]))
        for key, part in _parts(state).items()
        if part.get("reason")
    }


def titles(state: State) -> list[str]:
    return [_title(part, key) for key, part in _parts(state).items() if not part.get("reason")]


def _parts(state: State) -> dict[str, Mapping[str, Any]]:
    parts = state.get("parts")
    if not isinstance(parts, Mapping):
        return {}
    return {str(key): part for key, part in parts.items() if isinstance(part, Mapping)}


def _title(part: Mapping[str, Any], key: str) -> str:
    return str(part.get("title") or key)


def _of_part(old: Part | None, new: Part | None, key: str) -> list[dict[str, str]]:
    title = _title(new or old or {}, key)
    if old is None or new is None or old.get("reason") or new.get("reason"):
        return [_row(title, ("not compared", _read_or(old), _read_or(new)))]
    found = [] if key in WITHOUT_FIGURES else [*_moved(_figures(old), _figures(new))]
    if key in ROWS:
        found += ROWS[key](old, new)
    if len(found) > MOST_OF_PART:
        found = [*found[:MOST_OF_PART], (_more(len(found) - MOST_OF_PART), "", "")]
    return [_row(title, each) for each in found]


def _row(part: str, told: Told) -> dict[str, str]:
    what, before, after = (text[:LONGEST] for text in told)
    return {"part": part, "what": what, "before": before, "after": after}


def _more(count: int) -> str:
    return f"and {count} more"


def _read_or(part: Part | None) -> str:
    if part is None:
        return "not captured"
    return f"not read: {part['reason']}" if part.get("reason") else "read"


def _figures(part: Part) -> Mapping[str, Any]:
    found = part.get("figures")
    return found if isinstance(found, Mapping) else {}


def _rows(part: Part) -> Rows:
    found = part.get("rows")
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


# --- figures


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], of: str = "") -> Iterator[Told]:
    """The figures that are other by so much that it matters."""
    for name in [*before, *(name for name in after if name not in before)]:
        was, came = before.get(name, NOT_LISTED), after.get(name, NOT_LISTED)
        if _matters(name, was, came):
            yield f"{of}{name}", str(was), str(came)


def _matters(name: str, was: object, came: object) -> bool:
    if was == came or name in ALWAYS_OTHER:
        return False
    before, after = _number(was), _number(came)
    if before is None or after is None or name in ALWAYS_TOLD:
        return True
    if name in CLOCKS:
        return after < before
    is_double = PERCENT in name or max(before, after) >= 2 * min(before, after)
    return is_double and abs(after - before) >= _far(name)


def _far(name: str) -> float:
    if name.startswith("load"):
        return FAR_LOAD
    return next((far for unit, far in FAR.items() if unit in name), FAR_ELSE)


def _number(value: object) -> float | None:
    """MariaDB answers its figures as texts; what is not in a list counts as none of it."""
    if value == NOT_LISTED:
        return 0.0
    try:
        return float(str(value))
    except ValueError:
        return None


# --- rows, by the key of their part


def _columns(*columns: str) -> Callable[[Part, Part], Iterator[Told]]:
    """Each row is known by its name; these columns of it are figures."""

    def compare(old: Part, new: Part) -> Iterator[Told]:
        before, after = ({_name(row): row for row in _rows(part)} for part in (old, new))
        for name in [*before, *(name for name in after if name not in before)]:
            was, came = (
                {column: row[column] for column in columns if column in row}
                for row in (before.get(name, {}), after.get(name, {}))
            )
            yield from _moved(was, came, f"{name}, ")

    return compare


def _name(row: Mapping[str, Any]) -> str:
    known_by = ("server", "app", "queue", "jobs", "check")
    name = next((str(row[key]) for key in known_by if row.get(key)), "")
    return f"{name} {row['what']}" if row.get("jobs") and row.get("what") else name


def _verdicts(old: Part, new: Part) -> Iterator[Told]:
    before = {_name(row): str(row.get("verdict")) for row in _rows(old)}
    for row in _rows(new):
        name, verdict = _name(row), str(row.get("verdict"))
        if before.get(name, verdict) != verdict:
            yield name, before[name], verdict


def _new(known_by: Sequence[str], told: Callable[[Mapping[str, Any]], Told]) -> Any:
    """What came since; what is not in the last list any more may only be older than what is."""

    def compare(old: Part, new: Part) -> Iterator[Told]:
        before = {tuple(row.get(key) for key in known_by) for row in _rows(old)}
        for row in _rows(new):
            if tuple(row.get(key) for key in known_by) not in before:
                yield told(row)

    return compare


def _patterns(old: Part, new: Part) -> Iterator[Told]:
    """The first list has those first seen last: what came and is not younger than these was known before."""
    before = {row.get("name") for row in _rows(old)}
    newest = max((str(row.get("first_at") or "") for row in _rows(old)), default="")
    for row in _rows(new):
        if row.get("name") not in before:
            is_new = not newest or str(row.get("first_at") or "") > newest
            yield f"{row.get('name')} {row.get('title')}", "", NEW if is_new else AGAIN


def _stopped(old: Part, new: Part) -> Iterator[Told]:
    """Scheduled jobs: all of the stopped ones are in both."""
    before, after = (
        [str(row.get("job")) for row in _rows(part) if row.get("stopped")] for part in (old, new)
    )
    yield from ((job, "", "stopped") for job in after if job not in before)
    yield from ((job, "stopped", "not stopped") for job in before if job not in after)


def _processes(old: Part, new: Part) -> Iterator[Told]:
    """Those of the services of the bench: of others only the busiest were looked at."""
    if _is_cut(old) or _is_cut(new):
        yield "services", "not compared", "more than are shown"
        return
    before, after = _by_service(_rows(old)), _by_service(_rows(new))
    for name in [*before, *(name for name in after if name not in before)]:
        was, came = before.get(name, set()), after.get(name, set())
        if len(was) != len(came):
            yield name, _run(was) or "none", _run(came) or "gone"
        elif not was & came:
            yield name, _run(was), f"{_run(came)}, restarted"


def _is_cut(part: Part) -> bool:
    """Those of services come first: where nothing else is shown there may be more of them."""
    return bool(part.get("at_least")) and all(row.get("service") for row in _rows(part))


def _by_service(rows: Rows) -> dict[str, set[object]]:
    found: dict[str, set[object]] = {}
    for row in rows:
        if service := row.get("service"):
            found.setdefault(str(service), set()).add(row.get("pid"))
    return found


def _run(processes: set[object]) -> str:
    return f"{len(processes)} {'runs' if len(processes) == 1 else 'run'}" if processes else ""


ROWS: Mapping[str, Callable[[Part, Part], Iterator[Told]]] = {
    "readings": _verdicts,
    "processes": _processes,
    "redis": _columns(
        *("memory (MB)", "limit (MB)", "connected_clients", "blocked_clients", "evicted_keys"),
        *("uptime_in_seconds", "rejected_connections", "last save"),
    ),
    "jobs": _columns("jobs waiting", "how often"),
    "scheduler": _stopped,
    "errors": _new(("row",), lambda row: (str(row.get("error")), "", NEW)),
    "patterns": _patterns,
    "changes": _new(("change", "what"), lambda row: (str(row.get("change")), "", str(row.get("what")))),
    "upgrades": _columns("version", "commit"),
    "settings": _new(
        ("at", "what"),
        lambda row: (
            f"{row.get('what')}: {row.get('fields')}",
            "",
            f"{CHANGED} at {str(row.get('at'))[:19]}",
        ),
    ),
}
