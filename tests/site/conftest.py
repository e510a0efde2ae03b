"""A real site: connected once, emptied of what a test committed after each test."""

import functools
import gc
import json
import os
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fake_dashboard
import frappe
import pymysql
import pytest
import quarter_on_site
import sqlparse
import warm
from frappe.utils import background_jobs

from verenigingen_maintenance.api import door
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.operations import (
    ingest_errors,
    metrics,
    probe_user,
    queued_errors,
    seed,
    settings,
)
from verenigingen_maintenance.sources import clock, dashboard, error_log

SITE = os.environ["MAINTENANCE_SITE"]
BENCH = Path(os.environ["MAINTENANCE_BENCH"])
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MADE = ("Checklist Run", "Checklist Run Item", "Checklist Run Box", "Maintenance Escalation")
DECIDED = ("Checklist Run Finding", "Checklist Run Action", "Checklist Run Time")
ESCALATED = ("Maintenance Escalation Check", "Maintenance Silence", "Notification Target")
MADE_TOO = ("Maintenance Escalation Event", "Checklist Run Note", "Maintenance Notification", "Metric Sample")
SAMPLED = ("Metric Hour", "Metric Day", "Downtime", "Monthly Service Level", "Monthly Service Level Figure")
ANALYSED = ("Analytics Component Event",)
REVIEWED = ("Maintenance Escalation Check", "Threshold Proposal", "Procedure Review")
TRAINED = ("Training Session", "Training Participant")
CHANGED = ("Maintenance Change", "Maintenance Change Measurement", "Request Recording")
EMERGENCIES = (
    *("Maintenance Incident", "Maintenance Incident Event", "Maintenance Incident Action"),
    *("Maintenance Incident Capture", "Maintenance Incident Measure"),
)
DRILLED = ("Recovery Drill", "Recovery Drill Step")
ASSESSED = (
    *("Compliance Assessment", "Compliance Area", "Compliance Gap", "Compliance Gap Event"),
    "Security Assessment",
)
COUNTED = ("Ingested Error", "Error Count", "Error Pattern", "Error Pattern Fingerprint")
MADE_BY_FRAPPE = ("Error Log", "Version", "Comment", "Notification Log", "ToDo", "Event")
QUEUED = ("Email Queue", "Email Queue Recipient")
SEEDED = ("Maintenance Procedure", "Maintenance Task", "Maintenance Task Group", "Maintenance Task Check")
PEOPLE = {
    "manager@example.com": ["Maintenance Manager"],
    "operator@example.com": ["Maintenance Operator"],
    "auditor@example.com": ["Maintenance Auditor"],
    "nobody@example.com": [],
    "member@example.com": [],
}
TEXT = "Traceback (most recent call last): …"
COMMITTED: list[str] = []
QUARTER: list = []
WARM: list[str] = []
LASTING = (
    *(
        "doctype_meta",
        "app_hooks",
        "app_modules",
        "module_app",
        "domain_restricted_doctypes",
    ),
    *("webhooks", "server_script_map", "non_standard_user_types", "notifications", "workflow"),
    *("merged_translations", "lang_user_translations", "languages"),
)
OF_QUARTER = ("Metric Forecast", "Access Log", "Maintenance Report", "Maintenance Report Text")
SEEDED_TOO = (
    "Maintenance Free Field",
    "Maintenance Agreed Date",
    "Maintenance Check",
    "Escalation Level",
    "Maintenance Duty",
    "Maintenance Stand-in",
    "Emergency Contact",
    "Metric",
    "Analytics Component",
    "Procedure Version",
)
OF_SETTINGS = (
    *("Maintenance Holiday", "Maintenance Severity Rule"),
    *("Maintenance Starting Level", "Maintenance Inhibition", "Maintenance Incident Trigger"),
)
KEPT = (*SEEDED, *SEEDED_TOO, *OF_SETTINGS)
EMPTIED = (
    *(*MADE, *MADE_TOO, *DECIDED, *SAMPLED, *COUNTED, *ASSESSED, *ANALYSED, *ESCALATED),
    *(*REVIEWED, *TRAINED, *CHANGED, *EMERGENCIES, *DRILLED, *MADE_BY_FRAPPE, *QUEUED),
)
AS_NEW: dict[str, int] = {}

