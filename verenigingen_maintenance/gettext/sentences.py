"""The sentences for people in a Python file, those with figures too: f"{count} errors" is "{0} errors"."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product

from verenigingen_maintenance.gettext import spoken

HOLE = "\0"
MOST_VARIANTS = 12
MARK = "phrase"  # core/language.py: a single word that is for people
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# Calls whose texts are keys, SQL, patterns or lines of a log, or are translated at once by _().
SILENT = {
    *(
        "_",
        "_lt",
        "compile",
        "sql",
        "multisql",
        "get_all",
        "get_list",
        "get_value",
        "get_values",
        "get_single_value",
    ),
    *(
        "exists",
        "count",
        "has_permission",
        "get_meta",
        "DocType",
        "log_error",
        "logger",
        "getLogger",
    ),
    *(
        "strftime",
        "strptime",
        "split",
        "rsplit",
        "replace",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
    ),
    *("encode", "decode", "find", "match", "search", "fullmatch", "sub", "execute", "get_hooks", "get_attr"),
    *("partition", "rpartition", "getattr", "setattr", "hasattr", "TypeVar", "NewType", "cast", "run_sql"),
    *(
        "debug",
        "info",
        "warning",
        "exception",
        "enqueue",
        "get_cached_value",
        "get_cached_doc",
        "AssertionError",
    ),
    *(
        "NotImplementedError",
        "TypeError",
        "environ",
        "getenv",
        "only_for",
        "get_roles",
        "strip",
        "lstrip",
        "rstrip",
    ),
    *(
        "new_doc",
        "import_module",
        "get_module",
        "Popen",
        "which",
        "index",
        "fromisoformat",
        "add_argument",
        "Thread",
    ),
}
# Calls of which only the texts that stand directly in them are keys.
KEYED = {"get_doc", "set_value", "db_set", "get", "pop", "setdefault", "delete", "delete_doc", "lock"}
LED_BY_A_KEY = {"Finding", "Change"}  # calls whose first text is a key, and the others are for people
KEY = re.compile(r"_?key|_lock")  # what a name or a function is called that holds or makes a key
SILENT_ARGUMENTS = {
    *("key", "class_", "job_id", "thread_name_prefix", "of", "Authorization"),
    "order_by",
    "fields",
    "filters",
    "or_filters",
    "pluck",
    "group_by",
    "doctype",
    "method",
    "fieldname",
}


def sentences(source: str, has_keys: bool = False, shows_keys: bool = False) -> Iterator[tuple[int, str]]:
    """Line and text of each, in the order of the file; one with two forms twice, and each line by itself.

    Where a file `has_keys`, what Is Written So is the name of a DocType or a state: others translate it.
    Where it `shows_keys`, the keys of its dictionaries are read by people too, as names of figures.
    """
    reader = _Reader(shows_keys)
    reader.visit(ast.parse(source))
    seen = set()
    for line, texts in sorted(reader.found, key=lambda each: each[0]):
        spoken_ones = (text for text in texts if "\n" not in text or spoken.is_for_people(numbered(text)))
        lines = (part for text in spoken_ones for part in text.split("\n"))
        for text in filter(None, map(numbered, lines)):
            is_key = has_keys and text.istitle() and "{" not in text
            is_read = text in reader.marked or (not is_key and spoken.is_for_people(text))
            if text not in seen and is_read and "  " not in text:
                seen.add(text)
                yield line, text


def numbered(text: str) -> str:
    """With its holes as {0}, {1}; what surrounds a fragment of a sentence is taken off."""
    text = re.sub(f"{HOLE}+", HOLE, text)
    text = spoken.bare(text)
    numbers = iter(range(text.count(HOLE)))
    return re.sub(HOLE, lambda _: f"{{{next(numbers)}}}", text)


class _Reader(ast.NodeVisitor):
    """Walks a file, and keeps the texts of each outermost expression that makes one."""

    def __init__(self, shows_keys: bool) -> None:
        self.shows_keys = shows_keys
        self.found: list[tuple[int, list[str]]] = []
        self.locals: list[dict[str, ast.expr]] = [{}]
        self.used: set[int] = set()
        self.marked: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if KEY.fullmatch(node.name):
            return
        self.locals.append(_texts_by_name(node))
        self.used |= _only_woven_in(node, self.locals[-1])
        for each in node.body:
            self.visit(each)
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        self.locals.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not all(isinstance(each, ast.Name) and KEY.fullmatch(each.id) for each in node.targets):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        for each in (node.left, *node.comparators):
            if not isinstance(each, (ast.Constant, ast.Tuple, ast.Set, ast.List)):
                self.visit(each)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            is_kind = isinstance(key, ast.Constant) and key.value in SILENT_ARGUMENTS
            if not is_kind:
                self.visit(value)
            if key is not None and (self.shows_keys or not isinstance(key, ast.Constant)):
                self.visit(key)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name == "format" and isinstance(node.func, ast.Attribute):
            self._keep(node)
            return
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)
        if name == MARK:
            self.marked |= {each.value for each in node.args if isinstance(each, ast.Constant)}
        if name not in SILENT:
            self._visit_arguments(node, len(node.args) if name in KEYED else name in LED_BY_A_KEY)

    def _visit_arguments(self, node: ast.Call, keys: int) -> None:
        """`keys`: of how many arguments, from the first, a text that stands directly in them is a key."""
        for at, each in enumerate(node.args):
            if not (at < keys and isinstance(each, (ast.Constant, ast.JoinedStr))):
                self.visit(each)
        for keyword in node.keywords:
            if keyword.arg not in SILENT_ARGUMENTS:
                self.visit(keyword.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._keep(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._keep(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if _is_text(node):
            self._keep(node)
        else:
            self.generic_visit(node)

    def _keep(self, node: ast.expr) -> None:
        weave = _Weave(self.locals[-1])
        texts = weave.variants(node)
        if id(node) not in self.used:
            self.found.append((node.lineno, texts))
        for each in weave.left:
            if each is not node:
                self.used -= {id(part) for part in ast.walk(each)}
                self.visit(each)


class _Weave:
    """The forms of a text: each alternative in it, with HOLE for what is known only when it is written."""

    def __init__(self, names: dict[str, ast.expr]) -> None:
        self.names = names
        self.left: list[ast.expr] = []

    def variants(self, node: ast.expr) -> list[str]:
        kept = len(self.left)
        found = list(dict.fromkeys(self._variants(node)))
        if len(found) <= MOST_VARIANTS:
            return found
        del self.left[kept:]
        self.left.append(self._said_by(node))
        return [HOLE]

    def _said_by(self, node: ast.expr) -> ast.expr:
        """What stands in a place of which there are too many forms: it is a text of its own then."""
        value = node.value if isinstance(node, ast.FormattedValue) else node
        return self.names.get(value.id, value) if isinstance(value, ast.Name) else value

    def _variants(self, node: ast.expr) -> list[str]:  # noqa: C901 - one line for each kind of expression
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return self._joined(parts)
            case ast.FormattedValue(value=value):
                return self._variants(value) if _is_text(value, self.names) else self._hole(value)
            case ast.IfExp(body=body, orelse=other):
                self.left.append(node.test)
                return self._variants(body) + self._variants(other)
            case ast.BoolOp(op=ast.Or(), values=values):
                return [each for value in values for each in self._variants(value)]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._joined([left, right])
            case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=str(text)), right=right):
                self.left.append(right)
                return ["", text]
            case ast.Name(id=name) if name in self.names:
                inner = _Weave({})
                texts = inner.variants(self.names[name])
                self.left += inner.left
                return texts
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                self.left += node.args
                return [re.sub(r"{[^{}]*}", HOLE, text)]
        return self._hole(node)

    def _hole(self, node: ast.expr) -> list[str]:
        self.left.append(node)
        return [HOLE]

    def _joined(self, parts: list[ast.expr]) -> list[str]:
        return ["".join(each) for each in product(*map(self.variants, parts))]


def _is_text(node: ast.expr, names: dict[str, ast.expr] | None = None) -> bool:
    """Whether the expression itself makes a text, and what it says stands in the file."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.IfExp(body=body, orelse=other):
            return _is_text(body, names) or _is_text(other, names)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_is_text(each, names) for each in values)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _is_text(left, names) or _is_text(right, names)
        case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=str())):
            return True
        case ast.Name(id=name):
            return name in (names or {})
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format")):
            return True
    return False


def _texts_by_name(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """The names of a function that are given a text once: they are read where they are woven in."""
    given = Counter(
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    given.update(each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg))
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if given[name] == 1 and _is_text(value):
                found[name] = value
    return found


def _only_woven_in(function: ast.FunctionDef, names: dict[str, ast.expr]) -> set[int]:
    """The texts that are never said but inside another one."""
    loads = Counter(
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    woven = Counter(
        node.value.id
        for node in ast.walk(function)
        if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name)
    )
    only = [value for name, value in names.items() if loads[name] == woven[name]]
    return {id(part) for value in only for part in ast.walk(value)}


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
