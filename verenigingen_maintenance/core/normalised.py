"""What stays of a message when its values are taken out: the words by which two messages are the same.

Ids, numbers, hashes, dates, addresses, IBANs, amounts, quoted values, paths and names become one mark.
Version 1 of the fingerprint stands on this file: a change here is a new version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

VALUE = "*"
LONGEST = 400
MOST_WORDS = 40
LONGEST_WORD = 40
_QUOTES, _BRACKETS, _DIGITS = "'’\"“„‘`«", "{[<", "0123456789"
# What takes values out, and the characters without which it need not look.
_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (_QUOTES, re.compile(r"(?<!\w)['’](?:s-(?=[A-Z])|(?=[tsn]\b))"), ""),
    (
        _QUOTES,
        re.compile(r"(?<!\w)(?:\"[^\"\n]*\"|“[^”\n]*”|„[^”“\n]*[”“]|‘[^’\n]*’|`[^`\n]*`|«[^»\n]*»)"),
        " * ",
    ),
    (_QUOTES, re.compile(r"(?<![^\W_])b?'[^'\n]*(?:'(?=[a-z])[^'\n]*)*'(?!\w)"), " * "),
    (_BRACKETS, re.compile(r"[{\[](?:.*[}\]]|.*)", re.S), " * "),
    (_BRACKETS, re.compile(r"<[^<>\n]*>"), " * "),
    (_DIGITS, re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), " * "),
)
# Where all that is said stands in quotes or brackets, it is the message.
_UNQUOTED = str.maketrans(dict.fromkeys(_QUOTES + "”" + _BRACKETS + "}]>()", " "))
_FILE = re.compile(
    r"\.(?:csv|xml|pdf|txt|json|log|sql|gz|zip|xlsx?|docx?|png|jpe?g|html?|py|js|ya?ml|sta|nl|be|de|"
    r"com|org|net|eu|local|example|test|io|app)$",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-_.'’][^\W\d_]+)*")
_EDGES = ".,;:!?()[]{}<>\"'`“”„‘’*=|#&…"
_DIGIT = re.compile(r"\d")
_WEEKDAY_WORDS = """
monday tuesday wednesday thursday friday saturday sunday
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
"""
_WEEKDAYS = frozenset(_WEEKDAY_WORDS.split())
# Beside a number they belong to it.
_UNIT_WORDS = """
january february march april may june july august september october november december
januari februari maart mei juni juli augustus oktober
jan feb mar mrt apr jun jul aug sep sept oct okt nov dec gmt utc cet cest am pm
eur usd gbp chf euro euros b kb kib mb mib gb gib bytes byte ms s sec seconds second seconden seconde
m min minutes minute minuten minuut h hours hour uur uren days day dagen dag weeks week weken
pct percent procent
"""
_UNITS = frozenset(_UNIT_WORDS.split())
_PARTICLE_WORDS = "de den der het ten ter te van von t s aan in el al la le di da du bin ben op"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
# Words that are written with a capital and yet are no names: those of the desk and of the trade.
_KNOWN_WORDS = """
account address api app asset bank batch bic branch browser cache campaign case chapter client comment
communication company contact contribution cost csv currency custom customer dashboard data database debit
delivery desk direct doctype document domain donation donor draft dues email e-mail employee entry error event
expense export failed field file form format general http https iban id import incasso integration invoice
item job journal json key ledger leave letter link list log login mandate mandaat member membership message
method mode module mollie mt network newsletter note notification offer opportunity order package page party
password payment paypal pdf period permission price print process profile project purchase queue quotation
receipt reconciliation record redis refund region reminder report request response role rule sales schedule
script section sepa server service session settings shift sign sms smtp spf sql ssl staff statement status
stock stripe subscription supplier system table task tax team template termination ticket timeout todo token
transaction type url user value vat version volunteer warehouse web webhook website workflow workspace xml
factuur betaling lid leden lidmaatschap vrijwilliger afdeling bestand machtiging rekening bestelling klant
gebruiker verzoek verbinding sessie fout bericht nieuwsbrief formulier rapport taak sjabloon donatie boeking
grootboek contributie opzegging verlenging herinnering
"""
_KNOWN = frozenset(_KNOWN_WORDS.split())


def normalised(text: str) -> tuple[str, ...]:
    """The words of a message's first line in lower case, each run of values being one "*"."""
    return _normalised(first_line(text))


@lru_cache(maxsize=10_000)
def _normalised(line: str) -> tuple[str, ...]:
    words = _words(line)
    if any(word != VALUE for word in words):
        return words
    unquoted = _words(line.translate(_UNQUOTED))
    return unquoted if sum(word != VALUE for word in unquoted) > 1 else words


