"""The runbook as data: every reference leads somewhere, every rule can be meant."""

from pathlib import Path

import yaml

from verenigingen_maintenance.core.durations import Duration
from verenigingen_maintenance.core.thresholds import Thresholds

RUNBOOK = Path(__file__).parents[2] / "verenigingen_maintenance" / "runbook"


def read(file):
    return yaml.safe_load((RUNBOOK / file).read_text(encoding="utf-8"))


CHECKS = read("checks.yaml")
DAILY = read("daily.yaml")["Daily Maintenance"]


def test_every_check_has_a_rule_that_can_be_meant():
    for name, check in CHECKS.items():
        assert Thresholds.parse(check.get("warning"), check.get("critical")).target, name
        assert Duration(check.get("breaches", 1), check.get("clears", 1))


def test_the_numbers_are_those_of_the_written_procedure():
    rules = {name: (check.get("warning"), check.get("critical")) for name, check in CHECKS.items()}
    assert rules == {
        "errors_24h": (">= 10", "> 50"),
        "errors_60min": (None, "> 20"),
        "errors_same_title": ("> 5", "> 10"),
        "database_response": (">= 50", "> 100"),
        "api_response": (">= 200", "> 500"),
        "cache_hit_rate": ("< 70", "< 50"),
    }
    consistently = {
        name for name, check in CHECKS.items() if check.get("breaches") == check.get("clears") == 3
    }
    assert consistently == {"database_response", "api_response"}


def test_every_reference_of_the_daily_procedure_leads_somewhere():
    groups = {group["title"] for group in DAILY["task_groups"]}
    tasks = {task["title"] for task in DAILY["tasks"]}
    assert {task["task_group"] for task in DAILY["tasks"]} == groups
    assert {row["task"] for row in DAILY["checks"]} == tasks
    assert {row["box"] for row in DAILY["checks"]} == set(DAILY["boxes"])
    assert {row["check_name"] for row in DAILY["checks"]} == set(CHECKS)


def test_the_daily_window_is_that_of_the_written_procedure():
    assert (DAILY["window_starts"], DAILY["window_ends"]) == ("09:00", "09:10")
