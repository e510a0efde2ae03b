"""What the parts of a security assessment find, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from .exposed_methods import Kind
from .security import SEVERITIES, Finding, Part, Row
from .wording import some

MOST_TOLD, MOST_POWERFUL, OLD_ADVISORIES = 5, 5, 30
FRAMEWORK = "frappe"
# Kinds of exposed methods, the severity of each, and what it is called.
EXPOSED = {
    Kind.GUEST_WRITES: ("High", "Methods that write for anybody, unasked"),
    Kind.WRITES: ("Medium", "Methods that write for every user, unasked"),
    Kind.GUEST_READS: ("Medium", "Methods that read for anybody, unasked"),
    Kind.GUEST_UNDECIDED: (
        "Medium",
        "Methods that anybody may call, of which reading cannot tell what they do",
    ),
    Kind.WRITES_FOR_READERS: ("Low", "Methods of documents that write for whoever may read"),
}
READ_CODE = (
    "Read each method: who may call it? Ask for the role or the permission in its first lines "
    "(frappe.only_for, doc.check_permission). Where it is meant for everybody, leave it, and say so in it."
)
OF_FRAMEWORK = "They come with Frappe, and each site has them. A new one is told as a change."


def findings(parts: Mapping[str, Part], is_new: Callable[[str], bool] = lambda _key: False) -> list[Finding]:
    """All that the measured parts find; `is_new` tells whether a finding's key was not there before."""
    found = [each for key, find in FINDERS.items() if key in parts for each in find(parts[key])]
    marked = [replace(each, is_new=is_new(each.key)) for each in found]
    return sorted(marked, key=lambda each: (SEVERITIES.index(each.severity), not each.is_new))


def _users(part: Part) -> Iterator[Finding]:
    rows = [row for row in part.rows if row.get("power")]
    unasked = [row for row in rows if row.get("second_factor") is False]
    yield from _of_users(
        "two_factor_off",
        "High",
        "Accounts with power that log in without a second factor",
        unasked,
        "Switch two-factor authentication on in System Settings, and tick it in the roles that give power.",
    )
    yield from _of_users(
        "dormant_power_users",
        "High",
        "Accounts with power that nobody uses",
        [row for row in rows if row.get("dormant")],
        "Ask whose they are. Take the roles away, or disable the account; it can be enabled again.",
    )
    managers = [row for row in rows if "System Manager" in row.get("roles", [])]
    if len(managers) > MOST_POWERFUL:
        yield from _of_users(
            "many_system_managers",
            "Medium",
            f"More than {MOST_POWERFUL} System Managers",
            managers,
            "Give those who do not run the site the roles of their work instead.",
        )


def _of_users(key: str, severity: str, title: str, rows: Sequence[Row], remedy: str) -> Iterator[Finding]:
    return _one("users", key, severity, title, [str(row["user"]) for row in rows], remedy)


def _one(
    part: str, key: str, severity: str, title: str, texts: Sequence[str], remedy: str
) -> Iterator[Finding]:
    """One finding of all that is told by these texts; none without any."""
    if texts:
        yield Finding(key, part, severity, title, some(texts, MOST_TOLD), remedy, len(texts))


def _permissions(part: Part) -> Iterator[Finding]:
    open_rows = [row for row in part.rows if row.get("kind") == "open to everybody"]
    return _one(
        "permissions",
        "open_to_everybody",
        "Critical",
        "What decides over access may be written by everybody",
        [f"{row['role']} writes {row['doctype']}" for row in open_rows],
        "Take the permission away in Role Permissions Manager.",
    )


def _switches(part_name: str) -> Callable[[Part], Iterator[Finding]]:
    def find(part: Part) -> Iterator[Finding]:
        for row in part.rows:
            if row.get("wrong"):
                yield Finding(
                    f"{part_name}.{row['key']}",
                    part_name,
                    str(row["severity"]),
                    str(row["title"]),
                    str(row["told"]),
                    str(row["remedy"]),
                )

    return find


def _logins(part: Part) -> Iterator[Finding]:
    bursts = [row for row in part.rows if row.get("kind") == "burst"]
    return _one(
        "logins",
        "failed_logins",
        "Medium",
        "Bursts of refused logins",
        [f"{row['count']} from {row['who']} on {row['day']}" for row in bursts],
        "See whether one of them got in afterwards (Activity Log). Block the addresses; allow fewer "
        "consecutive attempts in System Settings.",
    )


def _addresses(part: Part) -> Iterator[Finding]:
    return _one(
        "addresses",
        "new_addresses",
        "Low",
        "Accounts with power that logged in from an address they never used before",
        [f"{row['user']} from {row['address']}" for row in part.rows],
        "Ask them whether it was they. Where it was not, change the password and end all sessions.",
    )


def _methods(part: Part) -> Iterator[Finding]:
    for is_framework in (False, True):
        rows = [row for row in part.rows if (row["app"] == FRAMEWORK) is is_framework]
        for kind, (severity, title) in EXPOSED.items():
            yield from _one(
                "methods",
                f"methods.{'framework' if is_framework else 'apps'}.{kind.value}",
                "Low" if is_framework else severity,
                f"{title} (the framework's own)" if is_framework else title,
                [str(row["path"]) for row in rows if row["kind"] == kind.value],
                OF_FRAMEWORK if is_framework else READ_CODE,
            )


def _scripts(part: Part) -> Iterator[Finding]:
    return _one(
        "scripts",
        "guest_scripts",
        "High",
        "Server Scripts that anybody may call",
        [str(row["name"]) for row in part.rows if row.get("guest")],
        "Read each; switch Allow Guest off, or disable it, where nobody outside needs it.",
    )


def _advisories(part: Part) -> Iterator[Finding]:
    return _one(
        "advisories",
        "advisories",
        "High",
        "Installed packages with a published weakness",
        [f"{row['package']} {row['version']} ({row['id']})" for row in part.rows],
        "See what each asks for; upgrade to the version that mends it, on a copy of the site first.",
    )


FINDERS: Mapping[str, Callable[[Part], Iterator[Finding]]] = {
    "users": _users,
    "permissions": _permissions,
    "sign_in": _switches("sign_in"),
    "flags": _switches("flags"),
    "logins": _logins,
    "addresses": _addresses,
    "methods": _methods,
    "scripts": _scripts,
    "advisories": _advisories,
}
