"""A report as HTML, for Desk and for paper: one page of what matters, the sections, what is missing, sources.

Whatever is no `Html` is escaped. No flex, no grid, no variables: what makes PDF is an old WebKit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from .report import COVERAGE, Report
from .report_parts import Fact, Figure, Section, Table, percent_in_words, short
from .verdicts import Verdict

AT_ONCE, FEW_MORE = 10, 4
STYLE = """
.m-report { font-family: Helvetica, Arial, "DejaVu Sans", sans-serif; font-size: 9.5pt; line-height: 1.4;
  color: #1d2429; word-wrap: break-word; }
.m-report h1 { font-size: 20pt; margin: 0 0 2pt; }
.m-report h2 { font-size: 14pt; margin: 20pt 0 6pt; padding-bottom: 2pt; border-bottom: 1.5pt solid #2f6fb4;
  page-break-after: avoid; }
.m-report h3 { font-size: 10.5pt; margin: 10pt 0 3pt; page-break-after: avoid; }
.m-report p { margin: 3pt 0; }
.m-report .kicker { color: #5a656d; margin: 0 0 10pt; }
.m-report .draft { border: 1pt solid #b7791f; color: #8a5a10; padding: 4pt 8pt; margin: 6pt 0; }
.m-report .approved { border: 1pt solid #2e7d32; color: #1f5c23; padding: 4pt 8pt; margin: 6pt 0; }
.m-report .verdict { padding: 6pt 10pt; margin: 8pt 0; background: #f1f4f6; font-size: 12pt; }
.m-report .pill { font-size: 7.5pt; font-weight: bold; padding: 1pt 5pt; color: #fff; background: #6b757d;
  white-space: nowrap; }
.m-report .OK { background: #2e7d32; }
.m-report .WARNING { background: #8a5a10; }
.m-report .CRITICAL { background: #c62828; }
.m-report table { width: 100%; border-collapse: collapse; table-layout: fixed; margin: 3pt 0 8pt; }
.m-report table.more { margin-top: -8pt; }
.m-report .keep { page-break-inside: avoid; }
.m-report th, .m-report td { padding: 2.5pt 4pt; text-align: left; vertical-align: top;
  border-bottom: 0.5pt solid #cfd6db; font-size: 8.5pt; word-wrap: break-word; overflow-wrap: anywhere; }
.m-report th { background: #eef2f5; font-weight: bold; }
.m-report th.n, .m-report td.n { text-align: right; padding-right: 8pt; }
.m-report table.first td { border: 0; font-size: 10pt; padding: 3pt 4pt; }
.m-report .worse { color: #c62828; }
.m-report .better { color: #2e7d32; }
.m-report .source { color: #5a656d; font-size: 7.5pt; white-space: nowrap; }
.m-report .remark { border-left: 3pt solid #2f6fb4; padding: 3pt 8pt; margin: 6pt 0; background: #f6f9fc;
  white-space: pre-wrap; overflow-wrap: anywhere; page-break-inside: avoid; }
.m-report .chart { display: block; margin: 4pt 0; page-break-inside: avoid; max-width: 100%; }
.m-report .figure { page-break-inside: avoid; }
.m-report .contents a { color: inherit; text-decoration: none; }
.m-report .contents { margin: 4pt 0; padding-left: 16pt; }
.m-report .small { color: #5a656d; font-size: 8pt; }
.m-report .new-page { page-break-before: always; }
""".strip()


class Html(str):
    """Text that is HTML already."""


@dataclass
class Numbers:
    """The number of each source, in the order in which they are first named."""

    known: dict[str, int] = field(default_factory=dict)

    def of(self, source: str) -> Html:
        """Of what rests on several, the number of each."""
        numbers = [self.known.setdefault(each, len(self.known) + 1) for each in source.split()]
        return Html("".join(f' <span class="source">[{number}]</span>' for number in numbers))


def render(report: Report, approval: Mapping[str, str] | None = None) -> str:
    """The whole report; `approval` has by, title and at, where it is approved."""
    numbers = Numbers()
    body = [
        *_first_page(report, approval, numbers),
        *(
            part
            for index, section in enumerate(report.sections)
            for part in _section(section, report, numbers, index)
        ),
        *_others(report),
        *_missing(report),
        *_sources(report, numbers),
    ]
    return Html(f'<div class="maintenance-report m-report"><style>{STYLE}</style>{"".join(body)}</div>')


def tag(name: str, *children: object, **attributes: object) -> Html:
    """An element; what is in it is escaped where it is no Html."""
    told = "".join(
        f' {key.rstrip("_")}="{escape(str(value))}"' for key, value in attributes.items() if value != ""
    )
    inner = "".join(each if isinstance(each, Html) else escape(str(each)) for each in children)
    return Html(f"<{name}{told}>{inner}</{name}>")


# --- the first page


def _first_page(report: Report, approval: Mapping[str, str] | None, numbers: Numbers) -> Iterator[Html]:
    period = report.period
    yield tag("h1", f"{report.title} {period.label}")
    days = f"{period.begins} to {period.last} ({period.days} days)"
    whom = f"For {report.audience}"
    yield tag("p", ". ".join((report.site, days, whom)) + ".", class_="kicker")
    yield _state(approval)
    verdict = tag("span", report.verdict, class_=f"pill {report.verdict}")
    days = numbers.of(COVERAGE)
    yield tag("div", "Verdict of the period: ", verdict, f" {report.measured}.", days, class_="verdict")
    yield tag("h3", "What matters most")
    rows = [
        tag("tr", tag("td", _pill(fact), width="13%"), tag("td", fact.text, numbers.of(fact.source)))
        for fact in report.first
    ]
    yield (
        tag("table", *rows, class_="first")
        if rows
        else tag("p", "Nothing was found that is worth this page.")
    )
    yield tag("h3", "Contents")
    yield tag(
        "ol",
        *(tag("li", tag("a", section.title, href=f"#{section.key}")) for section in report.sections),
        tag("li", tag("a", "Not measured", href="#not-measured")),
        tag("li", tag("a", "Sources", href="#sources")),
        class_="contents",
    )


def _state(approval: Mapping[str, str] | None) -> Html:
    if not approval:
        return tag("div", "Draft: nobody has approved it yet.", class_="draft")
    return tag(
        "div", f"Approved by {approval['by']} ({approval['title']}) on {approval['at']}.", class_="approved"
    )


def _pill(fact: Fact) -> Html:
    return tag("span", fact.verdict, class_=f"pill {fact.verdict}")


# --- sections


def _section(section: Section, report: Report, numbers: Numbers, index: int) -> Iterator[Html]:
    heading = tag("h2", f"{index + 1}. {section.title}", id=section.key)
    blocks = [*_blocks(section, report, numbers)]
    yield tag("div", heading, *blocks[:1], class_="keep" if index else "keep new-page")
    yield from blocks[1:]


def _blocks(section: Section, report: Report, numbers: Numbers) -> Iterator[Html]:
    """What stands below the heading. No page breaks one of them, nor parts the first from the heading."""
    if section.key in report.remarks:
        yield tag("div", report.remarks[section.key], class_="remark")
    for sentence in section.sentences:
        yield tag("p", sentence.text, numbers.of(sentence.source))
    if section.figures:
        yield _figures(section.figures, numbers)
    for chart in section.charts:
        yield tag(
            "div",
            Html(chart.svg),
            tag("div", "Source", numbers.of(chart.source), class_="small"),
            class_="figure",
        )
    for table in section.tables:
        yield from table_html(table, numbers)
    if _is_empty(section):
        yield tag("p", "Nothing of it was measured; the reasons are at the end, under Not measured.")
    elif section.missing:
        yield tag("p", f"Not measured: {len(section.missing)}; the reasons are at the end.", class_="small")


def _is_empty(section: Section) -> bool:
    return not (section.sentences or section.figures or section.charts or section.tables)


def _figures(figures: Sequence[Figure], numbers: Numbers) -> Html:
    heads = _heads(("Figure", "Value", "Before", "Change", "Note"), (1, 2, 3), (34, 18, 16, 10, 22))
    rows = [
        tag(
            "tr",
            tag("td", each.title, numbers.of(each.source)),
            tag("td", _value(each), class_="n"),
            tag("td", short(each.before), class_="n"),
            _change(each),
            tag("td", each.note),
        )
        for each in figures
    ]
    return tag("div", tag("table", heads, tag("tbody", *rows)), class_="keep")


def _value(figure: Figure) -> str:
    return "not measured" if figure.value is None else f"{short(figure.value)} {figure.unit}".strip()


def _change(figure: Figure) -> Html:
    text = percent_in_words(figure.percent) if figure.percent is not None else ""
    kind = {True: " worse", False: " better", None: ""}[figure.is_worse]
    return tag("td", text, class_=f"n{kind}")


def table_html(table: Table, numbers: Numbers) -> Iterator[Html]:
    """In blocks with heads over each, none of which is broken: not each WebKit repeats heads by itself."""
    title = tag("h3", table.title, numbers.of(table.source)) if table.title else Html()
    untold = Html() if table.title else numbers.of(table.source)
    if not table.rows:
        yield tag("div", title, tag("p", table.empty or "None.", untold), class_="keep")
        return
    heads = _heads(table.heads, table.numbers, table.widths)
    starts = _starts(len(table.rows))
    for first, end in zip(starts, [*starts[1:], len(table.rows)], strict=True):
        rows = [_row(row, table.numbers) for row in table.rows[first:end]]
        block = tag("table", heads, tag("tbody", *rows), class_="more" if first else "")
        after = _after(table, untold) if end == len(table.rows) else Html()
        yield tag("div", Html() if first else title, block, after, class_="keep")


def _starts(rows: int) -> list[int]:
    """Where blocks begin; a few rows that are left over stay with those before them."""
    starts = list(range(0, rows, AT_ONCE))
    return starts[:-1] if len(starts) > 1 and rows - starts[-1] <= FEW_MORE else starts


def _after(table: Table, untold: Html) -> Html:
    parts = [f"and {table.left_out} more"] if table.left_out else []
    parts += ["Source"] if untold else []
    return tag("p", ". ".join(parts), untold, class_="small") if parts else Html()


def _heads(heads: Sequence[str], numeric: Sequence[int], widths: Sequence[int]) -> Html:
    cells = [
        tag("th", head, class_="n" if index in numeric else "", width=f"{widths[index]}%" if widths else "")
        for index, head in enumerate(heads)
    ]
    return tag("thead", tag("tr", *cells))


def _row(row: Sequence[object], numeric: Sequence[int]) -> Html:
    return tag("tr", *(_cell(value, index in numeric) for index, value in enumerate(row)))


def _cell(value: object, is_number: bool) -> Html:
    if value in [each.value for each in Verdict]:
        return tag("td", tag("span", value, class_=f"pill {value}"))
    text = short(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    return tag("td", "" if text is None else text, class_="n" if is_number else "")


# --- the end


def _others(report: Report) -> Iterator[Html]:
    for title, text in report.others:
        yield tag("h3", f"On {title}, a section that is not in this report any more")
        yield tag("div", text, class_="remark")


def _missing(report: Report) -> Iterator[Html]:
    heading = tag("h2", f"{len(report.sections) + 1}. Not measured", id="not-measured")
    alike: dict[tuple[str, str], list[str]] = {}
    for what, why, title in report.missing:
        alike.setdefault((why, title), []).append(what)
    rows = [["; ".join(what), why, title] for (why, title), what in alike.items()]
    nothing = "All that this report tells of was measured."
    table = Table("", ("What", "Why", "Section"), rows, empty=nothing, widths=(48, 34, 18))
    first, *rest = table_html(table, Numbers())
    yield tag("div", heading, first, class_="keep")
    yield from rest


def _sources(report: Report, numbers: Numbers) -> Iterator[Html]:
    heading = tag("h2", f"{len(report.sections) + 2}. Sources", id="sources")
    said = f"All was read at {report.read_at}, as of one moment. What is told of a state is its state then."
    rows = [
        tag("tr", tag("td", f"[{number}]", width="7%"), tag("td", report.sources.get(source, source)))
        for source, number in numbers.known.items()
    ]
    yield tag("div", heading, tag("p", said), tag("table", tag("tbody", *rows)), class_="keep")
