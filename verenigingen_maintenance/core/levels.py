"""At which escalation level a breach opens (reading 11 of the requirements)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OPERATIONS, TECHNICAL = 1, 2
Starts = Mapping[str, tuple[int, int]]


def starting_level(
    areas: Iterable[str], in_business_hours: bool, starts: Starts, own: Iterable[int] = ()
) -> int:
    """The highest of what its checks' areas (level in hours, after hours) and its checks themselves want.

    An area without a row starts at level 1 in business hours, and at level 2 outside them.
    """
    default = (OPERATIONS, TECHNICAL)
    of_areas = [starts.get(area, default)[0 if in_business_hours else 1] for area in areas]
    return max([*of_areas, *own], default=default[0 if in_business_hours else 1])
