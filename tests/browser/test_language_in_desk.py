"""A Dutch operator: what is stored in English is read in Dutch, by the same rules as on the server."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

TABLE = json.loads((Path(__file__).parents[1] / "core" / "said_cases.json").read_text())
READ = """({ catalogue, decimal, cases }) => {
    const day = (text) => text.split("-").reverse().join("-");
    const phrases = new verenigingen_maintenance.phrases(catalogue, { decimal, day });
    return cases.map(([text]) => phrases.say(text));
}"""
HOSTILE = "<img src=x onerror='window.ran = 1'> & &lt;b&gt;"


@pytest.fixture
def in_dutch(site):
    site.script("speak", "operator", "nl")
    yield
    site.script("speak", "operator", "en")


def test_an_escalation_is_read_in_dutch(in_dutch, trouble, desk):
    (escalation,) = trouble["escalations"]
    form = desk("operator", f"/app/maintenance-escalation/{escalation['name']}")

    expect(form.cell("events", 1, "event")).to_have_text("Geopend")
    expect(form.cell("events", 1, "note")).to_contain_text(
        "Fouten in 24 uur: 60 fouten, kritiek > 50, doel < 10"
    )
    expect(form.cell("checks", 1, "title")).to_have_text("Fouten in 24 uur")
    expect(form.page.locator(".title-text:visible").first).to_contain_text("Fouten in 24 uur en nog 2")
    expect(form.button("Bevestigen")).to_be_visible()
    head = form.page.locator(".what-is-next")
    expect(head).to_contain_text("Escalatie is niet actief: het blijft op dit niveau.")
    expect(head).to_contain_text("Terugkerende problemen")

    said = form.page.evaluate(READ, TABLE)
    assert said == [expected for _, expected, _ in TABLE["cases"]]

    shown = form.page.evaluate(
        """(text) => {
            const df = { fieldtype: "Data", fieldname: "title" };
            const escaped = frappe.utils.escape_html(text); // as a form gives it
            return [text, escaped].map((each) => verenigingen_maintenance.said_formatter(each, df));
        }""",
        HOSTILE,
    )
    assert all("<" not in each and "onerror" in each for each in shown)

    read = form.page.evaluate(
        """() => {
            const html = `<div><h2>1. Not measured</h2><div class="remark">Not measured</div></div>`;
            const element = $(html)[0];
            verenigingen_maintenance.said_within(element);
            return element.innerText || element.textContent;
        }"""
    )
    assert read == "1. Niet gemetenNot measured"
