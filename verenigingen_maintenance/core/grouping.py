"""To which Error Pattern a row belongs: known fingerprints, templates that merge variants, and bounds.

A message may hold a value that looks like a word. When so many texts are alike but for one word, the rest is
kept as a template, and one pattern continues them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .fingerprints import VERSIONS, Signature, hashed
from .normalised import VALUE, collapsed

Words = tuple[str, ...]
ALIKE = 8
FIXED_WORDS = 3
MOST_TEXTS = 2_000
MOST_FRAMES = 5_000
OTHER_TEXTS = "Other errors without a traceback"
OTHER_FRAMES = "Other exceptions"


class Known(NamedTuple):
    """A stored fingerprint: whose pattern it is, and its words where it is one of a text."""

    fingerprint: str
    pattern: str
    words: Words = ()


@dataclass
class Found:
    """What a grouping learnt and nobody stored yet."""

    patterns: dict[str, Signature] = field(default_factory=dict)
    fingerprints: list[Known] = field(default_factory=list)
    continued: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.patterns or self.fingerprints or self.continued)


class Grouping:
    """Assigns rows to patterns. `found` collects what is new until `take` hands it over."""

    def __init__(
        self,
        known: Iterable[Known] = (),
        continued: Mapping[str, str] | None = None,
        versions: Mapping[int, Callable[[str | None, str | None], Signature]] = VERSIONS,
    ) -> None:
        self._patterns: dict[str, str] = {}
        self._texts: dict[Words, str] = {}
        self._templates: dict[Words, str] = {}
        self._alike: dict[Words, set[str]] = defaultdict(set)
        self._frames = 0
        self._continued = dict(continued or {})
        newest = max(versions)
        self._current = versions[newest]
        self._older = [versions[version] for version in sorted(versions, reverse=True) if version != newest]
        self._compared: set[tuple[str, str]] = set()
        self.found = Found()
        for each in known:
            self._remember(each)

    def pattern_of(self, title: str | None, text: str | None) -> str:
        """The name of the pattern that an Error Log with this title and text belongs to."""
        signature = self._current(title, text)
        pattern = self._patterns.get(signature.fingerprint)
        if pattern is None:
            pattern = self._template_of(signature.words) or self._older_pattern(signature, title, text)
        elif self._older:
            self._join_older(pattern, signature, title, text)
        return self.survivor(pattern or self._new(signature))

    def survivor(self, pattern: str) -> str:
        """The pattern that continues another, or itself."""
        while pattern in self._continued:
            pattern = self._continued[pattern]
        return pattern

    def take(self) -> Found:
        """What is to be stored now."""
        found, self.found = self.found, Found()
        return found

    def _remember(self, known: Known) -> None:
        self._patterns[known.fingerprint] = known.pattern
        if not known.words:
            self._frames += 1
            return
        version = int(known.fingerprint.partition("-")[0])
        is_template = known.fingerprint == hashed("template", *known.words, version=version)
        (self._templates if is_template else self._texts)[known.words] = known.pattern
        for template in () if is_template else _templates(known.words):
            self._alike[template].add(known.pattern)

    def _template_of(self, words: Words) -> str | None:
        if not self._templates:
            return None
        candidates = (words, *_templates(words))
        return next((found for each in candidates if (found := self._templates.get(each))), None)

    def _new(self, signature: Signature) -> str:
        if signature.words and len(self._texts) >= MOST_TEXTS:
            return self._overflow(OTHER_TEXTS)
        if not signature.words and self._frames >= MOST_FRAMES:
            return self._overflow(OTHER_FRAMES)
        pattern = name_of(signature.fingerprint)
        self.found.patterns[pattern] = signature
        self._keep(Known(signature.fingerprint, pattern, signature.words))
        return self._merge_alike(signature.words) or pattern

    def _keep(self, known: Known) -> None:
        self._remember(known)
        self.found.fingerprints.append(known)

    def _overflow(self, title: str) -> str:
        """The pattern of what is too much to be told apart."""
        fingerprint = hashed("overflow", title)
        pattern = name_of(fingerprint)
        if fingerprint not in self._patterns:
            self._patterns[fingerprint] = pattern
            self.found.patterns[pattern] = Signature(fingerprint, words=tuple(title.split()))
            self.found.fingerprints.append(Known(fingerprint, pattern))
        return pattern

    def _merge_alike(self, words: Words) -> str | None:
        """Where enough texts are alike but for one word, one pattern goes on for them all."""
        for template in _templates(words):
            alike = {self.survivor(each) for each in self._alike[template]}
            if len(alike) >= ALIKE:
                same = self._texts.get(template)
                return self._merge(template, sorted(alike | ({self.survivor(same)} if same else set())))
        return None

    def _merge(self, template: Words, alike: list[str]) -> str:
        survivor = next((each for each in alike if each not in self.found.patterns), alike[0])
        for each in alike:
            if each != survivor:
                self._continued[each] = self.found.continued[each] = survivor
        self._keep(Known(hashed("template", *template), survivor, template))
        return survivor

    def _older_pattern(self, signature: Signature, title: str | None, text: str | None) -> str | None:
        """What an older version called it: the new fingerprint becomes one of that pattern."""
        for algorithm in self._older:
            pattern = self._patterns.get(algorithm(title, text).fingerprint)
            if pattern:
                self._keep(Known(signature.fingerprint, pattern, signature.words))
                return pattern
        return None

    def _join_older(self, pattern: str, signature: Signature, title: str | None, text: str | None) -> None:
        """Two patterns of an older version that are one now: the first goes on for both."""
        for algorithm in self._older:
            old = algorithm(title, text).fingerprint
            if (signature.fingerprint, old) in self._compared:
                continue
            self._compared.add((signature.fingerprint, old))
            other, one = self.survivor(self._patterns.get(old, pattern)), self.survivor(pattern)
            if other != one:
                self._continued[other] = self.found.continued[other] = one


def name_of(fingerprint: str) -> str:
    """A pattern is named after its first fingerprint, so that two workers who find it call it the same."""
    return f"EP-{fingerprint.partition('-')[2][:12]}"


def _templates(words: Words) -> list[Words]:
    """A text with each of its words, in turn, taken for a value; beside another value they are one."""
    if sum(word != VALUE for word in words) <= FIXED_WORDS:
        return []
    starred = ((*words[:at], VALUE, *words[at + 1 :]) for at, word in enumerate(words) if word != VALUE)
    return list(dict.fromkeys(map(collapsed, starred)))
