"""A run as it is printed, in the reader's language: the paper checklist, and what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.utils import format_datetime, formatdate

from verenigingen_maintenance.core.paper import fit
from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations import evidence_files, previous
from verenigingen_maintenance.operations.language import figures_within, in_figures, said

DAY = re.compile(r"(?<![\w-])(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d):\d\d[+-]\d\d:\d\d)?(?=[ ,.;:)]|$)")
ARROWS = {1: "▲", -1: "▼", 0: "="}


def describe(run: Document) -> dict:
    """`{"free": [{"label", "text", "shown", "is_whole"}], "groups": [{"box", "rows"}], "since": [line],
    "before": name of the run whose values stand beside, "files": [text]}`; nothing in it is escaped."""
    beside = previous.beside(run)
    files = evidence_files.of(run)
    return {
        "free": _free(run),
        "groups": _groups(run, (beside or {}).get("rows", {}), files),
        "since": [_told(line.removeprefix("- ")) for line in (run.since_last_signed or "").splitlines()],
        "before": beside["run"] if beside else "",
        "files": [_file(each) for each in files],
    }


def _free(run: Document) -> list[dict]:
    texts = [row.text or "" for row in run.notes]
    return [
        {"label": said(row.label), "text": text, "shown": shown, "is_whole": is_whole}
        for row, text, (shown, is_whole) in zip(run.notes, texts, fit(texts), strict=True)
    ]


def _groups(run: Document, beside: Mapping[str, Any], files: list[dict]) -> list[dict]:
    """The rows under their boxes, in the order of the paper; those of no box come last."""
    names = list(dict.fromkeys([*(box.box for box in run.boxes), *(item.box for item in run.items)]))
    found = []
    for name in names:
        rows = [_row(item, beside.get(item.name), files) for item in run.items if item.box == name]
        if rows:
            found.append({"box": said(name) if name else _("Further steps"), "rows": rows})
    return found


def _row(item: Document, before: Mapping[str, Any] | None, files: list[dict]) -> dict:
    return {
        "title": said(item.title),
        "verdict": _("n/a") if item.not_applicable else _(item.verdict) if item.verdict else _("to do"),
        "finding": _answer(item) if item.by_hand else _finding(item),
        "escalation": item.escalation or "",
        "before": "" if item.not_applicable else _before(item, before),
        "note": item.note or "",
        "files": [each["file_name"] for each in files if each["row"] == item.name],
    }


def _answer(item: Document) -> str:
    if not item.result:
        return ""
    return _("{0} ({1})").format(_(item.result), item.done_by) if item.done_by else _(item.result)


def _finding(item: Document) -> str:
    value = _value(item.value, item.unit)
    if value and item.target and item.verdict != "OK":
        value = _("{0} (target {1})").format(value, figures_within(item.target))
    return ": ".join(filter(None, (value, _told(item.reason))))


def _before(item: Document, before: Mapping[str, Any] | None) -> str:
    """Nothing measured is said so, and never a nought."""
    if before is None:
        return ""
    if before.get("is_new"):
        return _("no such row")
    if before["not_applicable"]:
        return _("n/a")
    if item.by_hand:
        return _(before["result"]) if before["result"] else _("not answered")
    return _changed(item, before) if before["value"] else _("not measured")


def _changed(item: Document, before: Mapping[str, Any]) -> str:
    value = _value(before["value"], before["unit"])
    if not before["change"]:
        return value
    now, then = float(item.value), float(before["value"])
    return _("{0} ({1} {2})").format(value, ARROWS[(now > then) - (now < then)], _(before["change"]).lower())


def _told(text: str | None) -> str:
    """A text of the app, with the dates in it as the reader writes them; names keep theirs."""
    return DAY.sub(lambda found: " ".join(filter(None, (formatdate(found[1]), found[2]))), said(text))


def _value(value: str | None, unit: str | None) -> str:
    return in_words(float(value), unit or "", in_figures, said) if value else ""


def _file(file: Mapping[str, Any]) -> str:
    told = _("{0}, {1}, {2}, {3}").format(
        file["file_name"], file["size"], file["by"], format_datetime(file["at"])
    )
    if file["sha256"]:
        told = _("{0}, SHA-256 begins with {1}").format(told, file["sha256"])
    if file["is_changed"]:
        return _("{0} (changed since it was signed)").format(told)
    return _("{0} (the site has lost its content)").format(told) if file["is_gone"] else told
