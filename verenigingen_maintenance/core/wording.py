"""Numbers and runs as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .units import ONE


def number(value: float | None) -> str:
    """A value without noise: 12, 0.183, 1204.5. Nothing measured is an empty text, never a nought."""
    if value is None:
        return ""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def in_words(
    value: float | None,
    unit: str,
    figure: Callable[[float], str] = number,
    say: Callable[[str], str] = str,
) -> str:
    """A value with its unit: "12 errors"; of a scale, such as "healthy/at risk/critical", its step. `figure`
    and `say` write the number and the words for their reader."""
    steps = unit.split("/")
    if value is None:
        return ""
    if len(steps) > 2 and value in range(len(steps)):
        return say(steps[int(value)])
    return say(ONE[unit]) if value == 1 and unit in ONE else f"{figure(value)} {say(unit)}"


def errors_in_words(count: int) -> str:
    return "1 error" if count == 1 else f"{count} errors"


def some(texts: Sequence[str], most: int = 3) -> str:
    """The first few of several, and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def summary(run: Mapping[str, Any]) -> str:
    """A run as a few lines of text: its verdict, each item, and the escalations that are open."""
    head = f"{run['run']}  {run['verdict'] or _without_verdict(run)}  (status {run['status']})"
    measured = [f"Measured {run['measured_at']} by {run['measured_by']}"] if run["measured_at"] else []
    happened = [run["since_last_signed"]] if run["since_last_signed"] else []
    rows = [item_line(item) for item in run["items"]]
    review = [*_findings(run.get("findings", [])), *_actions(run.get("actions", []))]
    return "\n".join([head, *measured, *happened, *review, "", *rows, *_escalations(run["escalations"])])


def _findings(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the run found that a person decides on, in the order of the form."""
    lines = [
        f"  {each['since_last']:<7} {each['area']}: {each['title']}"
        f" ({each['decision'] or 'not decided'}) {each['text'] or ''}".rstrip()
        for each in findings
    ]
    return ["", "Findings:", *lines] if lines else []


def _actions(actions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The actions of the run, also of earlier ones."""
    lines = [
        f"  {each['state']:<7} {each['title']} ({each['allocated_to']}, by {each['due'] or 'no day'}"
        f"{', overdue' if each['is_late'] else ''}; from {each['from_run']})"
        for each in actions
    ]
    return ["", "Actions:", *lines] if lines else []


def _without_verdict(run: Mapping[str, Any]) -> str:
    return "waits for people" if run["measured_at"] else "not measured"


def item_line(item: Mapping[str, Any]) -> str:
    """One item as a line: verdict, title, value, and why or what was wanted."""
    value = in_words(item["value"], item["unit"] or "") or item["result"] or "-"
    remark = item["reason"] or (f"target {item['target']}" if item["target"] else "")
    verdict = "n/a" if item["not_applicable"] else item["verdict"] or "to do"
    return f"  {verdict:<9} {item['title']:<38} {value:<16} {remark}"


def _escalations(escalations: Sequence[Mapping[str, Any]]) -> list[str]:
    if not escalations:
        return ["", "No escalation is open."]
    return ["", "Open escalations:", *map(_escalation_line, escalations)]


def _escalation_line(each: Mapping[str, Any]) -> str:
    """What it is, and who has it, when the next level is told, or why nobody is."""
    line = f"  {each['name']}  {each['status']}, {each['level']}: {each['title']}"
    if each.get("acknowledged_by"):
        return f"{line} ({each['acknowledged_by']} has it)"
    if each.get("muted_because"):
        return f"{line} (nobody is told: {each['muted_because']})"
    return (
        f"{line} (next level at {each['next_level_at']:%Y-%m-%d %H:%M})"
        if each.get("next_level_at")
        else line
    )


def state(status: Mapping[str, Any]) -> str:
    """The state of a site as text."""
    lines = [f"{status['verdict']}  ({status['missed']} missed runs not accepted)", ""]
    lines += [*_watcher(status["watcher"]), *map(_live_line, status["live"]), ""]
    for each in status["procedures"]:
        run = each["run"] or "no slot is due yet"
        late = ", overdue" if each.get("is_overdue") else ""
        lines.append(f"  {each['verdict'] or '-':<9} {each['procedure']:<24} {run} ({each['status']}{late})")
    incidents = _incidents(status.get("incidents") or [])
    return "\n".join([*lines, *incidents, *_escalations(status["escalations"]), *_to_fill(status)])


def _incidents(incidents: Sequence[Mapping[str, Any]]) -> list[str]:
    told = [
        f"  {each['incident']} {each['title']} ({each['status']}, {each['commander'] or 'no commander'})"
        for each in incidents
    ]
    return ["", "Incidents:", *told] if told else []


def _watcher(watcher: Mapping[str, Any]) -> list[str]:
    """How old the samples are, and what is wrong with the watcher."""
    age = age_in_words(watcher["seconds"])
    head = f"Sampled {age} ago." if age else "Nothing was sampled yet."
    if watcher["is_late"] and age:
        head = f"Last measured {age} ago. What follows may be out of date."
    return [head, *watcher["why"], *watcher["problems"]]


def age_in_words(seconds: float | None) -> str:
    """A time that passed: “40 s”, “3 min”, “2 h 5 min”; nothing for None."""
    if seconds is None:
        return ""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if not minutes:
        return f"{int(seconds)} s"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _live_line(check: Mapping[str, Any]) -> str:
    value = in_words(check["value"], check["unit"] or "") or "-"
    return f"  {check['verdict']:<9} {check['title']:<38} {value:<22} {check['reason']}".rstrip()


def _to_fill(status: Mapping[str, Any]) -> list[str]:
    waiting = status["notifications_waiting"]
    told = ["", f"{waiting} notifications wait to be delivered."] if waiting else []
    to_fill = status["still_to_fill"]
    return [
        *told,
        *(["", "Still to fill in or decide:", *(f"  {each}" for each in to_fill)] if to_fill else []),
    ]


def table_of_metrics(rows: Sequence[Mapping[str, Any]]) -> str:
    """Metrics of a period as a table; what was not measured says why."""
    lines = [f"{'':<44} {'latest':>12} {'mean or sum':>12} {'highest':>12} {'before':>12}  unit"]
    for row in rows:
        figures = (row["latest"], row["middle"], row["maximum"], row["before"])
        shown = " ".join(f"{number(each) or '-':>12}" for each in figures)
        lines.append(f"{row['title']:<44} {shown}  {row['unit']}  {row['reason']}".rstrip())
    return "\n".join(lines)


def table_of_checks(checks: Sequence[Mapping[str, Any]]) -> str:
    """The checks as a table: name, target and title."""
    rows = [
        f"{each['check']:<22} {each['target'] + ' ' + each['unit']:<32} {each['title']}" for each in checks
    ]
    return "\n".join(rows)
