import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.error_facts import Facts, PatternFacts
from verenigingen_maintenance.core.hotspots import hotspots, standing_out

NOW = datetime(2026, 11, 24, 9, 30)


def pattern(name, errors, **fields):
    known = {"state": "Ongoing", "severity": "Medium", "kind": "", "exception": "", "app": "app", "area": "A"}
    return PatternFacts(name, f"Title of {name}", **{**known, "own": False, **fields}, errors=errors)


def counted(*patterns, days=7, **users):
    """Facts in which all errors of these patterns happened at nine today."""
    hours = [0] * 24
    hours[9] = sum(each.errors for each in patterns)
    begins = (NOW - timedelta(days=days)).replace(minute=0)
    return Facts(days, begins, NOW, {NOW.date(): hours}, patterns, **users)


def spots(kind, *patterns, **users):
    return {spot["name"]: spot for spot in hotspots(counted(*patterns, **users))["hotspots"][kind]}


def areas(*patterns):
    return spots("functional_areas", *patterns)


def test_a_spot_tells_its_errors_share_patterns_and_the_most_frequent_of_them():
    found = areas(pattern("EP-1", 1, area="Bank"), pattern("EP-2", 5, area="Bank"), pattern("EP-3", 2))
    bank = {key: found["Bank"][key] for key in ("errors", "share", "patterns", "most_frequent")}
    assert bank == {"errors": 6, "share": 75.0, "patterns": 2, "most_frequent": "Title of EP-2"}
    assert (found["A"]["errors"], found["A"]["share"]) == (2, 25.0)


@pytest.mark.parametrize(("severity", "score"), [("Critical", 60), ("High", 45), ("Medium", 30), ("Low", 15)])
def test_a_score_is_the_share_weighted_by_severity(severity, score):
    found = areas(pattern("EP-1", 6, area="Bank", severity=severity), pattern("EP-2", 4))
    assert (found["Bank"]["score"], found["Bank"]["severity"]) == (score, severity)


def test_each_pattern_of_an_area_has_its_own_weight_and_the_area_its_worst_severity():
    low, high = pattern("EP-1", 8, severity="Low"), pattern("EP-2", 2, severity="High")
    found = areas(low, high)["A"]
    assert (found["score"], found["severity"]) == (35.0, "High")


def test_the_greatest_score_comes_first_and_not_the_most_errors():
    few = pattern("EP-1", 4, area="Few", severity="Critical")
    assert list(areas(pattern("EP-2", 6, area="Many", severity="Low"), few)) == ["Few", "Many"]


def test_errors_are_gathered_by_app_by_exception_or_category_and_by_hour():
    one = pattern("EP-1", 3, app="verenigingen", exception="KeyError")
    two = pattern("EP-2", 1, app="", exception="")
    assert {name: spot["errors"] for name, spot in spots("system_components", one, two).items()} == {
        "verenigingen": 3,
        "no app": 1,
    }
    assert {name: spot["share"] for name, spot in spots("error_types", one, two).items()} == {
        "KeyError": 75.0,
        "other": 25.0,
    }
    assert spots("time_periods", one, two) == {"09:00": {"name": "09:00", "errors": 4, "share": 100.0}}


def test_the_greatest_score_of_each_kind_is_told():
    found = hotspots(
        counted(pattern("EP-1", 6, area="B", severity="Critical"), pattern("EP-2", 4, area="C"), days=30)
    )
    assert found["analysis_period"] == "30 days"
    assert found["severity_scores"] == {
        "functional_areas": 60.0,
        "system_components": 80.0,
        "error_types": 80.0,
    }


def test_a_critical_hotspot_takes_ten_errors_of_critical_patterns():
    critical = {"severity": "Critical", "app": "bank"}
    of_nine = [pattern("EP-1", 9, area="Nine", **critical)]
    assert hotspots(counted(*of_nine))["critical_hotspots"] == []
    assert hotspots(counted(pattern("EP-1", 90, severity="High")))["critical_hotspots"] == []
    few = [pattern("EP-1", 9, area="Nine", **critical), pattern("EP-2", 700, area="Nine", app="bank")]
    assert hotspots(counted(*few))["critical_hotspots"] == []
    ten = [pattern("EP-1", 1, area="Ten", severity="Critical"), pattern("EP-2", 9, area="Ten", **critical)]
    found = hotspots(counted(*ten, pattern("EP-3", 80, area="Ten", app="bank")))["critical_hotspots"]
    named = {each["name"]: (each["kind"], each["errors"], each["critical_errors"]) for each in found}
    assert named["Ten"] == ("functional_areas", 90, 10)
    assert "bank" not in named


@pytest.mark.parametrize("state", ["Resolved", "Ignored"])
def test_what_is_settled_makes_no_hotspot_critical(state):
    done = pattern("EP-1", 60, area="Bank", severity="Critical", state=state)
    found = hotspots(counted(done, pattern("EP-2", 704, area="Mail")))
    assert found["critical_hotspots"] == []
    severities = {spot["name"]: spot["severity"] for spot in found["hotspots"]["functional_areas"]}
    assert severities == {"Bank": "Settled", "Mail": "Medium"}
    assert found["hotspots"]["system_components"][0]["severity"] == "Medium"


