import pytest
from playwright.sync_api import expect

ASKS_FOR_A_TOKEN = "health"
NOBODIES = ["guest", "member", "deskuser"]
KNOWN_DOCTYPES = {
    "Checklist Run",
    "Checklist Run Item",
    "Checklist Run Note",
    "Checklist Run Finding",
    "Checklist Run Action",
    "Checklist Run Time",
    "Emergency Contact",
    "Escalation Level",
    "Maintenance Check",
    "Maintenance Escalation",
    "Maintenance Notification",
    "Maintenance Procedure",
    "Maintenance Settings",
    "Metric",
    "Metric Sample",
    "Metric Hour",
    "Metric Day",
    "Metric Forecast",
    "Downtime",
    "Monthly Service Level",
    "Monthly Service Level Figure",
    "Threshold Proposal",
    "Notification Target",
    "Procedure Version",
    "Training Session",
    "Training Participant",
    "Maintenance Change",
    "Request Recording",
    "Maintenance Report",
    "Maintenance Report Text",
    "Maintenance Report Kind",
    "Maintenance Incident",
    "Maintenance Incident Event",
    "Maintenance Incident Action",
    "Maintenance Incident Capture",
    "Maintenance Incident Measure",
    "Maintenance Incident Trigger",
    "Recovery Drill",
    "Recovery Drill Step",
}


@pytest.mark.parametrize("user", NOBODIES)
def test_every_method_of_the_api_is_refused(user, doors, trouble, api):
    real = {"run": trouble["run"], "escalation": trouble["escalations"][0]["name"], "check": "errors_24h"}
    answers = {}
    for method in doors["methods"]:
        for verb in method["verbs"] if method["name"] != ASKS_FOR_A_TOKEN else ():
            answer = api(user).fetch(
                f"/api/method/verenigingen_maintenance.api.{method['name']}",
                method=verb,
                params={name: real.get(name, "a note") for name in method["parameters"]},
            )
            answers[f"{verb} {method['name']}"] = answer.status, answer.json().get("exc_type")

    assert len(answers) >= 15
    health = api(user).get(f"/api/method/verenigingen_maintenance.api.{ASKS_FOR_A_TOKEN}")
    assert (health.status, health.json()) == (403, {"message": {"status": "forbidden"}})
    assert answers == dict.fromkeys(answers, (403, "PermissionError"))


@pytest.mark.parametrize("user", NOBODIES)
def test_no_doctype_can_be_listed_counted_or_searched(user, doors, trouble, api):
    assert set(doors["doctypes"]) >= KNOWN_DOCTYPES
    answers = {path: api(user).get(path).status for path in ways_in(doors["doctypes"])}

    assert answers == dict.fromkeys(answers, 403)


@pytest.mark.parametrize("user", NOBODIES)
def test_no_document_can_be_read(user, trouble, api):
    answers = {path: api(user).get(path).status for path in documents(trouble)}

    assert answers == dict.fromkeys(answers, 403)


def test_the_same_doors_are_open_to_an_operator(trouble, api):
    lists = [f"/api/resource/{doctype}" for doctype in ("Checklist Run", "Metric Sample")]
    answers = {path: api("operator").get(path).status for path in [*lists, *documents(trouble)]}

    assert answers == dict.fromkeys(answers, 200)


def test_a_website_user_is_kept_out_of_desk(api):
    answer = api("member").get("/app/checklist-run")

    assert answer.status == 403
    assert "You are not permitted to access this page." in answer.text()


def test_a_guest_is_sent_to_the_login(api):
    answer = api("guest").get("/app/checklist-run", max_redirects=0)

    assert answer.status in (301, 302, 307)
    assert answer.headers["location"].startswith("/login?redirect-to=")


@pytest.mark.parametrize("user", ["member", "deskuser"])
def test_the_dashboard_page_is_refused(user, trouble, api):
    answer = api(user).get("/maintenance_dashboard")

    assert answer.status == 403
    assert trouble["run"] not in answer.text()
    assert "Executive Summary" not in answer.text()


def test_a_guest_who_asks_for_the_dashboard_is_sent_to_the_login(trouble, api):
    answer = api("guest").get("/maintenance_dashboard", max_redirects=0)

    assert answer.status in (301, 302, 307)
    assert answer.headers["location"] == "/login?redirect-to=/maintenance_dashboard"
    assert trouble["run"] not in answer.text()


@pytest.mark.parametrize("user", ["manager", "operator", "auditor"])
def test_whoever_has_a_role_sees_the_executive_summary_on_the_dashboard(user, trouble, desk):
    page = desk(user, "/maintenance_dashboard").page

    summary = page.locator("section", has=page.get_by_role("heading", name="Executive Summary"))
    expect(summary).to_contain_text(trouble["run"])
    expect(summary.locator(".value")).to_have_text("critical")
    errors = page.locator("section", has=page.get_by_role("heading", name="Errors (24h)"))
    expect(errors.locator(".value")).to_have_text("60 errors")


@pytest.mark.parametrize("user", NOBODIES)
def test_a_run_can_be_neither_printed_nor_downloaded(user, trouble, api):
    of_the_run = f"doctype=Checklist%20Run&name={trouble['run']}&format=Checklist"
    for path in (
        f"/printview?{of_the_run}",
        f"/api/method/frappe.utils.print_format.download_pdf?{of_the_run}",
    ):
        answer = api(user).get(path)
        assert answer.status == 403, path
        assert "Error count (24h)" not in answer.text()


def ways_in(doctypes):
    for doctype in doctypes:
        yield f"/api/resource/{doctype}"
        yield f"/api/v2/document/{doctype}"
        yield f"/api/method/frappe.desk.reportview.get_count?doctype={doctype}&distinct=0"
        yield f"/api/method/frappe.client.get_value?doctype={doctype}&fieldname=name&filters={{}}"
        yield f"/api/method/frappe.desk.reportview.get?doctype={doctype}&fields=[%22name%22]"
        yield f"/api/method/frappe.desk.search.search_link?doctype={doctype}&txt="


def documents(trouble):
    names = {
        "Checklist Run": trouble["run"],
        "Maintenance Check": "errors_24h",
        "Maintenance Escalation": trouble["escalations"][0]["name"],
        "Maintenance Procedure": "Daily Maintenance",
        "Escalation Level": "level-1",
        "Emergency Contact": "Technical Lead",
        "Maintenance Settings": "Maintenance Settings",
    }
    for doctype, name in names.items():
        yield f"/api/resource/{doctype}/{name}"
        yield f"/api/method/frappe.desk.form.load.getdoc?doctype={doctype}&name={name}"
