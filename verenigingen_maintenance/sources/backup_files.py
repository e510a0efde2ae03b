"""Reads one file of a backup from its first byte to its last, and says whether it is whole."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from verenigingen_maintenance.core.backup_completeness import (
    NOT_FINISHED,
    NOT_READ,
    NOT_TOLD,
    NOT_WHOLE,
    WHOLE,
    Outcome,
)
from verenigingen_maintenance.core.backup_reading import NotTold, NotWhole, read_content, walk_packets
from verenigingen_maintenance.core.backup_sets import File
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.sources import backup_content, backups

MEGA = 1e6


def read(file: File, until: float, now: datetime) -> Outcome:
    """Reads a file until its end, or until the monotonic clock says `until`; what that said of it."""
    began, progress = time.monotonic(), _Progress(file.identity)
    try:
        state, told = WHOLE, _read_watched(file, progress, until)
    except NotWhole as error:
        state, told = NOT_WHOLE, str(error)
    except NotTold as error:
        state, told = NOT_TOLD, str(error)
    except backup_content.OutOfTime:
        so_far = f"{progress.read / MEGA:.0f} of {file.size / MEGA:.0f} MB"
        state, told = NOT_FINISHED, f"not read to its end: {so_far} in {time.monotonic() - began:.0f} s"
    except OSError as error:
        state, told = NOT_READ, f"it could not be read: {redact(error.strerror or str(error))}"
    seconds = round(time.monotonic() - began, 2)
    return Outcome(progress.identity, state, told, progress.read, file.size, seconds, now.isoformat())


@dataclass
class _Progress:
    """Which file is read, and how far it came."""

    identity: str
    read: int = 0


def _read_watched(file: File, progress: _Progress, until: float) -> str:
    with _opened(_path(file)) as content:
        progress.identity = backups.identity(os.fstat(content.fileno()))
        try:
            return _read(file, content, until)
        finally:
            progress.read = os.lseek(content.fileno(), 0, os.SEEK_CUR)
            if backups.identity(os.fstat(content.fileno())) != progress.identity:
                raise NotTold("it was written to while it was read")


def is_encrypted(file: File) -> bool:
    """Whether a file is OpenPGP by its first bytes; bench keeps the name where encrypting failed."""
    with _opened(_path(file)) as content:
        return backup_content.is_encrypted(content)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A file of the disk. What is none (a pipe would wait for ever) is refused by OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as content:
        if not stat.S_ISREG(os.fstat(content.fileno()).st_mode):
            raise OSError(f"{path.name} is no file")
        yield content


def _read(file: File, content: IO[bytes], until: float) -> str:
    is_locked = backup_content.is_encrypted(content)
    if is_locked and (why := backup_content.why_closed()):
        packets = walk_packets(backup_content.raw(content, until))
        raise NotTold(f"encrypted, with {packets} packets to its end, and not looked inside: {why}")
    told = read_content(file.kind, file.name, backup_content.opened(content, until))
    return f"opened by the key, {told}" if is_locked else told


def _path(file: File) -> Path:
    return Path(backups.folder()) / file.name
