"""Reads one file of a backup from its first byte to its last; an encrypted one by the site's key.

Nothing is written: what gpg opens passes through a pipe, and the key by a descriptor of its own.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import frappe
from frappe.utils.backups import BACKUP_ENCRYPTION_CONFIG_KEY

from verenigingen_maintenance.core.backup_completeness import (
    NOT_FINISHED,
    NOT_READ,
    NOT_TOLD,
    NOT_WHOLE,
    WHOLE,
    Outcome,
)
from verenigingen_maintenance.core.backup_reading import (
    BLOCK,
    OPENPGP,
    NotTold,
    NotWhole,
    form_of,
    read_content,
    walk_packets,
)
from verenigingen_maintenance.core.backup_sets import File
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.sources import backups

CHUNK, MEGA = 1 << 20, 1e6
GPG = (
    *("--homedir", "/nonexistent", "--no-options", "--no-keyring", "--batch", "--no-tty", "--quiet"),
    *("--pinentry-mode", "loopback", "--decrypt"),
)


DOES_NOT_OPEN = "the key of site_config.json does not open it, or it is damaged"


class OutOfTime(RuntimeError):
    """The time to read was over before the end of the file."""


def read(file: File, until: float, now: datetime) -> Outcome:
    """Reads a file until its end, or until the monotonic clock says `until`; what that said of it."""
    began, progress = time.monotonic(), _Progress(file.identity)
    try:
        state, told = WHOLE, _read_watched(file, progress, until)
    except NotWhole as error:
        state, told = NOT_WHOLE, str(error)
    except NotTold as error:
        state, told = NOT_TOLD, str(error)
    except OutOfTime:
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
        return form_of(content.read(BLOCK)) == OPENPGP


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A file of the disk. What is none (a pipe would wait for ever) is refused by OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as content:
        if not stat.S_ISREG(os.fstat(content.fileno()).st_mode):
            raise OSError(f"{path.name} is no file")
        yield content


def _read(file: File, content: IO[bytes], until: float) -> str:
    is_locked = form_of(content.read(BLOCK)) == OPENPGP
    content.seek(0)
    if not is_locked:
        return read_content(file.kind, file.name, _chunks(content, until))
    key = frappe.conf.get(BACKUP_ENCRYPTION_CONFIG_KEY)
    why = "gpg is not on this host" if not shutil.which("gpg") else ""
    why = why or ("" if key else f"site_config.json has no {BACKUP_ENCRYPTION_CONFIG_KEY}")
    if why:
        packets = walk_packets(_chunks(content, until))
        raise NotTold(f"encrypted, with {packets} packets to its end, and not looked inside: {why}")
    return f"opened by the key, {read_content(file.kind, file.name, _decrypted(content, str(key), until))}"


def _chunks(content: IO[bytes], until: float) -> Iterator[bytes]:
    """A file in parts. The host's memory does not keep them, where they would push out what is in use."""
    for chunk in _in_time(content, until):
        yield chunk
        os.posix_fadvise(content.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _in_time(content: IO[bytes], until: float) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        if time.monotonic() > until:
            raise OutOfTime
        yield chunk


def _decrypted(content: IO[bytes], key: str, until: float) -> Iterator[bytes]:
    """What gpg makes of a file, by the key. Raises NotWhole where it does not open, or is damaged."""
    passphrase = _pipe_with(key)
    try:
        command = ["gpg", "--passphrase-fd", str(passphrase), *GPG]
        process = subprocess.Popen(
            command, stdin=content, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[passphrase]
        )
    finally:
        os.close(passphrase)
    with process:
        try:
            yield from _in_time(process.stdout, until)  # type: ignore[arg-type]
            said = process.stderr.read(2_000).decode("utf-8", "replace")  # type: ignore[union-attr]
            if process.wait():
                raise NotWhole(f"{DOES_NOT_OPEN}: {redact(said.strip())}")
        finally:
            process.kill()


def _pipe_with(key: str) -> int:
    """The end of a pipe from which a key can be read once."""
    out, into = os.pipe()
    with open(into, "wb") as pipe:
        pipe.write(key.encode() + b"\n")
    return out


def _path(file: File) -> Path:
    return Path(backups.folder()) / file.name
