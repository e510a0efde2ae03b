"""A year of nights: random breaches, answers, silences, outages of the worker; holidays, DST, a rotation.

What the clocks did is compared with a second reckoning, minute by minute, that shares no code with them.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays
import pytest

from verenigingen_maintenance.core.calendar import BusinessCalendar
from verenigingen_maintenance.core.duty import Rota, StandIn, on_duty
from verenigingen_maintenance.core.escalation_clock import Clock, advance, start, stop
from verenigingen_maintenance.core.escalation_states import UNRESOLVED, Status, after
from verenigingen_maintenance.core.muting import Inhibition, Quiet, Silence, why_muted
from verenigingen_maintenance.core.policy import Policy, PolicyLevel
from verenigingen_maintenance.core.telling import About, Act, decide

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TICK, MINUTE = timedelta(minutes=2), timedelta(minutes=1)
BEGINS = datetime(2026, 1, 1, tzinfo=timezone.utc)
DAYS = 365
FREE = frozenset(holidays.country_holidays("NL", years=2026))
CALENDAR = BusinessCalendar(AMSTERDAM, FREE, time(9), time(17))
LEVELS = (
    PolicyLevel("level-1", 1, "Operations", 30, 30),
    PolicyLevel("level-2", 2, "Technical", 120, 240),
    PolicyLevel("level-3", 3, "Vendor", 0, 0),
)
POLICY = Policy(LEVELS, CALENDAR, remind_minutes=15)
SUBJECTS = [f"subject {number}" for number in range(12)]
CAUSED = [Inhibition(SUBJECTS[0], SUBJECTS[1]), Inhibition(SUBJECTS[0], SUBJECTS[2])]
PEOPLE = ("anna", "bob", "cleo")


@dataclass
class Stay:
    """One level that was told: from when, until when, and how it ended."""

    level: str
    since: datetime
    ended: datetime | None = None
    how: str = ""


@dataclass
class Escalation:
    name: str
    subject: str
    opened: datetime
    over_at: datetime
    answered_at: datetime | None
    clock: Clock
    status: Status = Status.OPEN
    stays: list[Stay] = field(default_factory=list)
    reminded: list[datetime] = field(default_factory=list)


@dataclass
class Message:
    kind: str
    level: str
    recipient: str
    written: datetime
    sent: list[datetime] = field(default_factory=list)
    dropped: str = ""
    held: list[str] = field(default_factory=list)


class Year:
    """A site without a site: what operations do, on lists."""

    def __init__(self, seed):
        chance = random.Random(seed)
        moments = sorted(BEGINS + chance.random() * DAYS * timedelta(days=1) for _ in range(500))
        self.breaches = [
            (
                moment,
                chance.choice(SUBJECTS),
                chance.expovariate(1 / 300),
                chance.choice((None, 5, 40, 200, 900)),
            )
            for moment in moments
        ]
        self.silences = [silence(chance, number) for number in range(40)]
        self.outages = [
            (start_, start_ + timedelta(hours=chance.randint(1, 9))) for start_ in days(chance, 15)
        ]
        stand_ins = tuple(stand_in(chance) for _ in range(20))
        self.rota = Rota(PEOPLE, date(2025, 12, 29), time(9), AMSTERDAM, stand_ins)
        self.open, self.over = [], []
        self.messages: dict[tuple, Message] = {}
        self.waiting: dict[tuple, Message] = {}
        self.known: dict[str, Escalation] = {}
        self.twice: list[tuple] = []

    def run(self):
        waiting, now = list(self.breaches), BEGINS
        while waiting or self.open or self.waiting:
            now += TICK
            if not self.open and not self.waiting:
                now = max(now, on_tick(waiting[0][0]))
            if self.is_out(now):
                continue
            while waiting and waiting[0][0] <= now:
                self.breach(*waiting.pop(0), now)
            self.tend(now)
            self.deliver(now)
        return self

    def is_out(self, now):
        return any(begins <= now < ends for begins, ends in self.outages)

    def breach(self, moment, subject, minutes, answers_after, now):
        if any(each.subject == subject for each in self.open):
            return
        level = POLICY.at_least(1 if CALENDAR.is_open(now) else 2).name
        answered = now + answers_after * MINUTE if answers_after else None
        clock = start(level, POLICY, now, self.mute(subject, now))
        over = now + max(minutes, 1) * MINUTE
        escalation = Escalation(f"ESC-{len(self.open) + len(self.over)}", subject, now, over, answered, clock)
        escalation.stays.append(Stay(level, now, *((now, "muted") if clock.muted else ())))
        self.open.append(escalation)
        self.known[escalation.name] = escalation
        self.write(escalation, "Opened", now)

    def mute(self, subject, now):
        open_now = {each.subject: each.name for each in self.open if each.status in UNRESOLVED}
        near = [each for each in self.silences if each.begins <= now < each.ends]
        return why_muted(subject, [], Quiet(near, CAUSED, open_now), now)

    def tend(self, now):
        for each in list(self.open):
            if now >= each.over_at:
                self.end(each, "Cleared", now)
            elif each.status is Status.OPEN and each.answered_at and now >= each.answered_at:
                self.answer(each, now)
            else:
                self.advance(each, now)

    def advance(self, each, now):
        step = advance(each.clock, each.status, POLICY, now, self.mute(each.subject, now))
        each.clock = step.clock
        for move in step.moves:
            if move.event in ("Next Level", "Muted", "No Longer Muted"):
                if each.stays[-1].ended is None:
                    each.stays[-1].ended, each.stays[-1].how = now, move.event
                if move.event != "Muted":
                    each.stays.append(Stay(each.clock.level, now))
            if move.event == "Next Level":
                self.write(each, "Next Level", now)
            if move.event == "Reminded":
                each.reminded.append(now)
                self.write(each, "Reminder", now)

    def answer(self, each, now):
        each.status, each.clock = after(each.status, "Acknowledged"), stop(each.clock)
        if each.stays[-1].ended is None:
            each.stays[-1].ended, each.stays[-1].how = now, "Acknowledged"

    def end(self, each, event, now):
        each.status, each.clock = after(each.status, event), stop(each.clock)
        if each.stays[-1].ended is None:
            each.stays[-1].ended, each.stays[-1].how = now, event
        self.open.remove(each)
        self.over.append(each)

    def write(self, each, kind, now):
        people = [on_duty(self.rota, now).user, "team@example.org"]
        for person in people:
            key = (each.name, kind, each.clock.level, len(each.reminded), person)
            if key in self.messages:
                self.twice.append(key)
            self.messages[key] = self.waiting[key] = Message(kind, each.clock.level, person, now)

    def deliver(self, now):
        for key, message in list(self.waiting.items()):
            if message.written + MINUTE > now:
                continue
            about = self.known[key[0]]
            found = decide(About(message.kind, about.status, self.mute(about.subject, now)))
            if found.act is Act.HOLD:
                message.held.append(found.reason)
                continue
            del self.waiting[key]
            if found.act is Act.SEND:
                message.sent.append(now)
            else:
                message.dropped = found.reason


def on_tick(moment):
    return BEGINS + -(-(moment - BEGINS) // TICK) * TICK


def days(chance, count):
    return [BEGINS + chance.random() * DAYS * timedelta(days=1) for _ in range(count)]


def silence(chance, number):
    (begins,) = days(chance, 1)
    subject = chance.choice([*SUBJECTS, ""])
    return Silence(f"SIL-{number}", subject, begins, begins + chance.randint(10, 900) * MINUTE, "work")


def stand_in(chance):
    (begins,) = days(chance, 1)
    instead_of = chance.choice((None, *PEOPLE))
    return StandIn("dora", begins, begins + chance.randint(1, 200) * timedelta(hours=1), instead_of)


@pytest.fixture(scope="module", params=[1, 2])
def year(request):
    return Year(request.param).run()


def allowed(year, since, until):
    """A tick, and the time in which no worker ran."""
    out = (min(until, ends) - max(since, begins) for begins, ends in year.outages)
    return TICK + sum((each for each in out if each > timedelta()), timedelta())


def reckoned(level, since):
    """The deadline, by counting minutes: each uses up its part of the time."""
    minutes = {each.name: (each.in_hours, each.after_hours) for each in LEVELS}[level]
    used, moment = 0.0, since
    while used < 1 - 1e-9:
        local = moment.astimezone(AMSTERDAM)
        works = local.weekday() < 5 and local.date() not in FREE and 9 <= local.hour < 17
        used += 1 / minutes[0 if works else 1]
        moment += MINUTE
    return moment


def test_no_clock_is_wrong_by_more_than_a_tick(year):
    moved = 0
    for each in year.over:
        for stay in each.stays[:-1]:
            if stay.how == "Next Level":
                due, moved = reckoned(stay.level, stay.since), moved + 1
                assert due - MINUTE <= stay.ended <= due + allowed(year, due - MINUTE, stay.ended), each
    assert moved > 100, "hardly anything was escalated: the year says nothing"


def test_nobody_answers_late_without_the_next_level_being_told(year):
    waited = 0
    for each in year.over:
        last = each.stays[-1]
        if last.level == "level-3" or last.how == "muted" or last.ended is None:
            continue
        due, waited = reckoned(last.level, last.since), waited + 1
        assert last.ended <= due + allowed(year, due - MINUTE, last.ended), each
    assert waited > 100


def test_nothing_is_told_twice_and_nothing_is_lost(year):
    assert year.twice == []
    fates = Counter()
    for key, message in year.messages.items():
        assert len(message.sent) + bool(message.dropped) == 1, key
        fates["sent" if message.sent else message.dropped.split(":")[0]] += 1
        if message.held:
            fates["held"] += 1
    assert min(fates[each] for each in ("sent", "over before it was told", "held")) > 0, fates


def test_what_was_not_muted_is_told_within_two_ticks(year):
    for key, message in year.messages.items():
        if message.sent and not message.held:
            late = message.sent[0] - message.written
            assert late <= TICK + allowed(year, message.written, message.sent[0]), key


def test_nobody_is_told_while_it_is_muted_or_reminded_of_what_somebody_has(year):
    for each in year.over:
        told = [message for key, message in year.messages.items() if key[0] == each.name and message.sent]
        for message in told:
            if message.kind == "Reminder":
                assert each.answered_at is None or message.written <= each.answered_at + TICK
        for silence_ in year.silences:
            for message in told:
                assert not silence_.is_meant(each.subject, message.sent[0])


def test_who_is_told_is_who_is_on_duty_by_the_clock_on_the_wall(year):
    """The second reckoning: weeks from a Monday at nine, and the stand-ins that count."""
    checked = Counter()
    for key, message in year.messages.items():
        if key[-1] == "team@example.org":
            continue
        counting = [each for each in year.rota.stand_ins if each.begins <= message.written < each.ends]
        if counting:
            assert key[-1] in (*PEOPLE, "dora")
            continue
        local = message.written.astimezone(AMSTERDAM).replace(tzinfo=None)
        week = (local - datetime(2025, 12, 29, 9)) // timedelta(days=7)
        assert key[-1] == PEOPLE[week % 3]
        checked[key[-1]] += 1
    assert set(checked) == set(PEOPLE)
