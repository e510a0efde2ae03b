"""What a call in a Frappe app does, by how it is written: reads, writes, asks who may, or cannot be told."""

from __future__ import annotations

import ast
import re
from enum import Enum

from .code_modules import dotted


class Act(str, Enum):
    """What is seen of a call. ENFORCES raises for who may not; ASKS answers whether one may."""

    ENFORCES = "enforces"
    ASKS = "asks"
    AWARE = "asks Frappe"
    LOADS = "loads"
    READS = "reads"
    WRITES = "writes"
    DYNAMIC = "dynamic"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


_ENFORCE = {"only_for", "check_permission"}
_ASK = {
    *("has_permission", "get_roles", "has_role", "has_website_permission", "get_role_permissions"),
    *("compare_digest", "verify_request", "get_doc_permissions", "has_child_permission"),
}
_READS = {
    *("frappe.get_all", "frappe.get_value", "frappe.get_cached_value", "frappe.db.get_value"),
    *("frappe.db.get_values", "frappe.db.get_all", "frappe.db.sql_list", "frappe.db.get_singles_dict"),
}
_LOADS = {"frappe.get_doc", "frappe.get_cached_doc", "frappe.get_last_doc"}
_WRITES = {
    *(f"frappe.db.{each}" for each in ("set_value", "set_single_value", "delete", "truncate", "bulk_insert")),
    *(f"frappe.db.{each}" for each in ("sql_ddl", "add_index", "bulk_update", "set_default", "set_global")),
    *("frappe.set_user", "frappe.sendmail", "os.remove", "os.unlink", "shutil.rmtree"),
}
_WRITING_METHODS = {"db_set", "db_update", "db_insert", "login_as", "update_password"}
_AWARE = {"save", "insert", "submit", "cancel", "delete"}
_AWARE_FUNCTIONS = {"frappe.get_list", "frappe.db.get_list", "frappe.delete_doc", "frappe.rename_doc"}
_DYNAMIC = {
    *("frappe.get_attr", "frappe.call", "exec", "eval", "frappe.utils.safe_exec.safe_exec"),
    *("frappe.enqueue_doc", "frappe.db.multisql"),
}
_NAMED = {
    **dict.fromkeys(_READS, Act.READS),
    **dict.fromkeys(_WRITES, Act.WRITES),
    **dict.fromkeys(_DYNAMIC, Act.DYNAMIC),
}
IGNORE = "ignore_permissions"
ENQUEUES = {"frappe.enqueue", "frappe.utils.background_jobs.enqueue"}
# What belongs to texts, lists, mappings and documents, and touches no database.
_HARMLESS = {
    *(
        "add",
        "append",
        "as_dict",
        "as_json",
        "astimezone",
        "capitalize",
        "casefold",
        "clear",
        "copy",
        "count",
    ),
    *(
        "date",
        "decode",
        "delete_value",
        "difference",
        "discard",
        "encode",
        "endswith",
        "extend",
        "find",
        "format",
    ),
    *("get", "get_field", "get_formatted", "get_label", "get_table_fields", "get_valid_dict", "get_value"),
    *("getvalue", "group", "group_by", "groupby", "groups", "has_field", "hdel", "hexdigest", "hget", "hset"),
    *(
        "index",
        "intersection",
        "is_new",
        "isoformat",
        "items",
        "join",
        "json",
        "keys",
        "ljust",
        "lower",
        "lstrip",
    ),
    *("match", "orderby", "partition", "pop", "popitem", "read", "read_text", "remove", "replace", "reverse"),
    *("rpartition", "rsplit", "rstrip", "search", "select", "set", "set_value", "setdefault", "sort"),
    *("split", "splitlines", "startswith", "strftime", "strip", "sub", "title", "total_seconds", "union"),
    *("update", "upper", "values", "where", "write", "zfill"),
}
_SQL_WRITES = re.compile(
    r"(\s|/\*.*?\*/|--[^\n]*\n)*(insert|update|delete|replace|truncate|alter|drop|create|rename|load|grant)\b",
    re.I | re.S,
)
_QB_WRITES = re.compile(r"\bqb\.(update|into)\b|\.(delete|insert|update)\b")


def act_of(call: ast.Call, name: str, is_ignoring: bool) -> Act:
    """What a call does. `name` is its full name; `is_ignoring`: documents were told to skip permissions."""
    tail = name.rpartition(".")[2] or (call.func.attr if isinstance(call.func, ast.Attribute) else "")
    if tail in _ENFORCE:
        return Act.ENFORCES
    if tail in _ASK:
        return Act.ENFORCES if _is_true(call, "throw", "raise_exception") else Act.ASKS
    return _of_frappe(call, name) or _of_document(call, name, tail, is_ignoring) or _other(call, name, tail)


