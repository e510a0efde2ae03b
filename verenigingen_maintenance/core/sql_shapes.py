"""What a query is: its shape without parameters, whether it may be run again, and by which columns it
looks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 20_000
_TOKEN = re.compile(
    r"(?P<space>\s+|--(?=\s)[^\n]*|\#[^\n]*|/\*.*?\*/)"
    r"|(?P<text>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\")"
    r"|(?P<quoted>`[^`]*`)"
    r"|(?P<number>0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
    r"|(?P<word>[a-z_@$][\w$@]*)"
    r"|(?P<mark><=>|<>|!=|<=|>=|:=|\|\||&&|.)",
    re.I | re.S,
)
_RUNS_IN_A_COMMENT = re.compile(r"/\*M?!")
_LITERALS = frozenset({"text", "number"})
# What changes something, waits, locks, or answers another thing each time.
_NOT_AGAIN = frozenset(
    {"into", "update", "lock", "share", "get_lock", "release_lock", "release_all_locks", "sleep", "benchmark"}
    | {
        "nextval",
        "next",
        "setval",
        "lastval",
        "load_file",
        "insert",
        "delete",
        "replace",
        "call",
        "procedure",
        "handler",
    }
)
_CLAUSES = frozenset({"group", "order", "limit", "having", "union", "window", "for", "procedure", "offset"})
_RANGES = frozenset({"<", ">", "<=", ">="})
_JOINS = frozenset({"join", "inner", "left", "right", "outer", "cross", "straight_join", "natural"})


@dataclass(frozen=True)
class Token:
    """A piece of SQL; words are compared in lower case."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """A name, without its backticks; empty where it is none."""
        if self.kind == "quoted":
            return self.text[1:-1]
        return self.text if self.kind == "word" else ""


@dataclass(frozen=True)
class Predicate:
    """A column that a query looks by: `equal` to something, or in a `range`.

    `table` is empty where the query does not say which of its tables. `sql` is the condition as it is in
    the query; it is empty where the column is compared with another one. `is_number`: with a number, so that
    no index of a text would be used.
    """

    table: str
    column: str
    kind: str
    sql: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Query:
    """The tables of a query by the name that it calls them, and the conditions that all must hold."""

    tables: dict[str, str]
    predicates: tuple[Predicate, ...]


def shape(sql: str) -> str:
    """The query without its parameters, on one line: what may be stored and shown."""
    pieces = ["?" if each.kind in _LITERALS else each.word or each.text for each in _tokens(sql)]
    text = " ".join(pieces).replace(" . ", ".").replace("- ?", "?").replace(" ,", ",")
    return re.sub(r"\( \?(?:, \?)* \)", "(?)", text)


def fingerprint(sql: str) -> str:
    """The same for queries that differ in their parameters only."""
    return mark_of(shape(sql))


def mark_of(shape: str) -> str:
    """The fingerprint of queries of one shape."""
    return hashlib.sha1(shape.encode(), usedforsecurity=False).hexdigest()[:12]


def may_run_again(sql: str) -> bool:
    """Whether it is one SELECT that only reads, so that it can be timed once more."""
    if len(sql) > LONGEST or _RUNS_IN_A_COMMENT.search(sql):
        return False
    tokens = list(_tokens(sql.strip().rstrip(";")))
    words = {each.word for each in tokens}
    marks = {each.text for each in tokens if each.kind == "mark"}
    starts = bool(tokens) and tokens[0].word == "select"
    return starts and not words & _NOT_AGAIN and not marks & {";", ":=", "'", '"', "`"}


def read(sql: str) -> Query:
    """The tables and conditions of one SELECT. What this does not understand is left out: an OR, a function
    of a column, a LIKE that begins with %, a query within."""
    tokens = list(_tokens(sql))
    tables, joined = _tables(tokens)
    terms = [term for clause in (*joined, _where(tokens)) for term in _terms(clause)]
    found = [each for term in terms for each in _predicates(term, tables)]
    return Query(tables, tuple(dict.fromkeys(found)))


def _tokens(sql: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(sql[:LONGEST]):
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found[0])


def _at_top(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside of brackets, with their places; a bracket itself counts as inside."""
    depth = 0
    for place, token in enumerate(tokens):
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
        elif not depth:
            yield place, token


def _between(tokens: Sequence[Token], begins: str) -> Sequence[Token]:
    """What follows the word `begins` up to the next clause."""
    top = list(_at_top(tokens))
    starts = next((place for place, token in top if token.word == begins), None)
    if starts is None:
        return ()
    ends = _CLAUSES | ({"where"} if begins == "from" else set())
    end = next((place for place, token in top if place > starts and token.word in ends), len(tokens))
    return tokens[starts + 1 : end]


