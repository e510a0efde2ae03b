"""Stored sentences in another language: as they stand, as a sentence with figures in it, or part by part.

`public/js/said.js` is the same for Desk; tests/core/said_cases.json holds both to one table.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

HELD = re.compile(r"\{(\d+)\}")
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"([<>≤≥=~+-]{0,2} ?-?\d{1,15})(\.\d{1,9})?( ?%| (?:ms|s|min|kB|KB|MB|GB|TB))?")
LIMIT = re.compile(r"[<>≤≥]")
VERSIONS = re.compile(r"\bversions?\b", re.IGNORECASE)
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})((?:[ T]\d{2}:\d{2}(?::\d{2})?)?)")
LED = re.compile(r"(\S+)(\s+)(\S.*)", re.DOTALL)
LEADER = re.compile(
    r"[<>≤≥=~+-]{0,2}\d+(\.\d+)?%?|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(:\d{2})?"
    r"|[A-Z]{2,}[A-Z0-9]*(-[A-Z0-9]+)+|[-•\u2013*]"
)
NAMED = re.compile(r"[A-Z]{2,}[A-Z0-9]*(-[A-Z0-9]+)+")
PARTED = re.compile(r"[,;:.] ")
QUOTED = re.compile(r"“[^“”]*”")
BULLET = re.compile(r"([-•*])(\s+)(\S.*)", re.DOTALL)
ENDED = re.compile(r"(.*\S)( )(\d{4}-(?:W\d{2}|Q\d|\d{2})|\d+(?:\.\d+)?(?: ?%)?)", re.DOTALL)
BRACKETS = re.compile(r"([^()]*[^()\s])( \()([^()]+)(\)[.:]?)")
NOT_READ = re.compile(
    r"(<style.*?</style>|<script.*?</script>|<pre.*?</pre>|<code.*?</code>"
    r'|<div class="remark">.*?</div>|<[^>]*>)',
    re.DOTALL | re.IGNORECASE,
)
LONGEST = 6000
MOST_LINES = 20
DEEPEST = 6
MOST_TRIED = 6000
MOST_FITTING = 3
MOST_KEPT = 4000


def phrase(text: str) -> str:
    """The text itself: says that it is for people where it looks like a key, such as "rows"."""
    return text


def quoted(words: str) -> str:
    """What a person said, where the app says it on: lines in quotation marks, which no language changes."""
    plain = words.replace("“", '"').replace("”", '"')
    return "\n".join(f"“{line.strip()}”" for line in plain.splitlines() if line.strip())


def read_html(text: str, say: Callable[[str], str]) -> str:
    """HTML with each of its texts as `say` reads it; what is code, or the remark of a person, stays.

    What `say` returns is escaped.
    """
    parts = NOT_READ.split(text)
    return "".join(part if at % 2 else _read_part(part, say) for at, part in enumerate(parts))


def _read_part(escaped: str, say: Callable[[str], str]) -> str:
    plain = html.unescape(escaped)
    said = say(plain)
    return escaped if said == plain else html.escape(said)


STRONG = "; "
HEAD = ": "  # what it is about stands before it, and a whole sentence may follow
STOPS = (".", ":")
LONGEST_RUN = (4, 3, 2)
AND = phrase("and")
SEPARATORS = (STRONG, ". ", ": ", ", ", f" {AND} ")


def decimal_sign(decimal: str, group: str) -> str:
    """The sign before decimals: a number format without them has none, and a measured value has them."""
    return decimal or ("," if group == "." else ".")


@dataclass(frozen=True)
class Figures:
    """How the reader writes numbers and dates: the decimal sign, and a day (2026-11-28) in their form."""

    decimal: str = "."
    day: Callable[[str], str] = str

    def local(self, text: str, is_measured: bool = False) -> str | None:
        """A number, with a sign of its unit, a moment or the name of a document; None for anything else.

        A number without unit or limit may be a version: it stays, unless it `is_measured` by where it stands.
        """
        if found := NUMBER.fullmatch(text):
            whole, rest, unit = found.groups(default="")
            if not (unit or is_measured or LIMIT.match(whole)):
                return text
            return f"{whole}{rest.replace('.', self.decimal)}{unit}"
        if found := DAY.fullmatch(text):
            return f"{self.day(found[1])}{found[2].replace('T', ' ')}"
        return text if NAMED.fullmatch(text) else None


@dataclass
class Said:
    """A text as it is read, and how many of its letters were translated; is it a figure, or what was said?"""

    text: str
    known: int = 0
    is_figure: bool = False


@dataclass(frozen=True)
class Template:
    """A sentence with places: what stands between them, which they are, its translation and letters."""

    pieces: tuple[str, ...]
    places: tuple[int, ...]
    translation: str
    letters: int
    words: int

    @property
    def has_measures(self) -> bool:
        """Whether a number in its places is measured; a version is none."""
        return not any(map(VERSIONS.search, self.pieces))

    @property
    def begins_with_words(self) -> bool:
        """Else it may have taken the part before it for a name."""
        return bool(WORD.search(self.pieces[0]))

    def may_hold(self, value: Said) -> bool:
        """Whether it may stand in a place. A sentence of two words holds names, one of one what is known."""
        if value.known or value.is_figure or self.words > 2:
            return True
        return self.words == 2 and not PARTED.search(value.text)

    def captured(self, text: str) -> list[str] | None:
        """What stands in its places, none empty; None where the text is another sentence. Linear time."""
        first, *middle, last = self.pieces
        end = len(text) - len(last)
        if len(first) >= end or not text.startswith(first) or not text.endswith(last):
            return None
        found, at = [], len(first)
        for piece in middle:
            begins = text.find(piece, at + 1, end)
            if begins < 0:
                return None
            found.append(text[at:begins])
            at = begins + len(piece)
        return [*found, text[at:end]] if at < end else None

    def filled(self, values: Sequence[str]) -> str:
        by_place = dict(zip(self.places, values, strict=True))
        return HELD.sub(lambda found: by_place.get(int(found[1]), found[0]), self.translation)


@dataclass
class Phrases:
    """The stored sentences of one language: `catalogue` has their translations by the English text."""

    catalogue: Mapping[str, str]
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self._by_word = _indexed([*_templates(self.catalogue)])
        self._kept: dict[str, str] = {}

    def say(self, text: str) -> str:
        """The text in this language, line by line; what is not known of it stays as it is. Never raises."""
        if not self.catalogue or len(text) > LONGEST * MOST_LINES:
            return text
        return "\n".join(map(self._line, text.split("\n")))

    def _line(self, line: str) -> str:
        if len(line) > LONGEST or not line:
            return line
        if line not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[line] = _Reading(self).read(line, 0).text
        return self._kept[line]

    def exact(self, text: str) -> str | None:
        """Its translation where it is in the catalogue, also with a full stop or another first letter."""
        for stop in ("", ".") if text.endswith(".") else ("",):
            bare = text.removesuffix(stop)
            if found := self.catalogue.get(bare):
                return found + stop
            if found := self.catalogue.get(bare[:1].swapcase() + bare[1:]):
                first = found[:1].upper() if bare[:1].isupper() else found[:1].lower()
                return first + found[1:] + stop
        return None

    def candidates(self, text: str) -> Iterator[Template]:
        """The templates of which a rare word is in the text, those with the most letters first."""
        found = [each for word in set(WORD.findall(text)) for each in self._by_word.get(word, ())]
        return iter(sorted(found, key=lambda each: (-each.letters, each.pieces)))


class _Reading:
    """One line that is read; `tried` bounds what a hostile one can cost."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self.tried = 0
        self.memory: dict[tuple[str, bool], tuple[int, Said]] = {}

    def read(self, text: str, depth: int, is_measured: bool = False) -> Said:
        """What was read deeper is read again: it may have been cut short there."""
        bare = text.strip()
        key = bare, is_measured
        if key not in self.memory or self.memory[key][0] > depth:
            self.memory[key] = depth, self._read(bare, depth, is_measured)
        said = self.memory[key][1]
        if bare == text or not bare:
            return said if bare else Said(text)
        before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
        return Said(f"{before}{said.text}{after}", said.known, said.is_figure)

    def _read(self, text: str, depth: int, is_measured: bool) -> Said:
        if found := self.phrases.exact(text):
            return Said(found, _letters(text))
        if local := self.phrases.figures.local(text, is_measured):
            return Said(local, is_figure=True)
        if QUOTED.fullmatch(text):
            return Said(text, is_figure=True)
        self.tried += 1
        if depth >= DEEPEST or self.tried >= MOST_TRIED:
            return Said(text)
        ways = [*self._as_template(text, depth + 1), self._in_parts(text, depth + 1)]
        if text[-1:] in STOPS and text[:-1]:
            ways.append(self._joined([text[:-1], text[-1:]], depth + 1))
        return max(ways, key=lambda said: said.known)

    def _as_template(self, text: str, depth: int) -> list[Said]:
        found: list[Said] = []
        for template in self.phrases.candidates(text):
            self.tried += 1
            if self.tried > MOST_TRIED or len(found) == MOST_FITTING:
                break
            captured = template.captured(text)
            if captured is None or any(map(_is_torn, captured)):
                continue
            values = [self.read(each, depth, template.has_measures) for each in captured]
            if all(map(template.may_hold, values)):
                known = template.letters + sum(each.known for each in values)
                found.append(Said(template.filled([each.text for each in values]), known))
        return found

    def _in_parts(self, text: str, depth: int) -> Said:
        """By "; ", else by whichever sign between its parts most of them are known."""
        if found := BULLET.fullmatch(text):
            return self._joined(found.groups(), depth)
        there = [separator for separator in SEPARATORS if separator in text.strip(separator)]
        if there and there[0] == STRONG:
            return self._joined(self._split(text, STRONG), depth)
        ways = [self._joined(self._split(text, separator), depth) for separator in there]
        head = text.partition(HEAD)
        ways += [self._joined(head, depth)] if HEAD in head[2] and not _is_torn(head[0]) else []
        return max(ways, key=lambda said: said.known) if ways else self._around(text, depth)

    def _split(self, text: str, separator: str) -> list[str]:
        """Parts and what is between them; what the catalogue has whole is one, and keeps its full stop."""
        stop = separator.strip() if separator == ". " else ""
        between = separator.removeprefix(stop)
        parts, found, at = _apart(text, separator), [], 0
        while at < len(parts):
            runs = (separator.join(parts[at : at + most]) for most in LONGEST_RUN)
            part = next(filter(self._is_whole, runs), parts[at])
            at += len(_apart(part, separator))
            found += [part + stop, between] if at < len(parts) else [part]
        return found

    def _is_whole(self, text: str) -> bool:
        """Whether it is one text of the catalogue, though it has the sign between parts in it."""
        if self.phrases.exact(text):
            return True
        for template in self.phrases.candidates(text):
            self.tried += 1
            if template.words > 2 and template.captured(text) and self.tried < MOST_TRIED:
                return template.begins_with_words
        return False

    def _around(self, text: str, depth: int) -> Said:
        """What has no such sign: brackets, a moment, a name or an amount before it, a figure behind it."""
        led = LED.fullmatch(text)
        found = (
            BRACKETS.fullmatch(text) or (led and LEADER.fullmatch(led[1]) and led) or ENDED.fullmatch(text)
        )
        return self._joined(found.groups(), depth, is_amount=found is led) if found else Said(text)

    def _joined(self, parts: Sequence[str], depth: int, is_amount: bool = False) -> Said:
        """The parts and what is between them as they are read; unchanged where no part is known."""
        read = [self.read(each, depth, is_amount and not at) for at, each in enumerate(parts)]
        known = sum(each.known for each in read[::2])
        return Said("".join(each.text for each in read) if known else "".join(parts), known)


