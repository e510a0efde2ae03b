"""What stays of a message when its values are taken out: the words by which two messages are the same.

Ids, numbers, hashes, dates, addresses, IBANs, amounts, quoted values, paths and names become one mark.
Version 1 of the fingerprint stands on this file: a change here is a new version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

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
    tokens = [token for part in line.split() if (token := part.strip(_EDGES)) or VALUE in part]
    tokens = tokens[:MOST_WORDS]
    return collapsed([_mark(token) for token in _without_names(_without_units(tokens))])


def first_line(text: str) -> str:
    """What a message says: its first line, 400 characters at most."""
    head = text.lstrip()[:LONGEST]
    return head.partition("\n")[0].rstrip()


@lru_cache(maxsize=50_000)
def _mark(token: str) -> str:
    """A word in lower case; anything that is no plain word is a value."""
    is_word = len(token) <= LONGEST_WORD and _WORD.fullmatch(token) and not _is_file(token)
    return token.lower() if is_word and token.lower() not in _WEEKDAYS else VALUE


def _is_file(token: str) -> bool:
    """ "export.csv", "mail.example.org": words joined by dots, unless it is a dotted path of Python."""
    is_name_of_host = "." in token and "_" not in token and not token.islower()
    return is_name_of_host or bool(_FILE.search(token))


def _without_units(tokens: list[str]) -> list[str]:
    """ "24 november", "EUR 12,50": what stands beside a number belongs to it."""
    units = [at for at, token in enumerate(tokens) if token.lower().rstrip(".") in _UNITS]
    if not units:
        return tokens
    found = list(tokens)
    for at in units:
        beside = tokens[max(at - 1, 0) : at + 2]
        if any(character.isdigit() for token in beside for character in token):
            found[at] = VALUE
    return found


def _without_names(tokens: list[str]) -> list[str]:
    """Runs of capitals inside a sentence are names, and their particles with them; a title, which is written
    with capitals throughout, has none."""
    if _is_title(tokens):
        return tokens
    marked = [VALUE if at and _may_be_name(token) else token for at, token in enumerate(tokens)]
    if len(marked) > 2 and _may_be_name(tokens[0]) and _continues(marked, 1):
        marked[0] = VALUE
    for at, token in enumerate(marked):
        if token.lower() in _PARTICLES and at > 0 and marked[at - 1] == VALUE and _continues(marked, at):
            marked[at] = VALUE
    return marked


def _continues(marked: list[str], at: int) -> bool:
    """Whether a name goes on: a value at `at`, or after particles."""
    while at < len(marked) and marked[at].lower() in _PARTICLES:
        at += 1
    return at < len(marked) and marked[at] == VALUE


def _is_title(tokens: list[str]) -> bool:
    words = [token for token in tokens if token[:1].isalpha() and len(token) > 3]
    return all(token[0].isupper() for token in words)


@lru_cache(maxsize=50_000)
def _may_be_name(token: str) -> bool:
    """ "Jansen", "El", "O'Brien", "Jan-Willem"; not "SEPA", "ValidationError", "Invoice"."""
    bare = token.removesuffix("'s").removesuffix("’s")
    parts = re.split(r"[-'’]", bare)
    capital = bool(bare) and bare[0].isupper() and all(part[1:].islower() or len(part) < 2 for part in parts)
    return (
        capital and bare.isprintable() and bare.lower() not in _KNOWN and not any(c.isdigit() for c in bare)
    )


def collapsed(words: Iterable[str]) -> tuple[str, ...]:
    """The words, each run of values being one."""
    kept: list[str] = []
    for word in words:
        if word != VALUE or not kept or kept[-1] != VALUE:
            kept.append(word)
    return tuple(kept)