def _where(tokens: Sequence[Token]) -> Sequence[Token]:
    return _between(tokens, "where")


def _tables(tokens: Sequence[Token]) -> tuple[dict[str, str], list[Sequence[Token]]]:
    """The tables by what the query calls them, and the conditions of its joins."""
    found, conditions = {}, []
    for part in _split(_between(tokens, "from"), _JOINS | {","}):
        on = next((place for place, token in _at_top(part) if token.word in ("on", "using")), len(part))
        names = [each.name for each in part[:on] if each.word != "as"]
        if names and names[0]:
            found[names[-1] or names[0]] = names[0]
        conditions.append(part[on + 1 :])
    return found, conditions


def _split(tokens: Sequence[Token], at: frozenset[str]) -> list[Sequence[Token]]:
    parts, start = [], 0
    for place, token in _at_top(tokens):
        if token.word in at or token.text in at:
            parts.append(tokens[start:place])
            start = place + 1
    return [part for part in (*parts, tokens[start:]) if part]


def _terms(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The conditions that must all hold, out of their brackets. Where one of several is enough, none is."""
    tokens = _without_brackets(tokens)
    top = [token for _place, token in _at_top(tokens)]
    if any(token.word in ("or", "xor") or token.text == "||" for token in top):
        return
    parts = _ands(tokens)
    if len(parts) == 1:
        yield parts[0]
        return
    for part in parts:
        yield from _terms(part)


def _ands(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """Parts between ANDs; that of a BETWEEN belongs to it."""
    parts, start, is_between = [], 0, False
    for place, token in _at_top(tokens):
        if token.word == "between":
            is_between = True
        elif token.word == "and" and is_between:
            is_between = False
        elif token.word == "and" or token.text == "&&":
            parts.append(tokens[start:place])
            start = place + 1
    return [part for part in (*parts, tokens[start:]) if part]


def _without_brackets(tokens: Sequence[Token]) -> Sequence[Token]:
    while (
        len(tokens) > 1
        and tokens[0].text == "("
        and not list(_at_top(tokens[:-1]))
        and tokens[-1].text == ")"
    ):
        tokens = tokens[1:-1]
    return tokens


def _predicates(term: Sequence[Token], tables: dict[str, str]) -> Iterator[Predicate]:
    left, rest = _column(term, tables)
    if left is None or not rest:
        return
    right, more = _column(rest[1:], tables)
    if rest[0].text == "=" and right is not None and not more:
        yield Predicate(*left, "equal")
        yield Predicate(*right, "equal")
    elif kind := _kind(rest):
        yield Predicate(*left, kind, _sql(term), any(each.kind == "number" for each in rest))


def _column(
    tokens: Sequence[Token], tables: dict[str, str]
) -> tuple[tuple[str, str] | None, Sequence[Token]]:
    """The column that comes first, with its table, and what follows it."""
    if not tokens or not tokens[0].name or tokens[0].word in ("null", "true", "false"):
        return None, tokens
    if len(tokens) > 2 and tokens[1].text == "." and tokens[2].name:
        table = tables.get(tokens[0].name)
        return ((table, tokens[2].name) if table else None), tokens[3:]
    if len(tokens) > 1 and tokens[1].text == "(":
        return None, tokens
    only = next(iter(tables.values())) if len(tables) == 1 else ""
    return (only, tokens[0].name), tokens[1:]


def _kind(rest: Sequence[Token]) -> str:
    """How a column is compared with what is given; empty where an index would not help."""
    operator, given = rest[0], rest[1:]
    is_given = bool(given) and all(_is_given(each) for each in given)
    if operator.text in ("=", "<=>") or operator.word == "in":
        return "equal" if is_given else ""
    if operator.text in _RANGES or operator.word == "between":
        return "range" if is_given else ""
    if operator.word == "like":
        return (
            "range"
            if is_given and given[0].kind == "text" and given[0].text[1:2] not in ("%", "_", "'")
            else ""
        )
    return "equal" if operator.word == "is" and [each.word for each in given] == ["null"] else ""


def _is_given(token: Token) -> bool:
    return token.kind in _LITERALS or token.text in ("(", ")", ",", "-", "+") or token.word in ("and", "null")


def _sql(tokens: Sequence[Token]) -> str:
    return " ".join(each.text for each in tokens)
