from playwright.sync_api import expect

READABLE = {"get_run", "list_run_files", "list_checks", "status", "still_to_fill"}
READABLE |= {"watcher", "system_health", "get_compliance_metrics"}
READABLE |= {"generate_insights_report", "get_analytics_summary"}
READABLE |= {"get_trend_forecasts", "get_executive_summary"}
READABLE |= {"on_duty", "describe_escalation", "get_security_assessment"}
READABLE |= {"on_duty", "describe_escalation", "list_reports"}
REFUSED = {"calendar_events"}  # there is no calendar of “a note”
# Of a report, an incident or a drill that there is not.
NOT_THERE = {"get_report", "report_pdf", "get_drill", "describe_incident", "draft_incident_message"}
NOT_THERE |= {"list_incident_actions", "get_incident_review", "incident_review_pdf"}
READABLE |= {"analyze_error_patterns", "identify_error_hotspots", "latest_errors", "review_escalations"}
READABLE |= {"troubleshooting_guide"}
READABLE |= {"dashboard"}
READABLE |= {"get_optimization_status", "list_incidents", "restart_commands", "scratch_statement"}
READABLE |= {"workspace_figure", "get_workspace_charts", "what_to_do", "setup_steps"}


def test_the_auditor_sees_the_run_but_can_neither_write_nor_measure_nor_sign(trouble, desk):
    form = desk("auditor", f"/app/checklist-run/{trouble['run']}")

    expect(form.item("Errors in 24 hours").locator(".finding")).to_contain_text("60 errors")
    expect(form.indicator).to_have_text("Open, CRITICAL")
    for name in ("Measure Again", "Save", "Sign", "Submit"):
        expect(form.button(name)).to_be_hidden()
    expect(form.writable).to_have_count(0)
    expect(form.needs).not_to_have_count(0)
    expect(form.checklist.locator(".show-keys, .run-bar")).to_have_count(0)
    expect(form.open_item("Errors in 24 hours")).to_contain_text('"in Error Log": 40')


def test_the_auditor_sees_an_escalation_but_has_no_buttons_on_it(trouble, desk):
    form = desk("auditor", f"/app/maintenance-escalation/{trouble['escalations'][0]['name']}")

    expect(form.cell("events", 1, "event")).to_have_text("Opened")
    for name in ("Acknowledge", "Resolve", "False Positive"):
        expect(form.button(name)).to_be_hidden()


def test_the_auditor_may_call_what_reads_and_nothing_else(trouble, doors, api):
    before = state(api, trouble)
    pattern = api("auditor").get("/api/resource/Error Pattern").json()["data"][0]["name"]
    real = {"run": trouble["run"], "escalation": trouble["escalations"][0]["name"], "check": "errors_24h"}
    real |= {"anew": "0", "filters": '{"figure": "todays_run"}'}
    real |= {"pattern": pattern, "days": "7", "period": "24 hours", "group": "Database", "level": "level-1"}

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

    allowed = dict.fromkeys(READABLE, 200) | dict.fromkeys(NOT_THERE, 404) | dict.fromkeys(REFUSED, 417)
    assert statuses == {name: allowed.get(name, 403) for name in statuses}
    assert set(statuses) > READABLE
    assert state(api, trouble) == before


def test_neither_a_note_nor_a_signature_of_the_auditor_is_taken(trouble, api):
    before = state(api, trouble)
    run, _escalation = before

    for written in (
        {"notes": [{**note, "text": "I was here"} for note in run["notes"]]},
        {"items": [{**item, "note": "I was here"} for item in run["items"]]},
        {"docstatus": 1},
    ):
        answer = api("auditor").put(f"/api/resource/Checklist Run/{trouble['run']}", data=written)
        assert answer.status == 403

    assert state(api, trouble) == before


def state(api, trouble):
    paths = (
        f"Checklist Run/{trouble['run']}",
        f"Maintenance Escalation/{trouble['escalations'][0]['name']}",
    )
    return [api("auditor").get(f"/api/resource/{path}").json()["data"] for path in paths]
