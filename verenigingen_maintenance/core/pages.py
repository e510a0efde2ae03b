"""A dashboard as HTML: whether it is one at all, and which of its cards show data.

Two kinds are understood: this app's own page, whose cards carry `data-card`, and the monitoring dashboard of
verenigingen, with its sections (`h2.section-header`) and its cards (`.metric-card`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, takewhile
from typing import Any

from bs4 import BeautifulSoup, CData, NavigableString, Tag  # type: ignore[import-untyped]
from bs4.builder import ParserRejectedMarkup  # type: ignore[import-untyped]

_LONGEST = 80
_UNSEEN = ["script", "style", "template", "noscript"]
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_LABELS = {"th", "dt"}
_ROWS = {"table", "code", "pre"}
_LISTS = {"ul", "ol"}
_BLOCKS = {*_HEADINGS, *_LABELS, *_LISTS, "table", "td", "tr", "pre", "p", "small", "li", "dl", "dd", "div"}
_BLOCKS |= {"article", "body", "footer", "header", "main", "nav", "section"}
_VALUES = {"value", "metric-number"}
_BREAK = "\ue000"

_TRACEBACK = re.compile(r"Traceback (?:with variables )?\(most recent call last\)")
_ERROR_PAGE = re.compile(
    r"(?:[45]\d\d\b[\s:|\u2013-]*)?"
    r"(?:(?:internal )?server error|uncaught server exception|not permitted|forbidden|access denied"
    r"|unauthorized|page missing|(?:page )?not found|session expired|bad gateway|gateway time-?out|error"
    r"|service (?:temporarily )?unavailable)",
    re.I,
)
_ABOUT_ERRORS = re.compile(r"error|exception|failure|failed|alert|problem|issue", re.I)
_NOTHING = re.compile(
    r"(?:n/?a|none|null|undefined|nan|\[object object\]|loading(?:\.\.\.|…)?|[-\u2013\u2014?]+)\s*(?:%|m?s)?",
    re.I,
)
_JUST_ERROR = re.compile(
    r"(?:(?:an|unknown|unexpected|internal|fatal|server|system|database|network|connection)\s+)*error[.!]?",
    re.I,
)
_READ = r"(?:load|get|fetch|read|retriev|connect|render|show|display|comput|calculat|measur|refresh|quer)"
_FAILURE = re.compile(
    rf"(?:failed|unable) to {_READ}\w*\b.*"
    rf"|(?:could not|couldn[\u2019']t|cannot|can[\u2019']t) (?:be )?{_READ}\w*\b.*"
    rf"|error (?:while|when|occurred|{_READ}\w*ing)\b.*"
    r"|an (?:\w+ )?error (?:has )?occurred\b.*"
    r"|there (?:was|has been) an (?:\w+ )?error\b.*"
    r"|error\s*(?::|\s[\u2013-]\s)\s*[^\s\d].*"
    r"|(?-i:(?:\w+\.)*[A-Z]\w*(?:Error|Exception))\s*[:(]\s*(?!\d+$)\S.*"
    r"|error (?:code:? )?[45]\d\d\b.*"
    r"|something went wrong.*"
    rf"|{_TRACEBACK.pattern}.*",
    re.I,
)


@dataclass(frozen=True)
class Card:
    """A card or section of a dashboard. `problem` is "" where it has data, else what is wrong: “empty”,
    “not measured”, or “says …” with the error that it shows.
    """

    title: str
    text: str
    problem: str


@dataclass(frozen=True)
class Page:
    """What a browser would see. `is_error_page` says which error; it is "" where there is none."""

    title: str = ""
    is_login: bool = False
    is_error_page: str = ""
    is_whole: bool = False
    cards: list[Card] = field(default_factory=list)

    def section(self, title: str) -> Card | None:
        """The card of that title, in capitals or not."""
        return next((each for each in self.cards if each.title.casefold() == title.casefold()), None)


def read_page(html: str) -> Page:
    """Read the HTML of a page. Raises nothing: what cannot be read is an error page."""
    try:
        soup = _soup(html)
    except ParserRejectedMarkup:
        return Page(is_error_page="HTML that cannot be read")
    is_login = _is_login(soup)
    return Page(
        title=_text(soup.title) if soup.title else "",
        is_login=is_login,
        is_error_page="" if is_login else _error(soup),
        is_whole=html.rstrip().lower().endswith("</html>"),
        cards=[card for each in soup.select(_CARDS) if (card := _card(each))],
    )


def _soup(html: str) -> Any:
    """The page as a tree, without what nobody sees, and with its line breaks as text."""
    soup = BeautifulSoup(html, "html.parser")
    for unseen in soup(_UNSEEN):
        unseen.decompose()
    for line_break in soup("br"):
        line_break.insert_before(_BREAK)
    return soup


# --- login and error pages


def _is_login(soup: Any) -> bool:
    """A form that asks for a password, or Frappe's login page, which may offer other ways than a password."""
    return bool(soup.select_one("form input[type=password i], section.for-login, body[data-path=login]"))


def _error(soup: Any) -> str:
    """Which error the page is about; what stands in a card is the card's, not the page's."""
    text = _beginning(soup.body or soup)
    if not text:
        return "an empty page"
    messages = [_text(each) for each in _outside(soup, ".page-card-head .indicator, .error-page")]
    titles = [_text(each) for each in soup.select("head title")]
    errors = [*messages, *(each for each in (*titles, text) if _ERROR_PAGE.fullmatch(each))]
    if errors:
        return _cut(errors[0]) or "a message without text"
    is_traceback = any(_TRACEBACK.search(_text(each)) for each in _outside(soup, "pre"))
    return "a Python traceback" if is_traceback or _TRACEBACK.match(text) else ""


