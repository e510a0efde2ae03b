"""What is wrong with a translation: figures or tags that are lost, nothing translated, words of another glossary."""

from __future__ import annotations

import re

HELD = re.compile(r"\{(?:\d*|[a-z_]+)\}")
TAG = re.compile(r"</?[a-z][a-z0-9]*", re.IGNORECASE)
# The same in both languages: names, units, and words that Dutch took over.
SAME = frozenset("OK SLA SEPA Redis MariaDB".split())


def faults_of(text: str, translation: str) -> list[str]:
    """In words; none where it is sound."""
    if not translation:
        return ["not translated"]
    return [
        *(["other figures"] if sorted(HELD.findall(text)) != sorted(HELD.findall(translation)) else []),
        *(["other tags"] if sorted(TAG.findall(text)) != sorted(TAG.findall(translation)) else []),
        *(["other space at its edges"] if _edges(text) != _edges(translation) else []),
    ]


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()
