"""Lines as SVG: what was measured, with gaps where nothing was. For HTML pages, reports and PDF."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from .wording import number

Point = tuple[datetime, float]
Expected = tuple[datetime, float, float, float]
Mark = tuple[datetime, str, str]
WIDTH, HEIGHT = 340, 130
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 30, 18
TICKS, SIGN = 3, 9
MARKED = 'stroke="#525252" stroke-width="1" stroke-dasharray="1 2"'
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 28, 2
SMALLEST = 0.0005


@dataclass(frozen=True)
class Chart:
    """Points of one series over a period, in order. More than `longest_gap` between two is a gap. Its heading
    is the unit alone where it has no title.

    `limits` are drawn across where the scale has them, such as a threshold; of `capacity` also what is not
    reached, from half the way on. `expected` goes on after the points: moments with what is
    expected, at least and at most. `marks` are moments with a sign to show and the words that it stands for,
    such as a change. Times are shown as they are given, or as `labels` say: of the begin and of the end.
    `figure` writes a number, such as 12.5, as its reader does.
    """

    title: str
    unit: str
    points: Sequence[Point]
    begins: datetime
    ends: datetime
    longest_gap: timedelta
    limits: Sequence[float] = ()
    expected: Sequence[Expected] = ()
    capacity: Sequence[float] = ()
    marks: Sequence[Mark] = ()
    labels: tuple[str, str] | None = None
    figure: Callable[[str], str] = str

    def svg(self, told: str = "") -> str:
        """The chart as one element; every text in it is escaped. `told` says what it shows, in the reader's
        language."""
        low, high = self._range()
        heading = escape(f"{self.title} ({self.unit})" if self.title else self.unit)
        parts = [
            f'<text x="4" y="14" class="heading">{heading}</text>',
            *self._ticks(low, high),
            *(self._limit(each, low, high) for each in (*self.limits, *self.capacity) if low <= each <= high),
            *self._band(low, high),
            *(self._line(group, low, high) for group in _groups(self.points, self.longest_gap)),
            *self._marked(),
            *self._times(),
        ]
        size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        return (
            f'<svg class="maintenance-chart" {size} role="img" '
            f'aria-label="{heading}: {escape(told or self.in_words())}" font-size="10" '
            f'font-family="sans-serif" fill="#525252">{"".join(parts)}</svg>'
        )

    def in_words(self) -> str:
        """What the line shows, for those who cannot see it."""
        if not self.points:
            return "nothing was measured"
        values = [value for _moment, value in self.points]
        return f"{number(min(values))} to {number(max(values))}, last {number(values[-1])}"

    def _range(self) -> tuple[float, float]:
        values = [0.0, *(value for _moment, value in self.points)]
        values += [end for _moment, _middle, least, most in self.expected for end in (least, most)]
        values += [limit for limit in self.capacity if max(values) >= limit / 2]
        high, low = max(values), min(values)
        return low, high if high > low else low + 1

    def _line(self, group: Sequence[Point], low: float, high: float) -> str:
        if len(group) == 1:
            x, y = self._x(group[0][0]), self._y(group[0][1], low, high)
            return f'<circle cx="{x}" cy="{y}" r="1.5" fill="#2490ef"/>'
        places = self._places(group, low, high)
        return f'<polyline points="{places}" fill="none" stroke="#2490ef" stroke-width="1.2"/>'

    def _band(self, low: float, high: float) -> Iterator[str]:
        """What is expected: a dashed line in the band between least and most."""
        if self.expected:
            upper = [(moment, most) for moment, _middle, _least, most in self.expected]
            lower = [(moment, least) for moment, _middle, least, _most in reversed(self.expected)]
            middle = [(moment, value) for moment, value, _least, _most in self.expected]
            around = self._places(upper + lower, low, high)
            yield f'<polygon class="band" points="{around}" fill="#2490ef" opacity="0.18"/>'
            dashed = 'class="expected" fill="none" stroke="#2490ef" stroke-dasharray="3" stroke-width="1.2"'
            yield f'<polyline points="{self._places(middle, low, high)}" {dashed}/>'

    def _places(self, points: Sequence[Point], low: float, high: float) -> str:
        return " ".join(f"{self._x(moment)},{self._y(value, low, high)}" for moment, value in points)

    def _limit(self, value: float, low: float, high: float) -> str:
        y = self._y(value, low, high)
        return _across(y, 'class="limit" stroke="#c62828" stroke-dasharray="3"')

    def _ticks(self, low: float, high: float) -> Iterator[str]:
        for step in range(TICKS):
            value = low + (high - low) * step / (TICKS - 1)
            y = self._y(value, low, high)
            yield _across(y, 'class="grid" stroke="#e2e6e9"')
            yield f'<text x="{LEFT - 4}" y="{y + 3}" text-anchor="end">{_short(value, self.figure)}</text>'

    def _marked(self) -> Iterator[str]:
        """A line with its sign above, and its words for whoever points at it. Signs that would lie on each
        other stand side by side."""
        free = 0.0
        for moment, sign, words in sorted(each for each in self.marks if self.begins <= each[0] <= self.ends):
            x = self._x(moment)
            free = max(x, free)
            line = f'<line x1="{x}" x2="{x}" y1="{TOP - 2}" y2="{HEIGHT - BOTTOM}" {MARKED}/>'
            text = f'<text x="{free}" y="{TOP - 4}" text-anchor="middle" class="sign">{escape(sign)}</text>'
            yield f'<g class="mark"><title>{escape(sign)}: {escape(words)}</title>{line}{text}</g>'
            free += SIGN

    def _times(self) -> Iterator[str]:
        form = "%m-%d %H:%M" if self.ends - self.begins <= timedelta(days=1) else "%Y-%m-%d"
        begins, ends = self.labels or (f"{self.begins:{form}}", f"{self.ends:{form}}")
        for text, x, anchor in ((begins, LEFT, "start"), (ends, WIDTH - RIGHT, "end")):
            yield f'<text x="{x}" y="{HEIGHT - 5}" text-anchor="{anchor}">{escape(text)}</text>'

    def _x(self, moment: datetime) -> float:
        share = (moment - self.begins) / (self.ends - self.begins)
        return round(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT), 1)

    def _y(self, value: float, low: float, high: float) -> float:
        share = (value - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def sparkline(
    points: Sequence[Point], begins: datetime, ends: datetime, longest_gap: timedelta, told: str
) -> str:
    """A small line without axes: from its lowest to its highest value, with gaps where nothing was measured.

    `told` says what it shows; it is escaped. Without points there is none: an empty text.
    """
    if not points:
        return ""
    low, high = min(value for _at, value in points), max(value for _at, value in points)
    lines = [
        _spark([_spark_at(each, begins, ends, low, high) for each in group])
        for group in _groups(points, longest_gap)
    ]
    size = f'viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}"'
    label = f'role="img" aria-label="{escape(told)}"'
    return f'<svg class="maintenance-sparkline" {size} {label} fill="none">{"".join(lines)}</svg>'


def _spark_at(point: Point, begins: datetime, ends: datetime, low: float, high: float) -> tuple[float, float]:
    """Where a point lies; a value that never changes lies in the middle."""
    share = min(max((point[0] - begins) / (ends - begins), 0.0), 1.0)
    up = (point[1] - low) / (high - low) if high > low else 0.5
    width, height = SPARK_WIDTH - 2 * SPARK_EDGE, SPARK_HEIGHT - 2 * SPARK_EDGE
    return round(SPARK_EDGE + share * width, 1), round(SPARK_HEIGHT - SPARK_EDGE - up * height, 1)


def _spark(places: Sequence[tuple[float, float]]) -> str:
    if len(places) == 1:
        x, y = places[0]
        return f'<circle cx="{x}" cy="{y}" r="1.5" fill="#2490ef"/>'
    drawn = " ".join(f"{x},{y}" for x, y in places)
    return f'<polyline points="{drawn}" stroke="#2490ef" stroke-width="1.4"/>'


def _groups(points: Sequence[Point], longest_gap: timedelta) -> Iterator[list[Point]]:
    """Points between gaps."""
    group: list[Point] = []
    for point in points:
        if group and point[0] - group[-1][0] > longest_gap:
            yield group
            group = []
        group.append(point)
    if group:
        yield group


def _across(y: float, drawn: str) -> str:
    return f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" {drawn}/>'


def _short(value: float, figure: Callable[[str], str]) -> str:
    """A value with three figures: 0.125, 12.5, 1.2k, 3.4M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{figure(_three(value / size))}{sign}"
    return figure(_three(value))


def _three(value: float) -> str:
    if abs(value) < SMALLEST:
        return "0"
    places = max(2 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{min(places, 3)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