def _words(line: str) -> tuple[str, ...]:
    there = set(line)
    for needed, pattern, mark in _PATTERNS:
        if not there.isdisjoint(needed):
            line = pattern.sub(mark, line)
    tokens = [token for part in line.split() if (token := _token(part))][:MOST_WORDS]
    return collapsed([token.mark for token in _without_names(_without_units(tokens))])


def first_line(text: str) -> str:
    """What a message says: its first line, 400 characters at most."""
    head = text.lstrip()[:LONGEST]
    return head.partition("\n")[0].rstrip()


class _Token(NamedTuple):
    """What is to be known of a word, wherever it stands; `mark` is what stays of it."""

    mark: str
    may_be_name: bool = False
    is_small: bool = False
    is_particle: bool = False
    is_unit: bool = False
    has_digit: bool = False
    is_taken_out: bool = False


# What a pattern marked; what belongs to a value or to a name; and words with a digit: "12", "id12".
_MARKED, _TAKEN_OUT = _Token(VALUE), _Token(VALUE, is_taken_out=True)
_NUMBER, _SMALL_NUMBER = (_Token(VALUE, is_small=is_small, has_digit=True) for is_small in (False, True))


@lru_cache(maxsize=50_000)
def _token(part: str) -> _Token | None:
    """The token of what stands between two spaces; None where nothing is left but punctuation."""
    word = part.strip(_EDGES)
    if not word:
        return _MARKED if VALUE in part else None
    is_small = word[0].isalpha() and len(word) > 3 and not word[0].isupper()
    if _DIGIT.search(word):
        return _SMALL_NUMBER if is_small else _NUMBER
    lower = word.lower()
    return _Token(
        _mark(word),
        may_be_name=_may_be_name(word),
        is_small=is_small,
        is_particle=lower in _PARTICLES,
        is_unit=lower.rstrip(".") in _UNITS,
        has_digit=any(character.isdigit() for character in word),
    )


def _mark(word: str) -> str:
    """A word in lower case; anything that is no plain word is a value."""
    is_word = len(word) <= LONGEST_WORD and _WORD.fullmatch(word) and not _is_file(word)
    return word.lower() if is_word and word.lower() not in _WEEKDAYS else VALUE


def _is_file(word: str) -> bool:
    """ "export.csv", "mail.example.org": words joined by dots, unless it is a dotted path of Python."""
    is_name_of_host = "." in word and "_" not in word and not word.islower()
    return is_name_of_host or bool(_FILE.search(word))


def _may_be_name(word: str) -> bool:
    """ "Jansen", "El", "O'Brien", "Jan-Willem"; not "SEPA", "ValidationError", "Invoice"."""
    bare = word.removesuffix("'s").removesuffix("’s")
    parts = re.split(r"[-'’]", bare)
    capital = bool(bare) and bare[0].isupper() and all(part[1:].islower() or len(part) < 2 for part in parts)
    return (
        capital and bare.isprintable() and bare.lower() not in _KNOWN and not any(c.isdigit() for c in bare)
    )


def _without_units(tokens: list[_Token]) -> list[_Token]:
    """ "24 november", "EUR 12,50": what stands beside a number belongs to it."""
    units = [at for at, token in enumerate(tokens) if token.is_unit]
    beside = [at for at in units if any(token.has_digit for token in tokens[max(at - 1, 0) : at + 2])]
    return [_TAKEN_OUT if at in beside else token for at, token in enumerate(tokens)] if beside else tokens


def _without_names(tokens: list[_Token]) -> list[_Token]:
    """Runs of capitals inside a sentence are names, and their particles with them; a title, which is written
    with capitals throughout, has none."""
    if not any(token.is_small for token in tokens):
        return tokens
    found = [_TAKEN_OUT if at and token.may_be_name else token for at, token in enumerate(tokens)]
    if _TAKEN_OUT not in found:
        return found
    if len(found) > 2 and found[0].may_be_name and _continues(found, 1):
        found[0] = _TAKEN_OUT
    for at, token in enumerate(found):
        if token.is_particle and at and found[at - 1].is_taken_out and _continues(found, at):
            found[at] = _TAKEN_OUT
    return found


def _continues(tokens: list[_Token], at: int) -> bool:
    """Whether a name goes on: what was taken out at `at`, or after particles."""
    while at < len(tokens) and tokens[at].is_particle:
        at += 1
    return at < len(tokens) and tokens[at].is_taken_out


def collapsed(words: Iterable[str]) -> tuple[str, ...]:
    """The words, each run of values being one."""
    kept: list[str] = []
    for word in words:
        if word != VALUE or not kept or kept[-1] != VALUE:
            kept.append(word)
    return tuple(kept)
