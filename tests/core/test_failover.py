"""A failover drill: what counts as seen from outside, and how long the alarm took."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.failover import (
    AGAIN,
    ALARM,
    BEFORE,
    DEAD,
    HOST,
    SCHEDULER,
    STOPPED,
    Asked,
    Facts,
    is_news,
    is_outside,
    steps,
)
from verenigingen_maintenance.core.guided_drills import Told, verdict_of

NOON = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
OUT, HERE = "203.0.113.9", "127.0.0.1"
NAMES = {BEFORE: "before", STOPPED: "stopped", DEAD: "dead", ALARM: "alarm", AGAIN: "again"}


def asked(minute, status, asker=OUT):
    return Asked(NOON + timedelta(minutes=minute), asker, asker == OUT, status)


def told(minute, person=""):
    return Told(NOON + timedelta(minutes=minute), "operator@example.com", "a page", person)


WHOLE = {
    "stops": HOST,
    "asked": (asked(-5, 200), asked(3, 503), asked(9, 200)),
    "stopped": told(0),
    "alarm": told(4, "Jansen"),
}


def verdicts(is_over=False, **facts):
    found = steps(Facts(**{**WHOLE, **facts}), is_over)
    return {NAMES[step.title]: step.verdict and step.verdict.value for step in found}


@pytest.mark.parametrize(
    ("asker", "expected"),
    [
        (OUT, True),
        ("10.0.0.7", True),
        ("10.0.0.5", False),
        ("::ffff:10.0.0.5", False),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("0.0.0.0", False),
        ("fe80::1%eth0", False),
        ("2001:db8::2", True),
        ("", False),
        ("unknown", False),
        ("<script>", False),
    ],
)
def test_another_machine_is_outside_and_this_one_or_no_address_is_not(asker, expected):
    assert is_outside(asker, {"10.0.0.5", "fe80::1"}) is expected


def test_all_that_was_seen_in_time_is_ok():
    found = steps(Facts(**WHOLE), is_over=True)
    assert verdict_of(found).value == "OK"
    assert (found[3].seconds, found[3].found) == (
        240,
        "told by hand to Jansen, 4 min 0 s after the stop: a page",
    )


@pytest.mark.parametrize(
    ("facts", "step", "while_running", "when_over"),
    [
        ({"alarm": told(5, "x")}, "alarm", "OK", "OK"),
        ({"alarm": told(5.1, "x")}, "alarm", "WARNING", "WARNING"),
        ({"alarm": None}, "alarm", None, "CRITICAL"),
        ({"stops": SCHEDULER, "silence": timedelta(minutes=5), "alarm": told(10, "x")}, "alarm", "OK", "OK"),
        (
            {"stops": SCHEDULER, "silence": timedelta(minutes=5), "alarm": told(11, "x")},
            "alarm",
            "WARNING",
            "WARNING",
        ),
        ({"asked": (asked(3, 503), asked(9, 200))}, "before", None, "UNKNOWN"),
        ({"asked": (asked(-5, 200, HERE), asked(3, 503), asked(9, 200))}, "before", None, "UNKNOWN"),
        ({"asked": (asked(-5, 200), asked(3, 503, HERE), asked(9, 200))}, "dead", None, "UNKNOWN"),
        ({"asked": (asked(-5, 200), asked(-4, 503))}, "dead", None, "UNKNOWN"),
        ({"asked": (asked(-5, 200), asked(-0.5, 503))}, "dead", "OK", "OK"),
        ({"asked": (asked(-5, 200),), "dead": told(3)}, "dead", "OK", "OK"),
        ({"asked": (asked(-5, 200), asked(3, 503))}, "again", None, "UNKNOWN"),
        ({"asked": (asked(-5, 200), asked(2, 200)), "dead": told(3)}, "again", None, "UNKNOWN"),
        ({"asked": (asked(-5, 200), asked(9, 200)), "dead": told(3)}, "again", "OK", "OK"),
        ({"asked": (asked(-5, 200), asked(3, 503), asked(9, 200, HERE))}, "again", None, "UNKNOWN"),
        ({"stopped": None, "alarm": None}, "dead", None, "UNKNOWN"),
    ],
)
def test_what_is_missing_waits_and_is_never_ok_in_the_end(facts, step, while_running, when_over):
    assert verdicts(**facts)[step] == while_running
    assert verdicts(is_over=True, **facts)[step] == when_over


def test_who_asked_from_this_host_only_is_told_so():
    found = steps(Facts(**{**WHOLE, "asked": (asked(-5, 200, HERE),)}), is_over=True)[0]
    assert "from this host only, which does not count: 127.0.0.1" in found.found


def test_another_answer_than_awaited_is_told():
    found = steps(Facts(**{**WHOLE, "asked": (asked(-5, 503), asked(-4, 200, HERE))}))[0]
    assert (found.verdict, found.found) == (None, "203.0.113.9 was answered 503")


def test_only_another_answer_or_another_asker_is_news():
    kept = [asked(0, 200), asked(1, 503)]
    assert not is_news(asked(2, 503), kept)
    assert is_news(asked(2, 200), kept)
    assert is_news(asked(2, 503, "198.51.100.4"), kept)
    assert not is_news(asked(2, 503), kept, [told(0.5)])


def test_the_first_answer_after_a_person_told_is_news_too():
    """While the web server or the host is down, nobody is answered anything else than before."""
    kept = [asked(0, 200)]
    assert is_news(asked(9, 200), kept, [told(1), told(3)])
    kept += [asked(9, 200)]
    assert not is_news(asked(10, 200), kept, [told(1), told(3)])
