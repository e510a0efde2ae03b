"""A report on paper. The head and the page numbers are written onto the finished pages: not each build of
wkhtmltopdf can print them."""

from __future__ import annotations

import io
from collections.abc import Callable

from frappe.model.document import Document
from frappe.utils.pdf import get_pdf
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from verenigingen_maintenance.core.language import phrase, read_html
from verenigingen_maintenance.operations.language import said

OPTIONS = {
    "page-size": "A4",
    "margin-top": "20mm",
    "margin-bottom": "18mm",
    "margin-left": "16mm",
    "margin-right": "16mm",
}
LEFT, TOP, BOTTOM, SIZE = 46, 30, 26, 8
FONT = "MaintenanceHead"


def pdf(report: Document, say: Callable[[str], str] = said) -> bytes:
    """The report as it is kept, as a PDF of A4 pages, in the language of `say`."""
    head = f"{report.title}, {report.period_from} to {report.period_until}"
    state = "" if report.approved_by else phrase("DRAFT")
    return pages(report.html, head, state, say)


def pages(html: str, head: str, state: str = "", say: Callable[[str], str] = said) -> bytes:
    """HTML as a PDF of A4 pages: `head` above each, `state` and its number below; read by `say`."""
    body = read_html(html, say)
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return _numbered(get_pdf(page, dict(OPTIONS)), say(head), say(state), say)


def _numbered(content: bytes, head: str, state: str, say: Callable[[str], str]) -> bytes:
    writer = PdfWriter()
    pages = PdfReader(io.BytesIO(content)).pages
    for number, page in enumerate(pages, 1):
        foot = say(f"Page {number} of {len(pages)}")
        page.merge_page(_overlay(page, head, f"{state}  {foot}".strip()))
        writer.add_page(page)
    writer.add_metadata({"/Title": head})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _overlay(page: PageObject, head: str, foot: str) -> PageObject:
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    over = PageObject.create_blank_page(width=width, height=height)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject(f"/{FONT}"): font})
    over[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(_text(LEFT, height - TOP, head) + _text(LEFT, BOTTOM, foot))
    over[NameObject("/Contents")] = stream
    return over


def _text(x: float, y: float, text: str) -> bytes:
    plain = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    command = f"BT 0.35 g /{FONT} {SIZE} Tf {x:.1f} {y:.1f} Td ({plain}) Tj ET\n"
    return command.encode("cp1252", errors="replace")
