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


def test_the_front_is_the_paper_checklist_and_behind_it_is_each_row_with_its_finding(document, desk):
    page = desk("operator", printed(document["name"])).page
    front, rows = page.locator(".checklist .front"), page.locator(".checklist table.rows tr.row-of-run")

    assert {box["box"] for box in document["boxes"]} == BOXES
    ticked = {box["box"]: "☑" if box["verdict"] == "OK" else "☐" for box in document["boxes"]}
    assert ticked["Error count (24h) < 10"] == "☐"
    expect(front.locator(".boxes > div")).to_have_count(8)
    for name, tick in ticked.items():
        expect(front.locator(".boxes > div", has_text=name)).to_contain_text(f"{tick} {name}")
    for note in document["notes"]:
        label = front.locator("b", has_text=f"{note['label']}:")
        shown = label.locator("xpath=following-sibling::div[1]").inner_text().partition("… continued")[0]
        assert (note["text"] or "").startswith(shown.strip())
        expect(page.locator(".checklist")).to_contain_text(note["text"] or "")
    expect(front).to_contain_text("Signature: ____")

    expect(rows).to_have_count(len(document["items"]))
    told = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))")
    verdicts = sorted((item["title"], item["verdict"] or "to do") for item in document["items"])
    assert sorted((title, verdict) for title, verdict, *_others in told) == verdicts
    (errors,) = (row for row in told if row[0] == "Errors in 24 hours")
    assert errors[2].startswith("60 errors (target < 10)")
    groups = page.locator(".checklist table.rows tr.group").all_inner_texts()
    assert groups == [box["box"] for box in document["boxes"]], "in the order of the paper"


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
