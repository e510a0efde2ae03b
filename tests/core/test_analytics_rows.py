"""The executive summary as rows: what is wrong comes first, and what is not known is told."""

from verenigingen_maintenance.core.analytics_rows import rows

READINGS = [
    {"check": "disk_used", "verdict": "CRITICAL", "observed_at": "2026-11-27T09:00:10+01:00"},
    {"check": "disk_free", "verdict": "CRITICAL", "observed_at": "2026-11-27T09:00:00+01:00"},
]
ISSUE = {"subject": "Disk", "text": "Disk used: 97 %, target <= 90", "readings": READINGS}
FOUND = {
    "critical_issues": [ISSUE],
    "priority_actions": [
        {
            "priority": "high",
            "action": "Mend it.",
            "because": "9 errors",
            "source": "EP-1",
            "category": "Errors",
        }
    ],
    "key_findings": [
        {"text": "Disk used: 97 %", "readings": READINGS[:1]},
        {"text": "Most errors occur at 02:00", "readings": [{"component": "errors"}]},
    ],
    "business": {"processes": {"SEPA": {"errors": 9, "worst": "High", "hits": 1, "by": ["EP-1 Mandate"]}}},
    "components": [
        {
            "component": "forecasts",
            "title": "Forecasts",
            "verdict": "UNKNOWN",
            "reason": "learning",
            "enabled": 1,
        },
        {"component": "errors", "title": "Error patterns", "verdict": "OK", "reason": "", "enabled": 1},
        {"component": "hotspots", "title": "Hotspots", "verdict": "UNKNOWN", "reason": "off", "enabled": 0},
    ],
}


def test_the_most_pressing_come_first_and_what_is_not_known_last():
    kinds = ["Critical issue", "Priority action", "Hit", "Key finding", "Key finding", "Not known"]
    assert [row["kind"] for row in rows(FOUND)] == kinds


def test_a_row_names_what_it_rests_on_with_the_oldest_time():
    issue, action, hit, finding, error, _unknown = rows(FOUND)
    assert (issue["source"], issue["observed_at"]) == ("disk_used, disk_free", "2026-11-27T09:00:00+01:00")
    assert (action["because"], action["source"]) == ("9 errors", "EP-1")
    assert (hit["because"], hit["source"], hit["weight"]) == ("9 errors in 24 hours", "EP-1 Mandate", "high")
    assert (finding["weight"], finding["source"]) == ("CRITICAL", "disk_used")
    assert (error["weight"], error["source"], error["observed_at"]) == ("", "errors", "")


def test_what_is_not_known_has_its_reason_and_what_nobody_wants_is_not_told():
    assert [(row["text"], row["because"]) for row in rows(FOUND) if row["kind"] == "Not known"] == [
        ("Forecasts", "learning")
    ]


def test_a_summary_without_answers_has_none_of_them():
    empty = {"critical_issues": None, "priority_actions": None, "key_findings": None, "business": None}
    assert rows({**empty, "components": []}) == []
