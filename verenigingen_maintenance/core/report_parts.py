"""What a report is made of: sentences, figures, tables and charts, each with the source that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .verdicts import Verdict
from .wording import number

ENOUGH = 0.8
MOST_ROWS = 40


@dataclass(frozen=True)
class Sentence:
    """`source` is a key of the report's sources, here and in what follows; or several, apart by blanks."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Fact:
    """A candidate for the first page. Those of a verdict are ranked by weight, 0 to 100.

    Those of one `topic` become one sentence there, in which each is its `item`.
    """

    verdict: Verdict
    weight: float
    text: str
    source: str = ""
    topic: str = ""
    item: str = ""


@dataclass(frozen=True)
class Figure:
    """A value (None was not measured) beside that of the period before.

    `worse` is "higher", "lower" or empty; `note` says why there is no value, or nothing to compare with.
    """

    title: str
    value: float | None
    unit: str
    before: float | None = None
    source: str = ""
    worse: str = ""
    note: str = ""

    @property
    def percent(self) -> float | None:
        if self.value is None or not self.before:
            return None
        return 100 * (self.value - self.before) / abs(self.before)

    @property
    def is_worse(self) -> bool | None:
        """None where that has no direction, or nothing changed."""
        if not self.worse or self.value is None or self.before is None or self.value == self.before:
            return None
        return (self.value > self.before) is (self.worse == "higher")


@dataclass(frozen=True)
class Table:
    """Rows of texts and numbers. `empty` is said where there are none; `numbers` are the columns of numbers,
    `widths` the share of each column in percent."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    source: str = ""
    empty: str = ""
    numbers: Sequence[int] = ()
    widths: Sequence[int] = ()
    left_out: int = 0

    @classmethod
    def cut(cls, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], **more: Any) -> Table:
        """The first rows, and how many more there are."""
        return cls(title, heads, rows[:MOST_ROWS], left_out=max(len(rows) - MOST_ROWS, 0), **more)


@dataclass(frozen=True)
class Chart:
    """An SVG that is escaped already, and the source of what it shows."""

    svg: str
    source: str = ""


@dataclass
class Section:
    """What is told under a heading. `missing` has pairs: what was not measured, and why."""

    key: str
    title: str
    sentences: list[Sentence] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str, source: str = "") -> None:
        self.sentences.append(Sentence(text, source))

    def unmeasured(self, what: str, why: str) -> None:
        """Nothing of it is known: it is missing, and the period is UNKNOWN for it."""
        self.missing.append((what, why))
        text, topic, item = f"{what} not measured: {why}.", "Not measured in the period", f"{what}, {why}"
        self.found(Verdict.UNKNOWN, 94, text, topic=topic, item=item)

    def found(
        self,
        verdict: Verdict,
        weight: float,
        text: str,
        source: str = "",
        topic: str = "",
        item: str = "",
    ) -> None:
        self.facts.append(Fact(verdict, weight, text, source, topic, item))


Facts = Mapping[str, Any]


def percent_in_words(percent: float) -> str:
    """+12 %, -3.5 %; of large ones without decimals."""
    if abs(percent) < 0.05:
        return "0 %"
    digits = 0 if abs(percent) >= 10 else 1
    return f"{percent:+.{digits}f} %"


def short(value: float | None) -> str:
    """A number as a report shows it: three figures of small ones, no decimals of large ones."""
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", "\u00a0")
    return number(round(value, 1 if abs(value) >= 10 else 3))


def not_compared(measured: int, days: int, before_measured: int, before_days: int) -> str:
    """Why two periods are not compared; empty where both were measured well enough."""
    for name, known, of in (("", measured, days), (" of the period before", before_measured, before_days)):
        if known < ENOUGH * of:
            return f"not compared: {known} of {of} days{name} measured"
    return ""