# Both save time: Frappe parses each name of a column anew, by a pure function, and there is little in these
# processes for the collector of garbage to find.
sqlparse.format = functools.lru_cache(10_000)(sqlparse.format)
gc.set_threshold(50_000, 50, 50)


@pytest.fixture(scope="session", autouse=True)
def dashboard_server():
    """The dashboard answers, and nothing else does: no web server of Frappe runs here."""
    with fake_dashboard.serving() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def site(dashboard_server):
    os.chdir(BENCH / "sites")
    frappe.init(SITE)
    frappe.connect()
    _watch_commits()
    _make_people()
    _seed_and_keep(dashboard_server.address)
    with warm.process(BENCH) as socket:
        WARM.append(socket)
        yield SITE
    _forget_what_was_kept()
    frappe.destroy()


@pytest.fixture(scope="module")
def plan(site, request):
    """The simulated quarter of the calendar, written once for the files that ask for it one after the other;
    nothing of it is left for the files after them."""
    frappe.set_user("Administrator")
    if not QUARTER:
        QUARTER.append(quarter_on_site.write(clock.now(), calendar=True))
    yield QUARTER[0]
    if not _next_asks_for_it(request):
        QUARTER.clear()
        _forget_quarter()


def _next_asks_for_it(request):
    items = request.session.items
    last = max(index for index, each in enumerate(items) if each.module is request.module)
    return any("plan" in each.fixturenames for each in items[last + 1 : last + 2])


def _forget_quarter():
    frappe.db.rollback()
    for doctype in OF_QUARTER:
        frappe.db.delete(doctype)
    _start_anew()


@pytest.fixture(autouse=True)
def _clean(site):
    """Rolls back; where something was committed (or a process of its own was run), starts anew.

    Counting errors commits, by connections of its own too, and never without one of the caller's.
    """
    frappe.set_user("Administrator")
    COMMITTED.clear()
    yield
    frappe.set_user("Administrator")
    frappe.db.rollback()
    if COMMITTED:
        _start_anew()
    frappe.db.delete("Error Log")
    frappe.cache.delete_value([error_log.QUEUE, queued_errors.MEMORY])
    frappe.db.value_cache.clear()
    dashboard.forget()
    frappe.local.message_log = []


def _watch_commits():
    real = frappe.db.commit

    def commit(*arguments, **options):
        COMMITTED.append("commit")
        return real(*arguments, **options)

    frappe.db.commit = commit


def _seed_and_keep(address):
    """Seeds the runbook as a new site has it, and keeps a copy of what that made: seeding takes a second."""
    _empty()
    for doctype in KEPT:
        frappe.db.delete(doctype)
    _forget_cached()
    seed.seed()
    settings.fill_in_holidays()
    probe_user.ensure()
    frappe.db.set_single_value(settings.SETTINGS, "site_address", address)
    frappe.db.commit()
    for doctype in KEPT:
        frappe.db.sql_ddl(f"create or replace table `kept{doctype}` as select * from `tab{doctype}`")
    kept = "select * from tabSingles where doctype = 'Maintenance Settings'"
    frappe.db.sql_ddl(f"create or replace table `keptSingles` as {kept}")
    AS_NEW.update(_checksums())


def _checksums():
    """Of all that is put back after a test, by DocType."""
    doctypes = list(dict.fromkeys((*KEPT, *EMPTIED)))
    found = frappe.db.sql("checksum table " + ", ".join(f"`tab{doctype}`" for doctype in doctypes))
    return {doctype: checksum for doctype, (_table, checksum) in zip(doctypes, found, strict=True)}


