"""Bars by week as SVG: those before the period grey, those that are worse than usual red."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from html import escape

from .report_periods import Period
from .report_weeks import Week

WIDTH, HEIGHT, SHOWN = 640, 126, (920, 181)
LEFT, RIGHT, TOP, BOTTOM = 48, 4, 28, 22
CROWDED = 16
MOST_BEFORE = 8
GREY, BLUE, RED = "#c3c9cf", "#2f6fb4", "#c62828"


def bars(
    title: str,
    unit: str,
    weeks: Sequence[Week],
    period: Period,
    worse: Collection[date] = (),
    limit: float | None = None,
) -> str:
    """A bar for each week, from eight before the period on; every text in it is escaped.

    A limit is drawn where it lies within the bars.
    """
    since = period.mondays[0] - timedelta(weeks=MOST_BEFORE)
    weeks = [week for week in weeks if week.monday >= since]
    most = max((week.value for week in weeks), default=0.0) or 1.0
    heading = escape(f"{title} ({unit}) by ISO week")
    said = escape(f"{title}: " + ", ".join(f"{week.label} {_three(week.value)}" for week in weeks))
    inside = [f'<text x="4" y="14" font-weight="bold">{heading}</text>', *_scale(most)]
    inside += _bars(weeks, period, worse, most)
    if limit is not None and 0 < limit <= most:
        inside.append(_line(_y(limit, most), 'stroke="#c62828" stroke-dasharray="4"'))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{SHOWN[0]}" height="{SHOWN[1]}"'
    return (
        f'<svg class="chart" {size} role="img" aria-label="{said}" font-size="9.5" '
        f'font-family="sans-serif" fill="#444">{"".join(inside)}</svg>'
    )


def _bars(weeks: Sequence[Week], period: Period, worse: Collection[date], most: float) -> list[str]:
    room = (WIDTH - LEFT - RIGHT) / max(len(weeks), 1)
    width = min(room * 0.7, 46)
    size = 8.5 if len(weeks) <= CROWDED else 6.5
    drawn = []
    for index, week in enumerate(weeks):
        middle = LEFT + room * (index + 0.5)
        y = _y(max(week.value, 0), most)
        color = RED if week.monday in worse else BLUE if _is_of(week, period) else GREY
        height = round(HEIGHT - BOTTOM - y, 1)
        drawn.append(
            f'<rect x="{middle - width / 2:.1f}" y="{y}" width="{width:.1f}" height="{height}" '
            f'fill="{color}"/>'
        )
        drawn.append(f'<text x="{middle:.1f}" y="{HEIGHT - 9}" text-anchor="middle">{week.label[5:]}</text>')
        drawn.append(
            f'<text x="{middle:.1f}" y="{y - 3:.1f}" text-anchor="middle" font-size="{size}">'
            f"{_three(week.value)}</text>"
        )
    return drawn


def _is_of(week: Week, period: Period) -> bool:
    return week.monday in period.mondays


def _scale(most: float) -> list[str]:
    drawn = []
    for value in (0.0, most / 2, most):
        y = _y(value, most)
        drawn.append(_line(y, 'stroke="#e2e6e9"'))
        drawn.append(f'<text x="{LEFT - 5}" y="{y + 3}" text-anchor="end">{_three(value)}</text>')
    return drawn


def _line(y: float, drawn: str) -> str:
    return f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" {drawn}/>'


def _y(value: float, most: float) -> float:
    return round(HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM), 1)


def _three(value: float) -> str:
    """With three figures: 0.125, 12.5, 1.2k, 3.4M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{sign}"
    return f"{value:.3g}"
