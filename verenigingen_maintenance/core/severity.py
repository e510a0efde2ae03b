"""Which errors are critical when they are new: kinds, each with words that its titles hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class SeverityRule:
    """A kind of error and the words that tell it; "payment*" is each word that begins so."""

    kind: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, kind: str, words: str) -> SeverityRule:
        """From words separated by commas or lines."""
        parts = (part.strip().lower() for part in words.replace("\n", ",").split(","))
        return cls(kind, tuple(part for part in parts if part.strip("* ")))

    def matches(self, title: str) -> bool:
        text = f"{title}\n{_CAMEL_CASE.sub(' ', title)}".lower()
        return any(re.search(_as_pattern(word), text) for word in self.words)


def _as_pattern(word: str) -> str:
    """Whole words only: “sepa” is not found in “separated”, but in “sepa_batch” and “SEPAMandateError”."""
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])".replace(r"\*", r"\w*")


def kind_of(title: str, rules: Iterable[SeverityRule]) -> str | None:
    """The first kind that a title is of; None where it is of none."""
    return next((rule.kind for rule in rules if rule.matches(title)), None)
