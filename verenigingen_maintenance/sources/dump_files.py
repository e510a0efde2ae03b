"""A backup of the database as lines of SQL: unpacked and decrypted on the way, and nothing of it written."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

import frappe

from verenigingen_maintenance.core.backup_sets import QUIET
from verenigingen_maintenance.core.dumps import moment_of
from verenigingen_maintenance.sources import backups, clock

PASSPHRASE = "backup_encryption_key"  # where Frappe keeps it in site_config.json
GZIP = b"\x1f\x8b"
MOST_TOLD = 500


class Unreadable(Exception):
    """A backup that cannot be read to its end; the message says why."""


@dataclass(frozen=True)
class Backup:
    """An open backup: it can be read more than once, also after Frappe has deleted the file meanwhile.

    `made_at` is when it was begun, by its name; None where the name does not say it. `is_fresh`: it was
    written to within two minutes.
    """

    name: str
    bytes: int
    made_at: datetime | None
    file: BufferedReader
    is_fresh: bool = False

    @property
    def is_encrypted(self) -> bool:
        return "-enc." in self.name

    def lines(self) -> Iterator[bytes]:
        """The lines of SQL. Raises Unreadable where it ends before its end, or cannot be decrypted."""
        if not self.bytes:
            raise Unreadable("the file is empty")
        self.file.seek(0)
        if self.is_encrypted:
            with _decrypted(self.file) as stream:
                yield from _unpacked(stream)
        else:
            yield from _unpacked(self.file)


def find(name: str = "", anywhere: bool = False) -> Path | None:
    """The newest backup of the database, or the one with this name; `anywhere`: or at this path."""
    if not name:
        found = backups.sets(clock.now())
        newest = max((*found.done, *found.under_way), key=lambda each: each.key, default=None)
        return Path(backups.folder()) / newest.dump.name if newest else None
    path = Path(name)
    if not anywhere and path.name != name:
        return None
    here = Path(backups.folder()) / name
    found = path if anywhere and path.is_file() else here
    return found if found.is_file() else None


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """An open backup. Raises OSError."""
    with path.open("rb") as file:
        begun = moment_of(path.name)
        made_at = clock.instant_before(begun, clock.now()) if begun else None
        stat = os.fstat(file.fileno())
        is_fresh = clock.now().timestamp() - stat.st_mtime < QUIET.total_seconds()
        yield Backup(path.name, stat.st_size, made_at, file, is_fresh)


def _unpacked(stream: BufferedReader) -> Iterator[bytes]:
    if stream.peek(2)[:2] != GZIP:
        raise Unreadable("it is no backup of Frappe: what is in it is not packed by gzip")
    try:
        with gzip.GzipFile(fileobj=stream) as unpacked:
            yield from unpacked
    except EOFError:
        raise Unreadable("the file ends before its end: it is truncated") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable(f"the file is damaged: {error}") from None


@contextmanager
def _decrypted(file: BufferedReader) -> Iterator[BufferedReader]:
    """What gpg makes of it. The passphrase goes through a pipe; gpg's home is empty, and gone afterwards."""
    gpg, passphrase = shutil.which("gpg"), frappe.conf.get(PASSPHRASE)
    if not gpg:
        raise Unreadable("it is encrypted, and gpg is not installed here")
    if not passphrase:
        raise Unreadable(f"it is encrypted, and site_config.json has no {PASSPHRASE}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, tempfile.TemporaryFile() as told:
        process = _gpg(gpg, home, file, passphrase, told)
        try:
            yield process.stdout  # type: ignore[misc]
            if process.wait():
                raise Unreadable("it was changed after it was encrypted")
        except Unreadable as error:
            raise _why(process, told, error) from None
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]
            _end_agent(home)


def _gpg(
    gpg: str, home: str, file: BufferedReader, passphrase: str, told: BufferedReader
) -> subprocess.Popen:
    reads, writes = os.pipe()
    with open(reads, "rb", buffering=0), open(writes, "wb", buffering=0) as end:
        options = ["--batch", "--quiet", "--no-options", "--pinentry-mode", "loopback", "--homedir", home]
        command = [gpg, *options, "--passphrase-fd", str(reads), "--decrypt"]
        process = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=told, pass_fds=[reads])
        end.write(passphrase.encode() + b"\n")
    return process


def _why(process: subprocess.Popen, told: BufferedReader, error: Unreadable) -> Unreadable:
    """What gpg said is the reason where what came of it is no backup."""
    process.stdout.close()  # type: ignore[union-attr]
    if not process.wait():
        return error
    told.seek(0)
    said = " ".join(told.read().decode(errors="replace").split())[:MOST_TOLD]
    return Unreadable(f"it cannot be decrypted with the key of this site: {said}")


def _end_agent(home: str) -> None:
    """gpg starts one for each home, which would stay."""
    if gpgconf := shutil.which("gpgconf"):
        subprocess.run([gpgconf, "--homedir", home, "--kill", "gpg-agent"], capture_output=True, check=False)
