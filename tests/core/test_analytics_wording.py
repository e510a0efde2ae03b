"""The executive summary in a shell: what is not known says why; long lists say how much more there is."""

import pytest

from verenigingen_maintenance.core.analytics_wording import MOST_TEXT, executive

FOUND = {
    **{"overall_status": "at_risk", "status_reason": "compliance score", "age_seconds": 120.0},
    **{"business_impact": "medium", "critical_issues": [], "key_findings": [{"text": "Score: 81 %"}]},
    "priority_actions": [{"priority": "high", "action": "Run bench backup.", "because": "there is none"}],
    "components": [
        {"verdict": "OK", "title": "Error patterns", "state": "Working", "enabled": 1, "reason": ""},
        {"verdict": "UNKNOWN", "title": "Forecasts", "state": "Failing", "enabled": 1, "reason": "it hung"},
        {"verdict": "UNKNOWN", "title": "Hotspots", "state": "Working", "enabled": 0, "reason": ""},
    ],
}


def test_the_status_comes_first_with_its_reason_the_age_and_the_impact():
    first, second, *_ = executive(FOUND).splitlines()
    assert first == "Status at risk. Compliance score"
    assert second == "Data of 2 min ago. Business impact in 24 hours: medium."


def test_without_data_nothing_is_made_up():
    empty = {"overall_status": "unknown", "status_reason": "not computed yet", "age_seconds": None}
    lists = dict.fromkeys(("business_impact", "critical_issues", "key_findings", "priority_actions"))
    told = executive({**empty, **lists, "components": []})
    assert told.splitlines() == [
        "Status unknown. Not computed yet",
        "No data yet. Business impact in 24 hours: not known.",
        "",
        "Components:",
    ]


def test_each_component_says_where_it_stands():
    assert executive(FOUND).splitlines()[-3:] == [
        "  OK        Error patterns                             Working",
        "  UNKNOWN   Forecasts                                  Failing       it hung",
        "  UNKNOWN   Hotspots                                   Not enabled",
    ]


@pytest.mark.parametrize(("findings", "more"), [(10, None), (12, "  and 2 more")])
def test_a_long_list_is_cut_and_says_so(findings, more):
    told = executive({**FOUND, "key_findings": [{"text": f"{each} {'x' * 200}"} for each in range(findings)]})
    lines = told.splitlines()
    assert sum(line.endswith("xxx") for line in lines) == 10
    assert max(len(line) for line in lines) <= MOST_TEXT
    assert ("  and 2 more" in lines) is (more is not None)
