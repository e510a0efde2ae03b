"""The sentences of a review document: what happened, and what people have still to answer. Nobody is named:
who did what stands in the timeline only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .incident_times import in_words
from .wording import some

Draft = Mapping[str, Any]
MEMBERS = "what did members notice, and for how long?"


def summary(told: Draft) -> list[str]:
    """What happened in a few sentences, from the rest of a draft."""
    return [
        _head(told),
        _seen(told),
        f"Impact: {_line(told['impact']) or 'nobody wrote it down'}.".replace("..", "."),
        _took(told),
        *_turns(told),
        _done(told),
        *_ended(told),
    ]


def _head(told: Draft) -> str:
    kind = "a drill: nothing was broken" if told["is_drill"] else f"{told['severity'].lower()} severity"
    alarm = " It was a false alarm." if told["false_alarm"] else ""
    title, procedure = told["title"] or told["incident"], told["procedure"] or "of none"
    return f"{title} ({kind}), by the procedure {procedure}.{alarm}"


def _seen(told: Draft) -> str:
    by_hand = told["trigger"] == "By Hand"
    opened = "It was opened by hand" if by_hand else f"It was opened by its trigger, {told['trigger']},"
    if by_hand and told["began_at"] == told["opened_at"]:
        return f"{opened} at {local(told['opened_at'])}; when it began is not known."
    return f"It began at {local(told['began_at'])}. {opened} at {local(told['opened_at'])}."


def _took(told: Draft) -> str:
    parts = [f"{each['title'].lower()}: {in_words(each['seconds'], each['why'])}" for each in told["times"]]
    return f"{'; '.join(parts).capitalize()}."


def _turns(told: Draft) -> list[str]:
    count = told["reopened"]
    times = "once" if count == 1 else f"{count} times"
    return [f"It was reopened {times}: the last mitigation and resolution count."] if count else []


def _done(told: Draft) -> str:
    actions, escalations = told["actions"], told["escalations"]
    failed = [each["action"] for each in actions if each["outcome"] == "Failed"]
    without = f" ({len(failed)} failed: {some(failed)})" if failed else ""
    belonged, done, before = len(escalations), len(actions), len(told["before"])
    texts = (
        _counted(
            belonged,
            "No escalation belonged to it",
            "1 escalation belonged to it",
            f"{belonged} escalations belonged to it",
        ),
        _counted(
            done,
            "no action on the system recorded",
            f"1 action on the system recorded{without}",
            f"{done} actions on the system recorded{without}",
        ),
        _counted(
            before,
            "no change known of the seven days before",
            "1 change known of the seven days before",
            f"{before} changes known of the seven days before",
        ),
    )
    return f"{'; '.join(texts)}."


def _ended(told: Draft) -> list[str]:
    return [f"How it was resolved: {_line(told['resolution'])}"] if told["resolution"] else []


def questions(told: Draft) -> list[str]:
    """What is not answered yet, the most important first."""
    written = told["written"]
    return [
        *([] if written["root_cause"] or told["is_drill"] else ["What was the root cause?"]),
        *_monitoring(told),
        *(
            []
            if _taken_on(told) or told["false_alarm"]
            else ["What keeps it from happening again? No measure is entered."]
        ),
        *_of_kind(told, "Procedure", "Which step of the procedure was missing, wrong or too slow?"),
        *([] if _line(told["impact"]) or told["is_drill"] else [f"Impact: {MEMBERS}"]),
        *[
            f"{each['title']} is not known: {each['why']}. When was it?"
            for each in told["times"]
            if _asks(each, told)
        ],
        *[f"{each['group']}: {each['why']}. Why?" for each in told["minutes"] if each["held"] is False],
        *(
            []
            if told["captured"]["captures"]
            else ["Nothing was captured while it lasted: what did people see?"]
        ),
    ]


def _monitoring(told: Draft) -> list[str]:
    """Which check saw it first, or that none did; asked until a measure or a lesson answers it."""
    if any(each["kind"] == "Monitoring" for each in told["measures"]) or told["is_drill"]:
        return []
    first = next((each for each in told["escalations"] if each["checks"]), None)
    if first is None:
        return ["No check saw it: which check or threshold would have?"]
    seen = f"{some(first['checks'])} saw it first, at {local(first['opened'])}"
    return [f"{seen}: could another have seen it earlier?"]


def _of_kind(told: Draft, kind: str, question: str) -> list[str]:
    is_told = told["written"]["lessons"] or any(each["kind"] == kind for each in told["measures"])
    return [] if is_told or told["false_alarm"] else [question]


def _asks(time: Mapping[str, Any], told: Draft) -> bool:
    return time["seconds"] is None and not told["is_drill"] and not told["false_alarm"]


def needed(told: Draft, looked_at: bool) -> list[str]:
    """What keeps it from being reviewed: a root cause (of a drill, its lessons); a measure or, in the
    lessons, why there is none; a look at its procedure. A false alarm needs its cause only."""
    written = told["written"]
    if told["is_drill"]:
        return [*_unless(written["lessons"], "Lessons: what the drill showed"), *_look(told, looked_at)]
    cause = _unless(written["root_cause"], "Root Cause: what made it happen")
    if told["false_alarm"]:
        return cause
    measure = "A measure with owner and date; or, under Lessons, why none is needed"
    return [*cause, *_unless(_taken_on(told) or written["lessons"], measure), *_look(told, looked_at)]


def _taken_on(told: Draft) -> list[Any]:
    """The measures that somebody does or did: not those whose ToDo was cancelled or deleted."""
    return [each for each in told["measures"] if each["state"] in ("Open", "Closed")]


def _look(told: Draft, looked_at: bool) -> list[str]:
    text = (
        f"A look at the procedure {told['procedure']} since then: say what you looked at, and what came of it"
    )
    return _unless(looked_at or not told["procedure"], text)


def _unless(is_there: object, text: str) -> list[str]:
    return [] if is_there else [text]


def local(moment: str) -> str:
    """A time of the data, ISO 8601 by the site's clock, to the second for people."""
    return moment[:19].replace("T", " ")


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _counted(number: int, none: str, one: str, several: str) -> str:
    return (none, one)[number] if number < 2 else several
