"""Whom to call, one a line; beside each that nobody can call so, and at the end where that is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .placeholders import is_no_contact, is_no_telephone

PLACEHOLDER, NO_TELEPHONE = "still a placeholder", "no telephone number"
FILL_IN = "Who has no number here cannot be called: enter it in Escalation Level or Emergency Contact."

# A name, its telephone, what else reaches it (an address, or a text), and what else is told: a contract.
Row = Sequence[str | None]


def lines(rows: Iterable[Row]) -> list[str]:
    """One for each row; those without a telephone say so, and the last line where it is entered."""
    found = [(", ".join(each for each in row if each), _missing(row)) for row in rows]
    told = [f"{line} ({missing})" if missing else line for line, missing in found]
    return [*told, FILL_IN] if any(missing for _line, missing in found) else told


def _missing(row: Row) -> str:
    _name, phone, contact, *_more = row
    if not (is_no_telephone(phone) and is_no_telephone(_without_addresses(contact))):
        return ""
    return PLACEHOLDER if is_no_contact(contact) else NO_TELEPHONE


def _without_addresses(contact: str | None) -> str:
    """An address may have digits."""
    return " ".join(word for word in (contact or "").split() if "@" not in word)
