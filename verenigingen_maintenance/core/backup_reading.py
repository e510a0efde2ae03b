"""Reads the content of a backup's files from its first byte to its last, and says whether that is whole.

Each function takes the chunks of a file and gives them on, so that one reading proves several things at once.
Nothing is kept of them but the last bytes.
"""

from __future__ import annotations

import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .backup_sets import CONFIG, DATABASE

BLOCK, TAIL, AT_ONCE, LARGEST_CONFIG = 512, 4096, 8_000_000, 1_000_000
LARGEST_HEADER = 1 << 20
GZIP_WINDOW = zlib.MAX_WBITS | 16
COMPLETED = re.compile(rb"-- Dump completed(?: on \d[\d: -]+)?\s*")
# Kinds of members that have no data behind them, whatever their size says.
NO_DATA = (
    *(tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE),
    *(tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE),
)
# Headers that tell of the next member: its name, or a size beyond 8 GB.
ABOUT_NEXT = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE),
)
GZIP, TAR, JSON, OPENPGP, PLAIN = "gzip", "tar", "json", "OpenPGP", "plain"


class NotWhole(ValueError):
    """It ends too early, or says what cannot be; the message says where."""


class NotTold(ValueError):
    """It was read to its end, and what is in it does not tell whether it is whole."""


@dataclass
class Tail:
    """The last bytes of what passed, and how many did."""

    last: bytes = b""
    length: int = 0

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.length += len(chunk)
            self.last = (self.last + chunk)[-TAIL:]
            yield chunk


def form_of(head: bytes) -> str:
    """What a file is by its first 512 bytes, whatever its name says."""
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head[257:262] == b"ustar":
        return TAR
    if head[:1] in (b"\x8c", b"\xc3", b"\x84", b"\x85", b"\xc1"):
        return OPENPGP
    return JSON if head.lstrip()[:1] == b"{" else PLAIN


def peek(chunks: Iterable[bytes]) -> tuple[str, Iterator[bytes]]:
    """What a file is, and all its chunks."""
    left = iter(chunks)
    head = b""
    while len(head) < BLOCK and (chunk := next(left, b"")):
        head += chunk
    return form_of(head), chain([head], left)


def read_content(kind: str, name: str, chunks: Iterable[bytes]) -> str:
    """Reads a file that is not encrypted to its end; what proves that it is whole, in words.

    Raises NotWhole for what no restore could use, and NotTold where it was read and does not tell.
    """
    form, chunks = peek(chunks)
    if kind == CONFIG:
        return _told_of_config(read_config(chunks))
    if form == GZIP:
        chunks = unpack(chunks)
    elif name.endswith((".gz", ".tgz")):
        raise NotWhole("it does not begin as gzip does")
    if kind == DATABASE:
        return read_dump(chunks)
    members = read_tar(chunks)
    return "1 member" if members == 1 else f"{members} members"


def _told_of_config(has: dict[str, bool]) -> str:
    missing = [key for key, is_there in has.items() if not is_there]
    return f"without {' and '.join(missing)}" if missing else "with the keys of the site"


