"""What reports say of changes, security, procedures and people's work."""

import pytest
from report_data import errors, metric, metrics

from verenigingen_maintenance.core.report_changes import effect
from verenigingen_maintenance.core.report_forecasts import used_of
from verenigingen_maintenance.core.report_parts import Section
from verenigingen_maintenance.core.report_periods import parse, quarters_until
from verenigingen_maintenance.core.report_sections import SECTIONS
from verenigingen_maintenance.core.report_service import lost_between
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.core.verdicts import Verdict

QUARTER = parse(Cadence.QUARTERLY, "2026-Q3")


def told(key, facts):
    section = Section(key, SECTIONS[key].title)
    SECTIONS[key].build(section, facts, QUARTER)
    return section


def rows(section, title):
    (table,) = [table for table in section.tables if table.title == title]
    return [list(row) for row in table.rows]


def measured(what="API", before=400.0, after=250.0, change=-37.5, unit="ms"):
    return {"what": what, "unit": unit, "before": before, "after": after, "change": change}


def change(name, verdict, status, *values, decision=""):
    return {
        **{"name": name, "title": f"Index {name}", "verdict": verdict, "status": status, "measured": values},
        **{"decision": decision, "applied_at": "2026-08-26T07:00:00+02:00", "applied_by": "o@example.com"},
    }


def optimisation(*changes, **more):
    return {
        "optimisation": {
            **{"found": [], "changes": changes, "is_whole": True, "rolled_back": [], "not_measured": {}},
            **{"looked_at": "2026-09-01", **more},
        }
    }


def test_a_change_that_helped_and_one_that_hurt_are_facts_with_their_figures():
    section = told(
        "optimisation",
        optimisation(
            change("CH-1", "Better", "Kept", measured()),
            change("CH-2", "Worse", "Rolled Back", measured("Cache", 210.0, 340.0, 61.9, "MB")),
            change("CH-3", "Worse", "Applied", measured("Jobs", 2.0, 3.0, 50.0, "s")),
            change("CH-4", "Same", "Kept", measured(after=399.0, change=-0.2)),
        ),
    )
    assert [(fact.verdict, fact.text) for fact in section.facts] == [
        (Verdict.OK, "A change helped. Index CH-1 (CH-1): API 400, then 250 ms (-38 %); kept."),
        (
            Verdict.WARNING,
            "A change made it worse. Index CH-2 (CH-2): Cache 210, then 340 MB (+62 %); rolled back.",
        ),
        (
            Verdict.WARNING,
            "A change made it worse. Index CH-3 (CH-3): Jobs 2, then 3 s (+50 %); nobody decided yet whether "
            "it stays.",
        ),
    ]
    assert section.missing == []


def test_what_was_not_measured_of_changes_is_said_with_its_reason():
    section = told(
        "optimisation",
        optimisation(
            change("CH-1", "", "Applied"),
            change("CH-2", "Not Enough Data", "Applied", measured(after=None, change=None)),
            looked_at=None,
            not_measured={"queues": "Redis did not answer"},
        ),
    )
    assert section.facts == []
    assert section.missing == [
        ("Effect of Index CH-1 (CH-1)", "not measured yet"),
        ("Effect of Index CH-2 (CH-2)", "too little was measured on one side of it"),
        ("Opportunities: queues", "Redis did not answer"),
        ("Opportunities", "nobody looked for them yet"),
    ]
    assert effect(change("CH-1", "", "Applied")) == "no value of before and after"


def test_the_effect_names_the_largest_difference_first():
    made = change("CH-1", "Better", "Kept", measured("rows", 9.0, 9.0, 0.0), measured(), measured("x", None))
    assert effect(made).startswith("API 400, then 250 ms (-38 %), rows 9")


def test_a_change_of_before_the_period_that_was_taken_back_in_it_is_a_row():
    row = {
        "name": "CH-9",
        "title": "Old",
        "by": "m",
        "day": "2026-07-02",
        "reason": "slow",
        "verdict": "Worse",
    }
    section = told("optimisation", optimisation(rolled_back=[row]))
    assert rows(section, "Changes") == [["2026-07-02", "Old (CH-9)", "slow", "", "Worse", "rolled back"]]


def quarter(label="2026-Q3", **values):
    counts = dict.fromkeys(
        ("applied", "better", "same", "worse", "not_enough_data", "kept", "rolled_back"), 0
    )
    return {"quarter": label, **counts, "share_better": None, **values}


def test_effectiveness_says_how_many_helped_and_what_was_not_judged():
    better = quarter(applied=4, better=2, same=1, worse=0, not_enough_data=1, share_better=66.7)
    section = told("effectiveness", {"effectiveness": {"quarters": [quarter("2026-Q2"), better]}})
    assert section.sentences[0].text == (
        "2026-Q3: 2 of 3 changes that could be judged made it better (66.7 %)."
    )
    none = told("effectiveness", {"effectiveness": {"quarters": [quarter(applied=2, not_enough_data=2)]}})
    assert none.missing == [("Effect of 2 changes", "too little was measured of each")]
    assert none.tables[0].rows[0][-1] == "not known"


