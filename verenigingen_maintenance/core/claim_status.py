"""The words for a state that foreign functions use, told in this app's words."""

from __future__ import annotations

import re

from .verdicts import Verdict

_WORDS = {
    Verdict.OK: ["healthy", "ok", "operational", "compliant", "stable", "success", "good", "normal", "low"],
    Verdict.WARNING: ["at_risk", "warning", "degraded", "gap_identified", "review_required", "medium"],
    Verdict.CRITICAL: ["critical", "high", "severe", "down", "non_compliant"],
}
_MEANINGS = {word: verdict for verdict, words in _WORDS.items() for word in words}
_FAILED = frozenset({"error", "failed", "failure", "exception"})
_NOTHING = frozenset(
    {"unknown", "none", "n/a", "na", "no_data", "insufficient_data", "insufficient_period", "not_available"}
)


def meaning(word: object) -> Verdict | None:
    """What a word for a state says: “✅ OPERATIONAL” is OK. None for a word that is not known."""
    return Verdict.UNKNOWN if is_failed(word) or is_nothing(word) else _MEANINGS.get(plain(word))


def is_failed(word: object) -> bool:
    """Whether a word says that something could not be found out."""
    return plain(word) in _FAILED


def is_nothing(word: object) -> bool:
    """Whether a word says that there is nothing to tell."""
    return plain(word) in _NOTHING


def plain(word: object) -> str:
    """A word without signs and case: "✅ OPERATIONAL" as "operational", "At risk" as "at_risk"."""
    text = re.sub(r"[^a-z0-9/]+", "_", word.lower()) if isinstance(word, str) else ""
    return text.strip("_")
