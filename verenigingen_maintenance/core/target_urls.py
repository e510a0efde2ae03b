"""The addresses of chats, pagers and SMS services: which are refused, and what is added to each."""

from __future__ import annotations

import re
from urllib.parse import unquote

# What runs or writes on this machine, or needs its screen or its USB port.
NOT_ALLOWED = frozenset(
    {
        *("syslog", "dbus", "kde", "qt", "glib", "gio", "gnome", "windows", "macosx", "blink1"),
        *("file", "vapid", "nostr"),
    }
)
FILES = frozenset({"keyfile", "subfile", "pgpkey", "pem", "attach", "cert", "cafile"})
OWN_TEMPLATES = frozenset({"whatsapp", "awswhatsapp", "sendgrid", "sendpulse", "msg91"})  # a name, not a file
OURS = frozenset({"redirect", "cto", "rto", "retry", "wait"})
BETWEEN = re.compile("[&;]")  # where Apprise ends a parameter


def schema_of(url: str) -> str:
    """What stands before ://, in small letters; nothing where it does not begin so."""
    schema, mark, _rest = url.strip().partition("://")
    return schema.lower() if mark else ""


def refused_because(url: str) -> str:
    """Why an address is refused before anybody looks at it closely; nothing where it is not.

    {0} is where the list of kinds goes. Nothing of the address is in the answer.
    """
    text = url.strip()
    if not schema_of(text):
        return (
            "This is no address of Apprise: it begins with a kind and ://, such as slack:// or jsons://. "
            "It is not repeated here because it is a secret."
        )
    if schema_of(text) in NOT_ALLOWED:
        return "Kinds that run or write on this machine are refused: {0}."
    if any(character.isspace() for character in text):
        return "An address has no spaces: write one, and one target for each."
    if any(_is_file(schema_of(text), name, value) for name, value in _parameters(text)):
        return "An address that names a file of this machine is refused."
    return ""


def with_limits(url: str, seconds: int) -> str:
    """The address with no redirect followed, no retries of its own, and its time-outs, whatever it said."""
    base, _mark, query = url.strip().partition("?")
    kept = [part for part in _parts(query) if _name(part) not in OURS]
    ours = ["redirect=no", f"cto={float(seconds)}", f"rto={float(seconds)}", "retry=0"]
    return f"{base}?{'&'.join([*kept, *ours])}"


def _is_file(schema: str, name: str, value: str) -> bool:
    """Whether a parameter is, or may be, a file that would be read here and sent there."""
    if name.startswith(("+", "-", ":")):  # a header, or a field of the message
        return False
    is_template = name == "template" and schema not in OWN_TEMPLATES
    return is_template or name in FILES or value.startswith(("/", "file:", "~", "..", "\\"))


def _parameters(url: str) -> list[tuple[str, str]]:
    parts = _parts(url.partition("?")[2])
    return [(_name(part), unquote(part.partition("=")[2]).strip()) for part in parts]


def _parts(query: str) -> list[str]:
    return [part for part in BETWEEN.split(query) if part]


def _name(part: str) -> str:
    """As Apprise reads it: a plus is a space, but for the first letter."""
    name = part.partition("=")[0]
    return unquote(name[:1] + name[1:].replace("+", " ")).strip().lower()
