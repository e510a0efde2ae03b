"""The configuration as one file: its form, whether it is whole, what it has that cannot be meant.

Documents are {doctype: {name: {field: value}}}; a value is None, a text, a number, or the rows of a table as
a list of {field: value}. `core/configuration_diff.py` compares two of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.version import InvalidVersion, Version

APP, FORMAT = "verenigingen_maintenance", 1
LARGEST = 10_000_000
MOST_PROBLEMS = 50
LONGEST_NAME = 140
LARGEST_INT, LARGEST_FLOAT = 2**31 - 1, 10**12  # what a column takes
HEAD = ("app", "format", "app_version", "site", "exported_at", "exported_by", "by_hand", "sha256")
BODY = ("documents", "shipped")

Fields = Mapping[str, Any]
Documents = Mapping[str, Mapping[str, Fields]]
# Of each DocType its fields, each with its kind; a table is the fields of its rows.
Schema = Mapping[str, Mapping[str, Any]]

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
FORMS = {
    "date": (re.compile(DATE), "a date such as 2026-11-28"),
    "time": (re.compile(TIME), "a time of the day such as 09:00:00"),
    "datetime": (re.compile(rf"{DATE} {TIME}(\.[0-9]{{1,6}})?"), "a time such as 2026-11-28 09:00:00"),
}


class ConfigurationError(ValueError):
    """The text is no configuration that can be read here; the message says why, and what to do."""


@dataclass(frozen=True)
class Configuration:
    """What a file has: its head, its documents, and what the app had brought of them, by document."""

    head: Mapping[str, Any]
    documents: Documents
    shipped: Mapping[str, Mapping[str, Any]]


def digest(data: object) -> str:
    """The SHA-256 of `data` in the one form that JSON has for it."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_text(head: Mapping[str, Any], documents: Documents, shipped: Mapping[str, Any]) -> str:
    """The file: two of the same state differ in their heads only. `head` has `HEAD` but its first two and
    last."""
    body = {"documents": documents, "shipped": shipped}
    whole = {"app": APP, "format": FORMAT, **head, "sha256": digest(body)}
    ordered = {**whole, **{key: _sorted(part) for key, part in body.items()}}
    return json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"


def from_text(text: str, app_version: str, is_edited: bool = False) -> Configuration:
    """What `to_text` made a file of. One that was changed since is taken only with `is_edited`.

    Raises ConfigurationError for any other text, and for a file of a later version.
    """
    found = _loaded(text)
    _refuse_foreign(found, app_version)
    body: dict[str, Any] = {key: found.get(key) for key in BODY}
    if not _is_by_document(body["documents"]) or not _is_by_document(body["shipped"]):
        raise ConfigurationError("The file has no documents, or not as {doctype: {name: {field: value}}}.")
    if not _is_shipped(body["shipped"]):
        raise ConfigurationError("What the app had brought (“shipped”) is not as an export writes it.")
    if found.get("sha256") != digest(body) and not is_edited:
        raise ConfigurationError(
            "The file is not as it was exported: its documents do not have the SHA-256 in its head. Take "
            "a whole copy; where somebody changed it on purpose, say so (--edited), and read the differences."
        )
    head = {key: found.get(key) for key in HEAD}
    return Configuration(head, body["documents"], body["shipped"])


def problems(documents: Documents, schema: Schema) -> list[str]:
    """What of some documents cannot be taken: DocTypes and fields that are not there, values of another
    kind."""
    found = [each for doctype in sorted(documents) for each in _of_doctype(doctype, documents, schema)]
    if len(found) > MOST_PROBLEMS:
        return [*found[:MOST_PROBLEMS], f"and {len(found) - MOST_PROBLEMS} more"]
    return found


def after_who_leaves(wanted: Mapping[str, Any], held: Mapping[Any, str]) -> list[str]:
    """The names of `wanted` in an order in which each finds its number free, where there is one.

    `held` says who has a number now.
    """
    found: dict[str, None] = {}
    for name in wanted:
        chain: list[str] = []
        each = name
        while each in wanted and each not in found and each not in chain:
            chain.append(each)
            each = held.get(wanted[each], "")
        found.update(dict.fromkeys(reversed(chain)))
    return list(found)


