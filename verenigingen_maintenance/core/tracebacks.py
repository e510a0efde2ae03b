"""Reads what Python and Frappe print of an exception: its type, its message, and where it was raised.

Both forms are read: Python's own, and the one with variables that `frappe.log_error` writes (its locals stand
at six spaces, so that a frame, at two, cannot be mistaken). Of chained tracebacks the last counts: it is what
reached the user, and the form with variables shows no other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

HEADERS = ("Traceback (most recent call last):", "Traceback with variables (most recent call last):")
CHAINS = ("\nDuring handling of the above exception,", "\nThe above exception was the direct cause")
FRAMEWORK = "frappe"
FRAME = '\n  File "'
SCRIPTS, SERVER_SCRIPT = "<serverscript>", "Server Script"
# These helpers of Frappe raise what another function has to say.
SPEAKERS = frozenset({"throw", "msgprint", "_raise_exception", "_msgprint", "raise_exception"})
# The bars of the outermost group; what stands behind deeper ones stays indented.
_OUTER_BARS = re.compile(r"^  [|+] ", re.M)
_OUTDENTED = re.compile(r"\n(?=[^\s])")
_FRAME = re.compile(r'  File "([^"\n]*)", line \d+(?:, in ([^\n]*))?')
_LINE = re.compile(r'^  File "[^"\n]*", line \d+(?:, in [^\n]*)?$', re.M)
_TYPE = re.compile(r"[A-Za-z_][\w.<>]*")
# An app has a package of its name; a folder of another may be called apps too.
_APP = re.compile(r"(?:.*?/)?apps/([\w-]+)/(\1/.+)|(?:.*?/)?apps/([\w-]+)/(.+)")
_LIBRARY = re.compile(r"/(?:site|dist)-packages/|/python3[.\d]*/(?!(?:site|dist)-packages/)")
_SEPARATOR = re.compile("|".join(map(re.escape, CHAINS)))
_HEADER = re.compile("|".join(map(re.escape, HEADERS)))
_GROUP = f"Exception Group {HEADERS[0]}"
_ESCAPED = re.compile(r'\\n  File \\+"')


class Frame(NamedTuple):
    """A function of an app: "verenigingen", "verenigingen.utils.sepa", "create_batch". No line number:
    releases move it. Code outside of any app has the app ""."""

    app: str
    module: str
    function: str


class Failure(NamedTuple):
    """What a traceback tells: the exception's short type, the application's innermost frame, the message."""

    exception: str
    frame: Frame | None
    message: str


def failure_of(text: str) -> Failure | None:
    """The last exception of the last chained traceback in `text`; None where there is no traceback.

    The type is "" and the frame None where the text was cut off before them.
    """
    if "Traceback" not in text and "File " not in text:
        return None
    text = _plain(_unescaped(text))
    begin = _header(text, 0)
    if begin < 0:
        return _without_header(text)
    end = _end_of_frames(text, begin)
    is_chain = text.startswith(HEADERS[0], begin)
    while is_chain and (chained := _next_in_chain(text, end)) >= 0:
        begin, end = chained, _end_of_frames(text, chained)
    exception, message = _exception(text, end)
    return Failure(exception, _innermost(text, begin, end), message)


def _unescaped(text: str) -> str:
    """A traceback inside JSON, as Frappe answers it to a browser, has its line ends written out."""
    while FRAME not in text and _ESCAPED.search(text):
        text = text.replace(r"\\", "\0").replace(r"\n", "\n").replace(r"\"", '"').replace("\0", "\\")
    return text


def _without_header(text: str) -> Failure | None:
    """Of a traceback whose beginning was cut off, what is left: frames, and the exception after them."""
    text = f"\n{text}"
    frames = list(_LINE.finditer(text))
    if not frames:
        return None
    begin = max(0, frames[0].start() - 1)
    end = _end_of_frames(text, frames[-1].end())
    return Failure(_exception(text, end)[0], _innermost(text, begin, end), _exception(text, end)[1])


def _plain(text: str) -> str:
    """With one kind of line end, and without the bars of an exception group."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _OUTER_BARS.sub("", text) if _GROUP in text else text


def _header(text: str, start: int) -> int:
    """Where a traceback begins; -1 where none does."""
    if text.startswith(HEADERS, start):
        return start
    found = _HEADER.search(text, start)
    return found.start() if found else -1


def _next_in_chain(text: str, start: int) -> int:
    """Where the next traceback of a chain begins."""
    found = _SEPARATOR.search(text, start)
    return _header(text, found.end()) if found else -1


def _end_of_frames(text: str, begin: int) -> int:
    """Frames, source lines and locals are indented: the first line that is not is the exception's."""
    found = _OUTDENTED.search(text, begin)
    return found.start() if found else len(text)


def _exception(text: str, at: int) -> tuple[str, str]:
    line = text[at + 1 : _line_end(text, at + 1)]
    name, _colon, message = line.partition(":")
    if not _TYPE.fullmatch(name):
        return "", line.strip()
    return name.rpartition(".")[2], message.strip()


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _innermost(text: str, begin: int, end: int) -> Frame | None:
    """The innermost frame of an app; else of Frappe; else the innermost of all.

    In a comprehension it is the function around it: Python 3.12 gives comprehensions no frame of their own.
    """
    framework = library = None
    at = text.rfind(FRAME, begin, end)
    while at >= 0:
        frame = _frame(text[at + 1 : _line_end(text, at + 1)])
        if frame and frame.app not in ("", FRAMEWORK):
            return frame
        if frame and frame.app and not framework:
            framework = frame
            if not _has_others(text, begin, at):
                break
        library = library or frame
        at = text.rfind(FRAME, begin, at)
    return framework or library


def _has_others(text: str, begin: int, end: int) -> bool:
    """Whether there are frames of another app than Frappe, so that it is worth while to look for them."""
    return text.count("apps/", begin, end) > text.count("apps/frappe/", begin, end) or SCRIPTS in text


@lru_cache(maxsize=20_000)
def _frame(line: str) -> Frame | None:
    """The frame of a line; None for one that says nothing of where the fault is."""
    found = _FRAME.match(line)
    if not found:
        return None
    path, function = found[1], (found[2] or "").strip()
    if function.startswith("<") and function != "<module>":
        return None
    app, module = _place(path)
    return None if app == FRAMEWORK and function in SPEAKERS else Frame(app, module, function)


def _place(path: str) -> tuple[str, str]:
    """App and module of a file, whether its path is whole or begins in the bench."""
    if path.startswith(SCRIPTS):
        return SERVER_SCRIPT, path.partition(":")[2].strip() or SERVER_SCRIPT
    path = path.replace("\\", "/")
    *outside, inside = _LIBRARY.split(path)
    found = None if outside else _APP.match(path)
    return (
        (found[1] or found[3], _module(found[2] or found[4])) if found else ("", _module(inside.lstrip("/")))
    )


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
