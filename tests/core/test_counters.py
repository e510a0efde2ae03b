from datetime import datetime, timedelta, timezone

from verenigingen_maintenance.core.counters import Counters, HitRate, hit_rate

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)


def sample(hits, misses, hours_ago=0, server="a"):
    return Counters(hits, misses, server, NOW - timedelta(hours=hours_ago))


def test_the_rate_is_the_difference_not_the_cumulative_figure():
    rate = hit_rate(sample(10_600, 400), [sample(10_000, 0, 1)], minimum=500)
    assert rate == HitRate(60.0, 1000, NOW - timedelta(hours=1))


def test_too_few_lookups_look_further_back():
    earlier = [sample(10_590, 400, 1), sample(10_000, 300, 2)]
    rate = hit_rate(sample(10_600, 400), earlier, minimum=500)
    assert rate is not None
    assert (rate.lookups, rate.since) == (700, NOW - timedelta(hours=2))


def test_too_few_lookups_at_all_are_no_rate():
    assert hit_rate(sample(10, 0), [sample(0, 0, 1)], minimum=500) is None
    assert hit_rate(sample(10, 0), [sample(10, 0, 1)], minimum=0) is None, "nothing was looked up"


def test_no_earlier_sample_is_no_rate():
    assert hit_rate(sample(10_000, 10), [], minimum=1) is None


def test_a_restart_since_the_sample_is_no_rate():
    assert hit_rate(sample(900, 100, server="b"), [sample(10, 5, 1)], minimum=1) is None
    assert hit_rate(sample(900, 100), [sample(1000, 50, 1)], minimum=1) is None, "counters that fell"


def test_samples_from_before_a_restart_are_not_reached_over_it():
    earlier = [sample(10, 10, 1, server="b"), sample(500, 500, 2)]
    assert hit_rate(sample(9000, 9000), earlier, minimum=1) is None
