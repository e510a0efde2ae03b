"""What is in a file of a backup, in chunks; an encrypted one is opened by the site's key.

Nothing is written: what gpg opens passes through a pipe, and the key by a descriptor of its own.
"""

from __future__ import annotations

import math
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import frappe
from frappe.utils.backups import BACKUP_ENCRYPTION_CONFIG_KEY

from verenigingen_maintenance.core.backup_reading import BLOCK, OPENPGP, NotTold, NotWhole, form_of
from verenigingen_maintenance.core.redaction import redact

CHUNK, MOST_TOLD = 1 << 20, 500
GPG = (
    *("--homedir", "/nonexistent", "--no-options", "--no-keyring", "--batch", "--no-tty", "--quiet"),
    *("--pinentry-mode", "loopback", "--decrypt"),
)


class OutOfTime(RuntimeError):
    """The time to read was over before the end of the file."""


def is_encrypted(file: IO[bytes]) -> bool:
    """Whether a file is OpenPGP by its first bytes; bench keeps the name where encrypting failed."""
    file.seek(0)
    head = file.read(BLOCK)
    file.seek(0)
    return form_of(head) == OPENPGP


def why_closed() -> str:
    """Why nothing encrypted can be opened here; empty where it can."""
    if not shutil.which("gpg"):
        return "gpg is not on this host"
    has_key = frappe.conf.get(BACKUP_ENCRYPTION_CONFIG_KEY)
    return "" if has_key else f"site_config.json has no {BACKUP_ENCRYPTION_CONFIG_KEY}"


def opened(file: IO[bytes], until: float = math.inf) -> Iterator[bytes]:
    """The content of an unbuffered file, until the monotonic clock says `until`.

    Raises OutOfTime, NotTold where it is encrypted and cannot be opened here, and NotWhole where the key
    does not open it.
    """
    if not is_encrypted(file):
        yield from raw(file, until)
    elif why := why_closed():
        raise NotTold(f"it is encrypted, and {why}")
    else:
        yield from _decrypted(file, until)


def raw(file: IO[bytes], until: float) -> Iterator[bytes]:
    """A file as it is. The host's memory does not keep it, where it would push out what is in use."""
    for chunk in _in_time(file, until):
        yield chunk
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _in_time(stream: IO[bytes], until: float) -> Iterator[bytes]:
    """What comes, as it comes: one that says nothing more is not waited for beyond the time."""
    while True:
        left = max(0.0, until - time.monotonic())
        if not left or not select.select([stream], [], [], None if left == math.inf else left)[0]:
            raise OutOfTime
        if not (chunk := stream.read(CHUNK)):
            return
        yield chunk


def _decrypted(file: IO[bytes], until: float) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as told, _passphrase() as key:
        command = ["gpg", "--passphrase-fd", str(key), *GPG]
        process = subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=told, pass_fds=[key], bufsize=0
        )
        with process:
            try:
                yield from _in_time(process.stdout, until)  # type: ignore[arg-type]
                _refuse_failed(process, told)
            finally:
                process.kill()


def _refuse_failed(process: subprocess.Popen, told: IO[bytes]) -> None:
    if process.wait():
        told.seek(0)
        said = " ".join(told.read().decode(errors="replace").split())[:MOST_TOLD]
        raise NotWhole(f"the key of site_config.json does not open it, or it is damaged: {redact(said)}")


@contextmanager
def _passphrase() -> Iterator[int]:
    """The end of a pipe from which the key can be read once."""
    reads, writes = os.pipe()
    try:
        with open(writes, "wb") as end:
            end.write(str(frappe.conf[BACKUP_ENCRYPTION_CONFIG_KEY]).encode() + b"\n")
        yield reads
    finally:
        os.close(reads)
