"""Which whitelisted methods of apps do something before anybody asked who may, found by reading their code.

It imports and runs nothing. What reading cannot know (what a method of some object does, a function chosen by
its name) is UNDECIDED, never CHECKED; where guests may call it, it is told as what is open is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from .code_calls import Act
from .code_modules import Library, Module, Place, full_name
from .code_walk import Seen, Summary, Walker

MOST_TOLD = 3


class Kind(str, Enum):
    """What was seen, the worst first."""

    GUEST_WRITES = "guest writes"
    WRITES = "writes"
    GUEST_READS = "guest reads"
    GUEST_UNDECIDED = "guest undecided"
    WRITES_FOR_READERS = "writes for who may read"
    READS = "reads"
    UNDECIDED = "undecided"
    HARMLESS = "touches nothing"
    CHECKED = "checked"

    def __str__(self) -> str:
        return self.value


# What an assessment lists and compares; the others are counted.
SHOWN = (
    *(Kind.GUEST_WRITES, Kind.WRITES, Kind.GUEST_READS, Kind.GUEST_UNDECIDED),
    Kind.WRITES_FOR_READERS,
)


@dataclass(frozen=True)
class Exposed:
    """A whitelisted method: its dotted path, its line, who may call it, and what it does unasked."""

    path: str
    line: int
    kind: Kind
    why: str
    is_guest: bool
    is_of_document: bool

    @property
    def app(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True)
class _Whitelisted:
    place: Place
    is_guest: bool


def find(library: Library, modules: Iterable[str]) -> list[Exposed]:
    """The whitelisted methods of some modules, judged; the worst first."""
    walker = Walker(library)
    found = [_judged(each, walker) for name in modules for each in _whitelisted(library.module(name))]
    order = list(Kind)
    return sorted(found, key=lambda each: (order.index(each.kind), each.path))


def _whitelisted(module: Module | None) -> list[_Whitelisted]:
    if module is None:
        return []
    found = []
    for name, node in module.functions.items():
        whitelist = next((each for each in node.decorator_list if _is_whitelist(module, each)), None)
        if whitelist is not None:
            found.append(_Whitelisted(Place(module, name, node), _is_for_guests(whitelist)))
    return found


def _is_whitelist(module: Module, node: ast.expr) -> bool:
    """Under whatever name it was imported."""
    target = node.func if isinstance(node, ast.Call) else node
    name = full_name(module, target) or (target.attr if isinstance(target, ast.Attribute) else "")
    return name.rpartition(".")[2] == "whitelist"


def _is_for_guests(node: ast.expr) -> bool:
    """Given as true, or as something that may be."""
    if not isinstance(node, ast.Call):
        return False
    given = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "allow_guest")]
    return any(not isinstance(value, ast.Constant) or bool(value.value) for value in given)


def _judged(found: _Whitelisted, walker: Walker) -> Exposed:
    summary = walker.summary(found.place)
    if _is_guarded(found.place, walker):
        summary = replace(summary, refuses=True, seen=())
    is_of_document = bool(found.place.of_class)
    is_guest = found.is_guest and not summary.wants_login
    kind = _kind(summary, is_guest, is_of_document)
    return Exposed(
        found.place.path, found.place.node.lineno, kind, _why(summary, kind), is_guest, is_of_document
    )


def _is_guarded(place: Place, walker: Walker) -> bool:
    """Whether one of its decorators refuses who may not."""
    for decorator in place.node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        found = (
            None
            if _is_whitelist(place.module, decorator)
            else walker.library.place(full_name(place.module, target))
        )
        if found and walker.guarded_by(found):
            return True
    return False


def _kind(summary: Summary, is_guest: bool, is_of_document: bool) -> Kind:
    acts = {each.act for each in summary.seen}
    if Act.WRITES in acts:
        if is_of_document:
            return Kind.WRITES_FOR_READERS
        return Kind.GUEST_WRITES if is_guest else Kind.WRITES
    if acts & {Act.READS, Act.LOADS} and not is_of_document:
        return Kind.GUEST_READS if is_guest else Kind.READS
    if acts & {Act.DYNAMIC, Act.UNKNOWN}:
        return Kind.GUEST_UNDECIDED if is_guest and not is_of_document else Kind.UNDECIDED
    return Kind.CHECKED if summary.refuses or summary.is_aware or is_of_document else Kind.HARMLESS


def _why(summary: Summary, kind: Kind) -> str:
    """The calls that make it so."""
    wanted = {
        **dict.fromkeys((Kind.GUEST_WRITES, Kind.WRITES, Kind.WRITES_FOR_READERS), (Act.WRITES,)),
        **dict.fromkeys((Kind.GUEST_READS, Kind.READS), (Act.READS, Act.LOADS)),
        **dict.fromkeys((Kind.GUEST_UNDECIDED, Kind.UNDECIDED), (Act.DYNAMIC, Act.UNKNOWN)),
    }.get(kind, ())
    return "; ".join(_first(summary.seen, wanted))


def _first(seen: Iterable[Seen], wanted: tuple[Act, ...]) -> list[str]:
    return list(dict.fromkeys(str(each) for each in seen if each.act in wanted))[:MOST_TOLD]
