"""What a user may not save: each a clear message."""

import frappe
import pytest
from conftest import run_bench

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import settings
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.sources import clock

NO_TIME = "is a time of the day, 00:00:00 to 23:59:59: “25:00:00” is not"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"warning": "> 60", "critical": "> 50"}, "cross: no value would be a WARNING before it is CRITICAL"),
        ({"warning": "> 10", "critical": "< 5"}, "look in opposite directions"),
        ({"warning": "ten"}, "“ten” is not a threshold. Write a comparison and a number, such as"),
        ({"warning": "", "critical": ""}, "Set a WARNING or a CRITICAL threshold"),
        ({"source": "errors.nonsense"}, "“errors.nonsense” is not a source"),
        ({"source": "os.system"}, "“os.system” is not a source"),
        ({"source": "clock.now"}, "“clock.now” is not a source"),
        ({"source": "../x.y"}, "is not a source"),
        ({"breaches": 0}, "A duration rule counts in whole numbers from 1"),
        ({"timeout_seconds": 3600}, "The time-out is 1 to 60 seconds"),
        ({"timeout_seconds": -1}, "The time-out is 1 to 60 seconds"),
    ],
)
def test_a_check_that_cannot_be_meant_is_refused(fields, message):
    with pytest.raises(frappe.ValidationError) as refused:
        frappe.get_doc("Maintenance Check", "errors_24h").update(fields).save()
    assert message in plain(refused.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"window_starts": "09:10", "window_ends": "09:00"},
            "The window ends at 09:00, before it begins at 09:10",
        ),
        (
            {"window_starts": "25:00:00"},
            f"Starts {NO_TIME}",
        ),
        ({"cadence": "Monthly", "nth": 5}, "the first to fourth of a weekday"),
        ({"boxes": "Something else"}, "is not in this procedure"),
        ({"tasks": []}, "Task “Access Monitoring Dashboard” is not in this procedure"),
        (
            {"free_fields": [{"label": "A"}, {"label": "A"}]},
            "Free Fields has these rows twice: A",
        ),
        ({"task_groups": []}, "Task Group “System Health Verification” is not in this procedure"),
    ],
)
def test_a_procedure_that_cannot_be_meant_is_refused(procedure, fields, message):
    with pytest.raises(frappe.ValidationError) as refused:
        procedure.update(fields).save()
    assert message in plain(refused.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"business_day_starts": "17:00:00", "business_day_ends": "09:00:00"},
            "The business day ends at 09:00, before it begins at 17:00",
        ),
        (
            {"holidays": [{"day": "2027-01-01", "title": "A"}, {"day": "2027-01-01", "title": "B"}]},
            "These holidays are listed twice: 2027-01-01",
        ),
        (
            {"severity_rules": [{"title": "A", "words": "x"}, {"title": "A", "words": "y"}]},
            "Severity Rules has these rows twice: A",
        ),
        ({"digest_at": "25:00:00"}, f"Digest of WARNINGs At {NO_TIME}"),
        ({"business_day_ends": "25:00:00"}, f"Business Day Ends {NO_TIME}"),
        ({"digest_at": "-01:00:00"}, "“-01:00:00” is not"),
        ({"digest_at": "24:00:00"}, "“24:00:00” is not"),
        ({"site_address": "https://elsewhere.example.org"}, "is not an address of this site"),
        ({"site_address": "ftp://127.0.0.1"}, "is not an address of this site"),
        ({"site_address": "127.0.0.1:8000"}, "is not an address of this site"),
        ({"site_address": "http://user:key@127.0.0.1"}, "is not an address of this site"),
        ({"site_address": "http://127.0.0.1.example.org"}, "is not an address of this site"),
        ({"site_address": "file:///etc/passwd"}, "is not an address of this site"),
        ({"site_address": "http://169.254.169.254"}, "is not an address of this site"),
        ({"dashboard_path": "http://127.0.0.1/x"}, "is not the path of a page"),
        ({"dashboard_path": "//elsewhere.example.org/x"}, "is not the path of a page"),
        ({"dashboard_path": "/\\elsewhere.example.org"}, "is not the path of a page"),
        ({"dashboard_path": "maintenance_dashboard"}, "is not the path of a page"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(fields, message):
    with pytest.raises(frappe.ValidationError) as refused:
        frappe.get_doc(settings.SETTINGS).update(fields).save()
    assert message in plain(refused.value)


def test_a_second_procedure_of_a_cadence_is_refused(procedure):
    second = frappe.copy_doc(procedure)
    second.name = "My Daily"
    with pytest.raises(frappe.ValidationError, match="Daily Maintenance is Daily and enabled already"):
        second.insert()
    second.enabled = 0
    second.insert()


@pytest.mark.parametrize(
    ("zone", "message"),
    [("", "This site has no time zone. Set one in System Settings"), ("Mars/Olympus", "is not a time zone")],
)
def test_a_time_zone_that_is_not_set_is_said_so_at_every_door(zone, message, capsys):
    frappe.db.set_single_value("System Settings", "time_zone", zone)
    frappe.clear_cache()
    with pytest.raises(frappe.ValidationError, match=message.split(".")[0]):
        clock.zone()
    frappe.db.commit()
    api.run_daily()
    assert message in capsys.readouterr().out
    ran = run_bench("maintenance", "run", "daily")
    assert (ran.returncode, "Traceback" in ran.stdout + ran.stderr) == (3, False)
    assert message in ran.stdout


def test_an_unknown_check_is_unknown_and_the_known_ones_are_named():
    answer = api.run_check("nonsense")
    assert (answer["verdict"], answer["value"]) == ("UNKNOWN", None)
    assert answer["reason"].startswith("There is no check “nonsense”. There are: active_members, alerts_7d,")


def test_a_rule_that_was_broken_past_the_form_is_an_unknown_row_and_no_error(capsys):
    frappe.db.set_value("Maintenance Check", "errors_24h", "warning", "> 99")
    frappe.db.commit()
    frappe.clear_document_cache("Maintenance Check", "errors_24h")
    api.run_daily()
    printed = capsys.readouterr().out
    assert "UNKNOWN   Errors in 24 hours" in printed
    assert "cross: no value would be a WARNING before it is CRITICAL" in printed


def test_a_refusal_shows_what_was_typed_as_text_in_desk():
    with pytest.raises(frappe.ValidationError) as refused:
        frappe.get_doc("Maintenance Check", "errors_24h").update({"warning": "<img src=x onerror=y>"}).save()
    assert "“&lt;img src=x onerror=y&gt;” is not a threshold" in str(refused.value)
    assert "“<img src=x onerror=y>” is not a threshold" in plain(refused.value)


def test_a_time_out_that_was_broken_past_the_form_is_brought_within_bounds(capsys):
    frappe.db.set_value("Maintenance Check", "database_response", "timeout_seconds", -5)
    frappe.db.commit()
    api.run_daily()
    assert "OK        Database response" in capsys.readouterr().out


def test_an_address_of_this_site_and_a_path_are_taken():
    addresses = {"site_address": "http://127.0.0.1:8000", "dashboard_path": "/monitoring_dashboard"}
    frappe.get_doc("Maintenance Settings").update(addresses).save()
    assert frappe.db.get_single_value("Maintenance Settings", "dashboard_path") == "/monitoring_dashboard"


@pytest.mark.parametrize("command", ["curl -w %{http_code} x", "echo {0}", "echo {", "awk '{print $1}'"])
def test_a_command_with_braces_that_mean_nothing_is_refused(procedure, command):
    procedure.tasks[0].command = command
    with pytest.raises(frappe.ValidationError, match="has braces that are no placeholder"):
        procedure.save()


@pytest.mark.parametrize("table", ["tasks", "task_groups"])
def test_two_rows_of_one_name_are_refused(procedure, table):
    procedure.get(table)[1].title = procedure.get(table)[0].title
    with pytest.raises(frappe.ValidationError, match="has these rows twice"):
        procedure.save()
