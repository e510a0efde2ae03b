"""What became of a month's promises: arithmetic of what was recorded, and nothing that was not measured."""

from datetime import date, datetime, timedelta

import frappe
import pytest
from conftest import AMSTERDAM, fresh, keep_sample

from verenigingen_maintenance.operations import metric_rollups, records, service_levels
from verenigingen_maintenance.operations.downtimes import DOWN, METRIC, NOT_MEASURED, PLANNED
from verenigingen_maintenance.sources import clock

RECORD, ESCALATION, SETTINGS = "Monthly Service Level", "Maintenance Escalation", "Maintenance Settings"
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
AFTERWARDS = datetime(2027, 1, 10, 12, tzinfo=AMSTERDAM)
AROUND_THE_CLOCK, BUSINESS_HOURS = "around the clock", "business hours"
PROMISE, ALERTS, DATA = "Dashboard available", "Escalation from its trigger", "Data no older than"


def at(text):
    """A moment of the site's clock, such as “11-10 02:00” of 2026."""
    return datetime.fromisoformat(text if len(text) > 14 else f"2026-{text}")


def probed(first="10-01 00:00", last="2027-01-01 00:00"):
    """The dashboard was probed from one moment up to another: an hour without its samples, and a sample."""
    hour(METRIC, first, 0)
    frappe.db.delete("Metric Sample")
    keep_sample(METRIC, 0, at=clock.instant(at(last)))


def hour(metric, begins, *values):
    """An hour of samples, rolled up."""
    for value in values:
        keep_sample(metric, value, at=clock.instant(at(begins)))
    metric_rollups.make("Metric Hour", at(begins))
    frappe.db.commit()


def downtime(kind, begins, ends=None):
    times = {"begins": at(begins), "ends": at(ends) if ends else None}
    key = f"{kind}:{begins}"
    records.insert(
        frappe.get_doc({"doctype": "Downtime", "kind": kind, "reason": "HTTP 503", "key": key, **times})
    )


def escalated(triggered, *, after):
    """An escalation that opened so many seconds after its trigger."""
    opened = at(triggered) + timedelta(seconds=after)
    times = {"triggered_at": at(triggered), "opened_at": opened}
    records.insert(frappe.get_doc({"doctype": ESCALATION, "title": "x", "subject": triggered, **times}))


def computed(first=NOVEMBER, now=AFTERWARDS):
    return fresh(RECORD, service_levels.compute_month(first, now))


def figure(title=PROMISE, span="", first=NOVEMBER, now=AFTERWARDS):
    """Value, verdict and what it is made of."""
    rows = {(row.title, row.span): row for row in computed(first, now).figures}
    row = rows[title, span or (AROUND_THE_CLOCK if title == PROMISE else "")]
    return row.value, row.verdict, row.detail


def times(span=AROUND_THE_CLOCK, first=NOVEMBER, now=AFTERWARDS):
    """What the time was, such as {"up": "720:00:00", …}."""
    detail = figure(span=span, first=first, now=now)[2].split(";")[0]
    words = {"up", "down", "planned", "not measured"}
    return {word: detail.split(f"{word} ")[1].split(" h")[0] for word in words}


def was(**hours):
    """The same, as a test says it: what is not named is nought."""
    named = {name.replace("_", " "): value for name, value in hours.items()}
    return {"down": "0:00:00", "planned": "0:00:00", "not measured": "0:00:00", **named}


def test_half_a_percent_of_november_down_is_99_5_percent_and_uses_the_budget_up():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:36")
    value, verdict, detail = figure()
    assert (value, verdict) == ("99.500 %", "OK")
    assert detail == (
        "up 716:24:00 h, down 3:36:00 h, planned 0:00:00 h, not measured 0:00:00 h; "
        "error budget left 0:00:00 h of 3:36:00 h"
    )
    assert computed().availability == "99.500 %"


def test_a_second_more_breaks_the_promise():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:36:01")
    assert figure()[1] == "WARNING"
    assert "error budget left -0:00:01 h" in figure()[2]


