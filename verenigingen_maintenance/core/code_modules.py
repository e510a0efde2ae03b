"""Python files as they are written: functions, imports, what a call leads to. Nothing is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# The text of a module by its dotted name, and whether it is a package; None where there is none.
Texts = Callable[[str], tuple[str, bool] | None]


@dataclass
class Module:
    """A file: its functions by name (“f”, “Class.f”), what its names were imported as, and the modules of
    which it imports all (`from x import *`)."""

    name: str
    is_package: bool
    functions: dict[str, Function] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    body: list[ast.stmt] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A function of a module."""

    module: Module
    name: str
    node: Function

    @property
    def path(self) -> str:
        return f"{self.module.name}.{self.name}"

    @property
    def of_class(self) -> str:
        return self.name.rpartition(".")[0]


def parse(name: str, text: str, is_package: bool = False) -> Module:
    """A module from its text. Raises SyntaxError and ValueError where it is no Python."""
    tree = ast.parse(text)
    module = Module(name, is_package, body=tree.body)
    module.functions = {key: node for key, node in _functions(tree.body)}
    for node in statements(tree.body):
        _note_import(module, node)
    return module


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements, those within others too; expressions hold no import, and are most of a file."""
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(node, name, []))


def _functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Those of a module and of its classes: what a dotted path can name. One within a function is none."""
    for node in body:
        if isinstance(node, FUNCTIONS):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef) and not prefix:
            yield from _functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _functions([*node.body, *node.orelse], prefix)


def _note_import(module: Module, node: ast.stmt) -> None:
    if isinstance(node, ast.Import):
        for each in node.names:
            local = each.asname or each.name.partition(".")[0]
            module.imports[local] = each.name if each.asname else local
    elif isinstance(node, ast.ImportFrom):
        base = _base(module, node)
        for each in node.names:
            if each.name == "*":
                module.stars.append(base)
                continue
            module.imports[each.asname or each.name] = f"{base}.{each.name}" if base else each.name


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    up = node.level - 1 if module.is_package else node.level
    parts = module.name.split(".")
    return ".".join([*parts[: len(parts) - up], *filter(None, [node.module])])


@dataclass
class Library:
    """Modules that are read when something leads to them. One that cannot be read leads nowhere."""

    texts: Texts
    modules: dict[str, Module | None] = field(default_factory=dict)

    def module(self, name: str) -> Module | None:
        if name not in self.modules:
            self.modules[name] = self._read(name)
        return self.modules[name]

    def _read(self, name: str) -> Module | None:
        found = self.texts(name)
        try:
            return parse(name, *found) if found else None
        except (SyntaxError, ValueError):
            return None

    def place(self, path: str, hops: int = 3) -> Place | None:
        """The function of a dotted path, through the imports of packages where one only passes it on."""
        head, _dot, name = path.rpartition(".")
        module = self.module(head) if head else None
        if module is None:
            return self._of_class(path)
        if name in module.functions:
            return Place(module, name, module.functions[name])
        further = (
            [module.imports[name]] if name in module.imports else [f"{each}.{name}" for each in module.stars]
        )
        found = (self.place(each, hops - 1) for each in further if hops and each != path)
        return next(filter(None, found), None)

    def _of_class(self, path: str) -> Place | None:
        head, _dot, name = path.rpartition(".")
        parent, _dot, of_class = head.rpartition(".")
        module = self.module(parent) if parent else None
        key = f"{of_class}.{name}"
        return Place(module, key, module.functions[key]) if module and key in module.functions else None


def dotted(node: ast.AST) -> str:
    """“a.b.c” of a name or a chain of attributes; nothing for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def full_name(module: Module, node: ast.AST) -> str:
    """The same, with what was imported under another name by its own: “db.sql” is “frappe.db.sql”."""
    first, _dot, rest = dotted(node).partition(".")
    if not first:
        return ""
    known = module.imports.get(first)
    if known is None and first in module.functions:
        known = f"{module.name}.{first}"
    return ".".join(filter(None, (known or first, rest)))
