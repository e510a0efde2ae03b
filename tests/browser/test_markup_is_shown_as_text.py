from playwright.sync_api import expect

MARKUP = '<img src=x onerror="window.pwned=1">'
AS_JSON = MARKUP.replace('"', r"\"")


def test_markup_in_an_error_title_is_text_in_the_evidence(trouble, desk):
    form = desk("operator", f"/app/checklist-run/{trouble['run']}")
    item = form.open_row("items", 3)

    expect(item.locator('[data-fieldname="evidence"] .control-value')).to_contain_text(AS_JSON)
    expect_nothing_ran(form)


def test_markup_in_an_error_title_does_not_run_in_an_escalation(trouble, desk):
    form = desk("operator", f"/app/maintenance-escalation/{trouble['escalations'][0]['name']}")

    expect(form.cell("events", 1, "event")).to_have_text("Opened")
    expect_nothing_ran(form)


def test_markup_in_notes_does_not_run_for_the_next_reader(trouble, desk, api):
    run, escalation = trouble["run"], trouble["escalations"][0]["name"]
    address = f"/api/resource/Checklist Run/{run}"
    document = api("operator").get(address).json()["data"]
    notes = {"issues_found": MARKUP, "items": [{**item, "note": MARKUP} for item in document["items"]]}
    assert api("operator").put(address, data=notes).ok
    acknowledged = {"escalation": escalation, "note": MARKUP}
    assert api("operator").post("/api/method/verenigingen_maintenance.api.acknowledge", data=acknowledged).ok

    form = desk("manager", f"/app/checklist-run/{run}")
    expect(form.open_row("items", 1)).to_be_visible()
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
    expect(form.page.locator("img[src=x][onerror]")).to_have_count(0)
