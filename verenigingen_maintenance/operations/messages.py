"""What a person is told of an escalation: in Desk, by e-mail, and in a chat or on a pager.

Every text is escaped where it becomes HTML. A link opens a form that asks for a login, and changes nothing.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

import frappe
from frappe.utils import get_url, get_url_to_form, get_url_to_list

from verenigingen_maintenance.core.policy import Policy
from verenigingen_maintenance.operations.runbook_steps import RunbookStep, runbook_steps
from verenigingen_maintenance.sources import clock

ESCALATION = "Maintenance Escalation"
MOST_IN_FULL, LINES, CHECKS = 25, 3, 5
DESK_TOGETHER = 5
FACTS, LONGEST = 4, 300
FIELDS = ("title", "status", "level", "onset_at", "opened_at", "next_level_at", "policy", "is_drill")


@dataclass(frozen=True)
class Log:
    """One entry among somebody's notifications in Desk."""

    subject: str
    content: str
    escalation: str | None


@dataclass
class _Story:
    """All that is told of one escalation in one message."""

    escalation: str | None
    rows: list[frappe._dict]
    facts: frappe._dict = field(default_factory=frappe._dict)
    level: frappe._dict = field(default_factory=frappe._dict)
    evidence: list[str] = field(default_factory=list)
    steps: list[RunbookStep] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return self.rows[-1].subject or ""

    @property
    def message(self) -> str:
        return "\n".join(dict.fromkeys(row.message or "" for row in self.rows)).strip()

    @property
    def is_drill(self) -> bool:
        return bool(self.facts.is_drill or any(row.is_drill for row in self.rows))

    @property
    def references(self) -> str:
        return ", ".join(map(reference, self.rows))


def reference(row: frappe._dict) -> str:
    """What a message can be recognised by where it arrives twice."""
    return f"{row.escalation}/{row.name}" if row.escalation else str(row.name)


def mail(rows: Sequence[frappe._dict], now: datetime) -> tuple[str, str]:
    """Subject and HTML of the mail that tells all of `rows`."""
    stories = _stories(rows)
    blocks = [_block(_filled(story), now) for story in stories[:MOST_IN_FULL]]
    return _subject(stories), "<hr>".join([*blocks, *_rest_as_html(stories[MOST_IN_FULL:])])


def short(rows: Sequence[frappe._dict], now: datetime) -> tuple[str, str]:
    """Title and plain text for a chat or a pager."""
    stories = _stories(rows)
    texts = [_in_short(story, now) for story in stories[:MOST_IN_FULL]]
    rest = stories[MOST_IN_FULL:]
    if rest:
        named = "\n".join(f"{each.subject} (ref {each.references})" for each in rest)
        texts.append("\n".join([_and_more(rest), named, _list_link()]))
    return _subject(stories), "\n\n".join(texts)


def desk(rows: Sequence[frappe._dict]) -> list[Log]:
    """One entry for each escalation; of more than five at once, one for all."""
    stories = _stories(rows)
    if len(stories) <= DESK_TOGETHER:
        return [
            Log(html.escape(_marked(story)), _as_html(story.message), story.escalation) for story in stories
        ]
    lines = [_as_html(_marked(story)) for story in stories]
    return [Log(html.escape(_subject(stories)), "<br>".join(lines), stories[0].escalation)]


def link(escalation: str | None) -> str:
    return get_url_to_form(ESCALATION, escalation) if escalation else get_url("/app/maintenance")


def _stories(rows: Sequence[frappe._dict]) -> list[_Story]:
    """The rows by escalation, in their order; what belongs to none stands alone."""
    stories: dict[object, _Story] = {}
    for row in rows:
        stories.setdefault(row.escalation or row.name, _Story(row.escalation or None, [])).rows.append(row)
    names = [story.escalation for story in stories.values() if story.escalation]
    found = frappe.get_all(ESCALATION, {"name": ("in", names)}, ["name", *FIELDS]) if names else []
    facts = {each.name: each for each in found}
    for story in stories.values():
        story.facts = facts.get(story.escalation) or frappe._dict()
    return list(stories.values())


def _filled(story: _Story) -> _Story:
    """With what only a mail has room for."""
    if story.facts.level:
        fields = ["title", "level", "contract", "phone"]
        story.level = frappe.db.get_value("Escalation Level", story.facts.level, fields, as_dict=True) or {}
    rows = frappe.get_all(
        "Maintenance Escalation Check",
        {"parent": story.escalation or "", "parenttype": ESCALATION},
        ["check_name", "title", "evidence"],
        order_by="idx",
        limit=CHECKS,
    )
    story.evidence = [f"{row.title}: {line}" for row in rows if (line := _in_one_line(row.evidence))]
    story.steps = runbook_steps(row.check_name for row in rows)
    return story


