"""What the browser tests do to their site from within: python on_site.py SITE ACTION [ARGUMENT].

Run by the bench's Python in its sites directory. Prints its answer as JSON on the last line.
"""

import inspect
import json
import sys

import frappe
from frappe.utils.password import update_password

ROLES = {
    "manager": ["Maintenance Manager"],
    "operator": ["Maintenance Operator"],
    "auditor": ["Maintenance Auditor"],
    "deskuser": ["Inbox User"],  # gets into Desk, and has nothing to do with maintenance
    "member": [],
}
MARKUP = '<img src=x onerror="window.pwned=1">'
# As the name of a file, which an error pattern's title keeps.
BROKEN = """Traceback (most recent call last):
  File "apps/shop/shop/<img src=x onerror=window.pwned=1>.py", line 1, in sell
ValueError: sold out
"""
COUNTED = ("Error Pattern", "Error Pattern Fingerprint", "Error Count", "Ingested Error")
SAMPLED = (
    *("Metric Sample", "Metric Hour", "Metric Day", "Metric Forecast"),
    *("Downtime", "Monthly Service Level"),
)
# Texts that are read as numbers or as JSON: nothing else is written there.
OF_NUMBERS = ("value", "rule", "earlier", "measured", "spent", "figure", "before")
MADE = (
    *("Checklist Run", "Maintenance Escalation", "Maintenance Notification", "Training Session"),
    *("Maintenance Incident", "Recovery Drill"),
)


def add_users(password: str) -> dict:
    for name, roles in ROLES.items():
        email = f"{name}@example.com"
        if not frappe.db.exists("User", email):
            person = {"doctype": "User", "email": email, "first_name": name, "send_welcome_email": 0}
            frappe.get_doc({**person, "user_type": "Website User"}).insert().add_roles(*roles)
        update_password(email, password)
    types = dict(frappe.get_all("User", fields=["name", "user_type"], as_list=True))
    assert types["deskuser@example.com"] == "System User"
    assert types["member@example.com"] == "Website User"
    return {}


def empty() -> dict:
    """No run, escalation or error is left, those that wait in Redis included."""
    for doctype in MADE:
        for table in [doctype, *(field.options for field in frappe.get_meta(doctype).get_table_fields())]:
            frappe.db.delete(table)
    of_runs = {"attached_to_doctype": "Checklist Run"}
    for name in frappe.get_all("File", of_runs, pluck="name"):
        frappe.get_doc("File", name).delete_file_from_filesystem()
    frappe.db.delete("File", of_runs)
    for doctype in ("Error Log", "ToDo", "Event", "Maintenance Agreed Date", *COUNTED, *SAMPLED):
        frappe.db.delete(doctype)
    frappe.db.set_single_value("Maintenance Settings", {"site_address": "", "health_token_hash": ""})
    frappe.cache.delete_key("insert_queue_for_Error Log")
    return {}


def mend_analytics() -> dict:
    """Every component works, and nothing happened to any."""
    frappe.db.sql(
        "update `tabAnalytics Component` set state = 'Working', off_by = '', failures = 0, good = 0"
    )
    frappe.db.delete("Analytics Component Event")
    return {}


def sample(minutes_ago: str = "0") -> dict:
    """One round of samples, made so many minutes ago; none before it."""
    from verenigingen_maintenance.operations import sample_metrics
    from verenigingen_maintenance.sources import clock, sampling

    for doctype in SAMPLED:
        frappe.db.delete(doctype)
    frappe.db.commit()
    assert sample_metrics.sample_now(clock.now())
    seconds = 60 * int(minutes_ago)
    frappe.db.sql(
        "update `tabMetric Sample` set observed_at = observed_at - interval %s second, "
        "value = if(metric = %s, value - %s, value)",
        (seconds, sampling.CLOCK, seconds),
    )
    frappe.db.commit()
    return {}


def make_trouble() -> dict:
    """Today's run over 60 errors and nothing else: 40 in Error Log, and 20 that wait in Redis as those of web
    requests do. Their title is markup, which nothing has sanitised yet (a saved document's is)."""
    from verenigingen_maintenance.operations import reports, run_now
    from verenigingen_maintenance.sources import clock

    empty()
    for _each in range(40):
        frappe.log_error(title="Connection lost", message="made by tests/browser")
    for _each in range(20):
        frappe.log_error(title=MARKUP, message=BROKEN, defer_insert=True)
    return reports.describe_run(run_now.run_now("daily", clock.now()))


