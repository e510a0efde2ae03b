"""The review of an incident as HTML, for Desk and paper, from the data of a draft. All text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .incident_narrative import local
from .incident_times import in_words
from .report_html import STYLE, Html, Numbers, table_html, tag
from .report_parts import Table, percent_in_words
from .verdicts import Verdict
from .wording import age_in_words

Told = Mapping[str, Any]
BLAMELESS = (
    "This review asks what in systems, procedures and monitoring let it happen or last, and never who. "
    "Names stand in the timeline and with the measures only."
)
WRITTEN = (
    ("impact", "Impact: what members noticed, and for how long"),
    ("root_cause", "Root cause"),
    ("contributing_factors", "Contributing factors"),
    ("went_well", "What went well"),
    ("went_badly", "What made it worse or longer"),
    ("lessons", "Lessons and changes to procedures and monitoring"),
)


def render(told: Told) -> str:
    """The whole document; `is_draft` says whether somebody has still to review it."""
    parts = (
        [*_first(told)],
        [*_section("Times", _times(told))],
        [*_section("The minutes of the procedure", _minutes(told))],
        [*_section("What people say", _written(told))],
        [*_section("Preventive measures", _measures(told))],
        [*_section("Questions still open", _questions(told))],
        [*_section("Candidates for contributing factors", _factors(told))],
        [*_section("Timeline", _timeline(told))],
        [*_section("Escalations", _escalations(told))],
        [*_section("Actions on the system", _actions(told))],
        [*_section("What was captured", _captured(told))],
        [*_section("Changed in the seven days before", _before(told))],
        [*_section("Beside earlier ones", _compared(told))],
    )
    body = "".join(each for part in parts for each in part)
    return Html(f'<div class="maintenance-report m-report"><style>{STYLE}</style>{body}</div>')


def _first(told: Told) -> Iterator[Html]:
    kind = "Review of a drill" if told["is_drill"] else "Review of an incident"
    yield tag("h1", f"{told['incident']} {told['title']}".strip())
    yield tag("p", f"{kind}. {told['site']}. Written down at {local(told['drafted_at'])}.", class_="kicker")
    if told["is_draft"]:
        yield tag(
            "div", f"DRAFT: the incident is {told['status']}, and nobody has reviewed it.", class_="draft"
        )
    else:
        text = f"Reviewed by {told['reviewed_by']} on {local(told['reviewed_at'])}."
        yield tag("div", text, class_="approved")
    yield tag("p", BLAMELESS, class_="small")
    yield tag("h3", "Summary")
    yield from (tag("p", text) for text in told["summary"])


def _section(title: str, blocks: Iterator[Html]) -> Iterator[Html]:
    found = list(blocks)
    yield tag("div", tag("h2", title), *found[:1], class_="keep")
    yield from found[1:]


def _table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], empty: str, widths: Sequence[int]
) -> Iterator[Html]:
    yield from table_html(Table(title, heads, rows, empty=empty, widths=widths), Numbers())


def _times(told: Told) -> Iterator[Html]:
    rows = [
        [
            each["title"],
            f"from {each['counted_from']}",
            in_words(each["seconds"], each["why"]),
            _promised(each["promised"]),
            verdict(each["held"]) if each["promised"] is not None or each["held"] is not None else "",
            "; ".join(age_in_words(before) for before in each["earlier"]),
        ]
        for each in told["times"]
    ]
    heads = ("Time", "Counted", "Took", "Promised", "Held", "Before it was reopened")
    yield from _table("", heads, rows, "", (19, 18, 24, 11, 12, 16))


def _promised(seconds: float | None) -> str:
    return "" if seconds is None else age_in_words(seconds or None) or "at once"


def verdict(held: bool | None) -> str:
    """Whether something held, as a verdict: what is not known is UNKNOWN."""
    return {True: Verdict.OK, False: Verdict.WARNING, None: Verdict.UNKNOWN}[held].value


def _minutes(told: Told) -> Iterator[Html]:
    if not told["minutes"]:
        yield tag("p", f"Not known: {told['minutes_from']}.")
        return
    rows = [
        [
            each["group"],
            "" if each["ends"] is None else f"{each['begins']} to {each['ends']}",
            f"{each['answered']} of {each['rows']}",
            "" if each["in_time"] is None else each["in_time"],
            "" if each["last"] is None else f"{each['last']:g} ({each['last_from_opened']:g})",
            verdict(each["held"]),
            each["why"],
        ]
        for each in told["minutes"]
    ]
    heads = ("Task group", "Minutes", "Answered", "In time", "Last (since opened)", "Held", "Why")
    yield from _table("", heads, rows, "", (24, 10, 11, 9, 13, 12, 21))
    note = f"Minutes count from when {told['minutes_from']}. A row has the time at which it was answered."
    yield tag("p", note, class_="small")
    late = [[each["group"], row["title"], row["minutes"]] for each in told["minutes"] for row in each["late"]]
    if late:
        yield from _table("Answered late", ("Task group", "Row", "Minute"), late, "", (35, 50, 15))


def _written(told: Told) -> Iterator[Html]:
    for field, title in WRITTEN:
        text = told["written"].get(field)  # one that was reviewed before may have no impact
        nothing = "Not written yet." if told["is_draft"] else "Nothing was written."
        shown = tag("div", text, class_="remark") if text else tag("p", nothing, class_="small")
        yield tag("div", tag("h3", title), shown, class_="keep")


def _measures(told: Told) -> Iterator[Html]:
    rows = [
        [
            each["title"],
            each["kind"],
            each["who"],
            each["due"],
            f"{each['state']}{', overdue' if each['is_late'] else ''}",
        ]
        for each in told["measures"]
    ]
    heads = ("Measure", "Kind", "Who", "Until", "State")
    yield from _table("", heads, rows, "None is entered.", (40, 12, 24, 12, 12))


def _questions(told: Told) -> Iterator[Html]:
    if told["questions"]:
        yield tag("ul", *(tag("li", text) for text in told["questions"]))
    else:
        yield tag("p", "None.")


def _factors(told: Told) -> Iterator[Html]:
    rows = [[each["rule"], each["text"], each["evidence"], each["state"]] for each in told["factors"]]
    heads = ("Rule", "What was recorded", "Evidence", "State")
    empty = "The rules found nothing in what was recorded."
    yield from _table("", heads, rows, empty, (18, 42, 24, 16))
    if told["not_looked_at"]:
        yield tag("p", f"Not looked at: {'; '.join(told['not_looked_at'])}.", class_="small")


def _timeline(told: Told) -> Iterator[Html]:
    rows = [
        [each["at"][:19], each["event"], each["what"], each["by"], each["source"]]
        for each in told["timeline"]
    ]
    heads = ("At", "Event", "What", "By", "Known from")
    yield from _table("", heads, rows, "Nothing is written down.", (15, 11, 40, 18, 16))


def _escalations(told: Told) -> Iterator[Html]:
    rows = [
        [
            f"{each['name']} {each['title']}",
            each["level"],
            each["opened"][:19],
            each["acknowledged"][:19] or "not acknowledged",
            each["closed"][:19] or each["status"],
            each["went_up"],
        ]
        for each in told["escalations"]
    ]
    heads = ("Escalation", "Level", "Opened", "Acknowledged", "Closed", "Next level, times")
    yield from _table("", heads, rows, "None belonged to it.", (30, 15, 15, 15, 15, 10))


def _actions(told: Told) -> Iterator[Html]:
    rows = [
        [
            each["at"][:19],
            " ".join(filter(None, (each["action"], f"({each['target']})" if each["target"] else ""))),
            _lines(each, "outcome", "result", "reason", "taken_back_by"),
            each.get("changed", "").replace("\n", "; "),  # one that was reviewed before may have none
        ]
        for each in told["actions"]
    ]
    heads = ("At", "Action", "What became of it", "What it changed")
    yield from _table("", heads, rows, "None was recorded.", (14, 20, 36, 30))


def _lines(each: Told, *fields: str) -> str:
    return ". ".join(str(each[field]).rstrip(".") for field in fields if each[field])


def _captured(told: Told) -> Iterator[Html]:
    found = told["captured"]
    rows = [
        [
            each["at"][:19],
            each["why"],
            ", ".join(each["parts"]),
            "; ".join(f"{part}: {why}" for part, why in each["not_read"].items()),
        ]
        for each in found["captures"]
    ]
    heads = ("At", "Why", "Parts", "Not read")
    yield from _table("", heads, rows, "Nothing was captured.", (15, 20, 35, 30))
    if len(rows) > 1:
        differences = [
            [each["part"], each["what"], each["before"], each["after"]] for each in found["differences"]
        ]
        title = "What differed between the first capture and the last"
        heads = ("Part", "What", "First", "Last")
        yield from _table(title, heads, differences, "Nothing differed by much.", (20, 30, 25, 25))


def _before(told: Told) -> Iterator[Html]:
    rows = [[local(each["at"]), each["kind"], each["what"], each["source"]] for each in told["before"]]
    empty = "No change, upgrade or setting is known of these days."
    yield from _table("", ("At", "Kind", "What", "Known from"), rows, empty, (16, 10, 48, 26))
    yield tag("p", "What came before it need not have caused it: to be confirmed by people.", class_="small")


def _compared(told: Told) -> Iterator[Html]:
    rows = [
        [
            each["title"],
            in_words(each["seconds"]),
            in_words(each["before"]),
            each["of"],
            percent_in_words(each["change"]) if each["change"] is not None else "",
        ]
        for each in told["compared"]["rows"]
    ]
    heads = ("Time", "This one", "Middle of the earlier ones", "Known of", "Change")
    empty = "There is no earlier one of this procedure that is over."
    yield from _table("", heads, rows, empty, (28, 20, 24, 12, 16))
    if told["compared"]["with"]:
        yield tag("p", f"Compared with {', '.join(told['compared']['with'])}.", class_="small")
