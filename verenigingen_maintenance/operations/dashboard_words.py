"""How the dashboard says things: numbers, times and sentences in the reader's language and form."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from html import escape
from itertools import zip_longest

from frappe import _
from frappe.utils import formatdate, get_fullname

from verenigingen_maintenance.core.dashboard import Concluded, Reason, Running, Stand, parts_of
from verenigingen_maintenance.core.derived import STATES
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations.language import figures_within, in_figures, said
from verenigingen_maintenance.sources import clock

_STATE = {Verdict.OK: STATES[0], Verdict.WARNING: STATES[1], Verdict.CRITICAL: STATES[2]}


def value(amount: float | None, unit: str) -> str:
    """A value with its unit; of a scale its step; empty where there is none."""
    return in_words(amount, unit, in_figures, said)


def target(wanted: str, unit: str) -> str:
    """What is OK, such as “< 10 errors”."""
    if not wanted:
        return ""
    return said(wanted) if len(unit.split("/")) > 2 else f"{figures_within(wanted)} {said(unit)}"


def length(seconds: float) -> str:
    """A length of time."""
    unit, figures = parts_of(seconds)
    told = {
        "seconds": _("{0} s"),
        "minutes": _("{0} min"),
        "hours": _("{0} h {1} min"),
        "days": _("{0} d {1} h"),
    }
    return told[unit].format(*figures)


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago an instant was; empty where there is none."""
    if moment is None:
        return ""
    seconds = max((now - moment).total_seconds(), 0)
    return _("{0} ago").format(length(seconds))


def at(moment: datetime, now: datetime) -> str:
    """An instant by the site's clock: the time, and the day where it is another one."""
    local = clock.stored(moment)
    if local.date() == clock.stored(now).date():
        return f"{local:%H:%M}"
    return f"{formatdate(local.date())} {local:%H:%M}"


def person(user: str | None) -> str:
    return get_fullname(user) if user else ""


def status(found: Concluded) -> str:
    """The status in a word."""
    if found.verdict is None:
        return _("not measured")
    return said(_STATE[found.verdict]) if found.verdict in _STATE else _("unknown")


def sentence(found: Concluded, last_look: str) -> str:
    """The reason of a status, for people who are no engineers. `last_look` says when samples came last."""
    if found.reason is Reason.NOT_LOOKED:
        return _not_looked(last_look)
    quoted = [_quoted(*each) for each in zip_longest(found.names, found.why)]
    if found.more:
        return _AND_MORE[found.reason]().format(", ".join(quoted), found.more)
    return _REASONS[found.reason]().format(", ".join(quoted))


def _quoted(name: str, why: str | None) -> str:
    return f"“{said(name)}” ({said(why)})" if why else f"“{said(name)}”"


def _not_looked(last_look: str) -> str:
    if not last_look:
        return _("Nobody can say how the system is: nothing has been measured by the minute yet.")
    return _("Nobody can say how the system is now: it was looked at last {0}.").format(last_look)


_REASONS = {
    Reason.INCIDENT: lambda: _("There is an emergency: {0}."),
    Reason.TAKEN: lambda: _("Something is broken, and somebody is working on it: {0}."),
    Reason.CRITICAL: lambda: _("Something is broken, and nobody has taken it on yet: {0}."),
    Reason.UNKNOWN: lambda: _("It cannot be said that all is well, because this could not be measured: {0}."),
    Reason.WARNING: lambda: _("Everything works, but something needs attention: {0}."),
    Reason.NOT_MEASURED: lambda: _("Today's checks were not made yet, so nothing can be said."),
    Reason.OK: lambda: _("Everything that is watched works as it should."),
}
_AND_MORE = {
    Reason.INCIDENT: lambda: _("There are emergencies: {0} and {1} more."),
    Reason.TAKEN: lambda: _("Some things are broken, and somebody is working on them: {0} and {1} more."),
    Reason.CRITICAL: lambda: _("Some things are broken, and nobody has taken them on yet: {0} and {1} more."),
    Reason.UNKNOWN: lambda: _(
        "It cannot be said that all is well, because this could not be measured: {0} and {1} more."
    ),
    Reason.WARNING: lambda: _("Everything works, but some things need attention: {0} and {1} more."),
}


def of_clock(found: Stand, has_it: str, muted: str) -> str:
    """How the clock of an escalation stands, and what comes next."""
    told = {
        Running.ACKNOWLEDGED: _("{0} has it: the clock stands still").format(has_it),
        Running.MUTED: _("nobody is told: {0}").format(said(muted)),
        Running.BEGINS: _("its clock begins within a minute"),
        Running.LAST: _("this is the last level"),
        Running.STOPPED: _("escalation is not active: it stays at this level"),
        Running.LEFT: _("{0} left, then it goes to {1}").format(length(found.seconds), said(found.following)),
        Running.OVERDUE: _("{0} overdue: it goes to {1}").format(
            length(found.seconds), said(found.following)
        ),
    }
    return told[found.running]


def of_line(points: list[tuple[datetime, float]], unit: str) -> str:
    """What a line shows, for those who cannot see it."""
    if not points:
        return _("nothing was measured")
    values = [each for _at, each in points]
    shown = partial(value, unit=unit)
    return _("{0} to {1}, last {2}").format(shown(min(values)), shown(max(values)), shown(values[-1]))


def text(words: str) -> str:
    """Escaped, for a place that takes HTML."""
    return escape(words)
