"""A report from what was read and what people wrote: the same data and texts make the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .report_parts import ENOUGH, Fact, Section
from .report_periods import Period, parse
from .report_sections import entry, gathered
from .slots import Cadence
from .verdicts import Verdict, worst

MOST_FIRST, FEWEST_FIRST, MOST_ITEMS = 8, 5, 3
HELPED, MOST_HELPED = 60, 2
BADNESS = (Verdict.CRITICAL, Verdict.UNKNOWN, Verdict.WARNING, Verdict.OK)
FAILED, CUT, COVERAGE = "not read", "cut", "coverage.days"


@dataclass
class Report:
    """All that is shown. `first` are the most important facts, worst first; `sources` are texts by key."""

    title: str
    site: str
    audience: str
    period: Period
    read_at: str
    verdict: Verdict
    measured: str
    first: list[Fact]
    sections: list[Section]
    sources: Mapping[str, str]
    remarks: Mapping[str, str]
    others: list[tuple[str, str]] = field(default_factory=list)

    @property
    def missing(self) -> list[tuple[str, str, str]]:
        """What was not measured, and why, with the section that it is missing in; each once."""
        found = {
            (what, why): section.title for section in reversed(self.sections) for what, why in section.missing
        }
        return [(what, why, title) for (what, why), title in reversed(found.items())]


def build(data: Mapping[str, Any], texts: Sequence[Mapping[str, str]]) -> Report:
    """The report of some data. `texts` are people's: section, title and text.

    A text on a section that is not in it (any more) is kept, at the end.
    """
    period = parse(Cadence(data["cadence"]), data["period"])
    sections = [_section(key, data["facts"], period) for key in data["sections"]]
    coverage = _coverage(data, period)
    facts = ranked(together([*coverage, *(fact for section in sections for fact in section.facts)]))
    facts = facts or [Fact(Verdict.UNKNOWN, 0, "Nothing in this report judges the period.")]
    _gather(sections, facts)
    written = [each for each in texts if (each["text"] or "").strip()]
    return Report(
        title=data["title"],
        site=data["site"],
        audience=data["audience"],
        period=period,
        read_at=data["read_at"],
        verdict=worst(fact.verdict for fact in facts),
        measured=_measured(data, period),
        first=_first(facts),
        sections=sections,
        sources=_sources(data["facts"]),
        remarks={each["section"]: each["text"] for each in written if each["section"] in data["sections"]},
        others=[(each["title"], each["text"]) for each in written if each["section"] not in data["sections"]],
    )


def ranked(facts: Sequence[Fact]) -> list[Fact]:
    """The worst first; of a verdict by weight. Two sections may tell the same: each is told once."""
    once = list({fact.text: fact for fact in reversed(facts)}.values())
    return sorted(once, key=_rank)


def together(facts: Sequence[Fact]) -> list[Fact]:
    """Facts of one topic as one, where they are several: the weightiest three of it in words."""
    topics: dict[str, list[Fact]] = {}
    for fact in {fact.text: fact for fact in reversed(facts)}.values():
        topics.setdefault(fact.topic or fact.text, []).append(fact)
    return [_as_one(found) for found in topics.values()]


def _as_one(found: Sequence[Fact]) -> Fact:
    first, *others = sorted(found, key=_rank)
    if not others:
        return first
    told = "; ".join(fact.item for fact in (first, *others)[:MOST_ITEMS])
    more = len(found) - MOST_ITEMS
    and_more = f"; and {more} more" if more > 0 else ""
    weight = max(fact.weight for fact in found)
    sources = dict.fromkeys(source for fact in (first, *others) for source in fact.source.split())
    return Fact(first.verdict, weight, f"{first.topic}: {told}{and_more}.", " ".join(sources))


def _rank(fact: Fact) -> tuple[int, float, str]:
    return BADNESS.index(fact.verdict), -fact.weight, fact.text


def _first(facts: Sequence[Fact]) -> list[Fact]:
    """At most eight. What is UNKNOWN and what helped most have a place among them; other good ones only where
    there is room."""
    bad = [fact for fact in facts if fact.verdict is not Verdict.OK]
    good = [fact for fact in facts if fact.verdict is Verdict.OK]
    helped = [fact for fact in good if fact.weight >= HELPED]
    shown = _with_unknown(bad, MOST_FIRST - len(helped[:1]))
    shown += helped[: min(MOST_HELPED, MOST_FIRST - len(shown))]
    others = [fact for fact in good if fact not in shown]
    return [*shown, *others[: max(FEWEST_FIRST - len(shown), 0)]]


def _with_unknown(bad: Sequence[Fact], room: int) -> list[Fact]:
    """However much is CRITICAL: what nobody knows may be worse."""
    shown, left = list(bad[:room]), bad[room:]
    unknown = [fact for fact in left if fact.verdict is Verdict.UNKNOWN]
    if unknown and all(fact.verdict is Verdict.CRITICAL for fact in shown):
        shown[-1] = unknown[0]
    return shown


def _section(key: str, facts: Mapping[str, Any], period: Period) -> Section:
    """What could not be read leaves a section that says so; what was not read of all of it is missing."""
    found = entry(key)
    section = Section(key, found.title)
    failed = [(name, facts[name][FAILED]) for name in found.needs if FAILED in facts[name]]
    for name, why in failed:
        section.missing.append((f"{found.title}: facts about {name}", why))
        text, topic = f"{found.title} could not be read: {why}", f"Could not be read ({why})"
        section.found(Verdict.UNKNOWN, 95, text, topic=topic, item=found.title)
    if not failed:
        found.build(section, facts, period)
        section.missing += [(what, why) for name in found.needs for what, why in facts[name].get(CUT, ())]
    return section


def _gather(sections: Sequence[Section], facts: Sequence[Fact]) -> None:
    for section in sections:
        if entry(section.key).build is gathered:
            for fact in facts:
                section.say(f"{fact.verdict}: {fact.text}", fact.source)


def _coverage(data: Mapping[str, Any], period: Period) -> list[Fact]:
    """What keeps the period from being judged: too few days of it were measured, or it is not over."""
    days, over = data["measured_days"], _days_over(data, period)
    found = []
    if over < period.days:
        text = f"The period is not over: this is about {over} of its {period.days} days."
        found.append(Fact(Verdict.UNKNOWN, 99, text, COVERAGE))
    if days < ENOUGH * period.days:
        text = (
            f"Only {days} of {period.days} days were measured: they are not compared with the period before."
        )
        found.append(Fact(Verdict.UNKNOWN, 98, text, COVERAGE))
    elif data["measured_days_before"] < ENOUGH * period.before.days:
        text = (
            f"Of the period before, {data['measured_days_before']} of {period.before.days} days were "
            "measured: metrics and alerts are not compared with it."
        )
        found.append(Fact(Verdict.OK, 48, text, COVERAGE))
    return found


def _days_over(data: Mapping[str, Any], period: Period) -> int:
    return period.days_until(date.fromisoformat(data["read_at"][:10]))


def _measured(data: Mapping[str, Any], period: Period) -> str:
    return f"{data['measured_days']} of {period.days} days measured"


def _sources(facts: Mapping[str, Any]) -> dict[str, str]:
    """Each source by the key that figures name it with."""
    found = {COVERAGE: "Metric Day: the days that have any metric"}
    for name, told in facts.items():
        found |= {f"{name}.{key}": text for key, text in told.get("sources", {}).items()}
    return found
