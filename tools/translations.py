"""The catalogue of texts: locale/main.pot from the files, and each language merged with it.

Without an argument it writes both, and says what a language lacks. With --check it writes nothing, and says
too where main.pot is not what the files say. The exit code is 1 where there is anything to mend.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from babel.messages.catalog import Catalog, Message  # noqa: E402
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402

from verenigingen_maintenance.gettext.faults import faults_of  # noqa: E402

LOCALE = ROOT / "verenigingen_maintenance" / "locale"
HEADER = "# Texts of Verenigingen Maintenance.\n# Copyright (C) Verenigingen Maintenance contributors"
MOST_PLACES = 3
Key = tuple[str, "str | None"]


def template() -> Catalog:
    """What the files say now, by babel_extractors.csv, as `bench generate-pot-file` reads it."""
    with open(ROOT / "babel_extractors.csv") as file:
        methods = [(row[0], row[1]) for row in csv.reader(file)]
    catalog = _empty(None)
    found = extract_from_dir(ROOT, methods, keywords=DEFAULT_KEYWORDS, directory_filter=_is_ours)
    for file, _, message, comments, context in found:
        known = catalog.get(message if isinstance(message, str) else message[0], context)
        is_told = known is not None and bool(known.auto_comments)
        catalog.add(
            message, locations=[(file, 1)], auto_comments=[] if is_told else comments, context=context
        )
    for message in catalog:
        message.locations = sorted(set(message.locations))[:MOST_PLACES]
    return catalog


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    return not os.path.basename(folder).startswith((".", "_"))


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        project="Verenigingen Maintenance",
        header_comment=HEADER,
        msgid_bugs_address="operations@example.com",
        fuzzy=False,
    )


def read(path: Path) -> Catalog:
    with open(path, "rb") as file:
        return read_po(file)


def write(path: Path, catalog: Catalog) -> None:
    """Without numbers of lines and hours: only what was said differently is a difference of the file."""
    path.parent.mkdir(exist_ok=True)
    options = {"sort_output": True, "ignore_obsolete": True, "include_lineno": False, "omit_header": False}
    with open(path, "wb") as file:
        write_po(file, catalog, width=110, **options)
    lines = path.read_text().splitlines(keepends=True)
    dropped = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Last-Translator',
        '"Language-Team',
    )
    path.write_text("".join(line for line in lines if not line.startswith(dropped)))


def merged(template: Catalog, old: Catalog, language: str) -> Catalog:
    """The template with what is translated; a text that is read in two ways takes the words of the other."""
    new = _empty(language)
    words = {message.id: message.string for message in old if message.id and message.string}
    for message in filter(lambda each: each.id, template):
        before = old.get(message.id, message.context)
        string = (before and before.string) or words.get(message.id, "")
        new.add(
            message.id,
            string,
            message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return new


def keys(catalog: Catalog) -> set[Key]:
    return {(message.id, message.context) for message in catalog if message.id}


def languages() -> list[str]:
    return sorted(path.stem for path in LOCALE.glob("*.po")) or ["nl"]


def problems(template: Catalog, language: str) -> Iterator[str]:
    """What the language lacks or says wrongly: one line each."""
    catalog = read(LOCALE / f"{language}.po")
    wanted, there = keys(template), keys(catalog)
    for text, _ in sorted(wanted - there, key=str):
        yield f"not in {language}.po: {text!r}"
    for text, _ in sorted(there - wanted, key=str):
        yield f"obsolete: {text!r}"
    for message in filter(lambda each: each.id, catalog):
        yield from (f"{fault}: {message.id!r}" for fault in _faults(message))


def _faults(message: Message) -> list[str]:
    return ["fuzzy"] if message.fuzzy else faults_of(str(message.id), str(message.string))


def main(check: bool) -> int:
    now = template()
    path = LOCALE / "main.pot"
    stale = check and (not path.exists() or keys(read(path)) != keys(now))
    if stale:
        print("main.pot says something else than the files: run ./dev translations")
    if not check:
        write(path, now)
        for language in languages():
            po = LOCALE / f"{language}.po"
            write(po, merged(now, read(po) if po.exists() else _empty(language), language))
    lacks = [line for language in languages() for line in problems(now, language)]
    print(
        "\n".join(lacks[:40]),
        f"\n{len(keys(now))} texts; {len(lacks)} to mend" if lacks else "all texts translated",
    )
    return 1 if stale or lacks else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