def _outside(soup: Any, selector: str) -> list[Any]:
    return [each for each in soup.select(selector) if not any(map(_is_card, each.parents))]


# --- cards

_CARDS = "[data-card], h2.section-header, .metric-card"


def _is_card(element: Any) -> bool:
    return element.has_attr("data-card") or "metric-card" in _classes(element)


def _card(element: Any) -> Card | None:
    """None for a metric-card without a title: it is the body of its section, and judged there."""
    if element.has_attr("data-card"):
        return _own_card(element)
    if element.name == "h2":
        return _section(element)
    label = _label(element)
    if label is None and element.find_previous("h2", class_="section-header"):
        return None
    title = _text(label) if label else "(without a title)"
    inside = _beside(element, label)
    return Card(title, _shown(inside), _problem(title, inside))


def _own_card(element: Any) -> Card:
    heading = element.find(_HEADINGS)
    title = " ".join(element["data-card"].split()) or (_text(heading) if heading else "(without a title)")
    inside = _beside(element, heading)
    is_measured = element.get("data-state") != "not-measured"
    return Card(title, _shown(inside), _problem(title, inside) if is_measured else "not measured")


def _section(header: Any) -> Card:
    """A section reaches to the next header. Where none of its cards has data, it has none."""
    title, inside = _text(header), _after(header)
    cards = [_card(each) for each in inside if _is_titled(each)]
    problems = [card.problem for card in cards if card]
    own = [each for each in inside if not any(map(_is_titled, (each, *each.parents)))]
    if problems:
        problem = _failure(title, own) or (problems[0] if all(problems) else "")
    else:
        problem = _problem(title, own)
    return Card(title, _shown(inside), problem)


def _label(element: Any) -> Any:
    return element.select_one(".metric-label") or element.find(_HEADINGS)


def _is_titled(element: Any) -> bool:
    return "metric-card" in _classes(element) and _label(element) is not None


def _beside(element: Any, title: Any) -> list[Any]:
    """All inside an element but its title."""
    of_title = {id(title), *(id(each) for each in (title.descendants if title else ()))}
    return [each for each in element.descendants if id(each) not in of_title]


def _after(header: Any) -> list[Any]:
    """All between a header and the next one, within the dashboard."""
    around = header.find_parent(class_="monitoring-dashboard") or header.parent
    within = {id(each) for each in around.descendants} - {id(each) for each in header.descendants}
    until_next = takewhile(lambda each: "section-header" not in _classes(each), header.next_elements)
    return [each for each in until_next if id(each) in within]


# --- what a card says


def _problem(title: str, inside: Sequence[Any]) -> str:
    """What is wrong with the data of a card; "" where it has some."""
    marked = [each for each in inside if _VALUES & _classes(each)]
    shown = _lines(each for each in inside if not _is_in(_LABELS, each))
    values = [_text(each) for each in marked] if marked else [_value(line) for line in shown]
    if failure := _failure(title, inside):
        return failure
    if not any(values):
        return "empty"
    if all(not each or _NOTHING.fullmatch(each) for each in values):
        return f"says “{next(filter(None, values))}”"
    return ""


def _failure(title: str, inside: Sequence[Any]) -> str:
    """The first text that states a failure. A table is data, and so is the list of a card about errors."""
    rows = _ROWS | _LISTS if _ABOUT_ERRORS.search(title) else _ROWS
    lines = _lines(each for each in inside if not _is_in(rows, each))
    alarms = [_text(each) for each in inside if {"alert", "alert-danger"} <= _classes(each)]
    failures = [*filter(None, alarms), *filter(_is_failure, lines)]
    return f"says “{_cut(failures[0])}”" if failures else ""


def _is_failure(line: str) -> bool:
    """“Error: no connection” is, alone or as “Cache: Error: …”; “Last error: no connection” is not."""
    label, _colon, value = (part.strip() for part in line.partition(":"))
    if _JUST_ERROR.fullmatch(value or line) or _FAILURE.fullmatch(line):
        return True
    return not _ABOUT_ERRORS.search(label) and bool(_FAILURE.fullmatch(value))


def _value(line: str) -> str:
    """What stands after a label, such as “Total:”; the line where there is none."""
    return line.partition(":")[2].strip() if ":" in line else line


# --- text


def _lines(inside: Iterable[Any]) -> list[str]:
    """The texts, those of one paragraph in one line."""
    blocks = groupby(_strings(inside), key=_block)
    texts = [part for _block, group in blocks for part in " ".join(group).split(_BREAK)]
    return [line for text in texts if (line := " ".join(text.split()))]


def _strings(inside: Iterable[Any]) -> Iterator[Any]:
    """The texts that are seen; no comments."""
    return (each for each in inside if type(each) in (NavigableString, CData) and each.strip())


def _block(text: Any) -> int:
    return next((id(each) for each in text.parents if each.name in _BLOCKS), 0)


def _is_in(names: set[str], element: Any) -> bool:
    return any(each.name in names for each in element.parents)


def _text(element: Any) -> str:
    return " ".join(_lines(element.descendants))


def _beginning(element: Any) -> str:
    """Enough of the text to know a short message; all of a long page would cost seconds."""
    return " ".join(_lines(islice(_strings(element.descendants), 50)))


def _shown(inside: Iterable[Any]) -> str:
    return " ".join(_lines(inside))


def _classes(element: Any) -> set[str]:
    return set(element.get("class", [])) if isinstance(element, Tag) else set()


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
