"""The compiled form of the translations, from which Frappe reads them: made where `bench build` did not."""

from __future__ import annotations

from frappe import _
from frappe.gettext.translate import get_catalog, get_locales, get_mo_path, get_po_path, write_binary
from frappe.translate import clear_cache

APP = "verenigingen_maintenance"


def compile_all() -> list[str]:
    """Compiles the languages whose compiled form is missing or older; answers why one could not be.

    It lies in sites/assets, which a bench may keep from being written. Without it the app speaks English.
    """
    wanted = outdated()
    failed = []
    for language in wanted:
        try:
            write_binary(APP, get_catalog(APP, language), language)
        except OSError as error:
            failed.append(f"{language}: {error}")
    if wanted:
        clear_cache()
    return failed


def outdated() -> list[str]:
    """The languages whose compiled form is not that of this version."""
    return [language for language in get_locales(APP) if _is_outdated(language)]


def gaps() -> list[str]:
    """What a manager is told of them; none where all are compiled."""
    if languages := outdated():
        told = _("Translations: {0} of this version is not compiled. Run bench build --app {1}")
        return [told.format(", ".join(languages), APP)]
    return []


def _is_outdated(language: str) -> bool:
    compiled = get_mo_path(APP, language)
    return not compiled.exists() or compiled.stat().st_mtime < get_po_path(APP, language).stat().st_mtime
