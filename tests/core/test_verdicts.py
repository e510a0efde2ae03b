from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.verdicts import Verdict, worst

OK, WARNING, CRITICAL, UNKNOWN = Verdict.OK, Verdict.WARNING, Verdict.CRITICAL, Verdict.UNKNOWN


def test_exit_codes_are_those_of_monitoring_plugins():
    assert [verdict.exit_code for verdict in (OK, WARNING, CRITICAL, UNKNOWN)] == [0, 1, 2, 3]


def test_the_worst_is_critical_then_unknown_then_warning_then_ok():
    assert worst([OK, WARNING, UNKNOWN, CRITICAL]) is CRITICAL
    assert worst([OK, WARNING, UNKNOWN]) is UNKNOWN
    assert worst([OK, WARNING]) is WARNING
    assert worst([OK, OK]) is OK


def test_of_nothing_at_all_the_verdict_is_unknown():
    assert worst([]) is UNKNOWN


@given(st.lists(st.sampled_from(Verdict), min_size=1))
def test_several_are_ok_only_if_each_is(verdicts):
    assert (worst(verdicts) is OK) == all(verdict is OK for verdict in verdicts)
    assert worst(verdicts) in verdicts
