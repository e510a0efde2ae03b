"""Published weaknesses of Python packages, as OSV or pip-audit tell them, against what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packaging.version import InvalidVersion, Version

ECOSYSTEM, TEXT = "PyPI", 200
# Of a range, in this order where two are of one version: then that version is taken for a weak one.
EVENTS = ("fixed", "last_affected", "introduced")
Event = tuple[str, str]


@dataclass(frozen=True)
class Advisory:
    """One weakness of one package. `ranges` have events, each with its version, in any order."""

    id: str
    package: str
    summary: str = ""
    severity: str = ""
    aliases: Sequence[str] = ()
    versions: frozenset[str] = frozenset()
    ranges: Sequence[Sequence[Event]] = ()
    fixes: Sequence[str] = ()

    @property
    def fixed(self) -> Sequence[str]:
        """The versions that mend it."""
        return self.fixes or [version for each in self.ranges for kind, version in each if kind == "fixed"]


@dataclass(frozen=True)
class Compared:
    """What is weak, and which packages could not be compared: a version is none that can be ordered, or the
    advisory names commits only."""

    found: Sequence[tuple[Advisory, str]]
    not_compared: Sequence[str] = field(default_factory=list)


class NoAdvisories(ValueError):
    """A file that is neither of OSV nor of pip-audit."""


def read(payload: Any) -> list[Advisory]:
    """The advisories of a JSON file: one record of OSV, a list of them, `vulns`, or a report of pip-audit or
    osv-scanner. Raises NoAdvisories."""
    if isinstance(payload, Mapping) and isinstance(payload.get("dependencies"), list):
        return [each for package in payload["dependencies"] for each in _of_pip_audit(package)]
    return [each for record in _records(payload) for each in _of_osv(record)]


def audited(payload: Any) -> dict[str, str | None] | None:
    """The packages of a report of pip-audit with their versions, None where it skipped one.

    None for any other file.
    """
    if not isinstance(payload, Mapping) or not isinstance(payload.get("dependencies"), list):
        return None
    return {normalised(str(each.get("name", ""))): each.get("version") for each in payload["dependencies"]}


def not_audited(installed: Mapping[str, str], audits: Iterable[Mapping[str, str | None]]) -> list[str]:
    """What no report of pip-audit looked at as it is installed now. What one skipped is on no list at all."""
    reports = list(audits)
    return [
        name
        for name, version in sorted(installed.items())
        if not any(report.get(normalised(name), "") in (version, None) for report in reports)
    ]


def compare(installed: Mapping[str, str], advisories: Iterable[Advisory]) -> Compared:
    """The weaknesses of what is installed (names to versions)."""
    known = {normalised(name): version for name, version in installed.items()}
    found, odd = {}, set()
    for advisory in advisories:
        version = known.get(advisory.package)
        if version is None:
            continue
        if not (advisory.versions or advisory.ranges):
            odd.add(advisory.package)
            continue
        try:
            if _is_within(version, advisory):
                found[advisory.id, advisory.package] = (advisory, version)
        except InvalidVersion:
            odd.add(advisory.package)
    return Compared(_without_twins(found.values()), sorted(odd))


def normalised(name: str) -> str:
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _records(payload: Any) -> list[Mapping[str, Any]]:
    if isinstance(payload, Mapping):
        for key in ("vulns", "vulnerabilities"):
            if isinstance(payload.get(key), list):
                return _records(payload[key])
        if isinstance(payload.get("results"), list):
            packages = [each for result in payload["results"] for each in result.get("packages", [])]
            return [record for each in packages for record in _records(each)]
        payload = [payload]
    if not isinstance(payload, list) or not all(
        isinstance(each, Mapping) and each.get("id") for each in payload
    ):
        raise NoAdvisories("neither records of OSV nor a report of pip-audit")
    return payload


def _of_osv(record: Mapping[str, Any]) -> Iterator[Advisory]:
    if record.get("withdrawn"):
        return
    for affected in record.get("affected") or []:
        package = affected.get("package") or {}
        if package.get("ecosystem") != ECOSYSTEM:
            continue
        yield Advisory(
            str(record["id"]),
            normalised(str(package.get("name", ""))),
            str(record.get("summary") or record.get("details") or "")[:TEXT],
            _severity(record),
            tuple(map(str, record.get("aliases") or [])),
            frozenset(map(str, affected.get("versions") or [])),
            tuple(_ranges(affected.get("ranges") or [])),
        )


def _severity(record: Mapping[str, Any]) -> str:
    named = (record.get("database_specific") or {}).get("severity")
    return str(named).capitalize() if isinstance(named, str) else ""


def _ranges(ranges: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Event]]:
    for each in ranges:
        if each.get("type") in ("ECOSYSTEM", "SEMVER"):
            events = [event for event in each.get("events") or [] if isinstance(event, Mapping)]
            yield [(kind, str(event[kind])) for event in events for kind in EVENTS if kind in event]


def _of_pip_audit(package: Mapping[str, Any]) -> Iterator[Advisory]:
    """It tells of the version that was installed when it was made, and of no other."""
    name, versions = normalised(str(package.get("name", ""))), frozenset([str(package.get("version", ""))])
    for each in package.get("vulns") or []:
        yield Advisory(
            str(each.get("id")),
            name,
            str(each.get("description") or "")[:TEXT],
            aliases=tuple(map(str, each.get("aliases") or [])),
            versions=versions,
            fixes=tuple(map(str, each.get("fix_versions") or [])),
        )


def _is_within(version: str, advisory: Advisory) -> bool:
    """Raises InvalidVersion."""
    if version in advisory.versions:
        return True
    return any(_is_in_range(Version(version), events) for events in advisory.ranges)


def _is_in_range(here: Version, events: Iterable[Event]) -> bool:
    """As OSV evaluates: the events by their versions, however a record has them."""
    is_weak = False
    for kind, version in sorted(events, key=_place):
        if kind == "introduced" and (version == "0" or here >= Version(version)):
            is_weak = True
        elif (kind == "fixed" and here >= Version(version)) or (
            kind == "last_affected" and here > Version(version)
        ):
            is_weak = False
    return is_weak


def _place(event: Event) -> tuple[bool, Version, int]:
    """“0” is before all versions."""
    kind, version = event
    return version != "0", Version(version), EVENTS.index(kind)


def _without_twins(found: Iterable[tuple[Advisory, str]]) -> list[tuple[Advisory, str]]:
    """OSV has many a weakness twice, as PYSEC-… and GHSA-…, each an alias of the other: the first stays."""
    kept: list[tuple[Advisory, str]] = []
    seen: set[tuple[str, str]] = set()
    for advisory, version in sorted(found, key=lambda each: (each[0].package, each[0].id)):
        names = {(advisory.package, name) for name in (advisory.id, *advisory.aliases)}
        if not names & seen:
            kept.append((advisory, version))
        seen |= names
    return kept
