"""The errors of the last 24 hours, by pattern: how many, how often the same, which are new, which cluster.

Rolling windows over the ledger of counted rows, and over what still waits in Redis to become a row.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import frappe

from verenigingen_maintenance.core import bursts as clustering
from verenigingen_maintenance.core.clusters import busiest
from verenigingen_maintenance.core.error_facts import Pattern
from verenigingen_maintenance.core.pattern_states import ESCALATING, HISTORY_DAYS, REGRESSED
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.severity import CRITICAL, rule_of
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, error_log, error_patterns, source
from verenigingen_maintenance.sources.error_patterns import COUNT, ORIGIN

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PROFILE_DAYS = 28
MOST_BUSY = 200


@source
def last_24_hours(now: datetime) -> Reading:
    """Errors of the last 24 hours: counted rows of Error Log, and those that wait to become one."""
    waiting, counted = error_log.waiting(now - DAY), error_patterns.by_pattern(now - DAY)
    known = error_patterns.patterns()
    evidence = {
        "in Error Log": counted.total(),
        "waiting in Redis": len(waiting.errors),
        "of these, of this app itself": sum(_of(counted, known, lambda pattern: pattern.own)),
        "of these, of ignored patterns": sum(_of(counted, known, lambda pattern: pattern.is_ignored)),
        "since": clock.shown(now - DAY),
    }
    return _reading(counted.total() + len(waiting.errors), now, evidence, waiting)


@source
def last_hour(now: datetime) -> Reading:
    """Errors of the last 60 minutes."""
    waiting, counted = error_log.waiting(now - HOUR), error_patterns.by_pattern(now - HOUR)
    evidence = {"in Error Log": counted.total(), "waiting in Redis": len(waiting.errors)}
    return _reading(counted.total() + len(waiting.errors), now, evidence, waiting)


@source
def busiest_hour(now: datetime) -> Reading:
    """The most errors in any 60 minutes of the last 24 hours."""
    waiting, moments = error_log.waiting(now - DAY), error_patterns.moments(now - DAY)
    is_cut = len(moments) == error_patterns.MOST_MOMENTS
    moments = moments + [error.moment for error in waiting.errors]
    cluster = busiest(moments, HOUR)
    began = f"{clock.stored(cluster.begins):%Y-%m-%d %H:%M}" if cluster.begins else ""
    hours = Counter(f"{clock.stored(moment):%H}" for moment in moments)
    by_hour = dict(sorted(hours.items()))
    evidence = {"errors looked at": hours.total(), "began": began, "by hour of the day": by_hour}
    found = _reading(cluster.count, now, evidence, waiting, f"from {began}")
    found = replace(found, began=cluster.begins)
    return replace(found, at_least="only the newest 5,000 errors were looked at") if is_cut else found


@source
def most_repeated(now: datetime) -> Reading:
    """How often the most frequent pattern occurred in the last 24 hours; ignored ones are left out."""
    waiting = error_log.waiting(now - DAY)
    known, counted = error_patterns.patterns(), error_patterns.by_pattern(now - DAY)
    titles = {name: pattern.title for name, pattern in known.items()}
    for name, title in _by_waiting(waiting):
        counted[name] += 1
        titles.setdefault(name, title)
    judged = [(name, times) for name, times in counted.most_common() if not _is_ignored(name, known)]
    frequent = [_shown(name, titles, known, times) for name, times in judged[:5]]
    evidence = {"most frequent": frequent, "ignored patterns left out": len(counted) - len(judged)}
    name, times = judged[0] if judged else ("", 0)
    return _reading(times, now, evidence, waiting, f"“{titles.get(name, name)}”")


@source
def new_patterns(now: datetime) -> Reading | Unknown:
    """How many patterns the last 24 hours had that were never seen before, as far back as was counted."""
    return first_seen_since(now - DAY, now)


@source
def new_critical_patterns(now: datetime) -> Reading | Unknown:
    """The same of those that a severity rule of Maintenance Settings calls Critical."""
    if not error_patterns.severity_rules():
        reason = "Maintenance Settings has no severity rule to tell critical errors by"
        return Unknown(reason, now, ORIGIN)
    found = first_seen_since(now - DAY, now)
    if isinstance(found, Unknown):
        return found
    critical = [each for each in found.evidence["new patterns"] if each["severity"] == CRITICAL]
    detail = some([f"“{each['title']}” ({each['kind']})" for each in critical])
    return replace(found, value=len(critical), evidence={"new critical patterns": critical}, detail=detail)


def first_seen_since(since: datetime, now: datetime) -> Reading | Unknown:
    """Patterns first seen since a moment; Unknown where nothing was counted before it to compare with."""
    begin = error_patterns.counted_since()
    if begin is None or clock.instant(begin) >= since:
        reason = f"nothing from before {clock.shown(since)} was counted to compare with"
        return Unknown(reason, now, ORIGIN, learning=True)
    if left := error_patterns.days_left():
        reason = f"{len(left)} days of Error Log are still being counted, to compare with"
        return Unknown(reason, now, ORIGIN, learning=True)
    waiting, rules = error_log.waiting(since), error_patterns.severity_rules()
    known = error_patterns.patterns()
    new = [_new(pattern) for pattern in known.values() if _is_since(pattern, clock.stored(since))]
    for name, title in dict(_by_waiting(waiting)).items():
        if name not in known:
            rule = rule_of(title, rules)
            new.append({"pattern": name, "title": title, "severity": rule.severity, "kind": rule.kind})
    detail = some([f"“{each['title']}”" for each in new])
    found = _reading(len(new), now, {"new patterns": new}, waiting, detail)
    return replace(found, unit="patterns")


@source
def bursts(now: datetime) -> Reading:
    """How many times in the last 24 hours a pattern had far more errors in an hour than it has at that hour
    in the four weeks before. Frappe's flush every 15 minutes moves no error by more than that."""
    begin = clock.stored(now - DAY).replace(minute=0, second=0, microsecond=0)
    hours = _busy_hours(begin)
    known = error_patterns.patterns()
    judged = {key: errors for key, errors in hours.items() if not _is_ignored(key[0], known)}
    found = clustering.bursts(judged, _profiles(begin, judged), _profile_days(begin))
    evidence = {
        "bursts": [
            {
                "pattern": burst.pattern,
                "title": _title(burst.pattern, known),
                "hour": f"{burst.begins:%Y-%m-%d %H:%M}",
                "errors": burst.errors,
                "usual at that hour": round(burst.usual, 2),
            }
            for burst in found
        ]
    }
    detail = some([f"{each.errors} × “{_title(each.pattern, known)}”" for each in found])
    return replace(_rolled_up(len(found), now, evidence, detail), unit="bursts")


