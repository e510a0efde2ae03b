"""Which files are kept as evidence of a row, and which of them a page may show."""

from __future__ import annotations

import re

# Nothing that a browser would run where somebody opens it: no SVG, HTML or XML of any kind.
IMAGES = ("png", "jpg", "jpeg", "webp", "gif")
OTHERS = ("heic", "pdf", "txt", "log", "csv", "json", "docx", "xlsx", "odt", "ods", "eml", "zip", "gz")
ALLOWED = (*IMAGES, *OTHERS)
LONGEST_NAME = 140
_UNFIT = re.compile(r"[<>\"'`&\\/%#?\x00-\x1f\x7f]")


def extension(name: str) -> str:
    """The ending of a file's name, in small letters; empty where it has none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_image(name: str) -> bool:
    """Whether a page shows it as a picture; anything else is a link that downloads it."""
    return extension(name) in IMAGES


def why_not(name: str) -> str:
    """Why a file of this name is not kept; empty where it is."""
    if extension(name) == "gz" and not _is_kept(name):
        return "of a packed file (gz) the name says what is in it, such as notes.txt.gz or logs.tar.gz"
    if extension(name) not in ALLOWED:
        return f"only these kinds are kept as evidence: {', '.join(ALLOWED)}"
    if _UNFIT.search(name) or len(name) > LONGEST_NAME:
        return "its name has signs that do not belong into a name, or is too long: rename it"
    return ""


def _is_kept(name: str) -> bool:
    """A site serves name.html.gz as HTML: what is before gz counts too."""
    if extension(name) != "gz":
        return extension(name) in ALLOWED
    return extension(name[:-3]) == "tar" or _is_kept(name[:-3])


def size_in_words(size: int) -> str:
    """A size for people: “812 B”, “34 kB”, “2.1 MB”."""
    if size < 1000:
        return f"{size} B"
    return f"{round(size / 1000)} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
