"""What a hand may empty in an incident: the cache of this site, and what the analytics engine stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe.monitor import MONITOR_REDIS_KEY

from verenigingen_maintenance.operations import analytics_switches, change_kinds
from verenigingen_maintenance.operations.incident_action_way import Asked, Parameters, Prepared
from verenigingen_maintenance.sources import analytics_store, clock


def prepare(_parameters: Parameters) -> Prepared:
    """Nothing is asked."""
    return Prepared("", {})


def not_now() -> str:
    """Raises redis.ConnectionError where there is no cache."""
    frappe.cache.ping()
    return ""


def keys(_parameters: Parameters) -> dict[str, Any]:
    """Keys of this site in the cache. Raises redis.ConnectionError: Frappe would answer with none."""
    frappe.cache.ping()
    waiting = frappe.cache.llen(MONITOR_REDIS_KEY)
    return {"keys of this site": len(frappe.cache.get_keys("")), "Monitor's entries in it": waiting}


def clear(_asked: Asked) -> None:
    frappe.cache.ping()
    change_kinds.clear_cache()


def cleared(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    message = "{0} keys before, {1} after: what is asked for comes back at once."
    return message.format(before["keys of this site"], after["keys of this site"])


def engine_keys(_parameters: Parameters) -> dict[str, Any]:
    """Stored answers with the time of their data, and keys analytics_*. Raises redis.ConnectionError."""
    frappe.cache.ping()
    stored = analytics_store.components().values()
    answers = {
        each.name: clock.shown(each.data_as_of) if each.data_as_of else None for each in stored if each.answer
    }
    return {"answers": answers, "keys": len(frappe.cache.get_keys(analytics_switches.KEYS))}


def delete_engine_keys(_asked: Asked) -> None:
    frappe.cache.ping()
    analytics_switches.clear_cache()


def engine_keys_deleted(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    message = "{0} stored answers and {1} keys were deleted; {2} and {3} are there now."
    counts = (len(before["answers"]), before["keys"], len(after["answers"]), after["keys"])
    return message.format(*counts)
