"""Which index a slow query lacks: decided by how many rows it reads, and how many meet each of its
conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_ROWS = 5_000  # a scan of fewer is not what makes a query slow
LARGEST_SHARE = 0.10  # an index that leads to more of the table than that is not used
MOST_COLUMNS = 3
WORTH_ANOTHER = 4  # a further column has to divide what is read by this
NO_INDEX_ON = frozenset({"tinytext", "text", "mediumtext", "longtext", "blob", "longblob", "json"})


@dataclass(frozen=True)
class Asked:
    """A column of a condition and how many rows meet that alone; None where that was not counted in time."""

    column: str
    kind: str
    matches: int | None
    type: str = ""

    @property
    def can_be_indexed(self) -> bool:
        return self.type.lower().split("(")[0] not in NO_INDEX_ON


@dataclass(frozen=True)
class Missing:
    """The columns that an index should have, and how many rows would be read with it instead of `reads`."""

    columns: tuple[str, ...]
    reads: int
    would_read: int


def missing(asked: Sequence[Asked], reads: int, together: int | None) -> Missing | None:
    """The index that would help most, or None.

    `reads` are the rows that the query reads of the table, `together` those that meet all the conditions.
    Columns that are compared for equality come first; after a range no further column helps.
    """
    counted = [each for each in asked if each.matches is not None and each.can_be_indexed]
    if reads < LEAST_ROWS or not counted:
        return None
    best = min(counted, key=lambda each: (each.matches, each.kind != "equal"))
    alone = int(best.matches or 0)
    several = _several(counted)
    if together is not None and len(several) > 1 and alone > max(WORTH_ANOTHER * together, reads // 100):
        return _if_small(Missing(several, reads, together))
    return _if_small(Missing((best.column,), reads, alone))


def _several(asked: Sequence[Asked]) -> tuple[str, ...]:
    """Equal ones, the most telling first, then one range."""
    ordered = sorted(asked, key=lambda each: each.matches or 0)
    equal = [each.column for each in ordered if each.kind == "equal"]
    ranges = [each.column for each in ordered if each.kind == "range" and each.column not in equal]
    return tuple(dict.fromkeys([*equal[: MOST_COLUMNS - bool(ranges)], *ranges[:1]]))


def _if_small(found: Missing) -> Missing | None:
    return found if found.would_read <= LARGEST_SHARE * found.reads else None


def covers(index: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether an index begins with these columns, in any order."""
    return len(index) >= len(columns) and set(index[: len(columns)]) == set(columns)
