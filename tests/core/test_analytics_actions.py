"""What to do, from what was measured: the most pressing first, each with its figures, none of it twice."""

from verenigingen_maintenance.core.analytics_actions import of_compliance, of_errors, of_forecasts, ranked

DISK = {
    **{"metric": "host.disk_used", "title": "Disk used", "text": "Enlarge the disk.", "limit": "> 90"},
    **{"crosses_on": "2027-01-18", "earliest": "2027-01-10", "latest": "2027-01-30"},
}
ALERTS = [
    {"metric": "host.disk_used", "title": "Disk used", "text": "Disk used rose.", "limit": "> 90"},
    {
        "metric": "mariadb.response_time",
        "title": "Database response",
        "text": "It rose by 8 ms.",
        "limit": "",
    },
]


def pattern(errors, severity="High", **more):
    told = {"pattern": f"EP-{errors}", "title": "SQL", "errors": errors, "severity": severity}
    return {**told, "state": "New", **more}


def test_what_meets_its_limit_is_told_once_with_the_interval_of_its_day():
    capacity, trend = of_forecasts({"capacity_recommendations": [DISK], "trend_alerts": ALERTS})
    assert (capacity["priority"], capacity["action"]) == ("high", "Enlarge the disk.")
    assert capacity["because"] == "Disk used: 2027-01-18 (2027-01-10 to 2027-01-30)"
    assert (trend["priority"], trend["action"]) == ("medium", "Look into it: It rose by 8 ms.")


def test_forecasts_without_a_recommendation_ask_for_nothing():
    assert of_forecasts({"capacity_recommendations": None, "trend_alerts": []}) == []


def test_a_pattern_is_mended_as_fast_as_it_is_severe_and_says_how_often_it_came():
    spots = {"analysis_period": "7 days", "remediation_priority": [pattern(4), pattern(1, "Critical")]}
    high, critical = of_errors(spots)
    assert (high["priority"], high["because"]) == ("high", "4 errors in 7 days, High, New")
    assert (critical["priority"], critical["because"]) == ("critical", "1 error in 7 days, Critical, New")
    assert critical["source"] == "EP-1"


def test_only_the_first_five_patterns_are_actions():
    spots = {"analysis_period": "7 days", "remediation_priority": [pattern(each) for each in range(9, 0, -1)]}
    assert [each["source"] for each in of_errors(spots)] == ["EP-9", "EP-8", "EP-7", "EP-6", "EP-5"]


def test_a_gap_asks_for_its_remediation():
    gap = {"name": "backups.age", "severity": "Critical", "remediation": "Run bench backup.", "told": "none"}
    (found,) = of_compliance([gap])
    assert list(found.values()) == ["critical", "Compliance", "Run bench backup.", "none", "backups.age"]


def test_the_most_pressing_is_first_and_those_alike_stay_in_order():
    actions = [
        {"priority": each, "action": str(index)}
        for index, each in enumerate(["low", "high", "low", "critical"])
    ]
    assert [each["action"] for each in ranked(actions)] == ["3", "1", "0", "2"]