def _loaded(text: str) -> dict[str, Any]:
    if len(text.encode()) > LARGEST:
        raise ConfigurationError(f"The file has over {LARGEST // 1_000_000} MB: it is no configuration.")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        digest(found)  # of half a character (“\\ud800”) there is none
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"The file is no JSON, or not whole: {error}.") from error
    if not isinstance(found, dict) or found.get("app") != APP:
        raise ConfigurationError(f"The file is no configuration of {APP}.")
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice}” stands there twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _refuse_foreign(found: Mapping[str, Any], app_version: str) -> None:
    _refuse_bad_head(found)
    written = found.get("format")
    if type(written) is not int or written < 1:
        raise ConfigurationError("The file does not say its format.")
    if written > FORMAT:
        raise ConfigurationError(
            f"The file has format {written}, and this version reads {FORMAT}: upgrade first."
        )
    try:
        version = Version(str(found.get("app_version")))
    except InvalidVersion as error:
        raise ConfigurationError("The file does not say which version of the app wrote it.") from error
    if version > Version(app_version):
        raise ConfigurationError(
            f"The file is of version {version} of the app, and this is {app_version}: upgrade first."
        )


def _refuse_bad_head(found: Mapping[str, Any]) -> None:
    """The head is told to people, and no SHA-256 speaks for it."""
    by_hand = found.get("by_hand") or []
    if not isinstance(by_hand, list) or not all(isinstance(each, str) for each in by_hand):
        raise ConfigurationError("What is to be set by hand (“by_hand”) is no list of texts.")
    for key in ("site", "exported_at", "exported_by"):
        if not isinstance(found.get(key, ""), str | None):
            raise ConfigurationError(f"“{key}” of the file is no text.")


def _is_shipped(shipped: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> bool:
    """Whether it can be compared with what the app brings: fields as entry and state, names as lists."""
    brought = shipped.get("brought", {})
    fields = [each for doctype, found in shipped.items() if doctype != "brought" for each in found.values()]
    names = [names for found in brought.values() for names in found.values()]
    return all(_are_fields(each.get(part, {})) for each in fields for part in ("entry", "state")) and all(
        isinstance(each, list) and all(isinstance(name, str) for name in each) for each in names
    )


def _are_fields(part: object) -> bool:
    """Whether it is {field: value}, and the rows of a table are that too."""
    return isinstance(part, dict) and all(
        all(isinstance(row, dict) for row in value) for value in part.values() if isinstance(value, list)
    )


def _is_by_document(part: object) -> bool:
    """Whether it is {text: {text: {…}}}."""
    return isinstance(part, dict) and all(
        isinstance(documents, dict) and all(isinstance(fields, dict) for fields in documents.values())
        for documents in part.values()
    )


def _of_doctype(doctype: str, documents: Documents, schema: Schema) -> Iterator[str]:
    if doctype not in schema:
        yield f"{doctype}: this app keeps no configuration in it"
        return
    for name, fields in sorted(documents[doctype].items()):
        if len(name) > LONGEST_NAME:
            yield f"{doctype} {name[:LONGEST_NAME]}…: a name has at most {LONGEST_NAME} characters"
        yield from _of_fields(f"{doctype} {name}", fields, schema[doctype])


def _of_fields(place: str, fields: Fields, kinds: Mapping[str, Any]) -> Iterator[str]:
    for field, value in fields.items():
        kind = kinds.get(field)
        if kind is None:
            yield f"{place}: there is no field “{field}” to set"
        elif isinstance(kind, Mapping):
            yield from _of_rows(f"{place}, {field}", value, kind)
        elif reason := _why_not(value, kind):
            yield f"{place}, {field}: {reason}"


def _of_rows(place: str, rows: object, kinds: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield f"{place}: is a table, as a list of rows"
        return
    for number, row in enumerate(rows, start=1):
        yield from _of_fields(f"{place}, row {number}", row, kinds)


def _why_not(value: object, kind: str) -> str:
    """Why a value is not of a kind; empty where it is. Numbers are always there, all else may be empty."""
    if kind in ("int", "float"):
        return _why_no_number(value, kind)
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{_short(value)} is not a text, as it should be"
    form, what = FORMS.get(kind, (None, ""))
    return "" if form is None or _is_moment(form, value) else f"{_short(value)} is not {what}"


def _why_no_number(value: object, kind: str) -> str:
    is_number = isinstance(value, int) or (kind == "float" and isinstance(value, float))
    if not is_number or isinstance(value, bool):
        return f"{_short(value)} is not a number, as it should be"
    is_too_large = not abs(float(str(value))) <= (LARGEST_INT if kind == "int" else LARGEST_FLOAT)
    return f"{_short(value)} is too large a number" if is_too_large else ""


def _is_moment(form: re.Pattern[str], value: str) -> bool:
    """Whether it has the form, and is a day that there is: not the 31st of February."""
    if not form.fullmatch(value):
        return False
    found = re.match(DATE, value)
    if not found:
        return True
    year, month, day = (int(each) for each in found[0].split("-"))
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:80]


def _sorted(part: Any) -> Any:
    """With the names of each level in order; rows stay as they stand."""
    if isinstance(part, Mapping):
        return {key: _sorted(part[key]) for key in sorted(part)}
    return [_sorted(each) for each in part] if isinstance(part, list) else part
