"""Synthetic Error Log rows whose true cause is known, to measure how well an algorithm groups errors.

`generate` draws modules, functions, exceptions, messages and values from a seed. A traceback's label is its
exception type and the innermost application function; a free text's label is its template.

    python -m benchmarks.labelled_errors 1      prints samples to look at
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from zlib import crc32

from benchmarks import labelled_texts as texts
from benchmarks import labelled_tracebacks as parts
from benchmarks.labelled_values import Values

TUNING_SEEDS = (1, 2, 3)
# Never generated while an algorithm is tuned: it is the test of whether the tuning holds elsewhere.
SET_ASIDE_SEED = 90210

RELEASES = 4
CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"


@dataclass(frozen=True)
class LabelledError:
    """One row of the Error Log with its true cause."""

    label: str
    method: str
    error: str
    is_free_text: bool


@dataclass
class Signature:
    """One cause: what fails, where, how it is called and how its rows are titled."""

    label: str
    kind: parts.Kind
    frame: parts.Frame
    messages: tuple[str, ...]
    sources: tuple[str, ...] = ()
    callers: list[list[parts.Frame]] = field(default_factory=list)
    titles: tuple[str, ...] = ("{message}",)
    variables: float = 0.0
    earlier: Signature | None = None
    joint: str = DURING
    topic: str = ""


class World:
    """Everything one seed draws before it writes rows."""

    def __init__(self, rng: random.Random) -> None:
        """Start a world with its own vocabulary."""
        self.rng = rng
        self.values = Values(rng)
        self.modules = rng.sample(("core", "finance", "crm", "accounts", "desk", "email", "portal", "hr"), 5)
        self.kinds = rng.sample(parts.KINDS, 20)
        self.functions: list[parts.Frame] = []

    def function(self, app: str) -> parts.Frame:
        """A new function somewhere in an app."""
        rng, values = self.rng, self.values
        stem = "_".join(values.pick("Noun") for _ in range(rng.randint(1, 2)))
        place = rng.choice(parts.PLACES).replace("{App}", app).replace("{Stem}", stem)
        verb = f"{rng.choice(('', '', '', '_'))}{values.pick('Verb')}_{values.pick('Noun')}"
        name = rng.choice(parts.COMMON_NAMES) if rng.random() < 0.25 else verb
        return parts.Frame(
            place.replace("{Module}", rng.choice(self.modules)), rng.randint(20, 1400), name, ""
        )

    def site(self) -> parts.Frame:
        """The function that fails: mostly a new one, at times one that already fails in another way."""
        if self.functions and self.rng.random() < 0.15:
            return self.rng.choice(self.functions)
        self.functions.append(self.function(self.rng.choices(list(parts.APPS), list(parts.APPS.values()))[0]))
        return self.functions[-1]

    def kind_for(self, frame: parts.Frame) -> parts.Kind:
        """A kind of exception; for a function of Frappe one that has no other Frappe function below it."""
        fits = [
            kind
            for kind in self.kinds
            if "apps/frappe" not in frame.path
            or kind.below == "throw"
            or not any("apps/frappe" in below.path for below in parts.BELOW[kind.below])
        ]
        return self.rng.choices(fits, [3 if "Validation" in kind.type else 1 for kind in fits])[0]

    def callers(self, frame: parts.Frame) -> list[list[parts.Frame]]:
        """Two or three ways in which a function is reached."""
        return [
            self.caller(frame, kind) for kind in self.rng.sample(sorted(parts.OUTER), self.rng.randint(2, 3))
        ]

    def caller(self, frame: parts.Frame, kind: str) -> list[parts.Frame]:
        """The frames above a function: Frappe's own and some of an app."""
        app = frame.path.split("/")[1]
        between = [self.function(app) for _ in range(self.rng.randint(0, 2))]
        below = [*between[1:], frame]
        sources = [f"{self.rng.choice(('', 'return ', 'result = '))}{after.function}(doc)" for after in below]
        inner = [replace(own, source=source) for own, source in zip(between, sources, strict=False)]
        event = list(parts.frames(parts.DOCUMENT)) if kind == "job event" else []
        inner[:1] = [replace(own, source="doc.save()") if event else own for own in inner[:1]]
        return [*parts.OUTER[kind], *inner[:1], *event, *inner[1:]]

    def titles(self) -> tuple[str, ...]:
        """One or two titles for the rows of a traceback."""
        own = (
            "{message}",
            self.rng.choice(texts.VALUED_TITLES),
            self.rng.choice(texts.CONSTANT_TITLES),
            "{path}",
        )
        return tuple(self.rng.choices(own, (4, 2, 4, 1), k=self.rng.randint(1, 2)))

    def traceback(self) -> Signature:
        """A signature that logs tracebacks."""
        frame = self.site()
        kind, bound = self.kind_for(frame), {"{App}": frame.path.split("/")[1]}
        bound["{Title}"] = self.values.pick("Noun").title()
        messages = self.rng.sample(
            kind.messages, 2 if len(kind.messages) > 2 and self.rng.random() < 0.15 else 1
        )
        kind = replace(kind, type=self.values.settle(kind.type, bound))
        return Signature(
            label=f"{kind.type} in {frame.path}:{frame.function}",
            kind=kind,
            frame=frame,
            messages=tuple(self.values.settle(message, bound) for message in messages),
            sources=tuple(self.values.settle(source, bound) for source in kind.sources),
            callers=self.callers(frame),
            titles=self.titles(),
            variables=self.rng.choice((0.0, 0.3, 0.5, 0.8)),
        )

    def tracebacks(self, count: int) -> list[Signature]:
        """Distinct traceback signatures, some of which follow upon the exception of another."""
        found: dict[str, Signature] = {}
        while len(found) < count:
            signature = self.traceback()
            found.setdefault(signature.label, signature)
        signatures = list(found.values())
        for signature in self.rng.sample(signatures, count // 3):
            signature.earlier, signature.joint = (
                self.rng.choice(signatures),
                self.rng.choice((CAUSED, DURING)),
            )
        return signatures

    def free_texts(self, count: int) -> list[Signature]:
        """Signatures that log a sentence only."""
        nowhere, kind = parts.Frame("", 0, "", ""), parts.Kind("", (), ())
        return [
            Signature(f"text: {text}", kind, nowhere, (text,), titles=self.placement(topic), topic=topic)
            for topic, text in texts.draw_templates(self.values, count)
        ]

    def placement(self, topic: str) -> tuple[str, ...]:
        """Where a free text is written: title only, under a constant title, under "Error", or in both."""
        places = ("only", "both", "Error", self.rng.choice(texts.TITLES[topic]))
        return tuple(self.rng.choices(places, (4, 2, 2, 4), k=self.rng.choice((1, 1, 1, 2))))

    def odd(self) -> list[Signature]:
        """A title without any text, and two files that no longer compile."""
        kind, odd = parts.Kind("", (), ()), self.rng.sample(texts.ODD_TEXTS, 2)
        found = [
            Signature(f"text: {text}", kind, parts.Frame("", 0, "", ""), (text,), titles=("only",))
            for text in odd
        ]
        for message in self.rng.sample(
            ("invalid syntax", "'(' was never closed", "unterminated string literal"), 2
        ):
            frame = self.function("verenigingen")
            label = f"SyntaxError in {frame.path}"
            found.append(
                Signature(label, parts.Kind("SyntaxError", (), ()), frame, (message,), titles=("{message}",))
            )
        return found


def _at(frame: parts.Frame, release: int) -> parts.Frame:
    """A frame of an app on the line where a release has it; libraries stay where they are."""
    if not frame.path.startswith("apps/"):
        return frame
    moved = sum(crc32(f"{frame.path}{number}".encode()) % 23 for number in range(release))
    return replace(frame, line=frame.line + moved)


def _stack(signature: Signature, rng: random.Random, release: int) -> tuple[str, list[parts.Frame]]:
    """The message template of a row and its frames from the outside in."""
    which = rng.randrange(len(signature.messages))
    number = crc32(f"{signature.label}{release}".encode())
    source = signature.sources[number % len(signature.sources)]
    offset = crc32(signature.kind.type.encode()) % 17 + 9 * which
    own = replace(signature.frame, line=signature.frame.line + offset, source=source)
    frames = [*rng.choice(signature.callers), own, *parts.BELOW[signature.kind.below]]
    return signature.messages[which], [_at(frame, release) for frame in frames]


def _marker(source: str) -> list[str]:
    """The line of carets that Python 3.11 prints when an error is only part of its line."""
    for start in ("return ", " = "):
        if start in source and source.endswith(")"):
            at = source.index(start) + len(start)
            return [" " * (4 + at) + "^" * (len(source) - at)]
    return []


def _plain(type_: str, message: str, frames: list[parts.Frame], markers: bool) -> str:
    """A traceback as `traceback.format_exception` prints it."""
    lines = ["Traceback (most recent call last):"]
    for frame in frames:
        lines.append(f'  File "{frame.path}", line {frame.line}, in {frame.function}')
        lines += [f"    {frame.source}"] if frame.source else []
        lines += _marker(frame.source) if markers else []
    return "\n".join([*lines, f"{type_}: {message}" if message else type_]) + "\n"


def _local(name: str, values: Values) -> str:
    """One local variable as traceback_with_variables prints it, long values cut at 1,000 characters."""
    value = values.fill(parts.LOCAL_VALUES.get(name, ""))
    if name == "rows":
        items = [values.fill(parts.LOCAL_VALUES["row"]) for _ in range(values.rng.choice((0, 1, 2, 15)))]
        value = f"[{', '.join(items)}]"
    value = value if len(value) <= 1000 else value[:1000] + "..."
    return f"      {name} = " + value.replace("\n", "\n      ")


def _with_variables(type_: str, message: str, frames: list[parts.Frame], values: Values) -> str:
    """A traceback as Frappe logs it with the locals of every frame; it shows no chain."""
    lines = ["Traceback with variables (most recent call last):"]
    for frame in frames:
        lines.append(f'  File "{frame.path}", line {frame.line}, in {frame.function}')
        lines += [f"    {frame.source}"] if frame.source else []
        own = random.Random(crc32(f"{frame.path}{frame.function}".encode()))
        lines += [_local(name, values) for name in own.sample(parts.LOCALS, own.randint(0, 6))]
    full = type_ if "." in type_ else f"builtins.{type_}"
    return "\n".join([*lines, f"{full}: {message}"])


def _syntax_error(signature: Signature, release: int) -> str:
    """The traceback of a file that does not compile, imported by Frappe."""
    path, line = signature.frame.path, _at(signature.frame, release).line
    above = parts.frames("""~/__init__.py|1660|get_attr|module = get_module(modulename)
/usr/lib/python3.11/importlib/__init__.py|126|import_module|return _bootstrap._gcd_import(name, package)
<frozen importlib._bootstrap>|1204|_gcd_import|""")
    head = _plain("", "", [_at(frame, release) for frame in above], False).rstrip("\n")
    tail = f'  File "{path}", line {line}\n    total = ({signature.frame.function}\n            ^\n'
    return f"{head}\n{tail}SyntaxError: {signature.messages[0]}\n"


def _error(signature: Signature, values: Values) -> tuple[str, str]:
    """The message and the traceback of one row."""
    rng = values.rng
    release = rng.randrange(RELEASES)
    if signature.kind.type == "SyntaxError":
        line = _at(signature.frame, release).line
        file = signature.frame.path.rsplit("/", 1)[1]
        return f"{signature.messages[0]} ({file}, line {line})", _syntax_error(signature, release)
    template, frames = _stack(signature, rng, release)
    message = values.fill(template)
    if rng.random() < signature.variables:
        return message, _with_variables(signature.kind.type, message, frames, values)
    error = _plain(signature.kind.type, message, frames, release > 0)
    return message, _earlier(signature, values, release) + error


def _earlier(signature: Signature, values: Values, release: int) -> str:
    """The exception that another followed upon, when there was one: its frames start in the same function."""
    if signature.earlier is None or values.rng.random() < 0.35:
        return ""
    first = signature.earlier
    template, frames = _stack(first, values.rng, release)
    inner = frames[-1 - len(parts.BELOW[first.kind.below]) :]
    outer = replace(signature.frame, line=signature.frame.line + 3, source=f"{inner[0].function}(doc)")
    message = values.fill(template)
    return _plain(first.kind.type, message, [_at(outer, release), *inner], release > 0) + signature.joint


def _traceback_row(signature: Signature, values: Values) -> LabelledError:
    """A row that holds a traceback."""
    rng = values.rng
    message, error = _error(signature, values)
    dotted = signature.frame.path[5:-3].split("/", 1)[1].replace("/", ".") + "." + signature.frame.function
    title = rng.choice(signature.titles).replace("{path}", dotted)
    title = message.split("\n")[0] if title == "{message}" else values.fill(title)
    if rng.random() < 0.08:
        error = error.replace('File "apps/', 'File "/home/frappe/frappe-bench/apps/')
        error = error.replace('File "env/', 'File "/home/frappe/frappe-bench/env/')
    error = error.replace("\n", "\r\n") if rng.random() < 0.01 else error
    return LabelledError(signature.label, title[:140] or "Error", error, False)


def _text_row(signature: Signature, values: Values) -> LabelledError:
    """A row that holds a sentence only."""
    message, place = values.fill(signature.messages[0]), values.rng.choice(signature.titles)
    title = message if place in ("only", "both") else place
    return LabelledError(signature.label, title[:140], "" if place == "only" else message, True)


def _row(signature: Signature, values: Values) -> LabelledError:
    """One row of a signature."""
    return (_traceback_row if signature.kind.type else _text_row)(signature, values)


def _weights(signatures: list[Signature], share: float, rng: random.Random) -> list[float]:
    """Zipf's frequencies in a random order, which add up to `share`."""
    weights = [(rank + 1) ** -1.05 for rank in range(len(signatures))]
    rng.shuffle(weights)
    return [share * weight / sum(weights) for weight in weights]


def generate(seed: int, rows: int, signatures: int = 150) -> list[LabelledError]:
    """`rows` labelled rows of about `signatures` causes, the same ones for the same seed."""
    world = World(random.Random(seed))
    told = world.free_texts(signatures // 3)
    traced = world.tracebacks(signatures - len(told) - 4) + world.odd()
    both = told + traced
    weights = list(accumulate(_weights(told, 0.3, world.rng) + _weights(traced, 0.7, world.rng)))
    return [_row(one, world.values) for one in world.rng.choices(both, cum_weights=weights, k=rows)]


def pairwise_f1(true: Sequence[str], found: Sequence[str]) -> float:
    """How well two groupings agree on which pairs of rows belong together, from 0 to 1."""
    if len(true) != len(found):
        raise ValueError("both groupings must hold a label for every row")

    def pairs(counts: Counter) -> int:
        return sum(size * (size - 1) // 2 for size in counts.values())

    shared = pairs(Counter(zip(true, found, strict=True)))
    total = pairs(Counter(true)) + pairs(Counter(found))
    return 2 * shared / total if total else 1.0


def _sample_kind(row: LabelledError) -> str:
    """The kind of sample a row serves as."""
    if row.is_free_text:
        return "free text, title and text" if row.error else "free text, title only"
    marks = {
        "windows line ends": "\r\n",
        "syntax error": "SyntaxError: ",
        "with variables": "Traceback with variables",
        "chained": "another exception occurred:\n",
        "caused": "direct cause of",
    }
    return next((kind for kind, mark in marks.items() if mark in row.error), "plain")


def main() -> None:
    """Print three rows of every kind for the seed given on the command line."""
    samples: dict[str, list[LabelledError]] = {}
    for row in generate(int(sys.argv[1]) if len(sys.argv) > 1 else TUNING_SEEDS[0], 4000):
        samples.setdefault(_sample_kind(row), []).append(row)
    for kind, rows in samples.items():
        for row in rows[:3]:
            print(f"=== {kind}\nlabel:  {row.label}\nmethod: {row.method}\n{row.error}\n")


if __name__ == "__main__":
    main()
