"""What of the runbook people read: titles, instructions, boxes; no names of checks, no commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

READ = {
    *(
        "title",
        "description",
        "instructions",
        "expected_result",
        "escalation_criteria",
        "trigger_text",
        "advice",
    ),
    *(
        "owner_title",
        "approver_title",
        "review_after",
        "remark",
        "scope",
        "audience",
        "remediation",
        "reason",
    ),
    *("step", "box", "boxes", "label", "unit", "area", "metric_group", "subject", "deliverables", "cadence"),
    *("severity", "priority", "trigger", "cause", "silenced", "provider", "kind", "weekday", "draft"),
}


def texts(data: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text, line by line, and of what it is."""
    if isinstance(data, dict):
        yield from _of_entries(data)
    elif isinstance(data, list):
        for each in data:
            yield from texts(each, key)
    elif isinstance(data, str) and key in READ:
        for line in data.splitlines():
            if is_read(line.strip()):
                yield line.strip(), key.replace("_", " ").capitalize()


def _of_entries(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        is_name = isinstance(value, dict) and re.search("[A-Z]", key[:1]) and "-" not in key
        if is_name and "title" not in value:
            yield key, "Name"
        yield from texts(value, key)


def is_read(text: str) -> bool:
    """Words: no "%", no ms, and no name of a check such as database_response."""
    return bool(re.search("[A-Za-z]{2}", text)) and not re.fullmatch(
        r"[a-z]+(_[a-z0-9]+)+|[A-Z]+(-[A-Z]+)+", text
    )
