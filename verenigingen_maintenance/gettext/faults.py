"""What is wrong with a translation: lost figures or tags, nothing translated, other words than agreed."""

from __future__ import annotations

import re

HELD = re.compile(r"\{(?:\d*|[a-z_]+)\}")
TAG = re.compile(r"</?[a-z][a-z0-9]*", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|are|were|of the|not|and|it|has|have|with|this|that|which|by)\b")
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|`[^`]*`|\{[^}]*\}|[\w.-]+[_/.][\w./-]+")
# A word of the English text, what the Dutch one does not call it, and what it does: docs/translations.md.
GLOSSARY = (
    ("check", "check", "controle"),
    ("escalation", "escalation", "escalatie"),
    ("evidence", "evidence", "bewijs"),
    ("threshold", "drempel", "drempelwaarde"),
    ("compliance", "compliance", "naleving"),
    ("backup", "backup", "back-up"),
    ("drill", "drill", "oefening"),
    ("downtime", "downtime", "uitval"),
    ("incident", "voorval", "incident"),
    ("unknown", "unknown", "onbekend"),
)
INFORMAL = re.compile(r"\b(je|jij|jou|jouw|jullie)\b", re.IGNORECASE)


def faults_of(text: str, translation: str) -> list[str]:
    """In words; none where it is sound."""
    if not translation:
        return ["not translated"]
    return [
        *(["other figures"] if sorted(HELD.findall(text)) != sorted(HELD.findall(translation)) else []),
        *(["other tags"] if sorted(TAG.findall(text)) != sorted(TAG.findall(translation)) else []),
        *(["other space at its edges"] if _edges(text) != _edges(translation) else []),
        *(["still English"] if text == translation and ENGLISH.search(text) else []),
        *(["addresses the reader with “je”"] if INFORMAL.search(QUOTED.sub("", translation)) else []),
        *_other_words(text, translation),
    ]


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def _other_words(text: str, translation: str) -> list[str]:
    bare = QUOTED.sub("", translation).lower()
    return [
        f"“{word}” is “{dutch}” here"
        for english, word, dutch in GLOSSARY
        if re.search(rf"\b{english}s?\b", text.lower()) and re.search(rf"\b{word}s?\b", bare)
    ]
