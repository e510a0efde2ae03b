"""May a drill restore into this database? Guard one: facts in, the reasons against it out.

The facts come from the servers themselves: a name in the settings, localhost for 127.0.0.1 or a proxy tells
nothing of which database it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MARKER = "maintenance_recovery_drill"
ROOM = 1.5  # times the size of the dump: rows, their indices and the log of changes
GIGA = 1e9
MOST_NAMED = 5
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_USER = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_GRANT = re.compile(r"GRANT (?P<what>.+?) ON (?P<on>\S+|`.*?`\.\S+) TO .*", re.S)
_DATABASE = re.compile(r"`((?:[^`]|``)+)`\.(?:\*|`(?:[^`]|``)+`)|([\w$]+)\.\S+")


@dataclass(frozen=True)
class Facts:
    """What the scratch database and the live one say of themselves, each over its own connection.

    `reads_live` is empty where the live database refused the scratch user, else what it answered. `marked`
    is the site whose earlier drill marked the database; empty where none did.
    """

    database: str
    user: str
    live_database: str
    live_user: str
    is_same_server: bool
    site_databases: Sequence[str]
    grants: Sequence[str]
    reads_live: str
    tables: Sequence[str] = field(default=())
    marked: str = ""
    site: str = ""


def reasons_against(facts: Facts) -> list[str]:
    """Why nothing may be restored into this database; empty where nothing speaks against it."""
    return [*_of_identity(facts), *_of_rights(facts), *_of_tables(facts)]


def _of_identity(facts: Facts) -> list[str]:
    """A name that any site has is refused on every server: a copy of it elsewhere may be its replica."""
    name, found = facts.database.lower(), []
    if name == facts.live_database.lower():
        where = "it is the live database itself" if facts.is_same_server else "it is named as the live one"
        found.append(f"{where}: {facts.database}")
    elif name in {each.lower() for each in facts.site_databases}:
        found.append(f"it is the database of another site of this bench: {facts.database}")
    if facts.is_same_server and facts.user == facts.live_user:
        found.append(f"its user {facts.user} is that of the live database")
    return found


def _of_rights(facts: Facts) -> list[str]:
    found = [] if not facts.reads_live else [f"its user can reach the live database: {facts.reads_live}"]
    others = {facts.live_database, *facts.site_databases} - {facts.database}
    for grant in facts.grants:
        if why := _beyond(grant, facts.database, others):
            found.append(f"its user has more rights than on this database: {why}")
    return found


def _of_tables(facts: Facts) -> list[str]:
    if not facts.tables or facts.marked == facts.site:
        return []
    named = ", ".join(facts.tables[:MOST_NAMED]) + (" …" if len(facts.tables) > MOST_NAMED else "")
    if facts.marked:
        return [f"a drill of another site uses it ({facts.marked}): {named}"]
    return [f"it has {len(facts.tables)} tables that no drill put there: {named}"]


def _beyond(grant: str, database: str, others: Iterable[str]) -> str:
    """The part of a grant that reaches further than the database; empty where none does."""
    told = grant.split(" IDENTIFIED ")[0]
    found = _GRANT.match(grant)
    if not found:
        return told  # a role, a proxy, or what nobody here knows
    if found["on"] == "*.*":
        return "" if found["what"] == "USAGE" else told
    name = _DATABASE.fullmatch(found["on"])
    pattern = (name[1] or name[2]).replace("``", "`") if name else "%"
    if not _matches(pattern, database) or any(_matches(pattern, each) for each in others):
        return told
    return "" if "%" not in pattern.replace("\\%", "") else told


def _matches(pattern: str, database: str) -> bool:
    """Whether the name in a grant, where _ stands for any character unless escaped, means a database."""
    parts = re.findall(r"\\.|.", pattern, re.S)
    regex = "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
    return re.fullmatch(regex, database, re.S | re.I) is not None


def why_too_small(dump_bytes: int, free_gb: float | None, who: str = "") -> str:
    """Why the disk does not take a dump of so many bytes; empty where it does. None: nobody knows."""
    needed = dump_bytes * ROOM / GIGA
    if free_gb is None:
        return (
            f"the free disk space of the database server cannot be read from here; {needed:.2f} GB are "
            "needed. Look there, and say how much is free (Free Space, GB)"
        )
    if free_gb < needed:
        said = f", as {who} said" if who else ""
        return f"the disk is too small: {needed:.2f} GB are needed, {free_gb:.2f} GB are free{said}"
    return ""


def bad_names(database: str, user: str) -> list[str]:
    """What is wrong with the names in the settings: they stand in a statement, and in a file of options."""
    found = []
    if not _NAME.fullmatch(database):
        found.append(f"“{database}” is no name of a database: letters, digits, _ and - only")
    if not _USER.fullmatch(user):
        found.append(f"“{user}” is no name of a user: letters, digits, _, . and - only")
    return found


def default_name(live_database: str) -> str:
    """The name of the scratch database where none is set; MariaDB allows 64 characters."""
    return f"{live_database[:56]}_scratch"


def statement(database: str, user: str, host: str) -> str:
    """What whoever may (root) runs once. The password is theirs to choose."""
    escaped = database.replace("_", "\\_")
    return "\n".join(
        [
            f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;",
            f"CREATE USER '{user}'@'{host}' IDENTIFIED BY 'CHOOSE A PASSWORD';",
            f"GRANT ALL ON `{escaped}`.* TO '{user}'@'{host}';",
        ]
    )