def _of_frappe(call: ast.Call, name: str) -> Act | None:
    if name == "frappe.db.sql":
        query = given_to(call, "query")
        return of_sql(text_of(query) if query else "")
    if name in _LOADS:
        return Act.NEUTRAL if _makes_one(call) else Act.LOADS
    if name in _AWARE_FUNCTIONS:
        return _when_ignored(name) if _is_true(call, IGNORE) else Act.AWARE
    if name == "open":
        return _of_open(call)
    if name.startswith("subprocess.") or name == "os.system":
        return Act.DYNAMIC
    return _NAMED.get(name)


def given_to(call: ast.Call, keyword: str) -> ast.expr | None:
    """The first argument of a call, by its place or by its name."""
    given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == keyword)]
    return given[0] if given else None


def ignores(call: ast.Call) -> bool:
    """`flags.update(ignore_permissions=True)`, or the same in a dict."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "update":
        return False
    given = [value for each in call.args if isinstance(each, ast.Dict) for value in _ignoring(each)]
    return _is_true(call, IGNORE) or any(map(_may_be_true, given))


def _ignoring(pairs: ast.Dict) -> list[ast.expr]:
    there = zip(pairs.keys, pairs.values, strict=True)
    return [value for key, value in there if isinstance(key, ast.Constant) and key.value == IGNORE]


def _makes_one(call: ast.Call) -> bool:
    """Whether frappe.get_doc is given a new document instead of a name."""
    first = call.args[0] if call.args else None
    is_mapping = isinstance(first, ast.Dict) or (isinstance(first, ast.Call) and dotted(first.func) == "dict")
    return is_mapping or not (call.args or call.keywords)


def _of_document(call: ast.Call, name: str, tail: str, is_ignoring: bool) -> Act | None:
    if tail in _WRITING_METHODS and isinstance(call.func, ast.Attribute):
        return Act.WRITES
    if tail == "run" and "qb." in (chain := chain_of(call)):
        return of_query(chain)
    if tail not in _AWARE or not isinstance(call.func, ast.Attribute) or len(call.args) > 1:
        return None
    is_ignoring = is_ignoring or _is_true(call, IGNORE) or _is_told_first(call, tail)
    return Act.WRITES if is_ignoring else Act.AWARE


def _is_told_first(call: ast.Call, tail: str) -> bool:
    """`save(True)` and `insert(True)`: ignore_permissions is their first argument."""
    first = call.args[0] if call.args else None
    is_one = isinstance(first, ast.Constant) and isinstance(first.value, int) and bool(first.value)
    return is_one and tail in ("save", "insert") and "qb." not in chain_of(call)


def of_sql(text: str) -> Act:
    """What a text of SQL does, by how it begins."""
    return Act.WRITES if _SQL_WRITES.match(text) else Act.READS


def of_query(chain: str) -> Act:
    """What a chain of frappe.qb does when it is run."""
    return Act.WRITES if _QB_WRITES.search(chain) else Act.READS


def _other(call: ast.Call, name: str, tail: str) -> Act:
    """A method of some object is unknown, because it may write, and so is a function that a call or a
    subscript answers; a plain one is looked up by its name."""
    if not isinstance(call.func, ast.Attribute | ast.Name):
        return Act.UNKNOWN
    is_method = isinstance(call.func, ast.Attribute)
    is_plain = not is_method or tail in _HARMLESS or tail in _AWARE or name.startswith("frappe.")
    return Act.NEUTRAL if is_plain else Act.UNKNOWN


def _when_ignored(name: str) -> Act:
    return Act.READS if name.endswith("get_list") else Act.WRITES


def _is_true(call: ast.Call, *keywords: str) -> bool:
    """Whether one of some arguments is given as true, or as something that may be."""
    return any(_may_be_true(each.value) for each in call.keywords if each.arg in keywords)


def _may_be_true(value: ast.expr) -> bool:
    return not isinstance(value, ast.Constant) or bool(value.value)


def _of_open(call: ast.Call) -> Act:
    """A mode that is not written out may be any."""
    given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "mode")]
    if not given:
        return Act.NEUTRAL
    if not isinstance(given[0], ast.Constant):
        return Act.UNKNOWN
    return Act.WRITES if any(each in str(given[0].value) for each in "wax+") else Act.NEUTRAL


def text_of(node: ast.AST) -> str:
    """How a text begins, as far as it is written out."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr) and node.values:
        return text_of(node.values[0])
    if isinstance(node, ast.BinOp):
        return text_of(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return text_of(node.func.value)
    return ""


def chain_of(node: ast.AST) -> str:
    """The names of a chain of calls: “frappe.qb.from_.where.run”."""
    if isinstance(node, ast.Call):
        return chain_of(node.func)
    if isinstance(node, ast.Attribute):
        return f"{chain_of(node.value)}.{node.attr}"
    return dotted(node)
