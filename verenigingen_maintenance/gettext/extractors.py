"""What babel asks of each kind of file (babel_extractors.csv): line, function, message, comments.

A message of CONTEXT is one that is stored in English, and read by said(): operations/language.py.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from io import BufferedReader
from typing import Any

import yaml

from verenigingen_maintenance.gettext import runbook_texts, spoken
from verenigingen_maintenance.gettext.sentences import sentences as sentences_of

CONTEXT = "Maintenance sentence"
HTML_CALL = re.compile(r"""\b__?\(\s*(?P<quote>["'])(?P<text>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)""")
SCRIPT_CALL = re.compile(
    r"""\b__\(\s*(?P<literal>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    rf"""(?P<context>\s*,\s*null\s*,\s*"{CONTEXT}")?"""
)
# Only a shell shows them, which speaks English, or they are patterns that look like words.
NOT_SHOWN = re.compile(
    r"core/(analytics_wording|drill_wording|error_wording|incident_wording|report_wording|service_wording"
    r"|shell_lines|emergency_sheet|service_listings|sql_shapes|slow_queries|normalised|tracebacks|pages)\.py$"
    r"|operations/language\.py$"
)
# Desk uses these in another sense ("Share" a document), and a word has one translation: ours have CONTEXT.
WORDS_OF_DESK = frozenset({"Account", "Read", "Share"})
HAS_KEYS = re.compile(r"/(sources|operations)/")
SHOWS_KEYS = re.compile(r"/sources/capture_\w+\.py$")
Message = tuple[int, str, "str | tuple[str, str]", list[str]]


def python(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """What _("...") translates at once."""
    tree = ast.parse(fileobj.read())
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="_" | "_lt"), args=[ast.Constant(value=str(text)), *_]):
                yield from _at_once(node.lineno, text, [each.value for each in node.keywords])


def sentences(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """A file of core, sources or operations: what it translates at once, and what it stores."""
    yield from python(fileobj, keywords, comment_tags, options)
    if NOT_SHOWN.search(fileobj.name):
        return
    fileobj.seek(0)
    kinds = (bool(HAS_KEYS.search(fileobj.name)), bool(SHOWS_KEYS.search(fileobj.name)))
    for line, text in sentences_of(fileobj.read().decode(), *kinds):
        yield _stored(line, text)


def javascript(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: Any
) -> Iterator[Message]:
    """What __("...") translates: its first argument, also where it stands within a template literal."""
    text = fileobj.read().decode()
    for found in SCRIPT_CALL.finditer(text):
        context = [ast.Constant(CONTEXT)] if found["context"] else []
        line = text.count("\n", 0, found.start()) + 1
        yield from _at_once(line, ast.literal_eval(found["literal"]), context)


def html(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """A template: what _("...") and __("...") translate in it."""
    yield from _in_template(fileobj.read().decode())


def runbook(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """Procedures, checks, controls and settings: what of them people read."""
    for text, where in runbook_texts.texts(yaml.safe_load(fileobj)):
        yield _stored(1, text, where)


def doctype(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """Labels, descriptions and choices of a DocType; a choice may also stand in a stored sentence."""
    data = json.load(fileobj)
    if not isinstance(data, dict) or data.get("doctype") != "DocType":
        return
    name = data["name"]
    yield from _each((name, "Name of a DocType"), (data.get("description"), f"Description of {name}"))
    for field in data.get("fields", []):
        yield from _of_field(field, name)
    for link in data.get("links", []):
        yield from _each((link.get("group"), f"Group of connections of {name}"))
    yield from _each(*((each.get("role"), "Name of a role") for each in data.get("permissions", [])))


def _of_field(field: Mapping[str, Any], doctype: str) -> Iterator[Message]:
    label, kind, options = field.get("label"), field["fieldtype"], field.get("options") or ""
    yield from _each(
        (label, f"Label of a {kind} field in DocType {doctype}"),
        (field.get("description"), f"Description of the field {label} in DocType {doctype}"),
        (options if kind == "HTML" else "", f"Content of the field {label} in DocType {doctype}"),
    )
    for choice in filter(None, options.split("\n") if kind == "Select" else []):
        if re.search("[A-Za-z]{2}", choice):
            yield from _each((choice, f"Choice of the field {label} in DocType {doctype}"))
            yield _stored(1, choice, f"Choice of the field {label} in DocType {doctype}")


def standard(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """A report, page, number card, chart, onboarding or print format as Frappe exports it."""
    data = json.load(fileobj)
    kind = data.get("doctype") if isinstance(data, dict) else ""
    for field in STANDARD.get(kind, ()):
        yield from _each((data.get(field), f"{field.replace('_', ' ').capitalize()} of a {kind}"))
    yield from _in_template(data.get("html") or "") if kind == "Print Format" else ()
    for column in (*data.get("columns", []), *data.get("filters", [])) if kind == "Report" else ():
        yield from _each((column.get("label"), f"Column of the report {data['name']}"))


STANDARD = {
    "Report": ("report_name",),
    "Page": ("title",),
    "Number Card": ("label",),
    "Dashboard Chart": ("chart_name",),
    "Dashboard": ("dashboard_name",),
    "Print Format": ("name",),
    "Module Onboarding": ("title", "subtitle", "success_message"),
    "Onboarding Step": ("title", "action_label", "description", "report_description", "callback_message"),
    "Form Tour": ("title",),
}


def workspace(
    fileobj: BufferedReader, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """A workspace: its name, and the labels and texts on it."""
    data = json.load(fileobj)
    yield from _each((data.get("label"), "Name of a workspace"), (data.get("title"), "Title of a workspace"))
    for table in ("charts", "number_cards", "links", "shortcuts", "quick_lists", "custom_blocks"):
        for row in data.get(table, []):
            yield from _each(*((row.get(field), f"On the workspace, in {table}") for field in LABELS))
    for block in json.loads(data.get("content") or "[]"):
        yield from _each((block.get("data", {}).get("text"), "Text on the workspace"))


LABELS = ("label", "description", "format")


def _each(*texts: tuple[str | None, str]) -> Iterator[Message]:
    for text, comment in texts:
        if text and text not in WORDS_OF_DESK and re.search("[A-Za-z]{2}", text):
            yield 1, "_", text, [comment]


def _at_once(line: int, text: str, context: list[ast.expr]) -> Iterator[Message]:
    if context:
        yield _stored(line, text)
    elif text not in WORDS_OF_DESK:
        yield line, "_", text, []


def _in_template(code: str) -> Iterator[Message]:
    for found in HTML_CALL.finditer(code):
        text = re.sub(r"\\(.)", r"\1", found["text"])
        yield code.count("\n", 0, found.start()) + 1, "_", text, []


def _stored(line: int, text: str, comment: str = "") -> Message:
    return line, "pgettext", (CONTEXT, text), [comment] if comment else []


__all__ = [
    "doctype",
    "html",
    "javascript",
    "python",
    "runbook",
    "sentences",
    "spoken",
    "standard",
    "workspace",
]