def _start_anew():
    """Empties what runs leave behind, and puts back the runbook as a new site has it. Most tests change few
    tables."""
    for doctype, checksum in _checksums().items():
        if checksum != AS_NEW[doctype]:
            frappe.db.delete(doctype)
            if doctype in KEPT:
                frappe.db.sql(f"insert into `tab{doctype}` select * from `kept{doctype}`")
    _empty_the_rest()
    frappe.db.sql("insert into tabSingles select * from keptSingles")
    _forget_cached()
    frappe.local.message_log = []
    frappe.db.commit()


def _empty():
    for doctype in EMPTIED:
        frappe.db.delete(doctype)
    _empty_the_rest()


def _empty_the_rest():
    frappe.db.delete("Singles", {"doctype": settings.SETTINGS})
    frappe.cache.delete_value([error_log.QUEUE, queued_errors.MEMORY])
    frappe.db.set_single_value("System Settings", "time_zone", "Europe/Amsterdam")


def _forget_cached():
    """As frappe.clear_cache, but for what is known of DocTypes and set up for them: no test changes that, and
    to read it takes long."""
    lasting = {frappe.cache.make_key(key) for key in LASTING}
    keys = [key for key in frappe.cache.get_keys("") if key not in lasting and not key.endswith(b"_map")]
    frappe.cache.delete_value(keys, make_keys=False)
    frappe.local.role_permissions = {}
    for known in ("system_settings", "website_settings", "request_cache"):
        if hasattr(frappe.local, known):
            delattr(frappe.local, known)


def _forget_what_was_kept():
    """And leave a site whose dashboard is its own again."""
    frappe.db.set_single_value(settings.SETTINGS, "site_address", "")
    frappe.db.commit()
    for doctype in (*KEPT, "Singles"):
        frappe.db.sql_ddl(f"drop table if exists `kept{doctype}`")


def _make_people():
    """One desk user for each role, one without any, and a website user."""
    for email, roles in PEOPLE.items():
        if not frappe.db.exists("User", email):
            user_type = "Website User" if email.startswith("member") else "System User"
            user = {"doctype": "User", "email": email, "first_name": "Test", "user_type": user_type}
            person = frappe.get_doc({**user, "send_welcome_email": 0}).insert()
            person.add_roles(*roles)


@pytest.fixture
def over_http(monkeypatch):
    """A refusal of a door is raised, as Frappe answers with it; from the shell it would be printed."""
    monkeypatch.setattr(door, "from_shell", lambda: False)


@pytest.fixture
def at_nine():
    """Tuesday 2026-11-24, nine in the morning at the site."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=AMSTERDAM)


@pytest.fixture
def procedure():
    return frappe.get_doc("Maintenance Procedure", "Daily Maintenance")


@pytest.fixture
def queue():
    """Frappe's long queue; no queue holds a job before and afterwards."""
    queue = background_jobs.get_queue("long")
    queue.connection.delete("none", *queue.connection.keys("rq:*"))
    yield queue
    queue.connection.delete("none", *queue.connection.keys("rq:*"))


def make_errors(count, title="Payment provider answered 500", **fields):
    """Errors in Error Log, as frappe.log_error leaves them."""
    for _ in range(count):
        log = frappe.log_error(title, TEXT)
        if fields:
            log.db_set(fields, update_modified=False)
    frappe.db.commit()


def insert_errors(count, **fields):
    """Rows of Error Log by SQL, which makes thousands of them in a second; returns their names.

    A field is a value, or a function that makes one from the number of the row.
    """
    moment = clock.stored(clock.now())
    fields = {"creation": moment, "owner": "Administrator", "method": "Timeout", "error": TEXT, **fields}
    fields.setdefault("modified", fields["creation"])
    names = [frappe.generate_hash(length=10) for _ in range(count)]
    rows = [
        (name, *(value(number) if callable(value) else value for value in fields.values()))
        for number, name in enumerate(names)
    ]
    frappe.db.bulk_insert("Error Log", ["name", *fields], rows, chunk_size=2_000)
    frappe.db.commit()
    return names


