from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.clusters import Cluster, busiest

START = datetime(2026, 11, 24, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def moments(*minutes):
    return [START + timedelta(minutes=each) for each in minutes]


def test_of_no_moments_there_is_no_cluster():
    assert busiest([], HOUR) == Cluster(0, None)


def test_a_cluster_across_the_full_hour_is_found():
    found = busiest(moments(5, 50, 55, 65, 80, 300), HOUR)
    assert found == Cluster(4, START + timedelta(minutes=50))


def test_two_moments_exactly_an_hour_apart_are_two_clusters():
    assert busiest(moments(0, 60), HOUR).count == 1
    assert busiest(moments(0, 59.99), HOUR).count == 2


@given(st.lists(st.integers(0, 1440), max_size=60))
def test_it_is_the_largest_count_that_any_window_finds(minutes):
    slow = max((sum(start <= each < start + 60 for each in minutes) for start in minutes), default=0)
    assert busiest(moments(*minutes), HOUR).count == slow
