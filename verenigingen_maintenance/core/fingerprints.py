"""By what two errors are the same: the fingerprint of a row of Error Log.

Of a traceback: the exception's type and the application's innermost frame, without line numbers. Of anything
else: the words of its message, or of its title, without the values in them. The fingerprint carries the
version of the algorithm; `VERSIONS` keeps the older ones, so that what they grouped is found again after an
upgrade.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from .normalised import VALUE, first_line, normalised
from .tracebacks import Frame, failure_of

VERSION = 1
LONGEST_TITLE = 140
# A message of fewer words says too little without its title.
TELLING_WORDS = 4
_SAYS_NOTHING = frozenset({"", "error", "fout", "exception", "traceback"})
# What Python prints as the traceback where there is none.
_NO_TEXT = frozenset({"NoneType: None", "None"})
NO_FRAME = Frame("", "", "")


class Signature(NamedTuple):
    """Of a traceback: `exception` and `frame`; of a text: `words`."""

    fingerprint: str
    exception: str = ""
    frame: Frame = NO_FRAME
    words: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What people call it, 140 characters at most."""
        if self.words:
            said = " ".join("…" if word == VALUE else word for word in self.words)
            return (said[0].upper() + said[1:])[:LONGEST_TITLE]
        if not self.exception and not self.frame.module:
            return "An error without any text"
        place = ".".join(filter(None, (self.frame.module, self.frame.function)))
        return f"{self.exception or 'Exception'} in {place or 'an unknown place'}"[:LONGEST_TITLE]


def signature(title: str | None, text: str | None) -> Signature:
    """The signature of an Error Log with this title (`method`) and text (`error`); either may be missing."""
    text = "" if text is None or (len(text) < LONGEST_TITLE and text.strip() in _NO_TEXT) else text
    failure = failure_of(text)
    if failure and (failure.exception or failure.frame):
        return of_failure(failure.exception, failure.frame or NO_FRAME)
    return of_words(_words(title or "", "" if failure else first_line(text)))


@lru_cache(maxsize=20_000)
def of_failure(exception: str, frame: Frame) -> Signature:
    return Signature(hashed("traceback", exception, frame.module, frame.function), exception, frame)


@lru_cache(maxsize=20_000)
def of_words(words: tuple[str, ...]) -> Signature:
    return Signature(hashed("text", *words), words=words)


def hashed(*parts: str, version: int = VERSION) -> str:
    """Sixteen hexadecimal digits after the version: "1-9f86d081884c7d65"."""
    return f"{version}-{hashlib.sha1(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:16]}"


@lru_cache(maxsize=10_000)
def _words(title: str, text: str) -> tuple[str, ...]:
    """The words of the text, with those of the title before them where the text alone says too little."""
    said = normalised(text)
    if sum(word != VALUE for word in said) >= TELLING_WORDS or title.strip().lower() in _SAYS_NOTHING:
        return said
    named = normalised(title)
    return named if not said or named[: len(said)] == said or said[: len(named)] == named else (*named, *said)


VERSIONS: dict[int, Callable[[str | None, str | None], Signature]] = {VERSION: signature}
