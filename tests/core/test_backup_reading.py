"""A file of a backup is read to its end: what is whole, what is cut off or damaged, what does not tell."""

import gzip
import io
import random
import tarfile

import pytest

from verenigingen_maintenance.core.backup_reading import (
    NotTold,
    NotWhole,
    lines_of,
    read_content,
    walk_packets,
)
from verenigingen_maintenance.core.backup_sets import CONFIG, DATABASE, PRIVATE

HEADER = b"-- begin frappe metadata\n-- end frappe metadata\n--\n"
ROWS = b"INSERT INTO `tabUser` VALUES ('x');\n" * 9_000
DONE = b"-- Dump completed on 2026-11-28  3:00:12\n"
DUMP = gzip.compress(HEADER) + gzip.compress(ROWS + DONE)
RANDOM = random.Random(9).randbytes(40_000)
CONF = b'{"db_name": "x", "encryption_key": "secret", "backup_encryption_key": "secret"}'
CUT_OFF = "gzip ends too early"


def chunks(content, size=4_096):
    return (content[at : at + size] for at in range(0, len(content), size))


def archive(names=("a.pdf", "b.pdf"), content=RANDOM):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        folder = tarfile.TarInfo("./site/private/files")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def told_beside(size=1_000):
    """As tar writes a member beyond 8 GB: its header has no room for the size."""
    member = tarfile.TarInfo("large.zip")
    member.pax_headers = {"size": str(size)}
    headers = member.tobuf(tarfile.PAX_FORMAT)
    return headers + RANDOM[:size] + bytes(-size % 512) + bytes(10_240)


TAR = archive()
END_OF_B = 512 + 2 * (512 + 40_448)
WHOLE = {
    "a dump of two gzip members, as bench makes it": (DATABASE, "x.sql.gz", DUMP),
    "with padding behind it": (DATABASE, "x.sql.gz", DUMP + bytes(700)),
    "made without the date": (DATABASE, "x.sql.gz", gzip.compress(ROWS + b"-- Dump completed\n")),
    "not packed": (DATABASE, "x.sql", ROWS + DONE),
    "of which gzip makes a thousandth": (
        DATABASE,
        "x.sql.gz",
        gzip.compress(bytes(30_000_000) + b"\n" + DONE),
    ),
    "an archive": (PRIVATE, "x.tar", TAR),
    "an archive of nothing": (PRIVATE, "x.tar", archive(names=())),
    "an archive of long names": (PRIVATE, "x.tar", archive(names=("n" * 300,))),
    "an archive that tells sizes beside the header": (PRIVATE, "x.tar", told_beside()),
    "a packed archive": (PRIVATE, "x.tgz", gzip.compress(TAR)),
    "the config": (CONFIG, "x.json", CONF),
}


@pytest.mark.parametrize("size", [1_000, 1 << 20])
@pytest.mark.parametrize(("kind", "name", "content"), WHOLE.values(), ids=WHOLE)
def test_what_is_whole_is_read_to_its_end_in_parts_of_any_size(kind, name, content, size):
    left = chunks(content, size)
    assert read_content(kind, name, left)
    assert next(left, None) is None, "it was not read to its end"


def test_what_proves_it_is_told_and_no_secret():
    assert read_content(DATABASE, "x.sql.gz", chunks(DUMP)) == "Dump completed on 2026-11-28  3:00:12"
    assert read_content(PRIVATE, "x.tar", chunks(TAR)) == "3 members"
    assert read_content(CONFIG, "x.json", chunks(CONF)) == "with the keys of the site"
    bare = b'{"db_name": "x", "encryption_key": "secret"}'
    assert read_content(CONFIG, "x.json", chunks(bare)) == "without backup_encryption_key"


