"""A report is made of its data and texts alone; what matters stands first; nothing unmeasured is a nought."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from report_data import data, errors, metric, metrics

from verenigingen_maintenance.core import report_charts, report_parts
from verenigingen_maintenance.core.report import build, ranked
from verenigingen_maintenance.core.report_html import render, tag
from verenigingen_maintenance.core.report_parts import Fact, Figure
from verenigingen_maintenance.core.report_periods import parse
from verenigingen_maintenance.core.report_sections import SECTIONS
from verenigingen_maintenance.core.report_weeks import Week
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.core.verdicts import Verdict

WORSE = (
    "Became worse in 2026-W33 (week 7 of 14): errors, 168 against a usual 42, 4.0 times as many, until the "
    "end of the period; API response: 260 ms, usually 120 (+117 %), until the end of the period."
)
ERRORS = (
    "Errors rose from 2026-W33 to 2026-W39 (weeks 7 to 13 of 14), and so until the end of the period: "
    "168 against a usual 42, 4.0 times as many in the first week."
)
FINE = {"facts": [{"verdict": "OK", "weight": 50, "text": "The rest is fine."}]}
NEW = "New critical pattern since 2026-08-10: Mandate <b>X</b> could not be booked (1248 errors, Ongoing)."


def text(section, said):
    return {"section": section, "title": section.title(), "text": said}


def first(made):
    return [fact.text for fact in build(made, []).first]


def test_a_planted_regression_stands_on_the_first_page_with_its_week():
    assert first(data())[:2] == [WORSE, NEW]
    assert build(data(), []).sections[0].sentences[0].text == ERRORS
    assert build(data(), []).verdict is Verdict.CRITICAL
    for section in build(data(), []).sections[:2]:
        drawn = ElementTree.fromstring(section.charts[0].svg)
        colours = [bar.get("fill") for bar in drawn.iter("rect")]
        assert colours.index(report_charts.RED) == colours.index(report_charts.BLUE) + 6, "the seventh week"


def test_the_same_data_and_texts_make_the_same_bytes():
    texts = [text("errors", "The bank changed its format."), text("trends", "")]
    stored = json.dumps(data(), indent=1, sort_keys=True)
    assert render(build(json.loads(stored), texts)) == render(build(data(), texts))
    assert render(build(data(), texts)) != render(build(data(), []))


def test_each_figure_names_its_source_and_each_source_is_listed_once():
    html = render(build(data(), []))
    used = {int(number) for number in re.findall(r'class="source">\[(\d+)\]', html)}
    listed = [int(number) for number in re.findall(r'<td width="7%">\[(\d+)\]', html)]
    assert listed == sorted(used) == list(range(1, len(used) + 1))
    for figure in build(data(), []).sections[0].figures:
        assert re.search(rf"<td>{re.escape(figure.title)} <span class=\"source\">\[\d\]</span>", html), (
            figure.title
        )


class _Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, name, _attributes):
        self.tags.append(name)
        if name not in ("br", "img"):
            self.open.append(name)

    def handle_startendtag(self, name, _attributes):
        self.tags.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name


def test_what_people_and_errors_say_is_text():
    evil = '<script>alert("x")</script>'
    made = data(site=evil, title=evil, audience=evil)
    made["facts"]["metrics"] = metrics(
        metric(title=evil, unit=evil, limit=evil), metric(title=evil, value=None, reason=evil)
    )
    html = render(
        build(made, [text("errors", evil), text("gone", evil)]), {"by": evil, "title": evil, "at": evil}
    )
    parsed = _Tags(html)
    assert not parsed.open
    assert not {"script", "b", "i"} & set(parsed.tags)
    assert html.count("&lt;script&gt;") > 10
    assert "Mandate &lt;b&gt;X&lt;/b&gt;" in html


@given(st.text(), st.text())
@example("x", '"><b>')
def test_no_text_leaves_its_element(said, attribute):
    parsed = _Tags(tag("p", said, title=attribute or "x"))
    assert parsed.tags == ["p"]


def test_fourteen_days_of_a_month_are_said_and_not_compared():
    made = data(measured_days=14)
    made["facts"]["errors"] = errors(
        counted_since="2026-09-17", by_day={f"2026-09-{day}": 6 for day in range(17, 31)}
    )
    report = build(made, [])
    assert first(made)[2] == "Only 14 of 92 days were measured: they are not compared with the period before."
    figure = report.sections[0].figures[0]
    assert (figure.value, figure.before, figure.note) == (84, None, "not compared: 14 of 92 days measured")
    assert (
        "Errors of some days",
        "14 of 92 days: they are counted since 2026-09-17",
        "Errors",
    ) in report.missing
    assert report.measured == "14 of 92 days measured"


def test_what_was_not_measured_is_told_with_its_reason_and_is_no_nought():
    made = data(measured_days=0, measured_days_before=0, sections=["errors", "performance"])
    made["facts"]["errors"] = errors(counted_since=None, by_day={})
    made["facts"]["metrics"] = metrics(metric(value=None, weeks=[], days=0, reason="Monitor is off"))
    report = build(made, [])
    assert report.verdict is Verdict.UNKNOWN
    assert report.missing == [
        ("Errors", "no error was counted yet", "Errors"),
        ("API response", "Monitor is off", "Performance"),
    ]
    assert [section.figures for section in report.sections] == [[], []]
    html = render(report)
    assert html.count("Nothing of it was measured") == html.count("Nothing was measured.") == 1


def test_facts_that_could_not_be_read_are_unknown_with_their_reason_and_the_rest_is_there():
    made = data()
    made["facts"]["errors"] = {"not read": "OperationalError: gone away"}
    report = build(made, [])
    told = "Could not be read (OperationalError: gone away): Errors; Trends to monitor."
    assert (Verdict.UNKNOWN, told) in [(fact.verdict, fact.text) for fact in report.first]
    assert ("Errors: facts about errors", "OperationalError: gone away", "Errors") in report.missing
    assert first(made)[0].startswith("API response was worse from 2026-W33 to 2026-W40")
    only = build({**made, "sections": ["errors"]}, [])
    assert only.verdict is Verdict.UNKNOWN
    assert [fact.text for fact in only.first] == ["Errors could not be read: OperationalError: gone away"]


def test_what_is_unknown_stands_on_the_first_page_however_much_is_critical():
    made = data(sections=["errors", "told"])
    made["facts"] |= {
        "errors": {"not read": "gone away"},
        "told": {
            "facts": [
                {"verdict": "CRITICAL", "weight": 50, "text": f"Limit {number} is met."}
                for number in range(9)
            ]
        },
    }
    report = build(made, [])
    assert len(report.first) == 8
    assert (report.first[-1].verdict, report.first[-1].text) == (
        Verdict.UNKNOWN,
        "Errors could not be read: gone away",
    )
    assert report.verdict is Verdict.CRITICAL


@pytest.mark.parametrize(
    ("key", "told", "what", "why"),
    [
        ("errors", errors(by_day={}), "Errors", "they are counted since 2026-01-01"),
        ("alerts", {"watched_days": 0}, "Alerts", "nothing was watched in the period"),
        ("compliance", {"last": None, "before": None}, "Compliance", "no day of the period was assessed"),
    ],
)
def test_a_section_of_which_nothing_was_measured_is_unknown_and_not_ok(key, told, what, why):
    made = data(sections=[key])
    made["facts"] = {key: told}
    report = build(made, [])
    assert report.verdict is Verdict.UNKNOWN
    assert [fact.text for fact in report.first] == [f"{what} not measured: {why}."]
    assert [each[:2] for each in report.missing] == [(what, why)]


def alerts(**changes):
    no_times = {"median": None, "ninety": None, "longest": None, "known": 0}
    times = {"time_to_acknowledge": no_times, "time_to_resolve": no_times}
    counts = dict.fromkeys(
        ("alerts", "real", "false_positive", "nobody_acted", "no_action_needed", "answered_late"), 0
    )
    figures = {**counts, "came_back": 0, "open": 0, **times}
    told = {"by_subject": [], "still_open": [], "open_from_before": 0, "highest": [], "missing": []}
    told |= {"watched_days": 92, "watched_days_before": 91, "before": {**figures, "alerts": 4}}
    return {**figures, **told, "sources": {"alerts": "Maintenance Escalation"}, **changes}


def alerts_of(**changes):
    made = data(sections=["alerts"])
    made["facts"] = {"alerts": alerts(**changes)}
    return build(made, [])


def test_alerts_are_compared_where_both_periods_were_watched():
    figure = alerts_of().sections[0].figures[0]
    assert (figure.value, figure.before, figure.note) == (0, 4, "")
    report = alerts_of(watched_days_before=30)
    figure = report.sections[0].figures[0]
    why = "not compared: 30 of 91 days of the period before measured"
    assert (figure.value, figure.before, figure.note) == (0, None, why)


def test_days_in_which_nobody_watched_are_missing_and_no_days_without_alerts():
    report = alerts_of(watched_days=80)
    assert ("Alerts of some days", "80 of 92 days were watched", "Alerts and escalations") in report.missing
    assert not [fact for fact in report.first if fact.verdict is Verdict.OK]


def test_all_that_reached_level_3_is_counted_and_listed():
    highest = [
        {"name": f"ESC-{n}", "title": f"Backup {n}", "level": "Level 3, Support", "opened": f"2026-08-0{n}"}
        for n in range(1, 6)
    ]
    report = alerts_of(highest=highest, alerts=5)
    (fact,) = [fact for fact in report.first if fact.verdict is Verdict.WARNING]
    assert fact.text.endswith("(ESC-2); 3 more reached level 3 or above.")
    (table,) = [each for each in report.sections[0].tables if each.title == "Reached level 3 or above"]
    assert [row[0] for row in table.rows] == [each["name"] for each in highest]


@pytest.mark.parametrize("title", ["Dashboard available", "Analytics there"])
def test_a_promise_that_was_not_measured_is_unknown_and_not_ok(title):
    figure = {"title": title, "span": "", "value": "not measured", "target": ">= 99 %"}
    figure |= {"verdict": "UNKNOWN", "detail": "There is no hour of it."}
    made = data(sections=["service", "fine"])
    made["facts"] = {"service": {"figures": [figure], "before": [figure], "months": []}, "fine": FINE}
    report = build(made, [])
    assert report.verdict is Verdict.UNKNOWN
    assert report.first[0].text == f"{title} not measured: There is no hour of it."
    assert report.missing == [(title, "There is no hour of it", "Service levels")]


def test_an_assessment_that_measured_nothing_is_unknown_and_areas_of_it_are_missing():
    area = {"area": "a", "title": "Access", "score": None, "verdict": "UNKNOWN", "told": "no backup log"}
    last = {"day": "2026-09-30", "score": None, "measured": "measured 0 of 1 areas", "areas": [area]}
    told = {"last": last, "before": None, "assessed_days": 92, "scores": [], "target": ""}
    made = data(sections=["compliance", "fine"])
    made["facts"] = {"compliance": {**told, "opened": [], "closed": [], "open": []}, "fine": FINE}
    report = build(made, [])
    assert report.verdict is Verdict.UNKNOWN
    assert report.first[0].text == "Compliance score not measured: measured 0 of 1 areas."
    assert {each[:2] for each in report.missing} == {
        ("Compliance score", "measured 0 of 1 areas"),
        ("Compliance: Access", "no backup log"),
    }


def test_a_score_of_compliance_that_is_too_low_is_told_with_where_the_warning_begins():
    area = {"area": "a", "title": "Access", "score": 81.5, "verdict": "OK", "told": ""}
    last = {"day": "2026-09-30", "score": 81.5, "measured": "measured 1 of 1 areas", "areas": [area]}
    told = {"last": last, "before": None, "assessed_days": 92, "scores": [], "target": "<= 90"}
    made = data(sections=["compliance", "fine"])
    made["facts"] = {"compliance": {**told, "opened": [], "closed": [], "open": []}, "fine": FINE}
    assert (
        build(made, []).first[0].text
        == "The compliance score is 81.5 %; it is a WARNING where it is <= 90 %."
    )


def test_a_report_that_judges_nothing_is_unknown_and_says_so():
    made = data(sections=["told"])
    made["facts"] = {"told": {"sentences": [{"text": "Nothing happened."}]}}
    report = build(made, [])
    assert report.verdict is Verdict.UNKNOWN
    assert first(made) == ["Nothing in this report judges the period."]


def test_a_period_that_is_not_over_says_so_first():
    made = data(read_at="2026-08-30T09:00:00+02:00")
    assert "The period is not over: this is about 60 of its 92 days." in first(made)


def test_days_of_errors_that_are_to_come_are_missing_and_no_days_without_errors():
    made = data(read_at="2026-08-30T09:00:00+02:00")
    days = {day: count for day, count in errors()["by_day"].items() if day < "2026-08-30"}
    made["facts"]["errors"] = errors(by_day=days)
    report = build(made, [])
    assert ("Errors of some days", "60 of 92 days: the others are not over", "Errors") in report.missing


def test_what_became_worse_names_the_source_that_it_has():
    made = data(sections=["trends"])
    made["facts"]["metrics"] = metrics(metric(weeks=[]))
    (table, _moving) = build(made, []).sections[0].tables
    assert ([row[0] for row in table.rows], table.source) == (["Errors"], "errors.days")
    (table, _moving) = build(data(sections=["trends"]), []).sections[0].tables
    assert table.source == "errors.days metrics.days"


def test_what_rests_on_several_sources_names_each_of_them():
    html = render(build(data(), []))
    worse = html[html.index("Became worse in 2026-W33") :]
    numbers = re.findall(r"\[(\d+)\]", worse[: worse.index("</td>")])
    listed = dict(re.findall(r'<td width="7%">\[(\d+)\]</td><td>([^<]*)', html))
    assert [listed[number] for number in numbers] == ["Error Count", "Metric Day"]
    assert re.search(r"92 of 92 days measured\. <span class=\"source\">\[1\]</span>", html)
    assert listed["1"] == "Metric Day: the days that have any metric"


def test_remarks_stand_in_their_section_and_those_of_one_that_is_gone_at_the_end():
    html = render(
        build(data(), [text("performance", "The provider was slow."), text("use", "Kept all the same.")])
    )
    places = [
        html.index(each)
        for each in (
            'id="performance"',
            "The provider was slow.",
            'id="trends"',
            "Kept all the same.",
            'id="sources"',
        )
    ]
    assert all(earlier < later for earlier, later in pairwise(places))


def test_an_approved_report_says_who_approved_it():
    assert "nobody has approved it" in render(build(data(), []))
    approved = render(build(data(), []), {"by": "Mia", "title": "Technical Lead", "at": "2026-10-06 09:00"})
    assert "Approved by Mia (Technical Lead) on 2026-10-06 09:00." in approved
    assert "nobody has approved it" not in approved


def test_the_first_page_has_the_worst_first_and_good_news_only_where_there_is_room():
    facts = [Fact(Verdict.OK, 99, "fine"), Fact(Verdict.WARNING, 1, "b"), Fact(Verdict.CRITICAL, 2, "c")]
    facts += [Fact(Verdict.UNKNOWN, 3, "u"), Fact(Verdict.WARNING, 9, "a"), Fact(Verdict.WARNING, 9, "a")]
    assert [fact.text for fact in ranked(facts)] == ["c", "u", "a", "b", "fine"]


def test_a_provider_that_is_no_section_here_is_shown_as_it_tells_itself():
    told = {
        "title": "Changes <i>made</i>",
        "sentences": [{"text": "One index was added.", "source": "changes"}],
        "figures": [
            {"title": "Gain", "value": 40, "unit": "ms", "before": 90, "source": "changes", "worse": "higher"}
        ],
        "tables": [{"title": "All", "heads": ["What"], "rows": [["Index"]], "source": "changes"}],
        "facts": [
            {"verdict": "WARNING", "weight": 77, "text": "A change made it worse.", "source": "changes"}
        ],
        "missing": [{"what": "Effect", "why": "too early"}],
        "sources": {"changes": "Maintenance Change"},
    }
    made = data(sections=["changes_made"])
    made["facts"] = {"changes_made": told}
    report = build(made, [])
    assert report.first[0].text == "A change made it worse."
    html = render(report)
    for shown in (
        "Changes &lt;i&gt;made",
        "One index was added.",
        "40 ms",
        "too early",
        "Maintenance Change",
    ):
        assert shown in html


@pytest.mark.parametrize(
    ("value", "before", "worse", "percent", "is_worse"),
    [
        (150, 100, "higher", 50, True),
        (50, 100, "higher", -50, False),
        (50, 100, "lower", -50, True),
        (100, 0, "higher", None, True),
        (1, 1, "higher", 0, None),
        (None, 5, "higher", None, None),
        (5, None, "higher", None, None),
        (5, 4, "", 25, None),
    ],
)
def test_a_figure_beside_that_of_the_period_before(value, before, worse, percent, is_worse):
    figure = Figure("x", value, "u", before, worse=worse)
    assert (figure.percent, figure.is_worse) == (percent, is_worse)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0, "0"),
        (0.12345, "0.123"),
        (12.34, "12.3"),
        (1234.6, "1\u00a0235"),
        (2e6, "2\u00a0000\u00a0000"),
    ],
)
def test_numbers_are_shown_short(value, shown):
    assert report_parts.short(value) == shown


@given(st.lists(st.floats(0, 1e12), max_size=30), st.text(st.characters(blacklist_categories=["Cc", "Cs"])))
def test_bars_are_within_their_chart_whatever_they_show(values, title):
    quarter = parse(Cadence.QUARTERLY, "2026-Q3")
    weeks = [Week(quarter.mondays[0], value) for value in values]
    drawn = ElementTree.fromstring(report_charts.bars(title, "ms", weeks, quarter, [quarter.mondays[0]], 5))
    for bar in drawn.iter("rect"):
        top, height = float(bar.get("y")), float(bar.get("height"))
        assert top >= 0
        assert height >= 0
        assert top + height <= report_charts.HEIGHT


def test_every_section_of_the_runbook_is_known_and_stands_once_in_a_report():
    runbook = Path(__file__).parents[2] / "verenigingen_maintenance" / "runbook"
    kinds = yaml.safe_load((runbook / "reports.yaml").read_text(encoding="utf-8"))
    settings = yaml.safe_load((runbook / "settings.yaml").read_text(encoding="utf-8"))["Maintenance Settings"]
    assert [row["kind"] for row in settings["report_kinds"]] == list(kinds)
    for name, kind in kinds.items():
        assert name.startswith(Cadence(kind["cadence"]).value.upper()), name
        assert len(set(kind["sections"])) == len(kind["sections"]), name
    told_here = {key for kind in kinds.values() for key in kind["sections"] if key in SECTIONS}
    assert told_here == set(SECTIONS)
