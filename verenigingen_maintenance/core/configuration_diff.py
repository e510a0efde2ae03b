"""What two configurations have different, document by document, and how that is told in a shell."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from verenigingen_maintenance.core.configuration import Documents, Fields

ONLY_HERE, ONLY_IN_FILE, ORDER = "only here", "only in the file", "order of the rows"
LONG = 80
AROUND = 1
# What tells the rows of a table apart; where it does not, the place does.
Keys = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Difference:
    """One place: a whole document (`field` empty), a field, a row of a table, a field of a row.

    `here` and `file` are the values; None is empty. Of a document or row that one side lacks, `what` says
    which.
    """

    doctype: str
    name: str
    field: str = ""
    row: str = ""
    column: str = ""
    what: str = ""
    here: Any = None
    file: Any = None

    @property
    def place(self) -> str:
        parts = (self.field, f"“{self.row}”" if self.row else "", self.column)
        return " / ".join(part for part in parts if part)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "place": self.place}


def differences(here: Documents, file: Documents, keys: Keys) -> list[Difference]:
    """All of them, in order. A field that the file's document does not have is left as it is, and none."""
    found: list[Difference] = []
    for doctype in sorted({*here, *file}):
        ours, theirs = here.get(doctype, {}), file.get(doctype, {})
        for name in sorted({*ours, *theirs}):
            found += _of_document(doctype, name, ours.get(name), theirs.get(name), keys)
    return found


def completed(here: Documents, file: Documents, keys: Keys) -> dict[str, dict[str, dict[str, Any]]]:
    """The documents of a file, whose rows have as they are here the columns that the file does not have."""
    return {
        doctype: {
            name: {
                field: _completed(here.get(doctype, {}).get(name, {}).get(field), value, keys.get(field, ()))
                for field, value in fields.items()
            }
            for name, fields in of_doctype.items()
        }
        for doctype, of_doctype in file.items()
    }


def told(found: Sequence[Difference]) -> str:
    """The differences as lines: “-” is what is here, “+” what the file has."""
    lines: list[str] = []
    document = ("", "")
    for each in found:
        if (each.doctype, each.name) != document:
            document = (each.doctype, each.name)
            lines.append(f"{each.doctype} {each.name}" + (f": {each.what}" if not each.field else ""))
        if each.field:
            lines += [f"    {line}" for line in _lines(each)]
    return "\n".join(lines)


def comparison(found: Mapping[str, Any]) -> str:
    """A comparison (as operations/configuration.py answers it) for a shell, and how the file is brought
    in."""
    if found["identical"]:
        return "identical"
    missing = [f"- {each}" for each in found["missing"]]
    lines = [found["text"], *(["Not on this site:", *missing] if missing else [])]
    lines += [
        "“-” and left is what is here, “+” and right what the file has.",
        f"--expected {found['digest']}",
    ]
    return "\n".join(lines)


def brought_in(done: Mapping[str, Any]) -> str:
    """What became of an import, for a shell."""
    lines = [
        f"{what}: {', '.join(done[what])}" for what in ("created", "changed", "deleted", "left") if done[what]
    ]
    by_hand = [f"- {each}" for each in done["by_hand"]]
    lines += ["To be set by hand:", *by_hand] if by_hand else []
    return "\n".join([*lines, f"What was before is kept as the private file {done['before']}."])


def _of_document(
    doctype: str, name: str, here: Fields | None, file: Fields | None, keys: Keys
) -> Iterator[Difference]:
    if here is None or file is None:
        yield Difference(doctype, name, what=ONLY_IN_FILE if here is None else ONLY_HERE)
        return
    for field in sorted(file):
        ours, theirs = here.get(field), file[field]
        if isinstance(ours, list) or isinstance(theirs, list):
            yield from _of_rows(
                Difference(doctype, name, field), ours or [], theirs or [], keys.get(field, ())
            )
        elif not _same(ours, theirs):
            yield Difference(doctype, name, field, here=ours, file=theirs)


def _of_rows(
    at: Difference, here: Sequence[Fields], file: Sequence[Fields], key: tuple[str, ...]
) -> Iterator[Difference]:
    ours, theirs = _paired(here, file, key)
    for name in dict.fromkeys((*ours, *theirs)):
        yield from _of_row(at, name, ours.get(name), theirs.get(name))
    both = [name for name in ours if name in theirs], [name for name in theirs if name in ours]
    if both[0] != both[1]:
        yield _at(at, what=ORDER, here=", ".join(both[0]), file=", ".join(both[1]))


def _of_row(at: Difference, row: str, here: Fields | None, file: Fields | None) -> Iterator[Difference]:
    if here is None or file is None:
        what = ONLY_IN_FILE if here is None else ONLY_HERE
        yield _at(at, row=row, what=what, here=_filled(here), file=_filled(file))
        return
    for column in sorted({*here, *file}):
        if not _same(here.get(column), file.get(column)):
            yield _at(at, row=row, column=column, here=here.get(column), file=file.get(column))


def _at(at: Difference, **values: Any) -> Difference:
    return Difference(at.doctype, at.name, at.field, **values)


def _same(one: object, other: object) -> bool:
    """An empty text is none; nought is a number."""
    return (None if one == "" else one) == (None if other == "" else other)


def _named(rows: Sequence[Fields], key: tuple[str, ...]) -> dict[str, Fields] | None:
    """Rows by what tells them apart; None where that does not."""
    found = {" / ".join(str(row.get(field) or "") for field in key): row for row in rows}
    return found if key and len(found) == len(rows) else None


def _paired(
    here: Sequence[Fields], file: Sequence[Fields], key: tuple[str, ...]
) -> tuple[dict[str, Fields], dict[str, Fields]]:
    """The rows of both sides by what tells them apart, or else by their place."""
    ours, theirs = _named(here, key), _named(file, key)
    if ours is None or theirs is None:
        return _numbered(here), _numbered(file)
    return ours, theirs


def _completed(here: Any, value: Any, key: tuple[str, ...]) -> Any:
    if not isinstance(value, list):
        return value
    ours, theirs = _paired(here or [], value, key)
    return [{**ours.get(name, {}), **row} for name, row in theirs.items()]


def _numbered(rows: Sequence[Fields]) -> dict[str, Fields]:
    return {str(number): row for number, row in enumerate(rows, start=1)}


def _filled(row: Fields | None) -> dict[str, Any] | None:
    return None if row is None else {key: value for key, value in row.items() if value not in (None, "")}


def _lines(found: Difference) -> Iterator[str]:
    texts = _text(found.here), _text(found.file)
    if max(map(len, texts)) <= LONG and "\n" not in "".join(texts):
        yield f"{found.place}: {texts[0]} -> {texts[1]}" + (f"  ({found.what})" if found.what else "")
        return
    yield f"{found.place}:" + (f" {found.what}" if found.what else "")
    before, after = (text.splitlines() for text in texts)
    for line in list(difflib.unified_diff(before, after, lineterm="", n=AROUND))[2:]:
        yield f"  {line}"


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return "(empty)" if value in (None, "") else str(value)
