import pytest
from playwright.sync_api import expect

CHANGES = {
    "a note": lambda run: {"items": [{**item, "note": "later"} for item in run["items"]]},
    "a result": lambda run: {"items": [{**item, "result": "Failed"} for item in run["items"]]},
    "a free field": lambda run: {"notes": [{**note, "text": "later"} for note in run["notes"]]},
    "the status": lambda _run: {"status": "Open"},
    "who signed": lambda _run: {"closed_by": "auditor@example.com"},
    "back to a draft": lambda _run: {"docstatus": 0},
    "cancelled": lambda _run: {"docstatus": 2},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("user", ["operator", "manager"])
def test_a_put_on_a_signed_run_is_refused(user, change, signed, api):
    before = read(api, signed)

    answer = api(user).put(address(signed), data=change(before))

    assert answer.status in (403, 417)
    assert read(api, signed) == before


@pytest.mark.parametrize("user", ["operator", "manager"])
def test_a_signed_run_is_neither_cancelled_nor_amended_nor_deleted(user, signed, api):
    before = read(api, signed)

    cancelled = api(user).post(
        "/api/method/frappe.client.cancel", data={"doctype": "Checklist Run", "name": signed}
    )
    amendment = {**before, "name": f"{signed}-1", "amended_from": signed, "docstatus": 0}
    amended = api(user).post("/api/resource/Checklist Run", data=amendment)
    deleted = api(user).delete(address(signed))

    assert (cancelled.status, amended.status, deleted.status) == (403, 403, 403)
    assert api(user).get(address(f"{signed}-1")).status == 404
    assert read(api, signed) == before


def test_measuring_leaves_a_signed_run_alone(site, signed, api):
    before = read(api, signed)

    done = site.run("-m", "frappe.utils.bench_helper", "frappe", "--site", site.name, *measure(signed))

    assert f"{signed} is Signed: only an open run is measured." in done.stdout + done.stderr
    assert read(api, signed) == before


@pytest.mark.parametrize("user", ["operator", "manager", "auditor"])
def test_the_form_of_a_signed_run_only_shows(user, signed, desk):
    form = desk(user, f"/app/checklist-run/{signed}")

    expect(form.indicator).to_have_text("Signed, CRITICAL")
    expect(form.value("closed_by")).to_contain_text("operator")
    expect(form.note("Errors in 24 hours")).to_have_text("Looked at it")
    expect(form.writable).to_have_count(0)
    expect(form.checklist.locator(".item.needed, .still-needed li")).to_have_count(0)
    for name in ("Save", "Sign", "Submit", "Update", "Cancel", "Amend", "Measure Again"):
        expect(form.button(name)).to_be_hidden()
    expect(form.open_item("Errors in 24 hours")).to_contain_text('"in Error Log": 40')


def test_a_signed_run_is_signed_in_the_list(signed, desk):
    page = desk("operator", "/app/checklist-run").page

    row = page.locator(".list-row", has_text=signed)
    expect(row.locator(".indicator-pill").first).to_have_text("Signed, CRITICAL")


def test_an_open_run_after_a_signed_one_can_be_written_and_signed(signed, desk):
    form = desk("operator", f"/app/checklist-run/{signed}")
    expect(form.indicator).to_have_text("Signed, CRITICAL")

    form.page.evaluate("frappe.set_route('Form', 'Maintenance Procedure', 'Critical System Failure')")
    form.button("Open a Run").click()

    expect(form.checklist.locator(".procedure:visible")).to_have_text("Critical System Failure")
    expect(form.button("Sign")).to_be_visible()
    expect(form.item("Check web server").get_by_label("Done")).to_be_enabled()


def measure(run):
    return ("execute", "verenigingen_maintenance.api.measure", "--args", f"['{run}']")


def address(run):
    return f"/api/resource/Checklist Run/{run}"


def read(api, run):
    return api("operator").get(address(run)).json()["data"]
