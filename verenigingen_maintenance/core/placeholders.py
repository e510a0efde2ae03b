"""Tells a real contact from one that the written procedure leaves to be filled in."""

from __future__ import annotations

import html
import re
from email.utils import getaddresses

_OF_THE_DOCUMENT = frozenset(
    {"operations@vereniging.nl", "tech-team@vereniging.nl", "support-vendor@company.com"}
)
_BRACKETED = re.compile(r"\[[^\]]*\]|<[^>@]*>")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_EXAMPLE = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|example|invalid|test)$", re.I)
_DIGIT = re.compile(r"\d")
_SHORT_NUMBER = re.compile(r"\d{3}")
_DIGITS_OF_A_TELEPHONE = 6


def is_blank(text: str | None) -> bool:
    """Whether it is to be filled in: nothing, a placeholder such as [Phone], or an example's address."""
    text = _text(text)
    is_placeholder = bool(_BRACKETED.search(text)) or ("@" in text and not emails(text))
    return not text or is_placeholder


def is_no_contact(contact: str | None) -> bool:
    """Whether nobody is reached by it: it has neither an e-mail address nor a telephone number."""
    return is_blank(contact) or not (emails(contact) or _has_telephone(_text(contact)))


def is_no_telephone(phone: str | None) -> bool:
    """Whether nobody can be called by it. A short number such as 112 can; “24/7” is none."""
    text = _text(phone)
    return is_blank(text) or not (_has_telephone(text) or _SHORT_NUMBER.search(text))


def emails(contact: str | None) -> list[str]:
    """The e-mail addresses in a contact that may be written to: with names or without, one or several."""
    text = _text(contact)
    if _BRACKETED.search(text):
        return []
    found = [address for _name, address in getaddresses(re.split("[,;]", text))]
    real = [address for address in found if _ADDRESS.fullmatch(address) and not _is_placeholder(address)]
    return list({address.lower(): address for address in reversed(real)}.values())[::-1]


def _has_telephone(text: str) -> bool:
    return len(_DIGIT.findall(text)) >= _DIGITS_OF_A_TELEPHONE


def _text(contact: str | None) -> str:
    """Frappe stores “Jan <jan@…>” with its angle brackets escaped."""
    return html.unescape(contact or "").strip()


def _is_placeholder(address: str) -> bool:
    return address.lower() in _OF_THE_DOCUMENT or bool(_EXAMPLE.search(address))
