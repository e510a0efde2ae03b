"""Reports as data, for the doors. It only reads."""

from __future__ import annotations

import json
from typing import Any

import frappe

from verenigingen_maintenance.core.report import build
from verenigingen_maintenance.operations import report_decisions, report_sections
from verenigingen_maintenance.operations.report_drafts import REPORT
from verenigingen_maintenance.operations.reports_due import switched_on


def describe(name: str) -> dict[str, Any]:
    """A report: its state, its most important facts, and what was not measured. Before it was drafted, both
    are empty, and `verdict` is None."""
    report = report_decisions.get(name)
    fields = (
        "kind",
        "title",
        "period",
        "status",
        "progress",
        "progress_text",
        "measured",
        "author",
        "approved_by",
        "sha256",
    )
    found = {
        "report": report.name,
        **{field: report.get(field) or None for field in fields},
        "verdict": report.verdict or None,
    }
    found |= {
        "from": str(report.period_from),
        "until": str(report.period_until),
        "failure": report.failure or None,
    }
    found |= {"drafted_at": str(report.drafted_at or "") or None, "data_changed": report.changed_text or None}
    return {**found, **_content(report.data), "mail": report_decisions.mail_status(report)}


def _content(data: str | None) -> dict[str, Any]:
    if not data:
        return {"facts": [], "not_measured": []}
    built = build(json.loads(data), [])
    return {
        "facts": [{"verdict": fact.verdict.value, "text": fact.text} for fact in built.first],
        "not_measured": [
            {"what": what, "why": why, "section": section} for what, why, section in built.missing
        ],
    }


def list_kinds() -> list[dict[str, Any]]:
    """The kinds of reports, which are made by themselves, and the latest of each."""
    on = switched_on()
    return [
        {
            "kind": kind.key,
            "title": kind.title,
            "cadence": kind.cadence.value,
            "audience": kind.audience,
            "made_by_itself": kind.key in on,
            "latest": _latest(kind.key),
        }
        for kind in report_sections.kinds().values()
    ]


def _latest(kind: str) -> str | None:
    names = frappe.get_all(REPORT, {"kind": kind}, pluck="name", order_by="period_from desc", limit=1)
    return names[0] if names else None
