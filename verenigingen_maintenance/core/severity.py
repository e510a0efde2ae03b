"""How severe an error is: kinds, each with a severity and the words that tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CRITICAL, HIGH, MEDIUM, LOW = SEVERITIES = ("Critical", "High", "Medium", "Low")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class SeverityRule:
    """A kind of error and the words that tell it; "payment*" is each word that begins so."""

    kind: str
    words: tuple[str, ...]
    severity: str = CRITICAL

    @classmethod
    def of(cls, kind: str, words: str, severity: str | None = CRITICAL) -> SeverityRule:
        """From words separated by commas or lines."""
        parts = (part.strip().lower() for part in words.replace("\n", ",").split(","))
        return cls(kind, tuple(part for part in parts if part.strip("* ")), severity or CRITICAL)

    def matches(self, title: str) -> bool:
        text = f"{title}\n{_CAMEL_CASE.sub(' ', title)}".lower()
        return any(re.search(_as_pattern(word), text) for word in self.words)


def _as_pattern(word: str) -> str:
    """Whole words only: “sepa” is not found in “separated”, but in “sepa_batch” and “SEPAMandateError”."""
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])".replace(r"\*", r"\w*")


def rule_of(text: str, rules: Iterable[SeverityRule]) -> SeverityRule:
    """The first rule that a text meets; where it meets none, one without a kind that says Medium."""
    return next((rule for rule in rules if rule.matches(text)), OTHERS)


OTHERS = SeverityRule("", (), MEDIUM)
