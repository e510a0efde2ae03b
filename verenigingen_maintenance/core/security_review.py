"""The security assessment as a whole: what changed, what was found, what is not known, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .exposed_methods import Kind
from .readings import Unknown
from .security import Change, Finding, Part, Row
from .security_findings import findings
from .verdicts import Verdict, worst
from .wording import some

TITLES = {
    "users": "Accounts with power",
    "permissions": "Roles and permissions that were changed",
    "keys": "API keys and tokens",
    "sign_in": "How people sign in",
    "logins": "Refused logins",
    "addresses": "Logins from new addresses",
    "methods": "Whitelisted methods",
    "scripts": "Server Scripts",
    "flags": "Configuration of the site",
    "advisories": "Published weaknesses of installed packages",
}
Snapshot = Mapping[str, Any]


def review(answers: Mapping[str, Part | Unknown], previous: Snapshot | None) -> dict[str, Any]:
    """The parts, changes (None without an assessment before), findings, what is not measured, the verdict.

    `previous` is what this answered last time, as it came back from JSON.
    """
    parts = {key: answer for key, answer in answers.items() if isinstance(answer, Part)}
    told = {key: _as_item(answers[key]) for key in TITLES if key in answers}
    before = {each["key"] for each in previous["findings"]} if previous else None
    found = findings(parts, lambda key: before is not None and key not in before)
    missing = not_measured(answers)
    changes = compare(previous, {"parts": told}) if previous else None
    return {
        "parts": told,
        "changes": [each.as_item() for each in changes] if changes is not None else None,
        "not_compared": not_compared(previous, told) if previous else [],
        "findings": [each.as_item() for each in found],
        "not_measured": missing,
        "verdict": verdict(found, missing).value,
    }


def verdict(found: Iterable[Finding], missing: Iterable[object]) -> Verdict:
    """CRITICAL with a Critical finding, UNKNOWN with a part that was not measured, WARNING with a finding."""
    severities = {each.severity for each in found}
    verdicts = [Verdict.WARNING if severities else Verdict.OK]
    verdicts += [Verdict.CRITICAL] if "Critical" in severities else []
    return worst([*verdicts, *(Verdict.UNKNOWN for _each in missing)])


def not_measured(answers: Mapping[str, Part | Unknown]) -> list[dict[str, str]]:
    """The parts of which nothing is known, or not all, and why."""
    found = []
    for key, answer in answers.items():
        reason = answer.at_least if isinstance(answer, Part) else answer.reason
        if reason:
            found.append({"part": key, "title": TITLES[key], "reason": reason})
    return found


def not_compared(previous: Snapshot, parts: Mapping[str, Any]) -> list[dict[str, str]]:
    """The parts that only one of two assessments measured, and which one did not."""
    return [
        {"part": key, "title": TITLES[key], "reason": reason}
        for key in COMPARED
        for reason, there in (("not measured before", previous["parts"]), ("not measured now", parts))
        if there.get(key, {}).get("rows") is None
    ]


def compare(previous: Snapshot | None, current: Snapshot) -> list[Change]:
    """What changed between two assessments, what gives somebody more first; nothing without one before.

    A part that either of them did not measure is left out: `not_compared` names it.
    """
    found = []
    for key, changes in COMPARED.items() if previous else ():
        before, now = (each["parts"].get(key, {}).get("rows") for each in (previous or {}, current))
        if before is not None and now is not None:
            found += list(changes(before, now))
    return sorted(found, key=lambda each: not each.is_worse)


def _as_item(answer: Part | Unknown) -> dict[str, Any]:
    if isinstance(answer, Unknown):
        return {"rows": None, "figures": {}, "reason": answer.reason}
    return {"rows": list(answer.rows), "figures": dict(answer.figures), "reason": answer.at_least}


# --- what changed


def _users(before: Iterable[Row], now: Iterable[Row]) -> Iterator[Change]:
    """Roles that give power, or belong to this app, account by account."""
    old, new = ({row["user"]: set(row["roles"]) for row in rows} for rows in (before, now))
    for user in sorted(old.keys() | new.keys()):
        gained, lost = (
            new.get(user, set()) - old.get(user, set()),
            old.get(user, set()) - new.get(user, set()),
        )
        if gained:
            yield Change(f"gained {user}", "users", "gained", f"{user} got {some(sorted(gained), 9)}", True)
        if lost:
            yield Change(f"lost {user}", "users", "lost", f"{user} lost {some(sorted(lost), 9)}")


def _told(
    part: str, key: Callable[[Row], str], told: Callable[[Row], str]
) -> Callable[..., Iterator[Change]]:
    """Rows that came and went, known by a key."""

    def changes(before: Iterable[Row], now: Iterable[Row]) -> Iterator[Change]:
        old, new = ({key(row): row for row in rows} for rows in (before, now))
        for each in sorted(new.keys() - old.keys()):
            yield Change(f"new {each}", part, "new", told(new[each]), True)
        for each in sorted(old.keys() - new.keys()):
            yield Change(f"gone {each}", part, "gone", told(old[each]))

    return changes


def _switches(part: str) -> Callable[..., Iterator[Change]]:
    def changes(before: Iterable[Row], now: Iterable[Row]) -> Iterator[Change]:
        old, new = ({row["key"]: row for row in rows} for rows in (before, now))
        for key in sorted(new.keys() & old.keys()):
            if new[key]["value"] != old[key]["value"]:
                told = f"{new[key]['title']}: {old[key]['value']}, now {new[key]['value']}"
                is_worse = bool(new[key]["wrong"]) and not old[key]["wrong"]
                yield Change(key, part, "changed", told, is_worse)

    return changes


def _methods(before: Iterable[Row], now: Iterable[Row]) -> Iterator[Change]:
    """Methods that were exposed since, in other ways too, or are no longer."""
    order = [each.value for each in Kind]
    old, new = ({row["path"]: row["kind"] for row in rows} for rows in (before, now))
    for path in sorted(old.keys() | new.keys()):
        was, kind = old.get(path), new.get(path)
        if was != kind:
            is_worse = kind is not None and (was is None or order.index(kind) < order.index(was))
            told = f"{path}: {was or 'not there, or asked who may'}, now {kind or 'gone, or asks who may'}"
            yield Change(
                path, "methods", "new" if was is None else "changed" if kind else "gone", told, is_worse
            )


COMPARED: Mapping[str, Callable[[Iterable[Row], Iterable[Row]], Iterator[Change]]] = {
    "users": _users,
    "keys": _told(
        "keys",
        lambda row: f"{row['kind']} {row['user']} {row['mark']}",
        lambda row: f"{row['kind']} of {row['user']} ({row['about']})",
    ),
    "sign_in": _switches("sign_in"),
    "methods": _methods,
    "scripts": _told(
        "scripts",
        lambda row: f"{row['name']} {row['mark']} {row['guest']}",
        lambda row: f"Server Script {row['name']}",
    ),
    "flags": _switches("flags"),
    "advisories": _told(
        "advisories",
        lambda row: f"{row['package']} {row['id']}",
        lambda row: f"{row['id']} of {row['package']} {row['version']}",
    ),
}
