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


def is_blank(contact: str | None) -> bool:
    """Whether there is nobody to reach: nothing, a placeholder such as [Phone], or an example's address."""
    text = _text(contact)
    is_placeholder = bool(_BRACKETED.search(text)) or ("@" in text and not emails(text))
    return not text or is_placeholder


def emails(contact: str | None) -> list[str]:
    """The e-mail addresses in a contact that may be written to: with names or without, one or several."""
    text = _text(contact)
    if _BRACKETED.search(text):
        return []
    found = [address for _name, address in getaddresses(re.split("[,;]", text))]
    real = [address for address in found if _ADDRESS.fullmatch(address) and not _is_placeholder(address)]
    return list({address.lower(): address for address in reversed(real)}.values())[::-1]


def _text(contact: str | None) -> str:
    """Frappe stores “Jan <jan@…>” with its angle brackets escaped."""
    return html.unescape(contact or "").strip()


def _is_placeholder(address: str) -> bool:
    return address.lower() in _OF_THE_DOCUMENT or bool(_EXAMPLE.search(address))
