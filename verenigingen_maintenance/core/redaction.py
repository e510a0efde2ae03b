"""Takes personal data and secrets out of texts before they are stored, shown or sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Each begins where a word does, or is bounded: time grows with the length of a text, not with its square.
_BEGINS = r"(?<![\w-])"
_NAMES = r"[\w-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|signature)[\w-]{0,64}"
_SECRET = rf"{_BEGINS}(?:{_NAMES}|(?:[\w-]*[_-])?(?:key|apikey|sid|otp|pass))"
_QUOTED = r"(?:\"[^\"]*\"|'[^']*')"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]{0,30}://)[^\s/\"']*@", re.I), r"\g<keep>***@"),
    (re.compile(r"(?P<keep>\bauthorization[\"']?\s*[=:]\s*)[^\r\n]+", re.I), r"\g<keep>***"),
    (re.compile(r"(?P<keep>\b(?:bearer|basic|token)\s+)(?=\S*[\d:])[\w.~+/=:-]{8,}", re.I), r"\g<keep>***"),
    (re.compile(rf"{_BEGINS}eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), "***"),
    (re.compile(rf"(?P<keep>{_SECRET}[\"']?\s*[=:]\s*)(?:{_QUOTED}|[^\s\"'&,;}}]+)", re.I), r"\g<keep>***"),
    (re.compile(r"(?<![\w.+'-])[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.I), "<e-mail>"),
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b", re.I)


def redact(text: str) -> str:
    """`text` without e-mail addresses, IBANs, passwords in URLs, tokens and named secrets."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _IBAN.sub(_without_iban, text)


def redact_all(value: object) -> object:
    """The same for every text inside lists, tuples and mappings; keys included."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(key)): redact_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(inner) for inner in value]
    return value


def _without_iban(found: re.Match[str]) -> str:
    """The words after an IBAN look like more of it: the longest part with right check digits is it."""
    text = found[0]
    ends = [len(text), *(space.start() for space in reversed(list(re.finditer(r"[ -]", text))))]
    return next((f"<iban>{text[end:]}" for end in ends if _is_iban(text[:end])), text)


def _is_iban(text: str) -> bool:
    """Whether it is long enough and its check digits are right (ISO 7064, mod 97-10)."""
    plain = re.sub(r"[ -]", "", text).upper()
    digits = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    return len(plain) >= 15 and int(digits) % 97 == 1
