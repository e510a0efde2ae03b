"""Lines as SVG: what was measured, with gaps where nothing was. For HTML pages, reports and PDF."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from .wording import number

Point = tuple[datetime, float]
Expected = tuple[datetime, float, float, float]
WIDTH, HEIGHT = 340, 130
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 30, 18
TICKS = 3
SMALLEST = 0.0005


@dataclass(frozen=True)
class Chart:
    """Points of one series over a period, in order. More than `longest_gap` between two is a gap.

    `limits` are drawn across where the scale has them, such as a threshold; of `capacity` also what is not
    reached, from half the way on. `expected` goes on after the points: moments with what is
    expected, at least and at most. Times are shown as they are given.
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

    def svg(self) -> str:
        """The chart as one element; every text in it is escaped."""
        low, high = self._range()
        heading = f"{escape(self.title)} ({escape(self.unit)})"
        parts = [
            f'<text x="4" y="14" class="heading">{heading}</text>',
            *self._ticks(low, high),
            *(self._limit(each, low, high) for each in (*self.limits, *self.capacity) if low <= each <= high),
            *self._band(low, high),
            *(self._line(group, low, high) for group in self._groups()),
            *self._times(),
        ]
        size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        return (
            f'<svg class="maintenance-chart" {size} role="img" '
            f'aria-label="{heading}: {escape(self.in_words())}" font-size="10" '
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

    def _groups(self) -> Iterator[list[Point]]:
        """Points between gaps."""
        group: list[Point] = []
        for point in self.points:
            if group and point[0] - group[-1][0] > self.longest_gap:
                yield group
                group = []
            group.append(point)
        if group:
            yield group

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
            yield f'<polygon points="{around}" fill="#2490ef" opacity="0.18"/>'
            dashed = 'fill="none" stroke="#2490ef" stroke-dasharray="3" stroke-width="1.2"'
            yield f'<polyline points="{self._places(middle, low, high)}" {dashed}/>'

    def _places(self, points: Sequence[Point], low: float, high: float) -> str:
        return " ".join(f"{self._x(moment)},{self._y(value, low, high)}" for moment, value in points)

    def _limit(self, value: float, low: float, high: float) -> str:
        y = self._y(value, low, high)
        return _across(y, 'stroke="#c62828" stroke-dasharray="3"')

    def _ticks(self, low: float, high: float) -> Iterator[str]:
        for step in range(TICKS):
            value = low + (high - low) * step / (TICKS - 1)
            y = self._y(value, low, high)
            yield _across(y, 'stroke="#e2e6e9"')
            yield f'<text x="{LEFT - 4}" y="{y + 3}" text-anchor="end">{_short(value)}</text>'

    def _times(self) -> Iterator[str]:
        form = "%m-%d %H:%M" if self.ends - self.begins <= timedelta(days=1) else "%Y-%m-%d"
        for moment, x, anchor in ((self.begins, LEFT, "start"), (self.ends, WIDTH - RIGHT, "end")):
            yield f'<text x="{x}" y="{HEIGHT - 5}" text-anchor="{anchor}">{moment:{form}}</text>'

    def _x(self, moment: datetime) -> float:
        share = (moment - self.begins) / (self.ends - self.begins)
        return round(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT), 1)

    def _y(self, value: float, low: float, high: float) -> float:
        share = (value - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _across(y: float, drawn: str) -> str:
    return f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" {drawn}/>'


def _short(value: float) -> str:
    """A value with three figures: 0.125, 12.5, 1.2k, 3.4M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{_three(value / size)}{sign}"
    return _three(value)


def _three(value: float) -> str:
    if abs(value) < SMALLEST:
        return "0"
    places = max(2 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{min(places, 3)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
