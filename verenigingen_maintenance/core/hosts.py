"""Names of hosts, as configurations have them."""

from __future__ import annotations

import re

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


def is_local(name: str, own: str) -> bool:
    """Whether a name leads to this host, whose `own` name counts; none at all does too."""
    return name.lower() in ("", own.lower()) or bool(_LOOPBACK.fullmatch(name.lower()))


def named(listed: object) -> set[str]:
    """The names of a list, in small letters; a text is one name."""
    names = listed if isinstance(listed, list) else [listed]
    return {str(each).strip().lower() for each in names if each}