def run_without_trouble() -> dict:
    """Today's run where no error was logged."""
    from verenigingen_maintenance.operations import reports, run_now
    from verenigingen_maintenance.sources import clock

    empty()
    return reports.describe_run(run_now.run_now("daily", clock.now()))


def next_run() -> dict:
    """A run after today's, over one error more, which the operator filled in but for one row."""
    from verenigingen_maintenance.operations import run_now
    from verenigingen_maintenance.sources import clock

    add_error()
    run = frappe.get_doc("Checklist Run", run_now.run_now("daily", clock.now()))
    for item in run.items:
        item.update({"result": "Done" if item.by_hand else "", "note": "Looked at it"})
    next(item for item in run.items if item.by_hand).result = ""
    run.save()
    return {"run": run.name}


def add_error() -> dict:
    """One error more."""
    frappe.log_error(title="Connection lost", message="made by tests/browser")
    return {}


def put_markup(run: str) -> dict:
    """Markup in each text that the list of a run and its print show, past all that would sanitise it."""
    frappe.db.set_value("Checklist Run", run, "since_last_signed", MARKUP, update_modified=False)
    for field in frappe.get_meta("Checklist Run").get_table_fields():
        texts = [each.fieldname for each in frappe.get_meta(field.options).fields if _is_text(each)]
        frappe.db.set_value(
            field.options, {"parent": run}, dict.fromkeys(texts, MARKUP), update_modified=False
        )
    frappe.clear_document_cache("Checklist Run", run)
    return {}


def _is_text(field) -> bool:
    return field.fieldtype in ("Data", "Small Text", "Code") and field.fieldname not in OF_NUMBERS


def list_doors() -> dict:
    """The whitelisted methods of api/ with their verbs and parameters, and the module's DocTypes."""
    from verenigingen_maintenance import api

    verbs = frappe.allowed_http_methods_for_whitelisted_func
    methods = [
        {"name": name, "verbs": verbs[function], "parameters": list(inspect.signature(function).parameters)}
        for name, function in inspect.getmembers(api, inspect.isfunction)
        if function in frappe.whitelisted and function.__module__.startswith(f"{api.__name__}.")
    ]
    module = {"module": "Verenigingen Maintenance"}
    return {"methods": methods, "doctypes": frappe.get_all("DocType", filters=module, pluck="name")}


def list_commands() -> dict:
    """The commands of all procedures as a run shows them, [task, command]; those that change things apart."""
    from verenigingen_maintenance.operations import open_run

    found: dict[str, list] = {"read_only": [], "changing": []}
    for name in frappe.get_all("Maintenance Procedure", pluck="name"):
        for task in frappe.get_doc("Maintenance Procedure", name).tasks:
            if command := open_run.command_on_this_site(task):
                found["changing" if task.changes_system else "read_only"].append([task.title, command])
    return found


def make_review(disk: str = "70") -> dict:
    """The weekly run of now, over findings of one's own: disk and cache. Its checks are not measured."""
    from verenigingen_maintenance.core.findings import Finding, Found
    from verenigingen_maintenance.operations import checks, findings, findings_growth, run_now
    from verenigingen_maintenance.sources import clock

    found = [Finding("disk", f"Disk {MARKUP}", MARKUP, float(disk), "%"), Finding("cache", "Cache memory")]
    findings.PROVIDERS[:] = [findings.Provider("Growth", "findings_growth.found")]
    findings_growth.found = lambda _review, _now: Found(tuple(found))
    checks.run_all = lambda _specs: {}
    name = run_now.find_or_open_procedure("Weekly Maintenance", clock.now())
    run_now.measure_now(name, clock.now())
    return {"run": name}


