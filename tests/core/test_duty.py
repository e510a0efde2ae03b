"""Who is on duty: a weekly rotation by the local clock, stand-ins, and people who are not there any more."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.duty import Duty, Rota, StandIn, following, on_duty

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 23)
ROTA = Rota(("anna", "bob", "carol"), MONDAY, time(9), AMSTERDAM)
WEEK = timedelta(days=7)
MOMENT = timedelta(microseconds=1)


def local(day, hour=12, minute=0, month=11, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(timezone.utc)


def stand_in(user, begins, ends, instead_of=None, reason=""):
    return StandIn(user, begins, ends, instead_of, reason)


def who(rota, now):
    return on_duty(rota, now).user


def with_stand_ins(*stand_ins, **changes):
    return replace(ROTA, stand_ins=stand_ins, **changes)


def test_each_has_a_week_in_turn_and_then_the_first_again():
    weeks = [who(ROTA, local(23) + WEEK * number) for number in range(5)]
    assert weeks == ["anna", "bob", "carol", "anna", "bob"]


def test_the_week_is_handed_over_at_the_local_time_and_not_a_moment_before():
    assert on_duty(ROTA, local(23, 9)) == Duty("anna", "it is their week", local(30, 9))
    assert who(ROTA, local(30, 9) - MOMENT) == "anna"
    assert on_duty(ROTA, local(30, 9)) == Duty("bob", "it is their week", local(7, 9, month=12))


@pytest.mark.parametrize(
    ("first", "utc_before", "utc_after"), [(date(2027, 3, 22), 8, 7), (date(2027, 10, 25), 7, 8)]
)
def test_the_handover_stays_at_nine_when_the_clock_changes(first, utc_before, utc_after):
    rota = replace(ROTA, first_day=first)
    hours = [rota.begins(week).hour for week in (0, 1)] if first.month == 3 else [7, rota.begins(1).hour]
    assert hours == [utc_before, utc_after]
    assert who(rota, rota.begins(1) - MOMENT) == "anna"
    assert who(rota, rota.begins(1)) == "bob"


def test_an_hour_that_the_spring_night_skips_is_the_one_after_it():
    rota = replace(ROTA, first_day=date(2027, 3, 21), handover=time(2, 30))
    until = on_duty(rota, local(22, month=3, year=2027)).until
    assert until == datetime(2027, 3, 28, 1, 30, tzinfo=timezone.utc)
    assert until.astimezone(AMSTERDAM).time() == time(3, 30)


def test_an_hour_that_the_autumn_night_repeats_is_the_first_one():
    rota = replace(ROTA, first_day=date(2027, 10, 24), handover=time(2, 30))
    assert on_duty(rota, local(25, month=10, year=2027)).until == datetime(
        2027, 10, 31, 0, 30, tzinfo=timezone.utc
    )


def test_who_stands_in_for_somebody_counts_only_while_that_person_is_on_duty():
    rota = with_stand_ins(stand_in("dave", local(24), local(2, month=12), "bob", "holiday"))
    assert on_duty(rota, local(25)) == Duty("anna", "it is their week", local(30, 9))
    assert on_duty(rota, local(30, 9)) == Duty("dave", "stands in for bob (holiday)", local(2, month=12))
    assert who(rota, local(2, month=12)) == "bob"


def test_an_override_is_instead_of_whoever_is_on_duty():
    rota = with_stand_ins(stand_in("dave", local(29), local(1, month=12)))
    why = "on duty instead of whoever's week it is"
    assert on_duty(rota, local(29)) == Duty("dave", why, local(1, month=12))
    assert who(rota, local(29) - MOMENT) == "anna"
    assert who(rota, local(1, month=12)) == "bob"


def test_a_stand_in_may_be_stood_in_for():
    rota = with_stand_ins(
        stand_in("bob", local(23), local(30), "anna"), stand_in("dave", local(24), local(25), "bob")
    )
    assert [who(rota, local(day)) for day in (23, 24, 25)] == ["bob", "dave", "bob"]
    assert on_duty(rota, local(24)).why == "stands in for bob"


def test_who_was_put_in_for_everybody_may_be_stood_in_for():
    rota = with_stand_ins(
        stand_in("erin", local(23), local(30)), stand_in("dave", local(23), local(30), "erin")
    )
    assert who(rota, local(24)) == "dave"


def test_two_who_stand_in_for_each_other_swap():
    rota = with_stand_ins(
        stand_in("bob", local(23, 9), local(23, 9) + 2 * WEEK, "anna"),
        stand_in("anna", local(23, 9), local(23, 9) + 2 * WEEK, "bob"),
    )
    assert [who(rota, local(24) + WEEK * number) for number in range(3)] == ["bob", "anna", "carol"]


def test_who_is_disabled_is_passed_over_with_the_reason():
    rota = replace(ROTA, unfit={"anna": "is disabled"})
    assert on_duty(rota, local(24)) == Duty(
        "bob", "anna is disabled, so the next in turn", local(7, 9, month=12)
    )


def test_who_is_disabled_may_be_stood_in_for():
    rota = with_stand_ins(stand_in("dave", local(23), local(30), "anna"), unfit={"anna": "is disabled"})
    assert on_duty(rota, local(24)).why == "stands in for anna"


def test_a_disabled_stand_in_leaves_it_to_the_next_in_turn():
    rota = with_stand_ins(stand_in("dave", local(23), local(30), "anna"), unfit={"dave": "is disabled"})
    assert who(rota, local(24)) == "bob"
    assert on_duty(rota, local(24)).why == "dave is disabled, so the next in turn"


def test_who_is_stood_in_for_is_better_than_nobody():
    rota = with_stand_ins(
        stand_in("dave", local(23), local(30), "anna"),
        unfit=dict.fromkeys(("bob", "carol", "dave"), "is disabled"),
    )
    found = on_duty(rota, local(24))
    assert found.user == "anna"
    assert found.why.endswith("so there is nobody else")


def test_somebody_may_take_two_weeks_of_three_and_is_then_on_duty_until_another_one_is():
    rota = replace(ROTA, users=("anna", "anna", "bob"))
    assert on_duty(rota, local(24)).until == local(7, 9, month=12)
    assert following(rota, local(24)).user == "bob"


def test_one_alone_is_on_duty_for_good():
    rota = replace(ROTA, users=("anna",))
    assert on_duty(rota, local(24)) == Duty("anna", "it is their week", None)
    assert following(rota, local(24)) is None


def test_one_alone_is_on_duty_until_somebody_stands_in_whenever_that_is():
    rota = replace(
        ROTA, users=("anna",), stand_ins=(stand_in("bob", local(1, year=2027), local(2, year=2027)),)
    )
    assert on_duty(rota, local(24)).until == local(1, year=2027)
    assert following(rota, local(24)) == Duty(
        "bob", "on duty instead of whoever's week it is", local(2, year=2027)
    )


def test_an_override_that_outlasts_a_round_ends_in_the_week_in_which_another_one_is_on_duty():
    begins, ends = local(24), local(22, month=12)
    rota = with_stand_ins(stand_in("bob", begins, ends), users=("anna", "bob"))
    assert who(rota, ends) == "anna"
    assert on_duty(rota, begins).until == ends
    longer = with_stand_ins(stand_in("bob", begins, ends + WEEK), users=("anna", "bob"))
    assert on_duty(longer, begins).until == local(4, 9, month=1, year=2027)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"users": ()}, "nobody is listed in the rotation"),
        ({"first_day": None}, "the rotation has no first day"),
        ({"first_day": date(2026, 12, 7)}, "the rotation begins on 2026-12-07"),
        (
            {"unfit": dict.fromkeys(ROTA.users, "is disabled")},
            "anna is disabled, bob is disabled, carol is disabled",
        ),
    ],
)
def test_nobody_is_on_duty_with_the_reason(changes, why):
    found = on_duty(replace(ROTA, **changes), local(24))
    assert (found.user, found.why) == (None, why)


def test_before_its_first_week_the_rotation_says_who_begins_it():
    rota = replace(ROTA, first_day=date(2026, 12, 7))
    assert on_duty(rota, local(24)).until == local(7, 9, month=12)
    assert following(rota, local(24)).user == "anna"


def test_a_stand_in_for_ever_or_of_the_distant_past_breaks_nothing():
    ever = datetime(9999, 12, 31, tzinfo=timezone.utc)
    rota = with_stand_ins(
        stand_in("dave", local(23), ever), stand_in("erin", datetime(1, 1, 2, tzinfo=timezone.utc), local(1))
    )
    assert on_duty(rota, local(24)).user == "dave"


NAMES = st.sampled_from(["anna", "bob", "carol", "dave", "erin"])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(timezone.utc))
ZONES = st.sampled_from(
    [*map(ZoneInfo, ("Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"))]
)


@st.composite
def stand_ins(draw):
    begins = draw(INSTANTS)
    lasts = draw(st.timedeltas(timedelta(minutes=1), timedelta(days=60)))
    return StandIn(draw(NAMES), begins, begins + lasts, draw(st.none() | NAMES))


@st.composite
def rotas(draw):
    unfit = draw(st.sets(NAMES))
    return Rota(
        users=tuple(draw(st.lists(NAMES, min_size=1, max_size=6))),
        first_day=draw(st.dates(date(2025, 1, 1), date(2026, 12, 31))),
        handover=draw(st.times()),
        zone=draw(ZONES),
        stand_ins=tuple(draw(st.lists(stand_ins(), max_size=6))),
        unfit=dict.fromkeys(unfit, "is disabled"),
    )


@given(rotas(), INSTANTS)
def test_somebody_is_on_duty_where_anybody_can_be_and_never_one_who_cannot(rota, now):
    found = on_duty(rota, now)
    begun, able = now >= rota.begins(0), set(rota.users) - set(rota.unfit)
    if begun and able:
        assert found.user
    if not begun:
        assert found.user is None
    assert found.user not in rota.unfit
    assert found.why


@given(rotas(), INSTANTS)
def test_who_is_on_duty_stays_so_until_the_time_that_is_told_and_then_another_one_is(rota, now):
    found = on_duty(rota, now)
    if found.until is None:
        for days in range(0, 400, 3):
            assert who(rota, now + timedelta(days=days)) == found.user
        return
    assert found.until > now
    assert who(rota, found.until) == following(rota, now).user != found.user
    for share in range(20):
        assert who(rota, now + (found.until - MOMENT - now) * share / 19) == found.user


@given(rotas(), INSTANTS)
def test_each_week_has_one_and_it_is_handed_over_at_the_local_time(rota, now):
    rota = replace(rota, stand_ins=(), unfit={})
    week = rota.week(now)
    assert rota.begins(week) <= now < rota.begins(week + 1)
    start = rota.begins(week + 1).astimezone(rota.zone)
    wanted = datetime.combine(start.date(), rota.handover, rota.zone)
    exists = wanted.astimezone(timezone.utc).astimezone(rota.zone).time() == rota.handover
    assert start.time() == rota.handover or not exists
    if week >= 0:
        assert who(rota, now) == rota.users[week % len(rota.users)]
        assert who(rota, rota.begins(week + 1)) == rota.users[(week + 1) % len(rota.users)]


@given(rotas(), stand_ins(), INSTANTS)
def test_a_stand_in_never_counts_outside_its_time(rota, extra, now):
    more = replace(rota, stand_ins=(*rota.stand_ins, extra))
    if not extra.begins <= now < extra.ends:
        assert (who(more, now), on_duty(more, now).why) == (who(rota, now), on_duty(rota, now).why)


@given(rotas(), INSTANTS)
def test_one_who_was_put_in_for_everybody_is_on_duty(rota, now):
    override = StandIn("frank", now, now + timedelta(hours=1))
    if now >= rota.begins(0):
        assert who(replace(rota, stand_ins=(*rota.stand_ins, override)), now) == "frank"
