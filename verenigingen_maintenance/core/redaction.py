"""Takes personal data and secrets out of texts before they are stored, shown or sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECRET_NAMES = (
    r"(?:[\w-]*(?:token|secret|passw(?:or)?d|pwd|api[_-]?key|authori[sz]ation|sid|signature)[\w-]*)"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://)[^\s/@:]*:[^\s/@]*@", re.I), r"\g<keep>***@"),
    (re.compile(r"(?P<keep>\b(?:bearer|basic|token)\s+)(?=\S*\d)[\w.~+/=:-]{8,}", re.I), r"\g<keep>***"),
    (re.compile(rf"(?P<keep>\b{_SECRET_NAMES}[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;}}]+", re.I), r"\g<keep>***"),
    (re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), "<iban>"),
)


def redact(text: str) -> str:
    """`text` without e-mail addresses, IBANs, passwords in URLs, tokens and named secrets."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_all(value: object) -> object:
    """The same for every text inside lists, tuples and mappings; keys included."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(key)): redact_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(inner) for inner in value]
    return value
