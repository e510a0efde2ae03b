"""The site's clock.

Inside, instants in UTC, so that 24 hours are 24 hours when the clock changes; in the database, naive local
times; for people, local times with their offset.
"""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe import _
from frappe.utils import escape_html


def zone() -> ZoneInfo:
    """The time zone of System Settings. Raises frappe.ValidationError where none (or no real one) is set:
    Frappe would silently take India's."""
    name = frappe.get_system_settings("time_zone")
    if not name:
        frappe.throw(_("This site has no time zone. Set one in System Settings, such as Europe/Amsterdam."))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        message = _("“{0}” in System Settings is not a time zone. Choose one there.")
        frappe.throw(message.format(escape_html(name)))


def now() -> datetime:
    """This instant."""
    return datetime.now(timezone.utc)


def stored(moment: datetime) -> datetime:
    """An instant as Frappe stores it: naive, by the site's clock."""
    return moment.astimezone(zone()).replace(tzinfo=None)


def instant(naive: datetime, place: ZoneInfo | None = None) -> datetime:
    """A stored time as an instant. Who converts thousands gives the `place`, read once."""
    return naive.replace(tzinfo=place or zone()).astimezone(timezone.utc)


def instant_before(naive: datetime, now: datetime) -> datetime:
    """A past stored time as an instant: in the hour that October repeats, the later one that is past."""
    first, second = (naive.replace(tzinfo=zone(), fold=fold).astimezone(timezone.utc) for fold in (0, 1))
    return second if first < second <= now else first


def instant_after(naive: datetime, began: datetime, place: ZoneInfo | None = None) -> datetime:
    """The stored time of what came after an instant: in the hour that October repeats, the first that did."""
    first, second = (instant(naive.replace(fold=fold), place) for fold in (0, 1))
    return second if first < began <= second else first


def is_repeated(naive: datetime, place: ZoneInfo | None = None) -> bool:
    """Whether a stored time may be two instants: it is of the hour that October repeats."""
    return instant(naive, place) < instant(naive.replace(fold=1), place)


def shown(moment: datetime) -> str:
    """An instant for people: ISO 8601 by the site's clock, to the second."""
    return moment.astimezone(zone()).isoformat(timespec="seconds")