def test_a_month_without_downtime_is_available_throughout():
    probed()
    assert figure()[:2] == ("100.000 %", "OK")
    assert times() == was(up="720:00:00")
    assert times(first=date(2026, 10, 1)) == was(up="745:00:00"), "October has an hour twice"


def test_a_night_counts_around_the_clock_and_not_in_business_hours():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:00")
    assert times() == was(up="717:00:00", down="3:00:00")
    assert times(BUSINESS_HOURS) == was(up="168:00:00"), "21 days of eight hours"


def test_what_reaches_into_business_hours_counts_there_with_its_part():
    probed()
    downtime(DOWN, "11-13 16:00", "11-16 09:30")
    assert times(BUSINESS_HOURS) == was(up="166:30:00", down="1:30:00")
    assert figure(span=BUSINESS_HOURS)[:2] == ("99.107 %", "WARNING")


def test_a_holiday_has_no_business_hours():
    settings = frappe.get_doc(SETTINGS)
    if date(2026, 12, 25) not in [row.day for row in settings.holidays]:
        settings.append("holidays", {"day": "2026-12-25", "title": "Christmas"})
        settings.save()
    probed(last="2027-01-02 00:00")
    downtime(DOWN, "12-25 09:00", "12-25 17:00")
    assert times(first=DECEMBER)["down"] == "8:00:00"
    assert times(BUSINESS_HOURS, first=DECEMBER) == was(up="176:00:00"), "23 weekdays, one of them Christmas"


def test_planned_downtime_is_left_out_of_what_is_asked():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:00")
    downtime(PLANNED, "11-10 00:00", "11-10 04:00")
    assert times() == was(up="716:00:00", planned="4:00:00")
    assert figure()[:2] == ("100.000 %", "OK")


def test_time_in_which_nobody_looked_is_told_and_is_neither_up_nor_down():
    probed()
    downtime(DOWN, "11-10 00:00", "11-10 06:00")
    downtime(NOT_MEASURED, "11-01 00:00", "11-06 00:00")
    assert times() == was(up="594:00:00", down="6:00:00", not_measured="120:00:00")
    assert figure()[0] == "99.000 %"


def test_downtimes_that_overlap_count_once():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:00")
    downtime(DOWN, "11-10 02:00", "11-10 05:00")
    downtime(PLANNED, "11-10 04:30", "11-10 06:00")
    downtime(NOT_MEASURED, "11-10 00:00", "11-10 01:30")
    assert times() == was(up="714:00:00", down="3:00:00", planned="1:30:00", not_measured="1:30:00")


def test_one_across_the_end_of_the_month_counts_in_each_with_its_part():
    probed()
    downtime(DOWN, "11-30 22:00", "12-01 01:30")
    assert times() == was(up="718:00:00", down="2:00:00")
    assert times(first=DECEMBER)["down"] == "1:30:00"


def test_before_the_first_probe_nothing_is_claimed():
    probed(first="12-05 10:00")
    assert figure() == (
        "not measured",
        "UNKNOWN",
        "up 0:00:00 h, down 0:00:00 h, planned 0:00:00 h, not measured 720:00:00 h",
    )
    assert (computed().verdict, computed().availability) == ("UNKNOWN", "not measured")


def test_without_any_probe_nothing_is_claimed():
    assert figure()[:2] == ("not measured", "UNKNOWN")
    assert figure(span=BUSINESS_HOURS)[:2] == ("not measured", "UNKNOWN")


def test_the_month_of_the_first_probe_is_measured_from_then_on():
    probed(first="11-16 09:00")
    assert times() == was(up="351:00:00", not_measured="369:00:00")


def test_after_the_last_probe_nothing_is_claimed():
    probed(last="11-20 00:00")
    assert times() == was(up="456:05:00", not_measured="263:55:00"), "two probes and a minute may be missing"


