"""Walks through a function in the order in which it runs, and notes what it does before it asked who may.

It follows the helpers that it can find, a few levels deep. What a test of an `if` asks holds in its branches,
and after it where one branch ends the function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from .code_calls import (
    ENQUEUES,
    IGNORE,
    Act,
    act_of,
    chain_of,
    given_to,
    ignores,
    of_query,
    of_sql,
    text_of,
)
from .code_modules import FUNCTIONS, Library, Place, dotted, full_name
from .code_shapes import (
    TRIES,
    chosen,
    ends,
    inner_first,
    is_about_guest,
    is_common,
    is_false,
    is_flag,
    is_the_user,
    names_session,
    names_the_flag,
    parameters,
    raises,
    within,
)

DEPTH = 2
CHOSEN = "a function that is chosen"


@dataclass(frozen=True)
class Seen:
    """Something that was done unasked: what, by which call, in which line, through which helper."""

    act: Act
    call: str
    line: int
    through: str = ""

    def __str__(self) -> str:
        helper = f", in {self.through}" if self.through else ""
        return f"{self.call} (line {self.line}{helper})"


@dataclass(frozen=True)
class Summary:
    """A function: whether it refuses who may not, or answers whether one may; what it does unasked."""

    refuses: bool = False
    answers: bool = False
    wants_login: bool = False
    is_aware: bool = False
    seen: Sequence[Seen] = ()


@dataclass
class Walker:
    """Walks through functions of a library, each once at each depth."""

    library: Library
    known: dict[tuple[str, int], Summary] = field(default_factory=dict)

    def summary(self, place: Place, depth: int = DEPTH) -> Summary:
        key = (place.path, depth)
        if key not in self.known:
            self.known[key] = Summary()  # for one that calls itself
            self.known[key] = _Walk(self, place, depth).summary()
        return self.known[key]

    def guarded_by(self, place: Place) -> bool:
        """Whether a decorator asks who may: a function within it refuses."""
        walks = (_Walk(self, replace(place, node=each), DEPTH) for each in [place.node, *within(place.node)])
        return any(each.summary().refuses for each in walks)


class _Walk:
    """One function. `refused` is true from where whoever may not was turned away."""

    def __init__(self, walker: Walker, place: Place, depth: int) -> None:
        self.walker, self.place, self.depth = walker, place, depth
        self.refused = self.login = self.aware = self.answers = self.ignoring = self.gained = False
        self.within = 0  # in how many branches it is
        self.floor = 0  # from where a refusal makes harmless what was read
        self.seen: list[Seen] = []
        self.own: set[str] = set()
        self.asked: set[str] = set()
        self.asking: set[int] = set()
        self.queries: dict[str, str] = {}
        self.writing: set[str] = set()  # names of SQL that writes
        self.nested = {each.name: each for each in within(place.node)}
        self.parameters = parameters(place.node)

    def summary(self) -> Summary:
        self._block(self.place.node.body)
        return Summary(self.refused, self.answers, self.login, self.aware, tuple(self.seen))

    @cached_property
    def chosen(self) -> set[str]:
        return chosen(self.place.node)

    # --- statements

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.If):
            self._if(node)
        elif isinstance(node, ast.Match):
            self._expression(node.subject)
            self._branches([(each.body, False) for each in node.cases])
        elif isinstance(node, TRIES):
            self._attempt([*node.body, *node.orelse], [each.body for each in node.handlers])
            self._block(node.finalbody)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith):
            self._with_head(node)
        elif not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            self._simple(node)

    def _with_head(self, node: ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith) -> None:
        if isinstance(node, ast.With | ast.AsyncWith):
            heads: list[ast.expr] = [each.context_expr for each in node.items]
        else:
            heads = [node.test if isinstance(node, ast.While) else node.iter]
        for head in heads:
            self._expression(head)
        is_swallowing = any("suppress" in chain_of(head).rpartition(".")[2] for head in heads)
        self._attempt(node.body, [[]] if is_swallowing else [])
        self._block(getattr(node, "orelse", []))

    def _attempt(self, body: Sequence[ast.stmt], handlers: Sequence[Sequence[ast.stmt]]) -> None:
        """A handler begins as if nothing had been asked: what was to ask may be what failed."""
        if handlers:
            self._branches([(each, False) for each in (body, *handlers)], deeper=0)
        else:
            self._block(body)

    def _simple(self, node: ast.stmt) -> None:
        asks = any(
            [self._expression(each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        )
        if isinstance(node, ast.Return):
            self.answers |= asks
        elif isinstance(node, ast.Assert) and asks:
            self._refuse()
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self._assign(targets, node.value, asks)

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr, asks: bool) -> None:
        for target in targets:
            name = dotted(target)
            if names_the_flag(target, IGNORE) and not is_false(value):
                self.ignoring = True
            for each in [name] if name else [dotted(part) for part in ast.iter_child_nodes(target)]:
                self._note(each, value, asks)

    def _note(self, name: str, value: ast.expr, asks: bool) -> None:
        if asks:
            self.asked.add(name)
        if not self._is_own(value):
            self.own.discard(name)
        elif not self.within:
            self.own.add(name)  # in a branch it is so for some callers only
        if "qb." in chain_of(value):
            self.queries[name] = chain_of(value)
        if of_sql(text_of(value)) is Act.WRITES:
            self.writing.add(name)

    def _if(self, node: ast.If) -> None:
        self._expression(node.test)
        turns_away = self._turns_away(node)
        if turns_away and is_about_guest(node.test):
            self.login, turns_away = True, False
        goes_in, goes_by = self._implies(node.test, True), self._implies(node.test, False)
        self._branches([(node.body, goes_in), (node.orelse, goes_by or turns_away)])

    def _implies(self, test: ast.expr, outcome: bool) -> bool:
        """Whether a test that came out so has asked who may, whatever else it asked."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._implies(test.operand, not outcome)
        if isinstance(test, ast.BoolOp):
            one_is_enough = isinstance(test.op, ast.And) is outcome
            others = [each for each in test.values if not names_session(each) or is_about_guest(each)]
            implied = [self._implies(each, outcome) for each in others]  # who is exempt is the app's affair
            return bool(implied) and (any if one_is_enough else all)(implied)
        return is_flag(test) or any(id(each) in self.asking for each in ast.walk(test))

    def _turns_away(self, node: ast.If) -> bool:
        """A test that names the user or a permission, before a body that raises."""
        raising = [each for each in node.body if raises(each)]
        about = "".join(ast.dump(each) for each in raising)
        is_plain = not isinstance(node.test, ast.BoolOp) and not is_the_user(node.test)
        return bool(raising) and is_plain and ("PermissionError" in about or names_session(node.test))

    def _branches(self, bodies: Sequence[tuple[Sequence[ast.stmt], bool]], deeper: int = 1) -> None:
        """Each begins as it is now, or as one that asked; after them it is refused where all that go on are.

        Where none of them ends the function, asking alone turned nobody away: each must refuse by itself.
        """
        before, gained, ignoring, floor = self.refused, self.gained, self.ignoring, self.floor
        outcomes, told = [], ignoring
        for body, asked in bodies:
            self.refused, self.gained, self.ignoring = before or asked, False, ignoring
            self.floor = len(self.seen)
            self.within += deeper
            self._block(body)
            self.within -= deeper
            told = told or self.ignoring
            if not ends(body):
                outcomes.append((self.refused, self.gained))
        is_narrowed = len(outcomes) < len(bodies)
        refused = bool(outcomes) and all(each[0] if is_narrowed else each[1] for each in outcomes)
        self.refused, self.gained, self.floor = before or refused, gained or refused, floor
        self.ignoring = told
        if refused and not before:
            self._clear(floor)

    # --- expressions

    def _expression(self, node: ast.expr) -> bool:
        """Notes what its calls do; answers whether it asks who may."""
        asking = [each for each in inner_first(node) if self._asks(each)]
        self.asking |= {id(each) for each in asking}
        return bool(asking)

    def _asks(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            return self._call(node)
        return isinstance(node, ast.Name | ast.Attribute) and dotted(node) in self.asked

    def _call(self, call: ast.Call) -> bool:
        name = full_name(self.place.module, call.func)
        if name in ENQUEUES:
            return self._enqueue(call)
        self.ignoring = self.ignoring or ignores(call)
        act = self._act(call, name)
        if act in (Act.NEUTRAL, Act.UNKNOWN) and (found := self._find(name)):
            return self._follow(found, call)
        if act is Act.NEUTRAL and name in self.chosen:
            act = Act.UNKNOWN
        is_foreign = act is Act.UNKNOWN and dotted(call.func).partition(".")[0] in self.place.module.imports
        return self._did(Act.NEUTRAL if is_foreign else act, call, name)

    def _act(self, call: ast.Call, name: str) -> Act:
        if name.endswith(".run") and (chain := self.queries.get(name.rpartition(".")[0])):
            return of_query(chain)
        name = name.replace("frappe.local.", "frappe.", 1)
        query = given_to(call, "query") if name == "frappe.db.sql" else None
        if query is not None and dotted(query) in self.writing:
            return Act.WRITES
        act = act_of(call, name, self.ignoring)
        return Act.NEUTRAL if act in (Act.ASKS, Act.ENFORCES) and self._is_of_another(call, name) else act

    def _is_of_another(self, call: ast.Call, name: str) -> bool:
        """Whether it asks what somebody may whom the caller of the method names."""
        first = call.args[:1] if name.endswith("get_roles") else []
        given = [*first, *(each.value for each in call.keywords if each.arg in ("user", "username"))]
        is_whitelisted = self.depth == DEPTH
        return is_whitelisted and any(dotted(each) in self.parameters - self.own for each in given)

    def _did(self, act: Act, call: ast.Call, name: str) -> bool:
        if act is Act.ENFORCES:
            self._refuse()
        elif act is Act.AWARE:
            self.aware = True
            self.seen = [each for each in self.seen if each.act is not Act.LOADS]
        elif act not in (Act.NEUTRAL, Act.ASKS):
            self._do(Seen(act, name or chain_of(call) or CHOSEN, call.lineno), call)
        return act is Act.ASKS

    def _do(self, seen: Seen, call: ast.Call) -> None:
        if self.refused or self._is_own(call):
            self.aware = True
        else:
            self.seen.append(seen)

    def _refuse(self) -> None:
        self.refused = self.gained = True
        self._clear(self.floor)

    def _clear(self, begins: int) -> None:
        """What was read before one was turned away does no harm: nobody got it."""
        kept = [each for each in self.seen[begins:] if each.act not in (Act.READS, Act.LOADS, Act.UNKNOWN)]
        self.seen[begins:] = kept

    # --- helpers

    def _find(self, name: str) -> Place | None:
        first, _dot, rest = name.partition(".")
        if first in ("self", "cls") and rest and "." not in rest:
            key = f"{self.place.of_class}.{rest}"
            node = self.place.module.functions.get(key)
            return Place(self.place.module, key, node) if node else None
        if name in self.nested:
            return Place(self.place.module, f"{self.place.name}.{name}", self.nested[name])
        paths = [name] if rest else [f"{star}.{name}" for star in self.place.module.stars if name]
        found = (self.walker.library.place(each) for each in paths if not is_common(each))
        return next(filter(None, found), None)

    def _follow(self, found: Place, call: ast.Call) -> bool:
        """As if the helper stood here; one that is too deep cannot be told."""
        if found.path == self.place.path:
            return False
        if not self.depth:
            return self._did(Act.UNKNOWN, call, found.path)
        summary = self.walker.summary(found, self.depth - 1)
        self._take_over(summary, found, call)
        self.login |= summary.wants_login
        if summary.refuses:
            self._refuse()
        return summary.answers

    def _take_over(self, summary: Summary, found: Place, call: ast.Call) -> None:
        for each in summary.seen:
            self._do(replace(each, through=each.through or found.path), call)
        self.aware |= summary.is_aware

    def _enqueue(self, call: ast.Call) -> bool:
        """What is enqueued does what it does; its refusal comes too late for who enqueues."""
        given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "method")]
        first = given[0] if given else None
        text = first.value if isinstance(first, ast.Constant) else None
        name = str(text) if text else full_name(self.place.module, first or call)
        found = self._find(name)
        if found and self.depth:
            self._take_over(self.walker.summary(found, self.depth - 1), found, call)
        else:
            self._did(
                Act.UNKNOWN if text or found else Act.DYNAMIC, call, f"frappe.enqueue of {name or 'a value'}"
            )
        return False

    def _is_own(self, node: ast.AST) -> bool:
        """Whether it is about the one who calls: it names the session's user."""
        if isinstance(node, ast.BoolOp | ast.IfExp):
            return False  # “user or frappe.session.user” is whomever the caller names
        name = dotted(node)
        is_named = name.endswith("session.user") or (bool(name) and name in self.own)
        return is_named or any(self._is_own(each) for each in ast.iter_child_nodes(node))
