"""A backup of the database as lines of SQL: unpacked and decrypted on the way, and nothing of it written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from verenigingen_maintenance.core.backup_reading import GZIP, NotWhole, lines_of, peek, unpack
from verenigingen_maintenance.core.backup_sets import QUIET
from verenigingen_maintenance.core.dumps import LONGEST_LINE, moment_of
from verenigingen_maintenance.sources import backup_content, backups, clock

LONGEST_NAME = 255  # bytes, of a file in a folder


@dataclass(frozen=True)
class Backup:
    """An open backup: it can be read more than once, also after Frappe has deleted the file meanwhile.

    `made_at` is when it was begun, by its name; None where the name does not say it. `is_fresh`: it was
    written to within two minutes.
    """

    name: str
    bytes: int
    made_at: datetime | None
    file: IO[bytes]
    is_fresh: bool = False

    @property
    def is_encrypted(self) -> bool:
        return backup_content.is_encrypted(self.file)

    def lines(self) -> Iterator[bytes]:
        """The lines of SQL. Raises NotWhole where it is no whole backup, NotTold where it stays closed."""
        if not self.bytes:
            raise NotWhole("the file is empty")
        self.file.seek(0)
        form, chunks = peek(backup_content.opened(self.file))
        if form != GZIP:
            raise NotWhole("it is no backup of Frappe: what is in it is not packed by gzip")
        yield from lines_of(unpack(chunks), LONGEST_LINE)


def find(name: str = "", anywhere: bool = False) -> Path | None:
    """The newest backup of the database, or the one with this name; `anywhere`: or at this path."""
    if not name:
        found = backups.sets(clock.now())
        newest = max((*found.done, *found.under_way), key=lambda each: each.key, default=None)
        return Path(backups.folder()) / newest.dump.name if newest else None
    path = Path(name)
    if not anywhere and (path.name != name or len(os.fsencode(name)) > LONGEST_NAME):
        return None
    here = Path(backups.folder()) / name
    found = path if anywhere and path.is_file() else here
    return found if found.is_file() else None


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """An open backup. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        begun = moment_of(path.name)
        made_at = clock.instant_before(begun, clock.now()) if begun else None
        stat = os.fstat(file.fileno())
        is_fresh = clock.now().timestamp() - stat.st_mtime < QUIET.total_seconds()
        yield Backup(path.name, stat.st_size, made_at, file, is_fresh)