def make_next_review(run: str) -> dict:
    """Signs a run, lets its actions be late, and makes the next one, in which the disk is fuller."""
    document = frappe.get_doc("Checklist Run", run)
    for item in document.items:
        item.update({"result": "Done" if item.by_hand else "", "note": "Looked at it"})
    document.submit()
    frappe.db.set_value("ToDo", {"reference_name": run}, "date", frappe.utils.add_days(None, -1))
    frappe.db.commit()
    return make_review("90")


def let_window_end(run: str) -> dict:
    """The window of a run is over since an hour."""
    until = frappe.utils.add_to_date(frappe.utils.now_datetime(), hours=-1)
    values = {"due_from": until, "due_until": until, "slot": run}
    frappe.db.set_value("Checklist Run", run, values, update_modified=False)
    return {}


def days_to_agree_on() -> dict:
    """Of the quarterly run that comes next: its slot, and a business day of its quarter behind its day."""
    from datetime import timedelta

    from verenigingen_maintenance.operations import agreed_dates, settings
    from verenigingen_maintenance.sources import clock

    procedure = frappe.get_doc("Maintenance Procedure", "Quarterly Maintenance")
    found = agreed_dates.next_date(procedure, clock.now())
    day = settings.calendar().next_business_day(found.day + timedelta(days=3))
    return {
        "slot": found.slot.name,
        "default": str(found.day),
        "day": str(day),
        "weekend": str(_saturday(day)),
    }


def _saturday(day):
    return frappe.utils.add_days(day, 5 - day.weekday())


def rotate(*users: str) -> dict:
    """Level 1 has a weekly rotation of these users from this week on, and nobody stands in."""
    level = frappe.get_doc("Escalation Level", "level-1")
    rotation = [{"user": f"{user}@example.com"} for user in users]
    level.update(
        {"rotation": rotation, "rotation_from": None, "handover_at": "00:00:00", "stand_ins": []}
    ).save()
    return {}


def stand_in(user: str) -> dict:
    """A user is on duty at level 1 for two hours; the reason is markup, past all that would sanitise it."""
    now, level = frappe.utils.now_datetime(), frappe.get_doc("Escalation Level", "level-1")
    begins, ends = (frappe.utils.add_to_date(now, hours=hours) for hours in (-1, 1))
    level.append("stand_ins", {"user": f"{user}@example.com", "begins": begins, "ends": ends})
    level.save()
    level.stand_ins[-1].db_set("reason", MARKUP, update_modified=False)
    return {}


def switch_escalation(active: str) -> dict:
    """Escalation is active (1) or not (0), whatever is blank."""
    frappe.db.set_single_value("Maintenance Settings", "escalation_active", int(active))
    return {}


def speak(user: str, language: str) -> dict:
    """The language of a user; with the catalogue as the checkout has it."""
    from verenigingen_maintenance.operations import catalogues

    catalogues.compile_all()
    frappe.db.set_value("User", f"{user}@example.com", "language", language)
    frappe.db.commit()
    frappe.clear_cache(user=f"{user}@example.com")
    return {}


def enable(user: str, enabled: str) -> dict:
    """A user is enabled (1) or disabled (0)."""
    frappe.db.set_value("User", f"{user}@example.com", "enabled", int(enabled))
    return {}


def log_a_job() -> dict:
    """Scheduled Job Log holds a job, as it does where a scheduler runs."""
    if not frappe.db.count("Scheduled Job Log"):
        job = frappe.get_all("Scheduled Job Type", pluck="name", limit=1)[0]
        frappe.get_doc(
            {"doctype": "Scheduled Job Log", "scheduled_job_type": job, "status": "Complete"}
        ).insert()
    return {}


ACTIONS = {
    action.__name__: action
    for action in (
        *(add_users, empty, sample, make_trouble, run_without_trouble, add_error, next_run, put_markup),
        *(list_doors, list_commands, log_a_job, mend_analytics),
        *(rotate, stand_in, enable, speak, switch_escalation),
        *(make_review, make_next_review, let_window_end, days_to_agree_on),
    )
}

if __name__ == "__main__":
    frappe.init(site=sys.argv[1])
    frappe.connect()
    assert frappe.conf.allow_tests, "this is no site for tests"
    answer = ACTIONS[sys.argv[2]](*sys.argv[3:])
    frappe.db.commit()
    frappe.destroy()
    print(json.dumps(answer, default=str))
