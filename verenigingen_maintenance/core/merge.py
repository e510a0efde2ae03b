"""Three-way merge of a list of rows: what was shipped, what a user made of it, and what is shipped now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Row = Mapping[str, object]
Key = tuple[str, ...]


def merge(shipped: Sequence[Row], current: Sequence[Row], wanted: Sequence[Row], key: Key) -> list[Row]:
    """`wanted`, with what a user changed, added and deleted since `shipped` kept; `key` tells rows apart.

    A row that is new in `wanted` arrives; one the user deleted stays deleted; one that `wanted` no longer has
    goes, unless the user changed it. The order is that of `wanted`; a row of the user's follows the one it
    stood behind. Where rows of the user's share a key they cannot be told apart: all stays as it is.
    """
    old, now, new = (_by_key(rows, key) for rows in (shipped, current, wanted))
    if len(now) < len(current):
        return list(current)
    merged = [
        _merge_row(old.get(name, {}), now.get(name), row)
        for name, row in new.items()
        if name in now or name not in old
    ]
    for place, (name, row) in enumerate(now.items()):
        if name not in new and not (name in old and _is_as_shipped(old[name], row)):
            _insert_behind(merged, list(now)[:place], row, key)
    return merged


def _by_key(rows: Sequence[Row], key: Key) -> dict[tuple[object, ...], Row]:
    return {_name(row, key): row for row in rows}


def _name(row: Row, key: Key) -> tuple[object, ...]:
    return tuple(row.get(field) for field in key)


def _merge_row(old: Row, now: Row | None, new: Row) -> Row:
    """Field by field: what the user left as shipped (or empty, where it is new) takes the new value."""
    if now is None:
        return new
    return {field: new[field] if is_untouched(field, old, now) else now.get(field) for field in new}


def is_untouched(field: str, shipped: Row, current: Row) -> bool:
    """Whether a field still has what was shipped; a field that never was, whether it is empty."""
    value = current.get(field)
    return (value or None) == (shipped[field] or None) if field in shipped else not value


def _is_as_shipped(shipped: Row, current: Row) -> bool:
    return all(is_untouched(field, shipped, current) for field in current)


def _insert_behind(merged: list[Row], before: list[tuple[object, ...]], row: Row, key: Key) -> None:
    """Behind the nearest row that stood before it and is still there; else at the beginning."""
    names = [_name(each, key) for each in merged]
    behind = next((names.index(name) for name in reversed(before) if name in names), -1)
    merged.insert(behind + 1, row)