def test_quarters_are_those_until_the_one_in_which_a_period_ends():
    month = parse(Cadence.MONTHLY, "2026-02")
    assert [each.label for each in quarters_until(month, 3)] == ["2025-Q3", "2025-Q4", "2026-Q1"]


def test_the_roadmap_names_what_is_overdue_and_what_nobody_does():
    each = {"name": "CH-1", "title": "Index", "gain": "faster", "gain_level": "High", "status": "Approved"}
    planned = [
        {**each, "responsible": "o@example.com", "due_on": "2026-09-01", "is_overdue": True},
        {**each, "name": "CH-2", "responsible": "", "due_on": "", "is_overdue": False},
    ]
    section = told("roadmap", {"roadmap": {"changes": planned, "planned": 2}})
    assert [fact.text for fact in section.facts] == [
        "Changes that are overdue: CH-1.",
        "Changes that are planned: 2, 1 of them without an owner or a date; first of all Index.",
    ]
    assert [row[3:5] for row in rows(section, "")] == [
        ["o@example.com", "2026-09-01, overdue"],
        ["nobody yet", "no date"],
    ]


FINDING = {"title": "No second factor", "told": "2 accounts", "remediation": "Switch it on.", "is_new": True}


def assessed(**more):
    return {
        "security": {
            "assessment": {"name": "SEC-2026-09-17", "at": "2026-09-17T06:00:00+02:00"},
            "before": {"name": "SEC-2026-06-30", "at": "2026-06-30T06:00:00+02:00"},
            **{"verdict": "WARNING", "findings": [], "not_measured": [], "changes": [], "not_compared": []},
            **more,
        }
    }


def test_security_tells_what_changed_before_what_was_found_and_the_worst_first():
    found = [{**FINDING, "severity": "Low"}, {**FINDING, "severity": "Critical", "title": "A key in public"}]
    changes = [
        {"told": "it@example.com got System Manager", "is_worse": True},
        {"told": "x", "is_worse": False},
    ]
    section = told("security", assessed(findings=found, changes=changes))
    assert [table.title for table in section.tables] == ["What changed since the last quarter", "Findings"]
    assert [row[0] for row in rows(section, "Findings")] == ["Critical", "Low"]
    assert [(fact.verdict, fact.text) for fact in section.facts] == [
        (Verdict.WARNING, "Since the last quarter: it@example.com got System Manager."),
        (Verdict.CRITICAL, "Security findings that are Critical: A key in public."),
    ]


def test_security_beside_an_assessment_of_the_same_quarter_says_since_when():
    before = {"name": "SEC-2026-07-02", "at": "2026-07-02T06:00:00+02:00"}
    changes = [{"told": "it@example.com got System Manager", "is_worse": True}]
    section = told("security", assessed(before=before, changes=changes))
    assert section.tables[0].title == "What changed since 2026-07-02"
    assert section.facts[-1].text == "Since 2026-07-02: it@example.com got System Manager."


def test_a_period_in_which_nothing_was_found_is_ok_only_where_all_was_looked_at():
    (fact,) = told("optimisation", optimisation()).facts
    assert (fact.verdict, fact.text) == (
        Verdict.OK,
        "No opportunity was found, and nothing was changed.",
    )
    assert told("optimisation", optimisation(looked_at=None)).facts == []
    assert told("optimisation", optimisation(not_measured={"queues": "no answer"})).facts == []


def test_changes_that_were_not_read_are_said():
    section = told("optimisation", optimisation(change("CH-1", "Same", "Kept", measured()), is_whole=False))
    assert section.missing == [("Changes applied", "only the first of them were read")]


def test_security_that_was_not_assessed_in_the_period_is_not_measured():
    section = told("security", {"security": {"assessment": None, "latest": "2026-06-30"}})
    (fact,) = section.facts
    assert (fact.verdict, fact.text) == (
        Verdict.UNKNOWN,
        "Security was not assessed in 2026-Q3: the latest assessment is of 2026-06-30.",
    )
    assert [what for what, _why in section.missing] == ["Security"]
    section = told("security", assessed(changes=None, before=None))
    assert ("What changed since the last quarter", "there is no earlier assessment to compare with") in (
        section.missing
    )


def test_procedures_tell_what_waits_what_is_due_and_that_nobody_was_trained():
    version = {"name": "DAILY v2", "made_at": "2026-08-01", "made_by": "o", "reason": "", "approved_by": ""}
    due = [{"procedure": "WEEKLY", "day": "2026-09-01", "is_overdue": True, "because": ""}]
    facts = {"approved": [], "pending": [{**version, "approved_at": ""}], "reviews": [], "due": due}
    section = told("procedures", {"procedures": {**facts, "sessions": [], "drills": []}})
    assert [(fact.verdict, fact.text) for fact in section.facts] == [
        (Verdict.WARNING, "Versions of procedures that nobody has approved: 1: DAILY v2."),
        (Verdict.WARNING, "Procedures whose review is due: 1: WEEKLY."),
        (Verdict.WARNING, "No training session was held in the period."),
    ]


