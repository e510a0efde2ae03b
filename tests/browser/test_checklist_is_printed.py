import pytest
from playwright.sync_api import expect

BOXES = {
    "Dashboard accessible and loads within 5 seconds",
    'System status shows "healthy"',
    "Critical issues count = 0",
    "Error count (24h) < 10",
    "Compliance score > 90%",
    "Analytics sections load and show recent data",
    "Performance metrics within acceptable ranges",
    "No recurring errors identified",
}


@pytest.fixture
def document(trouble, api):
    return read(api, trouble["run"])


def test_the_printed_page_has_the_boxes_and_the_free_fields_of_the_checklist(document, desk):
    page = desk("operator", printed(document["name"])).page

    assert {box["box"] for box in document["boxes"]} == BOXES
    ticked = {box["box"]: "☑" if box["verdict"] == "OK" else "☐" for box in document["boxes"]}
    assert ticked["Error count (24h) < 10"] == "☐"
    expect(page.locator(".checklist .boxes > div")).to_have_count(8)
    for name, tick in ticked.items():
        expect(page.locator(".checklist .boxes > div", has_text=name)).to_contain_text(f"{tick} {name}")
    for note in document["notes"]:
        label = page.locator(".checklist b", has_text=f"{note['label']}:")
        expect(label.locator("xpath=following-sibling::div[1]")).to_have_text(note["text"] or "")
    expect(page.locator(".checklist")).to_contain_text("Signature: ____")


def test_the_printed_page_lists_each_row_with_its_finding(document, desk):
    page = desk("operator", printed(document["name"])).page

    rows = page.locator(".checklist table.rows tr")
    expect(rows).to_have_count(1 + len(document["items"]))
    for row, item in enumerate(document["items"], start=1):
        expect(rows.nth(row).locator("td").first).to_have_text(item["title"])
        expect(rows.nth(row).locator("td").nth(1)).to_have_text(item["verdict"] or "to do")
    errors = rows.filter(has=page.locator("td:first-child", has_text="Errors in 24 hours"))
    expect(errors.locator("td").nth(2)).to_contain_text("60 errors")


def test_a_box_whose_rows_are_all_ok_is_ticked_on_paper(site, desk, api):
    run = site.script("run_without_trouble")["run"]
    verdicts = {box["box"]: box["verdict"] for box in read(api, run)["boxes"]}
    assert verdicts["Error count (24h) < 10"] == "OK"

    page = desk("operator", printed(run)).page

    box = page.locator(".checklist .boxes > div", has_text="Error count (24h) < 10")
    expect(box).to_have_text("☑ Error count (24h) < 10")


def test_a_signed_run_is_printed_with_who_signed_it(signed, desk):
    page = desk("auditor", printed(signed)).page

    expect(page.locator(".checklist .sign")).to_contain_text("Signed by operator@example.com on ")


@pytest.mark.parametrize("user", ["operator", "auditor"])
def test_the_checklist_is_downloaded_as_pdf(user, trouble, api):
    answer = api(user).get(
        "/api/method/frappe.utils.print_format.download_pdf"
        f"?doctype=Checklist%20Run&name={trouble['run']}&format=Checklist"
    )

    assert answer.status == 200, answer.text()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    assert len(answer.body()) > 5000


def test_print_in_the_form_offers_the_checklist_first(trouble, desk):
    page = desk("operator", f"/app/print/Checklist Run/{trouble['run']}").page

    preview = page.frame_locator("iframe.print-format-container, .print-preview iframe")
    expect(preview.locator(".checklist .boxes > div")).to_have_count(8)


def printed(run):
    return f"/printview?doctype=Checklist%20Run&name={run}&format=Checklist"


def read(api, run):
    return api("operator").get(f"/api/resource/Checklist Run/{run}").json()["data"]
