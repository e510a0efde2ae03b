"""What a report says of incidents: real ones judge the period, what is not known is not told as quick."""

from report_data import data

from verenigingen_maintenance.core.report import build

QUICK = {"seconds": 240.0, "why": "", "held": True}
OPEN = {"seconds": None, "why": "it was not resolved yet", "held": None}
MIDDLE = {"detect": 240.0, "acknowledge": None, "mitigate": 1800.0, "resolve": None}


def incident(name="INC-1", **changes):
    made = {"name": name, "title": "Dashboard down", "status": "Open", "severity": "Critical", "reopened": 0}
    made |= {"procedure": "Critical System Failure", "trigger": "Dashboard Down", "day": "2026-08-12"}
    made |= {"is_drill": False, "false_alarm": False}
    times = {"detect": QUICK, "acknowledge": {**QUICK, "held": False}, "mitigate": QUICK, "resolve": OPEN}
    return {**made, "times": times, **changes}


def report(*incidents, **changes):
    told = {"incidents": list(incidents), "middle": MIDDLE, "before": {"incidents": 2, **MIDDLE}}
    told |= {
        "watched_days": 92,
        "watched_days_before": 92,
        "not_reviewed": [],
        "late_measures": [],
        "sources": {},
    }
    made = data(sections=["incidents"])
    return build({**made, "facts": {"incidents": {**told, **changes}}}, [])


def facts(made):
    return [(str(fact.verdict.value), fact.text) for fact in made.first]


def test_a_critical_incident_judges_the_period_and_its_row_has_its_times():
    made = report(incident())
    assert facts(made)[0] == ("CRITICAL", "Incident: Dashboard down (INC-1), it was not resolved yet.")
    (row,) = made.sections[0].tables[0].rows
    assert row == [
        *("2026-08-12", "INC-1 Dashboard down", "Critical"),
        *("4 min", "4 min, late", "4 min", "not known", "Open"),
    ]


def test_figures_stand_beside_the_period_before_and_what_is_not_known_has_no_value():
    figures = {each.title: each for each in report(incident()).sections[0].figures}
    assert (figures["Incidents"].value, figures["Incidents"].before) == (1, 2)
    assert figures["Time to mitigate, middle"].value == 30
    unknown = figures["Time to resolve, middle"]
    assert (unknown.value, unknown.note) == (None, "not known of any")
    few = report(incident(), watched_days_before=3).sections[0].figures[0]
    assert (few.before, few.note) == (None, "not compared: 3 of 91 days of the period before measured")


def test_drills_and_false_alarms_stand_in_the_table_and_judge_nothing():
    made = report(incident(is_drill=True), incident("INC-2", false_alarm=True))
    assert [row[2] for row in made.sections[0].tables[0].rows] == ["Drill", "False alarm"]
    assert made.sections[0].figures[0].value == 0
    assert facts(made) == [("OK", "No incident was opened in the period.")]


def test_without_an_incident_a_period_is_ok_only_where_all_of_it_was_watched():
    assert facts(report()) == [("OK", "No incident was opened in the period.")]
    assert "No incident" not in str(facts(report(watched_days=80)))


def test_what_is_not_done_after_incidents_is_a_warning():
    late = {
        "title": "Limit Redis",
        "incident": "INC-1",
        "allocated_to": "a",
        "due": "2026-08-20",
        "todo": "t",
    }
    told = facts(report(not_reviewed=["INC-1"], late_measures=[late]))
    assert ("WARNING", "Measures after incidents that are overdue: Limit Redis (INC-1).") in told
    assert ("WARNING", "Incidents that nobody has reviewed: INC-1.") in told
