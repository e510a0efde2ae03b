"""Whether somebody has what their duty needs: an account that works, the role, and its rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DORMANT_DAYS = 90


@dataclass(frozen=True)
class Access:
    """What is known of one user. `roles` are those of this app. `cannot` names what they should open and may
    not. `on_duty` has the levels in whose rotation they are. `two_factor` is None where the site asks nobody.
    `old_key` says whether the API key is older than a year; None where nothing tells."""

    is_there: bool = True
    enabled: bool = True
    of_desk: bool = True
    roles: Sequence[str] = ()
    may_act: bool = False
    cannot: Sequence[str] = ()
    on_duty: Sequence[str] = ()
    last_login: date | None = None
    two_factor: bool | None = None
    has_key: bool = False
    old_key: bool | None = None


def problems(access: Access, today: date) -> list[str]:
    """What keeps the user from their duty; empty where nothing does."""
    if not access.is_there:
        return ["there is no such user any more"]
    found = {
        "the account is disabled": not access.enabled,
        "the account has no access to Desk": not access.of_desk,
        "the account has none of the app's roles": not access.roles,
        "nobody ever logged in with it": access.last_login is None,
        _dormant(access, today): _days(access.last_login, today) > DORMANT_DAYS,
        _without_role(access): bool(access.on_duty) and not access.may_act,
        f"may not open {', '.join(access.cannot)}": bool(access.cannot and access.roles),
    }
    return [text for text, is_so in found.items() if is_so]


def remarks(access: Access) -> list[str]:
    """What to think about, though it keeps nobody from their duty."""
    if not access.is_there:
        return []
    found = {
        "no second factor: this site asks nobody for one": access.two_factor is None,
        "no second factor is asked of this user": access.two_factor is False,
        "is in no rotation": not access.on_duty,
        "has an API key, of unknown age: renew it when in doubt": access.has_key and access.old_key is None,
        "the API key is older than a year: renew it": access.has_key and bool(access.old_key),
    }
    return [text for text, is_so in found.items() if is_so]


def facts(access: Access) -> list[str]:
    """The rest of what is known, one text for each."""
    if not access.is_there:
        return []
    return [
        f"roles: {', '.join(access.roles) or 'none'}",
        f"on duty in: {', '.join(access.on_duty) or 'no level'}",
        f"last login: {access.last_login or 'never'}",
        f"second factor: {'asked' if access.two_factor else 'not asked'}",
        f"API key: {'there' if access.has_key else 'none'}",
        f"opens what duty needs: {'not all' if access.cannot else 'yes'}",
    ]


def _dormant(access: Access, today: date) -> str:
    return f"the last login was {_days(access.last_login, today)} days ago"


def _without_role(access: Access) -> str:
    return f"is on duty ({', '.join(access.on_duty)}) and has no role to acknowledge with"


def _days(then: date | None, today: date) -> int:
    return (today - then).days if then else 0
