"""What signs in without a password: API keys, clients and tokens of OAuth. No key or token is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from verenigingen_maintenance.core.security import Part
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.controls import rows

MOST = 1_000


def keys(now: datetime) -> Part:
    """API keys, OAuth clients, and tokens that are still valid.

    Frappe keeps no age of a key, and not when it was used: it was made at the account's last change at the
    latest. `mark` tells one key from the next, and nothing of the key itself.
    """
    moment = clock.stored(now)
    found = [*_api_keys(), *_clients(), *_tokens(moment)]
    figures = {
        kind: sum(row["kind"] == kind for row in found) for kind in ("API key", "OAuth client", "token")
    }
    told = "neither its age nor when it was used is known to Frappe; the account's times are told"
    return Part(found, {**figures, "of a key": told})


def _api_keys() -> Iterator[dict[str, Any]]:
    query = (
        "select name, enabled, api_key, creation, modified, last_active from tabUser "
        "where ifnull(api_key, '') != '' order by name"
    )
    for user, enabled, key, made, changed, active in rows(query, most=MOST):
        told = f"account made {_day(made)}, changed {_day(changed)}, active {_day(active) or 'never'}"
        about = told if enabled else f"account disabled; {told}"
        yield {"kind": "API key", "user": user, "mark": _mark(key), "enabled": bool(enabled), "about": about}


def _clients() -> Iterator[dict[str, Any]]:
    for name, app, user, made in rows(
        "select name, app_name, ifnull(user, owner), creation from `tabOAuth Client` order by name", most=MOST
    ):
        about = f"{app}, made {_day(made)}"
        yield {"kind": "OAuth client", "user": user, "mark": _mark(name), "about": about}


def _tokens(moment: datetime) -> Iterator[dict[str, Any]]:
    """Valid ones by user and client: a token is renewed each hour, and would be a change each time."""
    query = (
        "select user, client, count(*), max(expiration_time) from `tabOAuth Bearer Token` "
        "where status = 'Active' and expiration_time > %s group by user, client order by user, client"
    )
    for user, client, count, ends in rows(query, moment, most=MOST):
        about = f"{count} valid, the last until {str(ends)[:16]}"
        yield {"kind": "token", "user": user, "mark": _mark(client), "about": about}


def _mark(secret: str | None) -> str:
    return hashlib.sha256((secret or "").encode()).hexdigest()[:12]


def _day(moment: datetime | None) -> str:
    return str(moment)[:10] if moment else ""
