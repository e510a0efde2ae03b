"""Component compliance: the stored assessment, without the evidence of each control."""

from __future__ import annotations

from datetime import datetime

from verenigingen_maintenance.core.analytics import NotKnown
from verenigingen_maintenance.operations import compliance_metrics

MOST_GAPS = 50


def compliance(now: datetime) -> dict | NotKnown:
    """Scores, areas and gaps of the latest assessment; none is made for it."""
    found = compliance_metrics.describe(now)
    if not found["areas"]:
        reason = found["reasons"].get("overall_score", "nothing was assessed yet")
        return NotKnown(reason, learning=found["last_assessment"] is None)
    areas = [{key: value for key, value in each.items() if key != "controls"} for each in found["areas"]]
    kept = {"areas": areas, "gaps": found["gaps"][:MOST_GAPS], "violations": found["violations"][:MOST_GAPS]}
    return {**found, **kept, "as_of": datetime.fromisoformat(found["last_assessment"])}
