"""What an installation and an upgrade do to a site."""

from __future__ import annotations

import frappe
import redis

from verenigingen_maintenance.operations import samples, seed, settings


def after_install() -> None:
    after_migrate()


def after_migrate() -> None:
    """Seeds the runbook and the holidays, and takes a first sample, so that there is one to compare with."""
    seed.seed()
    settings.fill_in_holidays()
    try:
        samples.keep_cache_counters()
    except (redis.ConnectionError, frappe.ValidationError) as error:
        frappe.clear_messages()
        print(f"No first sample of the cache was taken; the hourly job takes one. {error}")


def before_uninstall() -> None:
    """Frappe leaves the values of a settings page; a later installation would take them for changes."""
    settings.forget()
    frappe.db.delete("Scheduled Job Type", {"method": ("like", "verenigingen_maintenance.%")})
