"""What a security assessment is made of: parts that were read, what they find, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .redaction import redact_all

# The worst first. Critical is what lets a stranger in now.
SEVERITIES = ("Critical", "High", "Medium", "Low")
# Who an account is must be told, or nobody can act on it; all other texts are redacted.
KEPT = ("user", "by")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """What one source saw.

    `rows` are compared with those of the assessment before; `figures` are told; `detail` goes into the
    evidence only. `at_least` says what could not be seen, so that there may be more.
    """

    rows: Sequence[Row] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    detail: Sequence[Row] = ()
    at_least: str = ""

    def redacted(self) -> Part:
        """Without secrets and personal data in its texts, but for the names of accounts."""
        return replace(
            self,
            rows=[_redacted(row) for row in self.rows],
            detail=[_redacted(row) for row in self.detail],
            figures=dict(redact_all(self.figures)),  # type: ignore[call-overload]
            at_least=str(redact_all(self.at_least)),
        )


@dataclass(frozen=True)
class Finding:
    """Something that a person should look at: how bad, of how many, and what to do about it."""

    key: str
    part: str
    severity: str
    title: str
    told: str
    remediation: str
    count: int = 1
    is_new: bool = False

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"{self.key}: a severity is one of {', '.join(SEVERITIES)}, not {self.severity!r}"
            )

    def as_item(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Change:
    """What is otherwise than before. `is_worse` where it gives somebody more, or opens something."""

    key: str
    part: str
    kind: str
    told: str
    is_worse: bool = False

    def as_item(self) -> dict[str, Any]:
        return asdict(self)


def switch(
    key: str, title: str, value: object, wrong: bool, severity: str, told: str, remedy: str
) -> dict[str, Any]:
    """A row of a part of switches: its value, and where it is wrong how bad that is, why, and what to do."""
    row = {"key": key, "title": title, "value": value, "wrong": wrong}
    return {**row, "severity": severity, "told": told, "remedy": remedy} if wrong else row


def _redacted(row: Row) -> dict[str, Any]:
    return {key: value if key in KEPT else redact_all(value) for key, value in row.items()}
