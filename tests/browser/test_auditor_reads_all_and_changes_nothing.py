from playwright.sync_api import expect

READABLE = {"get_run", "list_checks", "status"}


def test_the_auditor_sees_the_run_but_can_neither_write_nor_measure(trouble, desk):
    form = desk("auditor", f"/app/checklist-run/{trouble['run']}")

    expect(form.cell("items", 1, "value")).to_have_text("60 errors")
    expect(form.indicator).to_have_text("Open, CRITICAL")
    expect(form.button("Measure Again")).to_be_hidden()
    expect(form.button("Save")).to_be_hidden()
    expect(form.input("issues_found")).to_have_count(0)
    expect(form.edit_cell("items", 1, "note")).to_have_count(0)


def test_the_auditor_sees_an_escalation_but_has_no_buttons_on_it(trouble, desk):
    form = desk("auditor", f"/app/maintenance-escalation/{trouble['escalations'][0]['name']}")

    expect(form.cell("events", 1, "event")).to_have_text("Opened")
    for name in ("Acknowledge", "Resolve", "False Positive"):
        expect(form.button(name)).to_be_hidden()


def test_the_auditor_may_call_what_reads_and_nothing_else(trouble, doors, api):
    before = state(api, trouble)
    real = {"run": trouble["run"], "escalation": trouble["escalations"][0]["name"], "check": "errors_24h"}

    statuses = {
        method["name"]: api("auditor")
        .fetch(
            f"/api/method/verenigingen_maintenance.api.{method['name']}",
            method=method["verbs"][0],
            params={name: real.get(name, "a note") for name in method["parameters"]},
        )
        .status
        for method in doors["methods"]
    }

    assert statuses == {name: 200 if name in READABLE else 403 for name in statuses}
    assert set(statuses) > READABLE
    assert state(api, trouble) == before


def test_a_note_of_the_auditor_is_refused(trouble, api):
    before = state(api, trouble)

    for user_input in ({"issues_found": "I was here"}, {"items": before[0]["items"]}):
        answer = api("auditor").put(f"/api/resource/Checklist Run/{trouble['run']}", data=user_input)
        assert answer.status == 403

    assert state(api, trouble) == before


def state(api, trouble):
    paths = (
        f"Checklist Run/{trouble['run']}",
        f"Maintenance Escalation/{trouble['escalations'][0]['name']}",
    )
    return [api("auditor").get(f"/api/resource/{path}").json()["data"] for path in paths]
