"""WARNINGs wake nobody: they are told together, once on a business day, to level 1."""

import frappe
import pytest
from escalation_on_site import NOTIFICATION, tend

from verenigingen_maintenance.core.judgement import Judgement
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import digest
from verenigingen_maintenance.operations.checks import Result, Spec
from verenigingen_maintenance.sources import clock

pytestmark = pytest.mark.usefixtures("present")


def warn(check="disk_used", value=85):
    spec = Spec.of(frappe.get_doc("Maintenance Check", check))
    measured = Reading(value, spec.unit, clock.now(), "test")
    digest.keep([Result(spec, measured, Judgement(Verdict.WARNING))])
    frappe.db.commit()


def sent():
    frappe.db.commit()
    fields = ["channel", "recipient", "subject", "message"]
    return frappe.get_all(NOTIFICATION, {"kind": "Digest"}, fields, order_by="name")


def test_a_warning_waits_for_the_hour_of_the_digest_and_is_told_once(present):
    present.set("2026-11-24 03:00")
    warn()
    present.set("2026-11-24 08:44")
    tend()
    assert sent() == []
    for minute in (45, 46, 59):
        present.set(f"2026-11-24 08:{minute}")
        tend()
    (told,) = sent()
    assert (told.channel, told.recipient) == ("Desk", "operator@example.com")
    assert told.subject == "1 WARNINGs until 2026-11-24 08:45"
    assert told.message == "2026-11-24 03:00  Disk used: 85 %, target <= 80  (over)"


def test_what_becomes_one_later_that_day_is_told_on_the_next(present):
    present.set("2026-11-24 08:00")
    warn()
    present.set("2026-11-24 08:45")
    tend()
    warn("memory_used")
    present.passes(hours=2)
    tend()
    assert len(sent()) == 1
    present.set("2026-11-25 08:45")
    tend()
    assert len(sent()) == 2


def test_the_first_of_a_day_is_told_on_the_next_too(present):
    present.set("2026-11-24 12:00")
    warn()
    for hour in (12, 17, 23):
        present.set(f"2026-11-24 {hour}:00")
        tend()
    assert sent() == []
    present.set("2026-11-25 08:45")
    tend()
    assert [each.subject for each in sent()] == ["1 WARNINGs until 2026-11-25 08:45"]


def test_what_nobody_sent_at_its_hour_is_told_later_that_day_without_what_came_since(present):
    present.set("2026-11-24 03:00")
    warn()
    present.set("2026-11-24 11:00")
    warn("memory_used")
    tend()
    (told,) = sent()
    assert told.subject == "1 WARNINGs until 2026-11-24 08:45"
    assert told.message == "2026-11-24 03:00  Disk used: 85 %, target <= 80  (over)"


def test_the_weekend_is_told_on_monday(present):
    present.set("2026-11-28 12:00")
    warn()
    tend()
    assert sent() == []
    present.set("2026-11-30 08:45")
    tend()
    assert len(sent()) == 1


def test_without_warnings_there_is_no_digest():
    tend()
    assert sent() == []


def test_what_is_a_warning_still_says_so(present):
    present.set("2026-11-24 03:00")
    warn()
    present.passes(hours=7)
    frappe.db.set_value("Maintenance Check", "disk_used", "live_verdict", "WARNING")
    tend()
    assert sent()[0].message.endswith("(it is one now)")
