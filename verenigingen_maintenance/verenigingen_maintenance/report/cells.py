"""What reports share: words in the reader's language and their colours, cards above, harmless cells."""

import html

from frappe import _
from frappe.utils import formatdate
from frappe.utils.data import get_user_date_format

from verenigingen_maintenance.core.sheets import harmless
from verenigingen_maintenance.operations.language import said

COLORS = {
    **{"OK": "green", "WARNING": "orange", "CRITICAL": "red", "UNKNOWN": "gray", "CLAIMED": "blue"},
    **{"Critical": "red", "High": "red", "Medium": "orange", "Low": "blue"},
    **{"New": "orange", "Escalating": "red", "Regressed": "red", "Resolved": "green"},
    **{"rising": "orange", "falling": "orange", "stable": "green"},
}
BY_LOWER = {word.lower(): color for word, color in COLORS.items()}


def cells(rows, words=(), texts=()):
    """Rows as they are shown: `words` are English ones of a choice, which get a colour (FIELD_color), `texts`
    what the app wrote. No text of any cell is a formula in a spreadsheet."""
    return [_shown(row, words, texts) for row in rows]


def _shown(row, words, texts):
    shown = dict(row)
    for field in words:
        if word := row.get(field):
            shown |= {field: _in_words(word), f"{field}_color": _color(word)}
    shown |= {field: said(row.get(field)) for field in texts if row.get(field)}
    return {field: harmless(value) if isinstance(value, str) else value for field, value in shown.items()}


def _in_words(words):
    """Also several, as the verdicts of a finding are: “OK, WARNING”."""
    return ", ".join(said(word) for word in words.split(", "))


def _color(word):
    return BY_LOWER.get(word.lower(), "gray")


def card(label, value, datatype="Int", indicator=None):
    """A figure above a report; what is None is not known. Frappe writes it as HTML, so it is escaped."""
    if value is None:
        return {"label": label, "value": _("Unknown"), "datatype": "Data", "indicator": "Gray"}
    value = html.escape(value) if isinstance(value, str) else value
    return {"label": label, "value": value, "datatype": datatype, "indicator": indicator}


def verdict_card(label, verdict):
    """A verdict as a word with its colour; where there is none, that it is not known."""
    word = verdict or "UNKNOWN"
    pill = f'<span class="indicator-pill no-indicator-dot {_color(word)}">{html.escape(said(word))}</span>'
    return {"label": label, "value": pill, "datatype": "Data"}


def short_day(day):
    """A day without its year, as the reader writes dates: there is room for no more below a bar."""
    pattern = get_user_date_format().lower().replace("yyyy", "").replace("yy", "").strip("-./ ")
    return formatdate(day, pattern)
