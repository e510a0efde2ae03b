"""Shapes of statements and expressions that tell who goes on, who is asked, and what a flag is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from .code_modules import FUNCTIONS, Function, dotted, statements

ENDS = (ast.Raise, ast.Return)
# “except*” came with Python 3.11.
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))


def within(node: Function) -> list[Function]:
    return [each for each in statements(node.body) if isinstance(each, FUNCTIONS)]


def parameters(node: Function) -> set[str]:
    """The names that a caller gives values to."""
    given = node.args
    return {each.arg for each in [*given.posonlyargs, *given.args, *given.kwonlyargs]}


def chosen(node: Function) -> set[str]:
    """Names that stand for whatever a caller or the code put there; a lambda is walked where it stands."""
    stored, known = set(), {"cls"}
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            stored.add(each.id)
        elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Lambda):
            known.update(dotted(target) for target in each.targets)
    return (stored | parameters(node)) - known


def inner_first(node: ast.AST) -> Iterable[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield from inner_first(child)
    yield node


def ends(body: Sequence[ast.stmt]) -> bool:
    """Whether it does not go on after these."""
    return bool(body) and (isinstance(body[-1], ENDS) or raises(body[-1]))


def raises(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and dotted(call.func).rpartition(".")[2] in (
        "throw",
        "throw_permission_error",
    )


def names_the_flag(target: ast.expr, flag: str) -> bool:
    """“doc.flags.FLAG” or “doc.flags["FLAG"]”."""
    if isinstance(target, ast.Subscript):
        return isinstance(target.slice, ast.Constant) and target.slice.value == flag
    return dotted(target).endswith(flag)


def names_session(node: ast.AST) -> bool:
    return any(dotted(each).endswith("session.user") for each in ast.walk(node))


def is_the_user(node: ast.AST) -> bool:
    """Whether it is true for a user or some, other than guests: raising then turns away those alone."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.In | ast.Is):
        return False
    if is_about_guest(node):
        return False
    return any(dotted(each).endswith("session.user") for each in (node.left, *node.comparators))


def is_flag(node: ast.AST) -> bool:
    """A flag of the process, such as frappe.flags.in_test: no caller sets it."""
    return ".flags.in_" in f".{dotted(node)}"


def is_about_guest(node: ast.AST) -> bool:
    """A test that asks no more than whether somebody is logged in."""
    return any(isinstance(each, ast.Constant) and each.value == "Guest" for each in ast.walk(node))


def is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def is_common(name: str) -> bool:
    """Helpers of Frappe itself that touch nothing, and are called everywhere."""
    return name.startswith(("frappe.utils.data.", "frappe._")) or (
        name.count(".") == 1 and name.startswith("frappe.")
    )
