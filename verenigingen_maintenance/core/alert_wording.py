"""A review of alerts as people read it in a shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST_LINES = 15
MINUTE = 60


def alert_summary(found: Mapping[str, Any]) -> str:
    """How many, what they were, how long people took; by level, week, check, subject; what to look at."""
    parts = (
        [_head(found), _kinds(found), *_times(found)],
        *(_group(title, found[f"by_{title.lower()}"]) for title in ("Level", "Week", "Check", "Subject")),
        _listed("Came back", found["flapping"]),
        _listed("Nobody acted on", found["nobody_acted_on"]),
        _listed("Still open", found["still_open"]),
        ["", *(f"- {text}" for text in found["missing"])] if found["missing"] else [],
    )
    return "\n".join(line for part in parts for line in part)


def in_minutes(seconds: float | None) -> float | None:
    """A time that people took, as everything that tells it rounds it."""
    return None if seconds is None else round(seconds / MINUTE, 1)


def time_in_words(minutes: float | None) -> str:
    """Minutes of `in_minutes`: “2.6 min”, “1 h 30 min”; a dash where none is known."""
    if minutes is None:
        return "-"
    if minutes < MINUTE:
        return f"{minutes:g} min"
    hours, rest = divmod(round(minutes), MINUTE)
    return f"{hours} h {rest} min"


def _head(found: Mapping[str, Any]) -> str:
    before = found["open_from_before"]
    more = f"; open from before: {before}" if before else ""
    claims, alerts = found["claims_of_verenigingen"], found["alerts"]
    of_them = f", {claims} of them claims of verenigingen" if claims else ""
    return f"{alerts} alert{'s' * (alerts != 1)}{of_them}  (from {found['from']} to {found['to']}){more}"


def _kinds(found: Mapping[str, Any]) -> str:
    share = found["false_positive_share"]
    wrong = f" ({share} % of what is decided)" if share else ""
    return (
        f"real {found['real']}, false positive {found['false_positive']}{wrong}, no action needed "
        f"{found['no_action_needed']}, nobody acted {found['nobody_acted']}, open {found['open']}; "
        f"{found['came_back']} came back, {found['answered_late']} answered late"
    )


def _times(found: Mapping[str, Any]) -> list[str]:
    return [
        f"{title:<15} {_times_in_words(found[key])}"
        for title, key in (
            ("to acknowledge", "time_to_acknowledge"),
            ("to resolve", "time_to_resolve"),
        )
    ]


def _times_in_words(times: Mapping[str, Any]) -> str:
    if not times["known"]:
        return "not known of any"
    median, ninety, longest = (_told(times[key]) for key in ("median", "ninety", "longest"))
    return f"median {median}, 90 % within {ninety}, longest {longest} (of {times['known']})"


def _told(seconds: float | None) -> str:
    return time_in_words(in_minutes(seconds))


def _group(title: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return []
    most = sorted(rows, key=lambda row: -row["alerts"])
    shown = rows[-MOST_LINES:] if title == "Week" else most[:MOST_LINES]
    return ["", f"By {title.lower()}:", *(_line(row) for row in shown)]


def _line(row: Mapping[str, Any]) -> str:
    median, resolved = (_told(row[key]["median"]) for key in ("time_to_acknowledge", "time_to_resolve"))
    noise = row["false_positive"] + row["no_action_needed"] + row["nobody_acted"]
    return (
        f"  {row['alerts']:>6}  {row['name']:<40} real {row['real']}, noise {noise}; "
        f"acknowledged in {median}, resolved in {resolved}"
    )


def _listed(title: str, alerts: Sequence[Mapping[str, Any]]) -> list[str]:
    if not alerts:
        return []
    more = [f"  and {len(alerts) - MOST_LINES} more"] if len(alerts) > MOST_LINES else []
    lines = [f"  {each['name']}  {each['title'] or each['subject']}" for each in alerts[:MOST_LINES]]
    return ["", f"{title}:", *lines, *more]