BROKEN = {
    "nothing": (DATABASE, "x.sql.gz", b"", "does not begin as gzip"),
    "text under the name of gzip": (DATABASE, "x.sql.gz", ROWS + DONE, "does not begin as gzip"),
    "cut off by one byte": (DATABASE, "x.sql.gz", DUMP[:-1], CUT_OFF),
    "cut off in the middle": (DATABASE, "x.sql.gz", DUMP[: len(DUMP) // 2], CUT_OFF),
    "the header alone, of a dump that failed": (DATABASE, "x.sql.gz", gzip.compress(HEADER), "in the middle"),
    "packed whole, dumped by half": (DATABASE, "x.sql.gz", gzip.compress(ROWS[:-9]), "in the middle"),
    "another checksum": (DATABASE, "x.sql.gz", DUMP[:-8] + b"\0" * 8, "damaged"),
    "an empty dump": (DATABASE, "x.sql.gz", gzip.compress(b""), "empty"),
    "a word that is no date": (
        DATABASE,
        "x.sql.gz",
        gzip.compress(b"-- Dump completed not\n"),
        "in the middle",
    ),
    "an archive cut off within a member": (PRIVATE, "x.tar", TAR[:30_000], "ends within member 2"),
    "cut off between two members": (PRIVATE, "x.tar", TAR[: 512 + 512 + 40_448], "no end mark behind 2"),
    "cut off before its end mark": (PRIVATE, "x.tar", TAR[:END_OF_B], "no end mark behind 3"),
    "a header that is damaged": (PRIVATE, "x.tar", TAR[:512] + b"z" * 512 + TAR[1024:], "damaged behind 1"),
    "a packed archive cut off": (PRIVATE, "x.tgz", gzip.compress(TAR)[:-20_000], CUT_OFF),
    "an archive that is empty": (PRIVATE, "x.tar", b"", "no end mark"),
    "a config cut off": (CONFIG, "x.json", CONF[:-1], "no whole JSON"),
    "a config nested without end": (CONFIG, "x.json", b"[" * 100_000, "no whole JSON"),
    "a config of something else": (CONFIG, "x.json", b'{"a": 1}', "names no database"),
}


@pytest.mark.parametrize(("kind", "name", "content", "told"), BROKEN.values(), ids=BROKEN)
def test_what_is_cut_off_empty_or_damaged_is_not_whole(kind, name, content, told):
    with pytest.raises(NotWhole, match=told):
        read_content(kind, name, chunks(content))


def test_a_dump_without_comments_is_not_told_to_be_whole():
    end = b"/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n"
    with pytest.raises(NotTold, match="made without comments"):
        read_content(DATABASE, "x.sql.gz", chunks(gzip.compress(ROWS + end)))


def locked(*parts, last=b"end"):
    """A session key, and a body in parts of the new form, as gpg writes what it reads from a pipe."""
    body = b"".join(bytes([0xE0 | (len(part).bit_length() - 1)]) + part for part in parts)
    return b"\x8c\x03abc" + b"\xd2" + body + bytes([len(last)]) + last


def test_the_packets_of_an_encrypted_file_are_counted_to_their_end_and_no_further():
    envelope = locked(RANDOM[:512], RANDOM[:8_192])
    assert walk_packets(chunks(envelope, 100)) == 2
    for end in (-1, -4, 600, 7, 5):
        with pytest.raises(NotWhole, match="OpenPGP"):
            walk_packets(chunks(envelope[:end], 100))


@pytest.mark.parametrize("size", [1, 7, 4_096])
def test_lines_are_the_same_however_the_content_comes(size):
    content = b"one\n\ntwo, \r longer than some chunks\n" + b"x" * 20 + b"\nand no end"
    assert list(lines_of(chunks(content, size), 99)) == list(io.BytesIO(content))
    assert list(lines_of(chunks(b"ended\n", size), 99)) == [b"ended\n"]


def test_a_line_that_never_ends_is_not_kept_to_its_end():
    endless = (b"x" * 10 for _ in range(1_000))
    with pytest.raises(NotWhole, match="a line of it has more than 99 bytes"):
        list(lines_of(endless, 99))
    assert len(list(endless)) == 990