@pytest.mark.parametrize(
    ("scores", "lost"),
    [
        ([80, 81, 80], None),
        ([90, 84, 90], (6, 1, 84)),
        ([90, 88, 83, 90, 89], (7, 2, 83)),
        ([80, 90, 86, 84.9], (5.1, 3, 84.9)),
        ([], None),
    ],
)
def test_points_that_were_lost_and_won_back_within_a_period_are_found(scores, lost):
    found = lost_between([(str(day), score) for day, score in enumerate(scores)], 5)
    assert found == (None if lost is None else (pytest.approx(lost[0]), str(lost[1]), lost[2]))


@pytest.mark.parametrize(
    ("limit", "value", "used"),
    [("> 50000", 41_000.0, 82.0), ("< 40", 80.0, 50.0), ("> 90", 0.0, None), ("", 3.0, None)],
)
def test_how_much_of_a_limit_is_used(limit, value, used):
    assert used_of(limit, value) == used


def limited(**more):
    return {
        **{"metric": "storage.database", "title": "Database", "unit": "MB", "limit": "> 50000"},
        **{"latest_value": 41_000.0, "crosses_on": None, "until": "2026-12-29", "recommendation": ""},
        **{
            "earliest": None,
            "latest": None,
            "history_days": 180,
            "trend": "stable",
            "is_alert": False,
            **more,
        },
    }


def stored(title, capacity, value, unit="MB"):
    weeks = [["2026-09-14", value / 2, 7], ["2026-09-21", value, 7]]
    return metric(title=title, group="Storage", unit=unit, capacity=capacity, weeks=weeks)


def test_capacity_without_a_limit_near_tells_the_nearest_and_until_when_none_is_met():
    used = metrics(stored("Database", "> 50000", 41_000.0), stored("Disk", "> 90", 45.0, "%"))
    section = told("capacity", {"forecasts": {"last": [limited(), limited()]}, "metrics": used})
    assert [fact.text for fact in section.facts] == [
        "None of 2 metrics with a limit is expected to meet it until 2026-12-29.",
        "The nearest limit is that of Database (> 50000 MB): 41\u00a0000 MB in 2026-W39, 82 % of it.",
        "Grew: Disk from 22.5 to 45 % (+100 %), 22.5 a week, 2026-W38 to 2026-W39.",
        "Grew: Database from 20\u00a0500 to 41\u00a0000 MB (+100 %), 20\u00a0500 a week, 2026-W38 to "
        "2026-W39.",
    ]


def test_capacity_without_a_forecast_is_not_known():
    section = told("capacity", {"forecasts": {"last": []}, "metrics": metrics(stored("Database", "", 9.0))})
    assert section.facts[0].verdict is Verdict.UNKNOWN
    assert [what for what, _why in section.missing] == ["Capacity", "The nearest limit"]


def test_what_was_not_measured_until_the_end_is_neither_worse_still_nor_as_usual():
    weeks = [row for row in metric()["weeks"] if row[0] < "2026-08-24"]
    facts = {"errors": errors(by_day={}), "metrics": metrics(metric(weeks=weeks)), "forecasts": {"last": []}}
    section = told("trends", facts)
    assert [row[5] for row in section.tables[0].rows] == ["not known"]
    assert (section.facts, section.sentences) == ([], [])


def test_the_nearest_limit_is_that_of_what_was_measured_in_the_period():
    old = stored("Disk", "> 90", 89.0, "%")
    old["weeks"] = [["2026-05-04", 89.0, 7]]
    used = metrics(old, stored("Database", "> 50000", 41_000.0))
    section = told("capacity", {"forecasts": {"last": [limited()]}, "metrics": used})
    assert section.facts[1].text.startswith("The nearest limit is that of Database")


def test_a_limit_without_a_forecast_is_missing_also_where_others_have_one():
    used = metrics(stored("Disk", "> 90", 45.0, "%"), {**stored("Database", "> 50000", 1.0), "metric": "b"})
    section = told("capacity", {"forecasts": {"last": [limited(metric="b")]}, "metrics": used})
    why = "it had no forecast at the end of the period"
    assert section.missing == [("When Disk meets its limit (> 90 %)", why)]


def test_what_is_worse_still_at_the_end_is_what_a_plan_begins_with():
    facts = {"errors": errors(), "metrics": metrics(), "forecasts": {"last": []}}
    (fact,) = told("trends", facts).facts
    assert fact.text == (
        "Worse still at the end of the period: 2: Errors since 2026-W33, API response since 2026-W33."
    )