def unpack(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What is packed by gzip, of one or more members, each with its checksum. Raises NotWhole."""
    member, read = zlib.decompressobj(GZIP_WINDOW), 0
    for chunk in chunks:
        read, left = read + len(chunk), chunk
        while left:
            if member.eof:
                left = left.lstrip(b"\0")  # padding may follow a member
                member = zlib.decompressobj(GZIP_WINDOW) if left else member
            else:
                yield _decompressed(member, left, read)
                left = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise NotWhole(f"it is truncated: gzip ends too early, after {read} bytes")


def lines_of(chunks: Iterable[bytes], longest: int) -> Iterator[bytes]:
    """The lines, each with its end; one may span many chunks. Raises NotWhole where one goes on
    for more than `longest` bytes, before more than a chunk beyond that is kept."""
    begun: list[bytes] = []
    length = 0
    for chunk in chunks:
        *ended, left = chunk.split(b"\n")
        for line in ended:
            yield b"".join((*begun, line, b"\n"))
            begun, length = [], 0
        begun.append(left)
        length += len(left)
        if length > longest:
            raise NotWhole(f"a line of it has more than {longest} bytes: it is no dump")
    if last := b"".join(begun):
        yield last


def _decompressed(member: zlib._Decompress, packed: bytes, read: int) -> bytes:
    """A bounded part of it: nought packs a thousandfold."""
    try:
        return member.decompress(packed, AT_ONCE)
    except zlib.error as error:
        raise NotWhole(f"gzip is damaged within the first {read} bytes: {error}") from error


def read_dump(chunks: Iterable[bytes]) -> str:
    """Reads a dump to its end; what its last line says. Raises NotWhole where it is empty or cut off, and
    NotTold where it may have been made without comments."""
    tail = Tail()
    for _chunk in tail.watch(chunks):
        pass
    if not tail.last.strip():
        raise NotWhole("the dump is empty")
    last = tail.last.rstrip().rpartition(b"\n")[2]
    if COMPLETED.fullmatch(last):
        return last.decode("ascii", "replace").removeprefix("-- ")
    if last.endswith(b";"):
        raise NotTold("the dump ends with a statement and not with “Dump completed”: made without comments?")
    raise NotWhole("the dump ends in the middle: its last line is not “Dump completed”")


def read_tar(chunks: Iterable[bytes]) -> int:
    """Reads an archive to its end, header by header; how many members it has. Raises NotWhole, and NotTold
    for what tar writes only when it is asked to."""
    blocks, members, larger = _Blocks(chunks), 0, None
    while header := blocks.take(BLOCK):
        if header == bytes(BLOCK):
            blocks.skip_all()
            return members
        info = _header(header, members)
        size = info.size if larger is None or info.type in ABOUT_NEXT else larger
        length = 0 if info.type in NO_DATA else -(-size // BLOCK) * BLOCK
        data = blocks.take(length) if 0 <= length <= LARGEST_HEADER and info.type in ABOUT_NEXT else b""
        if length < 0 or len(data) + blocks.skip(length - len(data)) < length:
            raise NotWhole(f"the archive ends within member {members + 1}")
        if info.type not in ABOUT_NEXT:
            members, larger = members + 1, None
        elif found := re.search(rb"(?:^|\n)\d+ size=(\d+)\n", data):
            larger = int(found[1])
    raise NotWhole(f"the archive has no end mark behind {members} members")


def _header(block: bytes, before: int) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise NotWhole(f"the archive is damaged behind {before} members: {error}") from error
    if info.type == tarfile.GNUTYPE_SPARSE:
        raise NotTold("the archive has sparse files, which are not followed")
    return info


class _Blocks:
    """Chunks of any length, taken by length."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._rest = iter(chunks), b""

    def take(self, length: int) -> bytes:
        while len(self._rest) < length and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken

    def skip(self, length: int) -> int:
        """How many bytes could be skipped."""
        left = length
        while left:
            if not self._rest and not self._refill():
                break
            step = min(left, len(self._rest))
            self._rest, left = self._rest[step:], left - step
        return length - left

    def skip_all(self) -> None:
        self._rest = b""
        while self._refill():
            pass

    def _refill(self) -> bool:
        """Empty chunks say nothing: what unpacks gives some."""
        self._rest = next((chunk for chunk in self._chunks if chunk), b"")
        return bool(self._rest)


def read_config(chunks: Iterable[bytes]) -> dict[str, bool]:
    """Which keys a copy of site_config.json has that a restore needs; never their values. Raises NotWhole."""
    text = b""
    for chunk in chunks:
        text += chunk
        if len(text) > LARGEST_CONFIG:
            raise NotTold(f"it has more than {LARGEST_CONFIG} bytes, and is no site_config.json")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotWhole("it is no whole JSON") from error
    if not isinstance(config, dict) or "db_name" not in config:
        raise NotWhole("it names no database (db_name)")
    return {key: key in config for key in ("encryption_key", "backup_encryption_key")}


def walk_packets(chunks: Iterable[bytes]) -> int:
    """Reads the packets of an OpenPGP file to their end, not what is in them; how many. Raises NotWhole."""
    blocks, packets = _Blocks(chunks), 0
    while head := blocks.take(1):
        if not head[0] & 0x80:
            raise NotWhole(f"there is no packet of OpenPGP behind {packets} of them")
        _skip_packet(blocks, head[0], packets)
        packets += 1
    if packets < 2:
        raise NotWhole("OpenPGP ends behind its first packet")
    return packets


def _skip_packet(blocks: _Blocks, head: int, before: int) -> None:
    """Skips the body of a packet, of the old or the new form, in one part or in many (RFC 4880, 4.2)."""
    if not head & 0x40 and head & 3 == 3:
        blocks.skip_all()
        return
    is_partial = True
    while is_partial:
        if head & 0x40:
            length, is_partial = _new_length(blocks)
        else:
            length, is_partial = int.from_bytes(_exactly(blocks, 1 << (head & 3)), "big"), False
        if blocks.skip(length) < length:
            raise NotWhole(f"OpenPGP ends within packet {before + 1}")


def _new_length(blocks: _Blocks) -> tuple[int, bool]:
    first = _exactly(blocks, 1)[0]
    if first < 192:
        return first, False
    if first < 224:
        return ((first - 192) << 8) + _exactly(blocks, 1)[0] + 192, False
    if first == 255:
        return int.from_bytes(_exactly(blocks, 4), "big"), False
    return 1 << (first & 0x1F), True


def _exactly(blocks: _Blocks, length: int) -> bytes:
    taken = blocks.take(length)
    if len(taken) < length:
        raise NotWhole("OpenPGP ends within the length of a packet")
    return taken