def test_the_month_that_lasts_is_told_up_to_now_with_what_is_down_now():
    probed(last="11-10 12:00")
    downtime(DOWN, "11-10 06:00")
    now = at("11-10 12:00").replace(tzinfo=AMSTERDAM)
    assert times(now=now) == was(up="222:00:00", down="6:00:00")
    assert computed(now=now).downtimes.startswith("2026-11-10 06:00:00 to now, it lasts  Down ")


def test_the_downtimes_of_the_month_are_listed():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:36")
    downtime(PLANNED, "12-10 01:00", "12-10 04:36")
    line = "2026-11-10 01:00:00 to 2026-11-10 04:36:00  Down          3:36:00 h  HTTP 503"
    assert computed().downtimes == line


def test_alerts_are_told_by_the_longest_the_half_and_how_many_were_late():
    for day, seconds in enumerate((30, 299, 300, 360, 90), start=1):
        escalated(f"11-{day:02} 10:00", after=seconds)
    escalated("10-31 10:00", after=4000)
    detail = "the longest; half of 5 within 299 s; 2 took longer than promised"
    assert figure(ALERTS) == ("6.0 min", "WARNING", detail)


def test_alerts_within_five_minutes_keep_the_promise():
    escalated("11-03 10:00", after=45)
    assert figure(ALERTS)[:2] == ("0.8 min", "OK")


def test_that_no_escalation_was_opened_is_said():
    assert figure(ALERTS) == ("not measured", "UNKNOWN", "Nothing was sampled.")
    hour("sampling.age", "11-02 10:00", 2)
    assert figure(ALERTS) == ("none opened", "OK", "No escalation was opened.")


def test_the_age_of_data_is_the_oldest_of_the_month():
    for begins, values in (("11-02 10:00", (2, 16.4)), ("11-02 11:00", (2, 3)), ("12-02 10:00", (60,))):
        hour("sampling.age", begins, *values)
    assert figure(DATA) == ("16.4 min", "WARNING", "the longest; 1 of 2 hours reached what is promised")
    frappe.db.set_single_value(SETTINGS, "promised_data_minutes", 20)
    assert figure(DATA)[:2] == ("16.4 min", "OK")


def test_what_was_never_sampled_is_unknown():
    assert figure(DATA)[:2] == ("not measured", "UNKNOWN")
    assert figure("Analytics there")[:2] == ("not measured", "UNKNOWN")


def test_repeating_makes_no_second_record_and_no_other_figures():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:36")
    rows = [
        [(row.title, row.span, row.value, row.verdict, row.detail) for row in computed().figures]
        for _ in range(3)
    ]
    assert len(rows[0]) == 5
    assert rows[0] == rows[1] == rows[2]
    assert frappe.get_all(RECORD, pluck="name") == ["2026-11"]
    assert frappe.db.count("Monthly Service Level Figure") == 5


@pytest.mark.parametrize(
    ("today", "months"),
    [
        ("11-01 00:04", ["2026-10", "2026-11"]),
        ("11-03 23:04", ["2026-10", "2026-11"]),
        ("11-04 00:04", ["2026-11"]),
        ("11-30 23:04", ["2026-11"]),
    ],
)
def test_for_three_days_the_month_before_is_made_anew_too(today, months):
    service_levels.compute(at(today).replace(tzinfo=AMSTERDAM))
    assert frappe.get_all(RECORD, pluck="name", order_by="name") == months


def test_a_downtime_that_is_declared_afterwards_counts_once_the_month_is_made_anew():
    probed()
    downtime(DOWN, "11-10 01:00", "11-10 04:36")
    computed()
    downtime(PLANNED, "11-10 01:00", "11-10 04:36")
    assert service_levels.compute_named("2026-11", AFTERWARDS) == "2026-11"
    assert fresh(RECORD, "2026-11").availability == "100.000 %"


@pytest.mark.parametrize("month", ["x", "", "2026", "2026-13", "2026-11-01", "2027-02", "9999-12", "<b>"])
def test_what_is_no_month_or_has_not_begun_is_refused(month):
    with pytest.raises(frappe.ValidationError, match=r"is not a month|has not begun"):
        service_levels.compute_named(month, AFTERWARDS)
    assert frappe.get_all(RECORD) == []