@source
def escalating(now: datetime) -> Reading | Unknown:
    """How many patterns have more errors in 24 hours than the seven days before let expect."""
    since = error_patterns.counted_since()
    if since is None or clock.instant(since) > now - timedelta(days=HISTORY_DAYS):
        reason = f"errors are not counted for {HISTORY_DAYS} days yet"
        return Unknown(reason, now, ORIGIN, learning=True)
    return _in_state(ESCALATING, now)


@source
def regressed(now: datetime) -> Reading:
    """How many patterns came back that somebody had resolved."""
    return _in_state(REGRESSED, now)


def _in_state(state: str, now: datetime) -> Reading:
    found = [pattern for pattern in error_patterns.patterns().values() if pattern.state == state]
    titles = [f"“{pattern.title}”" for pattern in found]
    evidence = {"patterns": [{"pattern": each.name, "title": each.title} for each in found]}
    return replace(_rolled_up(len(found), now, evidence, some(titles)), unit="patterns")


def _rolled_up(count: int, now: datetime, evidence: dict, detail: str) -> Reading:
    """Of hours and days, which are rolled up from what was counted."""
    found = _reading(count, now, evidence, error_log.Waiting(), detail)
    return replace(found, at_least=found.at_least or error_patterns.not_rolled_up())


def _reading(
    count: int, now: datetime, evidence: dict, waiting: error_log.Waiting, detail: str = ""
) -> Reading:
    return Reading(count, "errors", now, ORIGIN, evidence, error_patterns.not_counted(waiting), detail)


def _of(counted: Counter[str], known: dict[str, Pattern], is_meant) -> list[int]:
    return [errors for name, errors in counted.items() if name in known and is_meant(known[name])]


def _is_ignored(name: str, known: dict[str, Pattern]) -> bool:
    return name in known and known[name].is_ignored


def _by_waiting(waiting: error_log.Waiting) -> list[tuple[str, str]]:
    """The pattern of each error that waits, and what would be its title."""
    grouping = error_patterns.grouping()
    found = []
    for error in waiting.errors:
        name = grouping.pattern_of(error.method, error.error)
        new = grouping.found.patterns.get(name)
        found.append((name, new.title if new else name))
    return found


def _shown(name: str, titles: dict[str, str], known: dict[str, Pattern], times: int) -> dict:
    own = {"of this app itself": True} if name in known and known[name].own else {}
    return {"pattern": name, "title": titles.get(name, name), "times": times, **own}


def _title(name: str, known: dict[str, Pattern]) -> str:
    return known[name].title if name in known else name


def _is_since(pattern: Pattern, since: datetime) -> bool:
    return bool(pattern.first_at and pattern.first_at >= since and not pattern.is_ignored)


def _new(pattern: Pattern) -> dict:
    own = {"of this app itself": True} if pattern.own else {}
    told = {"pattern": pattern.name, "title": pattern.title, "state": pattern.state}
    return {**told, "severity": pattern.severity, "kind": pattern.kind, "area": pattern.area, **own}


def _busy_hours(begin: datetime) -> dict[tuple[str, datetime], int]:
    """Hours since `begin` with so many errors of one pattern that they may be a burst."""
    rows = frappe.db.sql(
        f"select pattern, day, hours from `tab{COUNT}` where span = 'Day' and day >= %s and pattern != '' "
        f"and errors >= {clustering.FEWEST} order by errors desc limit {MOST_BUSY}",
        begin.date(),
    )
    survivors, found = error_patterns.survivors(), Counter[tuple[str, datetime]]()
    for pattern, day, text in rows:
        for hour, errors in enumerate(error_patterns.hours_of(text)):
            found[survivors.survivor(pattern), datetime.combine(day, time(hour))] += errors
    return {key: errors for key, errors in found.items() if key[1] >= begin and errors >= clustering.FEWEST}


def _profiles(begin: datetime, hours: dict) -> dict[str, dict[int, int]]:
    members = error_patterns.members({pattern for pattern, _begins in hours})
    owners = {name: survivor for survivor, names in members.items() for name in names}
    if not owners:
        return {}
    rows = frappe.db.sql(
        f"select pattern, hours from `tab{COUNT}` where pattern in %s and span = 'Day' "
        "and day >= %s and day < %s",
        (sorted(owners), begin.date() - timedelta(days=PROFILE_DAYS), begin.date()),
    )
    return clustering.profiles(
        (owners[pattern], hour, errors)
        for pattern, text in rows
        for hour, errors in enumerate(error_patterns.hours_of(text))
    )


def _profile_days(begin: datetime) -> int:
    since = error_patterns.counted_since() or begin
    return max(0, min(PROFILE_DAYS, (begin.date() - since.date()).days))
