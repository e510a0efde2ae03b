"""The guides: links that lead somewhere, pictures with captions, messages that exist."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GUIDES = ("operator", "manager", "auditor", "administrator", "faq")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
OF_FRAPPE = "Document has been modified after you have opened it"


def images():
    for doc in DOCS:
        lines = [*doc.read_text().splitlines(), ""]
        for number, line in enumerate(lines):
            for alt, path in IMAGE.findall(line):
                yield doc.name, (doc.parent / path).resolve(), alt, lines[number + 1].strip()


def anchors(doc):
    heads = re.findall(r"^#+ (.+)$", doc.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_each_link_leads_to_a_file_and_to_a_heading_of_it(doc):
    lost = []
    for link in LINK.findall(doc.read_text()):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        file = (doc.parent / path).resolve() if path else doc
        if not file.is_file() or (anchor and anchor not in anchors(file)):
            lost.append(link)
    assert lost == []


def test_each_picture_is_there_and_has_a_caption():
    wrong = [
        (doc, path.name)
        for doc, path, alt, below in images()
        if not (path.is_file() and alt and re.fullmatch(r"\*[^*].+[^*]\*", below))
    ]
    assert wrong == []


def test_each_picture_is_shown_once():
    shown = [path.name for _, path, _, _ in images()]
    assert sorted(shown) == sorted(path.name for path in (ROOT / "docs/images").iterdir())


def test_the_readme_leads_to_each_document():
    named = set(re.findall(r"docs/([\w-]+\.md)", (ROOT / "README.md").read_text()))
    assert named == {doc.name for doc in DOCS[1:]}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_is_short_enough_to_be_read(guide):
    lines = (ROOT / f"docs/{guide}.md").read_text().splitlines()
    assert 100 <= len(lines) <= 220


def test_each_message_of_the_faq_is_one_that_the_app_says():
    said = all_that_is_said()
    ours = [message for message in messages() if message != OF_FRAPPE]
    assert [each for each in ours if not all(part in said for part in parts(each))] == []


def all_that_is_said():
    """The texts of the catalogue, where long ones are in one piece, and of the code."""
    package = ROOT / "verenigingen_maintenance"
    with (package / "locale/main.pot").open("rb") as file:
        texts = [text for message in read_po(file) for text in as_texts(message.id)]
    return "\n".join(
        texts + [each.read_text() for kind in ("py", "js") for each in package.rglob(f"*.{kind}")]
    )


def messages():
    """The first cells of the tables of the FAQ."""
    rows = re.findall(r"^\| (.+?) \|", (ROOT / "docs/faq.md").read_text(), re.M)
    return [row for row in rows if row not in ("it says", "---")]


def parts(message):
    """What stands between the places of a message, but for what is too short to tell anything."""
    return [part for part in re.split(r"\s*…\s*|: ", message) if len(part.strip(" :.,“”()")) > 3]


def as_texts(found):
    return found if isinstance(found, tuple) else (found,)