def test_a_critical_hotspot_is_told_however_many_areas_have_a_higher_score():
    critical = {"severity": "Critical"}
    others = [pattern(f"EP-{n}", 50, area=f"Area {n}", **critical) for n in range(10)]
    found = hotspots(counted(*others, pattern("EP-99", 10, area="Eleventh", **critical)))
    assert "Eleventh" in {each["name"] for each in found["critical_hotspots"]}


@pytest.mark.parametrize(
    ("here", "elsewhere", "stands_out"), [(10, 30, True), (10, 31, False), (9, 0, False), (10, 0, True)]
)
def test_an_area_stands_out_with_ten_errors_and_a_quarter_of_all(here, elsewhere, stands_out):
    others = [pattern(f"EP-{n}", 1, area=f"Area {n}") for n in range(elsewhere)]
    found = standing_out(counted(pattern("EP-X", here, area="Here"), *others))
    assert [spot["name"] for spot in found] == (["Here"] if stands_out else [])


def ten_critical_areas_and_one_of_low_severity():
    others = [pattern(f"EP-{n}", 70, area=f"Area {n}", severity="Critical") for n in range(10)]
    return counted(*others, pattern("EP-X", 270, area="Mail", severity="Low"))


def test_an_area_that_stands_out_is_not_cut_off_by_ten_with_a_higher_score():
    found = standing_out(ten_critical_areas_and_one_of_low_severity())
    assert [(spot["name"], spot["share"]) for spot in found] == [("Mail", 27.8)]


def test_the_area_with_most_errors_is_among_those_that_are_listed():
    listed = hotspots(ten_critical_areas_and_one_of_low_severity())["hotspots"]["functional_areas"]
    assert "Mail" in {spot["name"] for spot in listed}


def test_what_is_resolved_or_ignored_needs_no_mending():
    states = ("New", "Ongoing", "Escalating", "Regressed", "Resolved", "Ignored")
    found = hotspots(counted(*(pattern(f"EP-{state}", 5, state=state) for state in states)))
    assert {each["state"] for each in found["remediation_priority"]} == set(states[:4])


def test_what_is_mended_first_has_most_errors_by_their_weight():
    critical = pattern("EP-1", 30, severity="Critical", area="Bank")
    patterns = (pattern("EP-2", 100, severity="Low"), critical, pattern("EP-3", 50))
    found = hotspots(counted(*patterns))["remediation_priority"]
    assert [each["pattern"] for each in found] == ["EP-1", "EP-2", "EP-3"]
    assert found[0] == {
        "pattern": "EP-1",
        "title": "Title of EP-1",
        "area": "Bank",
        "severity": "Critical",
        "state": "Ongoing",
        "errors": 30,
    }


def test_kinds_of_users_are_shares_of_the_users_whole_days():
    groups = {"a": "Board", "b": "Board", "Guest": "Guest"}
    by_user = {"a": 5, "b": 1, "Guest": 3, "gone@example.com": 3}
    found = spots("user_groups", pattern("EP-1", 10), by_user=by_user, groups=groups)
    assert {name: (spot["errors"], spot["share"]) for name, spot in found.items()} == {
        "Board": (6, 50.0),
        "Guest": (3, 25.0),
        "Unknown": (3, 25.0),
    }


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 10**6), min_size=1))
def test_the_shares_of_the_kinds_of_users_add_up_to_100(by_user):
    groups = {user: f"Group {user}" for user in by_user}
    found = spots("user_groups", pattern("EP-1", 3), by_user=by_user, groups=groups)
    assert sum(spot["share"] for spot in found.values()) == pytest.approx(100, abs=0.05 * len(by_user))


PATTERNS = st.lists(
    st.builds(
        lambda name, errors, area, severity: pattern(name, errors, area=area, severity=severity),
        st.text("0123456789", min_size=1),
        st.integers(1, 1000),
        st.sampled_from("ABCDEFGHIJKLMN"),
        st.sampled_from(["Critical", "High", "Medium", "Low", ""]),
    ),
    max_size=30,
)


@given(PATTERNS)
def test_whatever_was_counted_the_lists_are_short_ranked_and_plain(patterns):
    found = hotspots(counted(*patterns))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    listed = found["hotspots"]["functional_areas"]
    scores = [spot["score"] for spot in listed]
    assert scores == sorted(scores, reverse=True)
    out = standing_out(counted(*patterns))
    assert listed[10:] == [spot for spot in out if spot not in listed[:10]]
    assert all(0 <= spot["score"] <= spot["share"] + 0.1 <= 100.1 for spot in listed)
    assert all(each["share"] >= 25 and each["errors"] >= 10 for each in out)
    assert len(out) <= 4


def test_an_empty_period_has_no_hotspots():
    found = hotspots(counted())
    assert not any(found["hotspots"].values())
    assert set(found["severity_scores"].values()) == {0}
    assert found["critical_hotspots"] == found["remediation_priority"] == standing_out(counted()) == []
    json.dumps(found, allow_nan=False)