def _templates(catalogue: Mapping[str, str]) -> Iterator[Template]:
    for text, translation in catalogue.items():
        if HELD.search(text) and translation:
            pieces = HELD.split(text)
            literal = pieces[::2]
            words = [word for piece in literal for word in WORD.findall(piece)]
            letters = sum(map(len, words))
            count = sum(len(word) > 1 for word in words)
            yield Template(tuple(literal), tuple(map(int, pieces[1::2])), translation, letters, count)


def _indexed(templates: Sequence[Template]) -> dict[str, list[Template]]:
    """Each under the one of its whole words that the fewest have; one without a whole word is not used."""
    words = {template: _whole_words(template) for template in templates}
    often = Counter(word for found in words.values() for word in found)
    index: dict[str, list[Template]] = defaultdict(list)
    for template, found in words.items():
        if found:
            index[min(found, key=lambda word: (often[word], -len(word), word))].append(template)
    return dict(index)


def _whole_words(template: Template) -> set[str]:
    """The words of its literal that no figure can grow."""
    last = len(template.pieces) - 1
    return {
        found[0]
        for at, piece in enumerate(template.pieces)
        for found in WORD.finditer(piece)
        if (found.start() or at == 0) and (found.end() < len(piece) or at == last)
    }


def _is_torn(text: str) -> bool:
    """Whether it begins or ends within what somebody said."""
    return text.count("“") != text.count("”")


def _apart(text: str, separator: str) -> list[str]:
    """Parts, none of which ends within what somebody said."""
    found: list[str] = []
    for part in text.split(separator):
        if found and _is_torn(found[-1]):
            found[-1] += separator + part
        else:
            found.append(part)
    return found


def _letters(text: str) -> int:
    return sum(map(len, WORD.findall(text)))
