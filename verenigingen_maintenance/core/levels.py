"""At which escalation level a breach opens (reading 11 of the requirements)."""

from __future__ import annotations

OPERATIONS, TECHNICAL, VENDOR = 1, 2, 3
TECHNICAL_AREAS = frozenset({"Performance", "Optimisation", "Analytics"})
VENDOR_AREAS = frozenset({"Data Loss"})


def starting_level(area: str, in_business_hours: bool) -> int:
    """Level 3 for data loss; level 2 for technical areas and out of hours; else level 1."""
    if area in VENDOR_AREAS:
        return VENDOR
    if area in TECHNICAL_AREAS or not in_business_hours:
        return TECHNICAL
    return OPERATIONS
