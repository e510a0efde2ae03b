"""What is stored is English; it is read in the language of whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Callable

import frappe
from frappe.translate import get_all_translations
from frappe.utils import fmt_money, formatdate
from frappe.utils.data import get_number_format_info

from verenigingen_maintenance.core.language import Figures, Phrases, decimal_sign
from verenigingen_maintenance.core.wording import number

NUMBER = re.compile(r"\d+(?:\.\d+)?")
CONTEXT = ":Maintenance sentence"
_KNOWN: dict[tuple[str, str, str], Phrases] = {}


def said(text: str | None) -> str:
    """A text that core, a source or the runbook wrote, in the language of this request; not escaped."""
    return _say(text, frappe.local.lang) if text else ""


def sayer(language: str | None) -> Callable[[str], str]:
    """`said` for the language of somebody else: whoever gets a mail, or the site where that is None."""
    wanted = language or language_of_site()
    return lambda text: _say(text, wanted) if text else ""


def language_of_site() -> str:
    return frappe.db.get_default("lang") or "en"


def language_of(address: str) -> str:
    """In which a user, by name or e-mail address, reads Desk; that of the site for anybody else."""
    return frappe.db.get_value("User", address, "language") or language_of_site()


def in_figures(value: float) -> str:
    """A number in the number format of the site, without noise and with the decimals that it has."""
    whole, _point, decimals = number(abs(value)).partition(".")
    sign = "-" if value < 0 and (whole, decimals) != ("0", "") else ""
    return sign + fmt_money(int(whole), precision=0) + (_decimal_sign() + decimals if decimals else "")


def figures_within(text: str) -> str:
    """What is wanted of a value, such as “< 99.5”, with its numbers in that form."""
    return NUMBER.sub(lambda found: in_figures(float(found[0])), text)


def _say(text: str, language: str) -> str:
    if language == "en":
        return text
    translations = get_all_translations(language)
    exact = translations.get(text + CONTEXT) or translations.get(text)
    return exact or _phrases(language, translations).say(text)


def _phrases(language: str, translations: dict[str, str]) -> Phrases:
    """The sentences of a language, built once in each process and again when one of them changed."""
    kept = _of_request()
    if language not in kept:
        kept[language] = _current(language, translations)
    return kept[language]


def _of_request() -> dict[str, Phrases]:
    if not hasattr(frappe.local, "maintenance_phrases"):
        frappe.local.maintenance_phrases = {}
    return frappe.local.maintenance_phrases


def _current(language: str, translations: dict[str, str]) -> Phrases:
    catalogue = {
        text.removesuffix(CONTEXT): translation
        for text, translation in translations.items()
        if text.endswith(CONTEXT) and translation
    }
    form = (language, _decimal_sign(), frappe.db.get_default("date_format") or "yyyy-mm-dd")
    known = _KNOWN.get(form)
    if known is None or known.catalogue != catalogue:
        known = _KNOWN[form] = Phrases(catalogue, Figures(form[1], formatdate))
    return known


def _decimal_sign() -> str:
    decimal, group, _decimals = get_number_format_info(frappe.db.get_default("number_format") or "#,###.##")
    return decimal_sign(decimal, group)
