"""Metrics of a month beside the month before, in words."""

from verenigingen_maintenance.core.improvements import Mean, improvements


def test_what_became_better_comes_first_and_what_is_not_known_is_said():
    means = [
        Mean("Database response", "ms", 60, 40, higher_is_worse=True),
        Mean("API response", "ms", 150, 200, higher_is_worse=True),
        Mean("Cache hit rate", "%", 90, 60, higher_is_worse=False),
        Mean("Dashboard load time", "s", 1.01, 1, higher_is_worse=True),
        Mean("Errors", "%", None, 1, higher_is_worse=True),
        Mean("Load", "", 1, None, higher_is_worse=True),
        Mean("Failed jobs", "jobs", 3, 0, higher_is_worse=True),
        Mean("Waiting jobs", "jobs", 0, 0, higher_is_worse=True),
    ]
    assert improvements(means, "30 days") == [
        "Better: Cache hit rate 90 % on average, 60 in the 30 days before (+50 %)",
        "Better: API response 150 ms on average, 200 in the 30 days before (-25 %)",
        "Worse: Failed jobs 3 jobs on average, 0 in the 30 days before",
        "Worse: Database response 60 ms on average, 40 in the 30 days before (+50 %)",
        "About the same as in the 30 days before: Dashboard load time, Waiting jobs",
        "Nothing to compare with in the 30 days before: Errors, Load",
    ]


def test_without_any_metric_nothing_is_said():
    assert improvements([], "30 days") == []
