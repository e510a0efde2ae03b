"""Reads a dump of mariadb-dump line by line: whose it is, which tables and rows it has, whether it is whole.

Only statements that such a dump of one database consists of are let through. Whatever could reach another
database, the client's own commands or other people's rights is refused, so that a dump that somebody changed
does no harm where it is restored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .scratch import MARKER

LONGEST_LINE = 512 * 1024**2
ENGINES = frozenset([b"InnoDB", b"MyISAM", b"Aria", b"MEMORY"])
_NAME = rb"`((?:[^`\n]|``)+)`"
_STRING = rb"(?:'[^'\\]*(?:\\.[^'\\]*)*')+"
_VALUE = rb"(?:NULL|(?:_[a-z0-9]+ )?" + _STRING + rb"|-?[0-9][0-9.eE+-]*|0x[0-9A-Fa-f]*|b'[01]*')"
_ROW = re.compile(rb"\(" + _VALUE + rb"(?:," + _VALUE + rb")*\)", re.S)
_COLUMNS = rb"\(`[^`()]+`(?:, ?`[^`()]+`)*\) "
_INSERT = re.compile(rb"INSERT (?:IGNORE )?INTO " + _NAME + rb" (?:" + _COLUMNS + rb")?VALUES(?: |\n)")
_CREATE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?" + _NAME + rb" \(\n?")
_SEQUENCE = re.compile(rb"CREATE SEQUENCE " + _NAME + rb" [\w -]+ ENGINE=(\w+);\s*")
# Nothing that changes how texts are read: by NO_BACKSLASH_ESCAPES or another character set, a text would end
# elsewhere for the server than it does here. Both may be given as numbers, such as another variable has: a
# value is only taken back to where it was kept from.
_KEPT = (
    rb"(?:CHARACTER_SET_CLIENT|CHARACTER_SET_RESULTS|COLLATION_CONNECTION|UNIQUE_CHECKS|FOREIGN_KEY_CHECKS"
    rb"|SQL_NOTES|NOTE_VERBOSITY|AUTOCOMMIT|TIME_ZONE|SQL_MODE)"
)
_SETS = re.compile(rb"(?:/\*M?!\d{5,6} )?SET (.+?)(?: ?\*/)?;\s*", re.I)
_SET = re.compile(
    rb"@OLD_(" + _KEPT + rb") *= *@@\1"
    rb"|(" + _KEPT + rb") *= *@OLD_\2"
    rb"|@saved_cs_client *= *@@character_set_client|character_set_client *= *@saved_cs_client"
    rb"|(?:NAMES|CHARACTER_SET_(?:CLIENT|RESULTS) *=) *(?:utf8|utf8mb3|utf8mb4|binary)"
    rb"|(?:UNIQUE_CHECKS|FOREIGN_KEY_CHECKS|SQL_NOTES|NOTE_VERBOSITY|AUTOCOMMIT) *= *[01]"
    rb"|TIME_ZONE *= *'[+-]\d\d:\d\d'|SQL_MODE *= *'(?:NO_AUTO_VALUE_ON_ZERO)?'",
    re.I,
)
_QUIET = tuple(
    re.compile(pattern + rb"\s*")
    for pattern in (
        rb"(?:/\*!\d{5,6} )?ALTER TABLE " + _NAME + rb" (?:DIS|EN)ABLE KEYS(?: ?\*/)?;",
        rb"DROP (?:TABLE|SEQUENCE) IF EXISTS " + _NAME + rb";",
        rb"(?:DO|SELECT) SETVAL\(" + _NAME + rb", ?-?\d+, ?\d\);",
        rb"LOCK TABLES " + _NAME + rb" WRITE;",
        rb"(?:UNLOCK TABLES|COMMIT|commit);",
    )
)
_SANDBOX = re.compile(rb"/\*M?!999999\\- enable the sandbox mode \*/\s*")
_HEADER = re.compile(rb"-- Host: (\S*) +Database: (.*?)\s*")
_SERVER = re.compile(rb"-- Server version\s+(.*?)\s*")
_FRAPPE = re.compile(rb"-- version = (\S+)\s*")
_COMPLETED = re.compile(rb"-- Dump completed(?: on (.*?))?\s*")
_LITERAL = re.compile(_STRING + rb"|`(?:[^`]|``)*`", re.S)
_REACHING = re.compile(
    rb"--|/\*|#|\\|\"|\b(?:DELIMITER|DIRECTORY|CONNECTION|UNION|SELECT|TABLESPACE|WRAPPER)\b", re.I
)
# Any other dot stands behind the name of a database, whether that is quoted or not.
_NUMBER = re.compile(rb"(?<![\w.$`\x80-\xff])\d*\.\d+(?:e[+-]?\d+)?(?![\w.$`\x80-\xff])", re.I)
_ENGINE = re.compile(rb"\bENGINE\b(?:=(\w+))?", re.I)
_MOMENT = re.compile(r"(\d{8}_\d{6})-")


class DumpError(ValueError):
    """A dump that is not restored; the message says why, and in which line."""


@dataclass
class Dump:
    """What a dump says of itself and has in it. `rows` are by the names of the tables, as inserted."""

    database: str = ""
    host: str = ""
    server: str = ""
    frappe: str = ""
    is_partial: bool = False
    completed: str | None = None
    bytes: int = 0
    lines: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    sequences: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether its last line is there, which mariadb-dump writes when nothing went wrong."""
        return self.completed is not None

    @property
    def total(self) -> int:
        return sum(self.rows.values())


