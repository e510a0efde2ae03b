import pytest
from playwright.sync_api import expect

MARKUP = '<img src=x onerror="window.pwned=1">'
IN_A_PATH = "<img src=x onerror=window.pwned=1>"


@pytest.fixture
def of_markup(site):
    """A run in which each text is markup, as it would be if nothing had sanitised it."""
    run = site.script("make_trouble")["run"]
    site.script("put_markup", run)
    return run


def test_markup_in_the_title_of_an_error_pattern_is_text_in_the_evidence(site, desk):
    run = site.script("make_trouble")["run"]
    form = desk("operator", f"/app/checklist-run/{run}")

    expect(form.open_item("Same error in 24 hours")).to_contain_text(IN_A_PATH)
    expect_nothing_ran(form)


def test_markup_in_each_text_of_a_run_is_text_in_its_form(of_markup, desk):
    form = desk("operator", f"/app/checklist-run/{of_markup}")

    row = form.items.first
    expect(row.locator(".title")).to_have_text(MARKUP)
    expect(row.locator(".finding")).to_contain_text(MARKUP)
    expect(row.locator("textarea")).to_have_value(MARKUP)
    row.locator(".title").click()
    row.locator("[data-act=evidence]").click()
    for label in (
        "Step",
        "Instructions",
        "Command",
        "Expected result",
        "Escalate when",
        "Source",
        "Evidence",
    ):
        text = row.locator(".more .detail", has=form.page.locator("dt", has_text=label)).locator("dd")
        expect(text).to_contain_text(MARKUP)
    expect(form.checklist.locator(".since h4")).to_have_text(MARKUP)
    expect(form.checklist.locator("section[data-box] h4").first).to_contain_text(MARKUP)
    expect(form.checklist.locator(".free label").first).to_have_text(MARKUP)
    expect(form.checklist.locator(".free textarea").first).to_have_value(MARKUP)
    expect_nothing_ran(form)


def test_markup_in_the_title_of_a_row_is_text_in_what_is_missing(of_markup, desk):
    form = desk("operator", f"/app/checklist-run/{of_markup}")

    form.button("Sign").click()

    expect(form.needs.first).to_have_text(f"{MARKUP}: Done or Failed")
    expect_nothing_ran(form)


def test_markup_in_each_text_of_a_run_is_text_in_print(of_markup, desk):
    printed = desk("operator", f"/printview?doctype=Checklist%20Run&name={of_markup}&format=Checklist")

    page = printed.page
    for part in (".since", ".boxes div", ".free", "table.rows td", "tr.row-of-run td"):
        expect(page.locator(f".checklist {part}").first).to_contain_text(MARKUP)
    expect_nothing_ran(printed)


def test_markup_in_an_error_title_does_not_run_in_an_escalation(trouble, desk):
    form = desk("operator", f"/app/maintenance-escalation/{trouble['escalations'][0]['name']}")

    expect(form.cell("events", 1, "event")).to_have_text("Opened")
    expect_nothing_ran(form)


def test_markup_in_notes_does_not_run_for_the_next_reader(site, desk, api):
    trouble = site.script("make_trouble")
    run, escalation = trouble["run"], trouble["escalations"][0]["name"]
    address = f"/api/resource/Checklist Run/{run}"
    document = api("operator").get(address).json()["data"]
    written = {
        "items": [{**item, "note": MARKUP} for item in document["items"]],
        "notes": [{**note, "text": MARKUP} for note in document["notes"]],
    }
    assert api("operator").put(address, data=written).ok
    acknowledged = {"escalation": escalation, "note": MARKUP}
    assert api("operator").post("/api/method/verenigingen_maintenance.api.acknowledge", data=acknowledged).ok

    form = desk("manager", f"/app/checklist-run/{run}")
    expect(form.note("Errors in 24 hours")).to_have_value(MARKUP)
    expect(form.free_field("Issues Found")).to_have_value(MARKUP)
    expect_nothing_ran(form)
    form = desk("manager", f"/app/maintenance-escalation/{escalation}")
    expect(form.cell("events", 2, "event")).to_have_text("Acknowledged")
    expect_nothing_ran(form)


def test_markup_as_a_threshold_is_text_in_the_refusal(desk):
    form = desk("manager", "/app/maintenance-check/errors_24h")

    form.write(form.input("warning"), MARKUP)
    assert form.save().status == 417

    expect(form.dialog).to_contain_text("is not a threshold")
    expect_nothing_ran(form)


def expect_nothing_ran(form):
    """An image that cannot be loaded has told so by the time another one has."""
    form.page.evaluate(
        """() => new Promise((done) => {
            const probe = new Image();
            probe.onerror = probe.onload = done;
            probe.src = "y";
        })"""
    )
    assert form.page.evaluate("window.pwned") is None
    expect(form.page.locator("img[src=x]")).to_have_count(0)