def _block(story: _Story, now: datetime) -> str:
    """One escalation as HTML: what broke, since when, evidence, what to do, who is next, links."""
    parts = [
        f"<p><b>{_escaped('This is a drill: nothing is broken.')}</b></p>" if story.is_drill else "",
        f"<p><b>{_escaped(story.subject)}</b>{_since(story, now, '<br>')}</p>",
        f"<p>{_as_html(story.message)}</p>" if story.message else "",
        _list_of("Evidence", map(_escaped, story.evidence)),
        _list_of("What the runbook says", map(_step, story.steps)),
        *(f"<p>{_escaped(text)}</p>" for text in (_next(story, now), _contract(story)) if text),
        _links(story),
        f"<p><small>ref {_escaped(story.references)}</small></p>",
    ]
    return "".join(parts)


def _in_short(story: _Story, now: datetime) -> str:
    first = [line for line in story.message.splitlines() if line.strip()][:LINES]
    parts = [_marked(story), *_since(story, now, "\n").splitlines(), *first, link(story.escalation)]
    return "\n".join([*filter(None, parts), f"ref {story.references}"])


def _since(story: _Story, now: datetime, before: str) -> str:
    began = story.facts.onset_at or story.facts.opened_at
    return before + f"since {_time(began, now)}" if began else ""


def _next(story: _Story, now: datetime) -> str:
    """Who is told next, and when; nothing where nobody is."""
    if not story.facts.next_level_at or not story.facts.policy or story.facts.status != "Open":
        return ""
    following = Policy.from_json(story.facts.policy).next_above(story.facts.level)
    message = "Unless somebody acknowledges it by {0}, it goes to {1}."
    at = _time(story.facts.next_level_at, now)
    return message.format(at, following.title) if following else ""


def _contract(story: _Story) -> str:
    """What the vendor must be told, at the level that has a contract."""
    parts = [story.level.get(field) for field in ("title", "phone", "contract")]
    told = ", ".join(part.strip() for part in parts if part and part.strip())
    return f"To call: {told}" if any(parts[1:]) else ""


def _links(story: _Story) -> str:
    address = link(story.escalation)
    links = [(address, "Open it")]
    if story.escalation and story.facts.status == "Open":
        links.append((_link_to_acknowledge(story.escalation), "Acknowledge it"))
    return "<p>" + " · ".join(f'<a href="{_escaped(to)}">{_escaped(text)}</a>' for to, text in links) + "</p>"


def _link_to_acknowledge(escalation: str) -> str:
    """By the login page, which leads who is logged in on at once; past it, Frappe would lose the question."""
    form = urlsplit(link(escalation))
    return get_url(f"/login?redirect-to={quote(f'{form.path}?acknowledge=1', safe='')}")


def _step(step: RunbookStep) -> str:
    expected = f"Expected: {step.expected}" if step.expected else ""
    texts = [text for text in (step.instructions, expected) if text]
    return f"<b>{_escaped(f'{step.procedure}: {step.task}')}</b><br>{_as_html(chr(10).join(texts))}"


def _list_of(title: str, items: object) -> str:
    entries = "".join(f"<li>{item}</li>" for item in items)
    return f"<p>{_escaped(title)}</p><ul>{entries}</ul>" if entries else ""


def _subject(stories: Sequence[_Story]) -> str:
    first = _marked(stories[0])
    return f"{first} and {len(stories) - 1} more" if len(stories) > 1 else first


def _marked(story: _Story) -> str:
    """The subject on one line, and a drill said to be one."""
    subject = " ".join(story.subject.split())
    is_said = subject.upper().startswith("DRILL")
    return f"DRILL: {subject}" if story.is_drill and not is_said else subject


def _rest_as_html(rest: Sequence[_Story]) -> list[str]:
    if not rest:
        return []
    named = [f"{_escaped(_marked(each))} <small>ref {_escaped(each.references)}</small>" for each in rest]
    address = _escaped(_list_link())
    return [_list_of(_and_more(rest), named) + f'<p><a href="{address}">{address}</a></p>']


def _and_more(rest: Sequence[_Story]) -> str:
    return f"and {len(rest)} more"


def _list_link() -> str:
    return get_url_to_list(ESCALATION)


def _in_one_line(evidence: str | None) -> str:
    """The first of what was seen; evidence that was cut short is no JSON any more, and is told as it is."""
    text = (evidence or "").strip()
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return text[:LONGEST]
    if not isinstance(found, dict):
        return text[:LONGEST]
    return "; ".join(f"{key}: {value}" for key, value in [*found.items()][:FACTS])[:LONGEST]


def _time(naive: datetime, now: datetime) -> str:
    """A stored time for people: without the day where it is today's."""
    is_today = naive.date() == clock.stored(now).date()
    return f"{naive:%H:%M}" if is_today else f"{naive:%Y-%m-%d %H:%M}"


def _escaped(text: object) -> str:
    return html.escape(str(text))


def _as_html(text: str | None) -> str:
    return _escaped(text or "").replace("\n", "<br>")
