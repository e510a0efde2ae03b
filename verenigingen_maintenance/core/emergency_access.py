"""An emergency access drill: each account that an emergency needs signs in, and is kept or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from verenigingen_maintenance.core.guided_drills import Step, Told
from verenigingen_maintenance.core.verdicts import Verdict

DESK, OUTSIDE = "Desk", "Outside Desk"
KEEP, REMOVE = "Keep", "Remove"
DECISIONS = (KEEP, REMOVE)
ENOUGH = 2
TOGETHER = "Two people can do it"


@dataclass(frozen=True)
class SignIn:
    """When somebody signed in, and from which address."""

    at: datetime
    address: str = ""


@dataclass(frozen=True)
class Account:
    """An account of an emergency. `why` it is in the list; `problems` that it had when the drill began."""

    name: str
    kind: str = DESK
    why: Sequence[str] = ()
    problems: Sequence[str] = ()
    signed_in: SignIn | None = None
    confirmed: Told | None = None
    reason: str = ""
    reason_by: str = ""
    decision: str = ""
    note: str = ""
    decided_by: str = ""

    @property
    def is_proven(self) -> bool:
        return bool(self.signed_in or self.confirmed)


def steps(accounts: Sequence[Account]) -> list[Step]:
    """One for each account, and whether two people can sign in to Desk without a third."""
    return [*(_of(account) for account in accounts), _together(accounts)]


def missing(accounts: Sequence[Account]) -> list[str]:
    """What is needed before the drill ends: a sign-in or a reason, and a decision, for each account."""
    found = []
    for each in accounts:
        if not (each.is_proven or each.reason):
            found.append(f"{each.name}: it signed in, or why it did not")
        if not each.decision:
            found.append(f"{each.name}: keep or remove")
    return found


def _of(account: Account) -> Step:
    is_desk = account.kind == DESK
    expected = "signs in after the drill began" if is_desk else "somebody signed in, confirmed by hand"
    return Step(
        title=f"{account.kind}: {account.name}",
        verdict=_verdict(account),
        expected=f"{expected}; is kept or removed",
        found=_found(account),
        detail="\n".join([*(f"because: {each}" for each in account.why), *account.problems]),
        subject=account.name,
        done_by=account.confirmed.by if account.confirmed else account.reason_by,
        done_at=_when(account),
        note=_decided(account),
    )


def _verdict(account: Account) -> Verdict | None:
    """None while it waits. One that signed in and has a problem, or did not for a reason, is a WARNING."""
    if not (account.is_proven or account.reason):
        return None
    return Verdict.OK if account.is_proven and not account.problems else Verdict.WARNING


def _found(account: Account) -> str:
    if account.signed_in:
        return f"signed in from {account.signed_in.address or 'an address that is not known'}"
    if account.confirmed:
        return f"told by hand, by {account.confirmed.person}: {account.confirmed.evidence}"
    return f"did not sign in: {account.reason}" if account.reason else ""


def _when(account: Account) -> datetime | None:
    if account.signed_in:
        return account.signed_in.at
    return account.confirmed.at if account.confirmed else None


def _decided(account: Account) -> str:
    if not account.decision:
        return ""
    return f"{account.decision}, as decided by {account.decided_by}" + (
        f": {account.note}" if account.note else ""
    )


def _together(accounts: Sequence[Account]) -> Step:
    there = [each.name for each in accounts if each.kind == DESK and each.signed_in]
    verdict = Verdict.OK if len(there) >= ENOUGH else Verdict.WARNING if there else Verdict.CRITICAL
    waits = len(there) < ENOUGH and any(_verdict(each) is None for each in accounts)
    return Step(
        TOGETHER,
        None if waits else verdict,
        f"at least {ENOUGH} accounts of Desk signed in",
        f"signed in: {', '.join(there) or 'none'}",
    )