class Reader:
    """Takes the lines of a dump in their order; `dump` has what they said so far."""

    def __init__(self) -> None:
        self.dump = Dump()
        self._created = b""  # the table whose CREATE TABLE goes on
        self._has_engine = False
        self._inserted = ""  # the table whose INSERT goes on

    def passed(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that may be restored. Raises DumpError for one that may not."""
        for line in lines:
            if self.take(line):
                yield line

    def take(self, line: bytes) -> bool:
        """Whether a line is to be restored. Raises DumpError where it must not."""
        self.dump.lines += 1
        self.dump.bytes += len(line)
        if len(line) > LONGEST_LINE:
            raise self._error("is too long", b"")
        if self._inserted:
            self._take_row(line)
        elif self._created:
            self._take_definition(line)
        elif line.startswith(b"--") or not line.strip():
            self._take_comment(line)
            return False
        elif _SANDBOX.fullmatch(line):
            return False  # older clients do not know it; newer ones are started in that mode
        else:
            self._take_statement(line)
        return True

    def _take_comment(self, line: bytes) -> None:
        dump = self.dump
        if found := _HEADER.fullmatch(line):
            dump.host, dump.database = _text(found[1]), _text(found[2])
        elif found := _SERVER.fullmatch(line):
            dump.server = _text(found[1])
        elif found := _FRAPPE.fullmatch(line):
            dump.frappe = _text(found[1])
        elif found := _COMPLETED.fullmatch(line):
            dump.completed = _text(found[1] or b"")
        elif line.startswith(b"-- Partial Backup of "):
            dump.is_partial = True

    def _take_statement(self, line: bytes) -> None:
        if self.dump.is_whole:
            raise self._error("comes after the end of the dump", line)
        if found := _INSERT.match(line):
            self._begin_insert(found, line)
        elif MARKER.encode() in line.lower():
            raise self._error("has the name of the mark of a drill", line)
        elif found := _CREATE.fullmatch(line):
            self._created, self._has_engine = found[1], False
            self.dump.rows.setdefault(_name(found[1]), 0)
        elif (found := _SEQUENCE.fullmatch(line)) and found[2] in ENGINES:
            self.dump.sequences.append(_name(found[1]))
        elif not (_sets(line) or any(pattern.fullmatch(line) for pattern in _QUIET)):
            raise self._error("has a statement that no drill restores", line)

    def _begin_insert(self, found: re.Match[bytes], line: bytes) -> None:
        """Its rows stand in the same line, or one in each of those that follow."""
        table, at = _name(found[1]), found.end()
        if table not in self.dump.rows:
            raise self._error("inserts into a table that the dump does not make", line)
        if at == len(line):
            self._inserted = table
            return
        while row := _ROW.match(line, at):
            self.dump.rows[table] += 1
            at = row.end() + 1
            if line[row.end() : at] != b",":
                break
        if not row or line[at - 1 :].rstrip() != b";":
            raise self._error("has a row that cannot be read", b"")

    def _take_row(self, line: bytes) -> None:
        row = _ROW.match(line)
        ends_with = line[row.end() :].rstrip() if row else b""
        if ends_with not in (b",", b";"):
            raise self._error("has a row that cannot be read", b"")
        self.dump.rows[self._inserted] += 1
        if ends_with == b";":
            self._inserted = ""

    def _take_definition(self, line: bytes) -> None:
        """A line of CREATE TABLE, where texts and names may hold anything and the rest only what is known."""
        bare = _LITERAL.sub(lambda found: b"``" if found[0][:1] == b"`" else b"''", line).rstrip()
        ends = bare.endswith(b";")
        if _reaches(bare) or b";" in bare[:-1]:
            raise self._error("defines a table with what no drill restores", line)
        engines = [found[1] for found in _ENGINE.finditer(bare)]
        self._has_engine = self._has_engine or bool(engines)
        if not ENGINES.issuperset(engines) or (ends and not self._has_engine):
            raise self._error("defines a table of an engine that no drill restores", line)
        if ends:
            self._created = b""

    def _error(self, what: str, line: bytes) -> DumpError:
        """Of a statement its words before a bracket are quoted, of a row nothing: that is people's data."""
        words = _text(line[:80].partition(b"(")[0].strip())
        return DumpError(f"line {self.dump.lines} {what}{f': {words}' if words else ''}")


def moment_of(file: str) -> datetime | None:
    """When a backup was begun, by its name and the site's clock; None where the name has no time."""
    found = _MOMENT.match(file)
    try:
        return datetime.strptime(found[1], "%Y%m%d_%H%M%S") if found else None
    except ValueError:
        return None


def _sets(line: bytes) -> bool:
    """Whether a line sets what a dump sets, and nothing else."""
    found = _SETS.fullmatch(line)
    parts = found[1].split(b",") if found else []
    return bool(parts) and all(_SET.fullmatch(each.strip()) for each in parts)


def _reaches(bare: bytes) -> bool:
    """Whether a line of CREATE TABLE, without its texts and names, could mean more than its own table.

    A quote that is left opens what ends in another line, which would be read otherwise than here.
    """
    return bool(
        _REACHING.search(bare)
        or b"." in _NUMBER.sub(b"0", bare)
        or bare.count(b"'") % 2
        or bare.count(b"`") % 2
    )


def _name(quoted: bytes) -> str:
    return _text(quoted.replace(b"``", b"`"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
