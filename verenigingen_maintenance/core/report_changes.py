"""What a report says of optimisation: opportunities, changes with their effect, and what is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .report_parts import Facts, Figure, Section, Table, percent_in_words, short
from .report_periods import Period
from .verdicts import Verdict
from .wording import some

FOUND, CHANGES = "optimisation.found", "optimisation.changes"
QUARTERS, ROADMAP = "effectiveness.quarters", "roadmap.roadmap"
BETTER, WORSE, NOT_ENOUGH = "Better", "Worse", "Not Enough Data"
ROLLED_BACK = "Rolled Back"
NOTHING = "No opportunity was found, and nothing was changed."
STATE = {"Kept": "kept", ROLLED_BACK: "rolled back", "Applied": "nobody decided yet whether it stays"}


def optimisation(section: Section, facts: Facts, period: Period) -> None:
    """What could be better, what was changed, and what that brought."""
    told = facts["optimisation"]
    for each in told["changes"]:
        _judge(section, each)
    if told["found"] or told["changes"] or told["rolled_back"]:
        _figures(section, told)
        _changes(section, told)
        _opportunities(section, told)
    else:
        section.say(NOTHING, FOUND)
        if told["looked_at"] and not told["not_measured"]:
            section.found(Verdict.OK, 31, NOTHING, FOUND)
    for finder, why in told["not_measured"].items():
        section.missing.append((f"Opportunities: {finder}", why))
    if not told["is_whole"]:
        section.missing.append(("Changes applied", "only the first of them were read"))
    if not told["looked_at"]:
        section.missing.append(("Opportunities", "nobody looked for them yet"))


def _judge(section: Section, change: Mapping[str, Any]) -> None:
    what, state = f"{change['title']} ({change['name']})", STATE.get(change["status"], change["status"])
    item = f"{what}: {effect(change)}; {state}"
    if change["verdict"] == BETTER:
        section.found(Verdict.OK, 75, f"A change helped. {item}.", CHANGES, "Changes that helped", item)
    elif change["verdict"] == WORSE:
        weight = 83 if change["status"] == ROLLED_BACK else 84
        text = f"A change made it worse. {item}."
        section.found(Verdict.WARNING, weight, text, CHANGES, "Changes that made it worse", item)
    elif change["verdict"] != "Same":
        why = "too little was measured on one side of it" if change["verdict"] else "not measured yet"
        section.missing.append((f"Effect of {what}", why))
    if change["verdict"] in (BETTER, WORSE):
        section.say(f"{what}: {effect(change)}; {state}.", CHANGES)


def effect(change: Mapping[str, Any]) -> str:
    """What was measured before and after, the largest difference first: two things at most."""
    known = [each for each in change["measured"] if each["before"] is not None and each["after"] is not None]
    if not known:
        return "no value of before and after"
    known.sort(key=lambda each: -abs(each["change"] or 0))
    return ", ".join(_pair(each) for each in known[:2])


def _pair(each: Mapping[str, Any]) -> str:
    percent = f" ({percent_in_words(each['change'])})" if each["change"] is not None else ""
    return (
        f"{each['what']} {short(each['before'])}, then {short(each['after'])} {each['unit'] or ''}{percent}"
    )


def _figures(section: Section, told: Mapping[str, Any]) -> None:
    changes = told["changes"]
    counts = (
        ("Opportunities found", told["found"], FOUND),
        ("Changes applied", changes, CHANGES),
        ("of them better", [each for each in changes if each["verdict"] == BETTER], CHANGES),
        ("of them worse", [each for each in changes if each["verdict"] == WORSE], CHANGES),
        ("Changes rolled back", told["rolled_back"], CHANGES),
    )
    for title, rows, source in counts:
        section.figures.append(Figure(title, len(rows), "", source=source))


def _changes(section: Section, told: Mapping[str, Any]) -> None:
    rows = [_row(each) for each in told["changes"]]
    rows += [
        [each["day"], f"{each['title']} ({each['name']})", each["reason"], "", each["verdict"], "rolled back"]
        for each in told["rolled_back"]
        if each["name"] not in {change["name"] for change in told["changes"]}
    ]
    heads = ("Day", "Change", "Measured before, then after", "By", "Effect", "State")
    widths = (11, 24, 26, 20, 9, 10)
    empty = "Nothing was changed in the period."
    section.tables.append(Table.cut("Changes", heads, rows, source=CHANGES, empty=empty, widths=widths))


def _row(change: Mapping[str, Any]) -> list[object]:
    decision = f". {change['decision']}" if change["decision"] else ""
    return [
        change["applied_at"][:10],
        f"{change['title']} ({change['name']}){decision}",
        effect(change),
        change["applied_by"],
        change["verdict"] or "not yet",
        change["status"].lower(),
    ]


def _opportunities(section: Section, told: Mapping[str, Any]) -> None:
    rows = [
        [each["title"], each["gain_level"], each["gain"], each["measured_how"], each["status"].lower()]
        for each in told["found"]
    ]
    heads = ("Opportunity", "Gain", "What is expected", "How that was measured", "State")
    section.tables.append(
        Table.cut(
            "Opportunities found in the period, the largest gain first",
            heads,
            rows,
            source=FOUND,
            empty="None was found.",
            widths=(26, 9, 28, 27, 10),
        )
    )


def effectiveness(section: Section, facts: Facts, period: Period) -> None:
    """What changes brought, quarter by quarter."""
    rows = facts["effectiveness"]["quarters"]
    table = [
        [
            row["quarter"],
            *(row[key] for key in ("applied", "better", "same", "worse", "not_enough_data")),
            row["kept"],
            row["rolled_back"],
            "not known" if row["share_better"] is None else f"{row['share_better']:g}",
        ]
        for row in rows
    ]
    heads = (
        "Quarter",
        "Applied",
        "Better",
        "Same",
        "Worse",
        "Not judged",
        "Kept",
        "Rolled back",
        "Better, %",
    )
    widths = (14, 10, 9, 9, 9, 12, 9, 14, 14)
    section.tables.append(Table("", heads, table, QUARTERS, numbers=range(1, 9), widths=widths))
    _tell_quarter(section, rows[-1])


def _tell_quarter(section: Section, row: Mapping[str, Any]) -> None:
    if not row["applied"]:
        section.say(f"No change was applied in {row['quarter']}.", QUARTERS)
    elif row["share_better"] is None:
        section.missing.append((f"Effect of {row['applied']} changes", "too little was measured of each"))
    else:
        judged = row["better"] + row["same"] + row["worse"]
        share = f"{row['better']} of {judged} changes that could be judged made it better"
        section.say(f"{row['quarter']}: {share} ({row['share_better']:g} %).", QUARTERS)


def roadmap(section: Section, facts: Facts, period: Period) -> None:
    """What is planned: the largest gain first, with who does it and until when."""
    told = facts["roadmap"]
    rows = [
        [
            f"{each['title']} ({each['name']})",
            each["gain_level"],
            each["gain"],
            each["responsible"] or "nobody yet",
            _due(each),
            each["status"].lower(),
        ]
        for each in told["changes"]
    ]
    heads = ("Change", "Gain", "What is expected", "Who", "Until", "State")
    empty = "Nothing is proposed or approved."
    widths = (26, 9, 22, 20, 13, 10)
    section.tables.append(Table.cut("", heads, rows, source=ROADMAP, empty=empty, widths=widths))
    if overdue := [each["name"] for each in told["changes"] if each["is_overdue"]]:
        section.found(Verdict.WARNING, 57, f"Changes that are overdue: {some(overdue)}.", ROADMAP)
    if rows:
        section.found(Verdict.OK, 36, _planned(told), ROADMAP)
        section.say(_planned(told), ROADMAP)


def _planned(told: Mapping[str, Any]) -> str:
    changes: Sequence[Mapping[str, Any]] = told["changes"]
    nobody = sum(not each["responsible"] or not each["due_on"] for each in changes)
    without = f", {nobody} of them without an owner or a date" if nobody else ""
    return f"Changes that are planned: {told['planned']}{without}; first of all {changes[0]['title']}."


def _due(each: Mapping[str, Any]) -> str:
    return f"{each['due_on'] or 'no date'}{', overdue' if each['is_overdue'] else ''}"