def count_errors():
    """Bring all that Error Log has into the counts, as the job of each minute does."""
    assert ingest_errors.ingest(clock.now(), 60)
    frappe.db.commit()


def keep_sample(metric, value, server="", at=None, **ago):
    """A sample of a metric from a moment, or from so long ago, committed."""
    reading = Reading(value, "", at or clock.now() - timedelta(**ago), "test", {"server": server})
    metrics.insert({metric: reading})
    frappe.db.commit()


def stored(**ago):
    """A moment so long ago, as the database keeps it."""
    return clock.stored(clock.now() - timedelta(**ago))


def counted_from(**ago):
    """Errors are counted since so long ago, as where counting began then."""
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", str(stored(**ago)))
    frappe.db.commit()


def make_check_critical(name="errors_24h"):
    """A check whose rule any site breaks, committed: measuring has connections of its own."""
    frappe.get_doc("Maintenance Check", name).update({"warning": "", "critical": ">= 0", "clear": ""}).save()
    frappe.db.commit()


def active_since(procedure, moment):
    procedure.db_set("active_since", moment.replace(tzinfo=None))
    frappe.db.commit()


def fresh(doctype, name):
    """A document as others committed it."""
    frappe.db.commit()
    return frappe.get_doc(doctype, name)


def items_of(run):
    """The measured items of a run, by check."""
    return {item.check_name: item for item in fresh("Checklist Run", run).items if item.check_name}


def run_bench(*arguments, **environment):
    """`bench --site S …` in a process of its own; its completed process."""
    call = _call(arguments, environment)
    if environment:
        return subprocess.run(**call, capture_output=True, text=True, timeout=120)
    return warm.run(WARM[0], call["args"][1:])


def start_bench(*arguments, **environment):
    """The same, under way."""
    call = _call(arguments, environment)
    return subprocess.Popen(**call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _call(arguments, environment):
    COMMITTED.append("a process of its own")
    python = str(BENCH / "env/bin/python")
    command = [python, "-m", "frappe.utils.bench_helper", "frappe", "--site", SITE, *arguments]
    return {"args": command, "cwd": BENCH / "sites", "env": {**os.environ, **environment}}


def connect(conf):
    """Another connection to the database of the site configured so; each statement is a transaction."""
    return pymysql.connect(
        host=conf.db_host or "127.0.0.1",
        port=int(conf.db_port),
        user=conf.db_name,
        password=conf.db_password,
        database=conf.db_name,
        autocommit=True,
    )


def wait_until_locked(name):
    """Until another process holds a named lock."""
    wait_for(lambda: not _is_free(name), f"{name} was never locked")


def wait_until_free(name):
    """Until the database has noticed that who held a named lock is gone."""
    wait_for(lambda: _is_free(name), f"{name} stayed locked")


def wait_for(is_so, otherwise, seconds=20):
    """Until something is so; it fails with what is said otherwise."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def _is_free(name):
    """It is looked at and not taken: whoever came just then would find it held, and leave."""
    key = f"{frappe.conf.db_name}:{name}"[:64]
    return frappe.db.sql("select is_free_lock(%s)", key)[0][0] == 1


def as_json(completed):
    return json.loads(completed.stdout)


@pytest.fixture
def app(monkeypatch):
    """A small app `verenigingen`, said to be installed."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).with_name("providers")))
    installed = [*frappe.get_installed_apps(), "verenigingen"]
    monkeypatch.setattr(frappe, "get_installed_apps", lambda *_, **__: installed)


from analytics_on_site import broken, errors, refreshed  # noqa: E402, F401 - fixtures, which need what is above
from delivery_on_site import mail_account, mail_server, webhook  # noqa: E402, F401
from escalation_on_site import present  # noqa: E402, F401
from incident_actions_on_site import in_desk, incident  # noqa: E402, F401 - the same
