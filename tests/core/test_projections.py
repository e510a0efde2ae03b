"""When a limit is met that lies months ahead: by a trend, how surely, and where none supports it."""

from datetime import date, timedelta

import numpy as np
import pytest

from verenigingen_maintenance.core.capacity import recommendation
from verenigingen_maintenance.core.projections import projected
from verenigingen_maintenance.core.thresholds import Limit

FIRST = date(2026, 11, 24)
FULL = Limit.parse("> 50000")
GROWTH = 60.0


def database(days=182, left=150, growth=GROWTH, noise=12.0, seed=1):
    """Days of a database that grows by 60 MB a day and has so many days left."""
    chance = np.random.default_rng(seed)
    return 50_000 - growth * left - growth * np.arange(days)[::-1] + chance.normal(0, noise, days)


def in_days(day):
    return None if day is None else (day - FIRST).days + 1


@pytest.mark.parametrize("left", [100, 150, 200, 230])
@pytest.mark.parametrize("days", [120, 182, 400])
def test_a_limit_that_is_months_away_has_its_day_between_two_others(left, days):
    found = projected(database(days, left), FULL, FIRST)
    assert in_days(found.expected) == pytest.approx(left, abs=5)
    assert found.earliest < found.expected < (found.latest or date.max)
    assert found.trend_days == min(days, 182)


def test_the_farther_it_is_and_the_less_is_known_the_wider_is_the_interval():
    def width(days, left):
        found = projected(database(days, left, noise=30), FULL, FIRST)
        return (found.latest - found.earliest).days

    assert width(182, 60) < width(182, 150)
    assert width(182, 100) < width(100, 100)


def test_the_recommendation_says_that_it_goes_by_a_trend():
    told = recommendation("Database", "MB", 41_000, FULL, projected(database(), FULL, FIRST), "Archive.")
    assert " by the trend of 182 days (2027-" in told


def test_half_a_year_that_does_not_move_is_safe_until_its_interval_meets_the_limit():
    chance = np.random.default_rng(2)
    found = projected(60 + chance.normal(0, 0.5, 182), Limit.parse("> 90"), FIRST)
    assert (found.expected, in_days(found.until)) == (None, 240)
    restless = projected(80 + chance.normal(0, 4, 182), Limit.parse("> 90"), FIRST)
    assert restless.expected is None
    assert 10 < in_days(restless.until) < 200


def test_a_limit_below_is_met_by_a_fall():
    assert in_days(projected(100_000 - database(), Limit.parse("< 50000"), FIRST).expected) == pytest.approx(
        150, abs=5
    )


def stepped(at):
    return np.where(np.arange(182) < at, 30_000.0, 41_000.0) + np.random.default_rng(3).normal(0, 12, 182)


def turned():
    """It grew for five months, and shrinks since somebody cleans up."""
    return np.concatenate([database(154, 100), 44_000 - 90 * np.arange(28.0)])


def ended(on):
    """It grew, and does so no longer."""
    return 30_000 + GROWTH * np.minimum(np.arange(182), on) + np.random.default_rng(5).normal(0, 12, 182)


def began(on):
    """It grows faster by now than half a year of days tells."""
    return 30_000 + GROWTH * np.maximum(np.arange(182) - on, 0) + np.random.default_rng(5).normal(0, 12, 182)


def lately():
    return np.concatenate([np.full(154, 30_000.0), 30_000 + 400 * np.arange(28.0)])


@pytest.mark.parametrize(
    "history",
    [database(83), turned(), ended(115), ended(150), began(70), lately()],
    ids=["eleven weeks", "it turned", "it ended", "it ended lately", "it began in spring", "it began lately"],
)
def test_what_the_past_does_not_support_is_not_told(history):
    assert projected(history, FULL, FIRST) is None


def test_of_a_disk_that_was_cleaned_last_week_no_day_is_told():
    """It had filled up for months; that it goes on so from where it is now, nobody knows."""
    disk = np.concatenate([60 + 0.25 * np.arange(100), np.full(7, 40.0)])
    assert projected(disk, Limit.parse("> 90"), FIRST).expected is None


@pytest.mark.parametrize("at", [60, 91, 150])
def test_a_step_is_no_growth_but_may_come_again(at):
    found = projected(stepped(at), FULL, FIRST)
    assert found.expected is None
    assert in_days(found.until) < 60


@pytest.mark.parametrize("days", [120, 182])
def test_of_databases_that_grow_by_chance_four_of_five_are_full_within_the_interval(days):
    """What grows by 60 MB a day in the mean, now more and now less: those of which a day is told."""
    within = []
    for seed in range(100):
        grown = np.cumsum(np.random.default_rng(seed).normal(GROWTH, 90, days + 600))
        path = 50_000 - 150 * GROWTH + grown - grown[days - 1]
        found = projected(path[:days], FULL, FIRST)
        if found and found.expected:
            full = FIRST + timedelta(days=int(np.argmax(path[days:] > 50_000)))
            within.append(found.earliest <= full <= (found.latest or date.max))
    assert len(within) >= 50
    assert 0.75 <= np.mean(within) <= 0.9
