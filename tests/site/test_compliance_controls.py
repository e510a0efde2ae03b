"""Each control of Frappe's own: what breaks it is found, and a clean site has nothing invented."""

import os
from datetime import datetime, timedelta

import frappe
import pytest
from conftest import AMSTERDAM, stored
from frappe.core.doctype.user.user import generate_keys

from verenigingen_maintenance.core.compliance import Found, NotHere, Unmeasured
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import records, recovery_drills
from verenigingen_maintenance.sources import (
    backups,
    clock,
    compliance_access,
    compliance_audit_trail,
    compliance_privacy,
    controls,
    error_patterns,
    failed_requests,
)

SETTINGS, MANAGER = "System Settings", "manager@example.com"
CLEAN_UP = "frappe.core.doctype.log_settings.log_settings.run_log_clean_up"


@pytest.fixture(autouse=True)
def _nothing_of_other_tests(_clean):
    """Their logins and exports are left out; the rollback brings them back."""
    for log in ("Activity Log", "Access Log"):
        frappe.db.delete(log)


def asked(key):
    return controls.find(key)(clock.now())


def broken(key):
    """How many break a control."""
    found = asked(key)
    assert isinstance(found, Found), found
    return found.count


def shares(key):
    found = asked(key)
    return found.count, found.of


def why_unknown(key):
    found = asked(key)
    assert isinstance(found, Unmeasured), found
    return found.reason


def setting(**values):
    for name, value in values.items():
        frappe.db.set_single_value(SETTINGS, name, value)


def row(doctype, at, **values):
    """A row of a log, as if it were written then."""
    document = frappe.get_doc({"doctype": doctype, **values})
    document.flags.ignore_links = True
    document.db_insert()
    document.db_set({"creation": at, "modified": at}, update_modified=False)
    return document.name


def user(email=MANAGER, **values):
    frappe.db.set_value("User", email, values, update_modified=False)


def site_is_old(days=500):
    user("Administrator", creation=stored(days=days))


@pytest.fixture
def administrator():
    """The manager is a System Manager too, and the only one."""
    frappe.db.delete("Has Role", {"role": "System Manager", "parent": ("!=", "Administrator")})
    frappe.get_doc("User", MANAGER).add_roles("System Manager")


# --- access


@pytest.mark.parametrize(
    ("is_on", "asked_role", "expected"),
    [(0, "System Manager", (1, 1)), (1, None, (1, 1)), (1, "System Manager", (0, 1)), (1, "All", (0, 1))],
)
def test_an_administrator_without_a_second_factor_is_found(administrator, is_on, asked_role, expected):
    setting(enable_two_factor_auth=is_on)
    frappe.db.set_value("Role", {"two_factor_auth": 1}, "two_factor_auth", 0)
    if asked_role:
        frappe.db.set_value("Role", asked_role, "two_factor_auth", 1)
    assert shares("access.two_factor") == expected


def test_where_only_administrator_is_one_a_second_factor_does_not_apply():
    frappe.db.delete("Has Role", {"role": "System Manager", "parent": ("!=", "Administrator")})
    assert isinstance(asked("access.two_factor"), NotHere)


def test_a_disabled_administrator_needs_none(administrator):
    user(enabled=0)
    assert isinstance(asked("access.two_factor"), NotHere)


@pytest.mark.parametrize(("is_on", "score", "expected"), [(1, "2", 0), (1, "4", 0), (1, "1", 1), (0, "4", 1)])
def test_a_weak_password_policy_is_found(is_on, score, expected):
    setting(enable_password_policy=is_on, minimum_password_score=score)
    assert broken("access.password_policy") == expected


@pytest.mark.parametrize(("days", "expected"), [(89, 0), (91, 1)])
def test_an_account_with_power_that_sleeps_for_ninety_days_is_found(administrator, days, expected):
    before = broken("access.dormant")
    user(last_active=stored(days=days))
    assert broken("access.dormant") - before == expected
    assert broken("access.never_used") == 0


@pytest.mark.parametrize(("days", "expected"), [(29, 0), (31, 1)])
def test_an_account_with_power_that_nobody_used_in_a_month_is_found(days, expected):
    user(last_active=None, creation=stored(days=days))
    assert broken("access.never_used") == expected


def test_an_account_without_power_may_sleep():
    user("nobody@example.com", last_active=None, creation=stored(days=400))
    assert (broken("access.never_used"), broken("access.dormant")) == (0, 0)


def test_where_nobody_has_power_or_a_key_there_is_no_share_of_nothing():
    frappe.db.delete("Has Role", {"role": ("in", compliance_access.POWER)})
    no_keys()
    for key in ("access.dormant", "access.never_used", "access.api_keys"):
        assert isinstance(asked(key), NotHere), key


def no_keys():
    frappe.db.set_value("User", {"api_key": ("is", "set")}, "api_key", None, update_modified=False)


def api_key(created, changed, email=MANAGER, **version):
    user(email, api_key=f"key of {email}", creation=stored(days=created), modified=stored(days=changed))
    if version:
        data = '{"changed": [["api_key", "", "key"]]}'
        row("Version", stored(**version), ref_doctype="User", docname=email, data=data)


def test_a_key_of_a_user_who_was_not_changed_for_a_year_is_old():
    no_keys()
    api_key(created=800, changed=366)
    assert shares("access.api_keys") == (1, 1)


def test_a_key_of_a_user_who_was_made_within_a_year_is_young():
    no_keys()
    api_key(created=364, changed=1)
    assert shares("access.api_keys") == (0, 1)


def test_a_key_that_was_given_within_a_year_by_version_is_young():
    no_keys()
    api_key(created=800, changed=1, days=100)
    assert shares("access.api_keys") == (0, 1)


@pytest.mark.parametrize("version", [{}, {"days": 400}])
def test_where_nothing_tells_the_age_of_a_key_is_unknown_and_not_young(version):
    no_keys()
    api_key(created=800, changed=1, **version)
    assert why_unknown("access.api_keys") == "when 1 of 1 API keys were renewed last is not recorded"


def test_keys_of_unknown_age_are_in_no_share():
    no_keys()
    api_key(created=800, changed=366)
    api_key(created=800, changed=1, email="operator@example.com")
    assert shares("access.api_keys") == (1, 1)
    assert asked("access.api_keys").evidence == {"of unknown age": 1}


def test_a_new_secret_under_the_same_key_leaves_no_trace_and_is_not_called_old():
    no_keys()
    generate_keys(MANAGER)
    api_key(created=800, changed=400)
    filters = {"ref_doctype": "User", "docname": MANAGER}
    frappe.db.set_value("Version", filters, "modified", stored(days=400), update_modified=False)
    assert shares("access.api_keys") == (1, 1)
    generate_keys(MANAGER)
    assert "not recorded" in why_unknown("access.api_keys")


def refuse_logins(times, user="jan@example.com", address="10.0.0.1", **ago):
    login = {"operation": "Login", "status": "Failed", "subject": "x", "user": user, "ip_address": address}
    for _ in range(times):
        row("Activity Log", stored(**(ago or {"hours": 1})), **login)


@pytest.mark.parametrize(("times", "expected"), [(9, 0), (10, 1), (30, 2)])
def test_many_refused_logins_of_one_account_or_address_are_found(times, expected):
    refuse_logins(times)
    assert broken("access.failed_logins") == expected


def test_refused_logins_of_many_accounts_from_one_address_are_found_and_old_ones_are_not():
    for number in range(30):
        refuse_logins(1, user=f"{number}@example.com")
    assert broken("access.failed_logins") == 1
    frappe.db.delete("Activity Log")
    refuse_logins(40, days=1, minutes=5)
    assert broken("access.failed_logins") == 0


def test_refused_logins_without_account_or_address_are_nobodys():
    refuse_logins(40, user=None, address="")
    assert broken("access.failed_logins") == 0


def test_the_evidence_of_accounts_names_nobody(administrator):
    refuse_logins(12)
    user(last_active=stored(days=400))
    for key in ("access.failed_logins", "access.dormant", "access.two_factor", "access.system_managers"):
        assert "example.com" not in str(asked(key)), key


def test_more_than_five_system_managers_are_too_many(administrator):
    assert broken("access.system_managers") == 0
    for number in range(6):
        email = f"more{number}@example.com"
        person = {"doctype": "User", "email": email, "first_name": "X", "send_welcome_email": 0}
        frappe.get_doc({**person, "roles": [{"role": "System Manager"}]}).insert()
    assert broken("access.system_managers") == 2


# --- audit trail


def test_a_doctype_that_needs_it_and_tracks_no_changes_is_found_by_its_name():
    assert broken("audit_trail.track_changes") == 0
    frappe.make_property_setter(
        {
            "doctype": "Role",
            "doctype_or_field": "DocType",
            "property": "track_changes",
            "property_type": "Check",
            "value": 0,
        },
        is_system_generated=False,
    )
    try:
        frappe.clear_cache(doctype="Role")
        found = asked("audit_trail.track_changes")
        assert (found.count, found.told) == (1, "without Track Changes: Role")
    finally:
        frappe.db.rollback()
        frappe.clear_cache(doctype="Role")


def changed_roles(count):
    names = frappe.get_all("Role", pluck="name", limit=count, order_by="name")
    filters = {"name": ("in", names)}
    frappe.db.set_value("Role", filters, {"creation": stored(days=90)}, update_modified=False)
    frappe.db.set_value("Role", filters, {"modified": stored(hours=3)}, update_modified=False)
    return names


@pytest.fixture
def nothing_changed(monkeypatch):
    """Only roles are looked at, and none of them was changed of late."""
    monkeypatch.setattr(compliance_audit_trail, "NEED_CHANGES", ("Role",))
    frappe.db.sql("update tabRole set modified = creation")
    frappe.db.delete("Version")


def test_changes_that_leave_no_version_are_found(nothing_changed):
    names = changed_roles(6)
    assert broken("audit_trail.version_written") == 6
    row("Version", stored(hours=3), ref_doctype="Role", docname=names[0], data="{}")
    assert broken("audit_trail.version_written") == 0


def test_hardly_any_change_tells_nothing_of_version(nothing_changed):
    changed_roles(4)
    told = "only 4 documents that track changes were changed in 7 days"
    assert why_unknown("audit_trail.version_written") == told


@pytest.mark.parametrize(
    ("key", "log", "short", "enough"),
    [
        ("audit_trail.version_retained", "Version", 330, 340),
        ("audit_trail.activity_retained", "Activity Log", 55, 65),
    ],
)
def test_a_log_that_was_cut_off_is_found(key, log, short, enough):
    site_is_old()
    frappe.db.delete(log)
    assert broken(key) == 1, "emptied"
    row(log, stored(days=short), subject="x", ref_doctype="Role", docname="x", data="{}")
    assert broken(key) == 1
    row(log, stored(days=enough), subject="x", ref_doctype="Role", docname="x", data="{}")
    assert broken(key) == 0


def test_a_young_site_has_no_old_rows_and_nothing_was_cut_off():
    site_is_old(days=10)
    frappe.db.delete("Version")
    assert why_unknown("audit_trail.version_retained") == "Version is empty, and this site is young"
    row("Version", stored(days=1), ref_doctype="Role", docname="x", data="{}")
    assert broken("audit_trail.version_retained") == 0


def test_a_login_that_left_no_trace_is_found():
    frappe.db.set_value("User", {"name": ("is", "set")}, "last_login", None)
    assert why_unknown("audit_trail.logins_logged") == "nobody logged in within 7 days"
    user(last_login=str(stored(days=2)))
    assert shares("audit_trail.logins_logged") == (1, 1)
    row("Activity Log", stored(days=2), operation="Login", status="Failed", user=MANAGER, subject="x")
    assert shares("audit_trail.logins_logged") == (1, 1), "a refused one"
    row("Activity Log", stored(days=2), operation="Login", status="Success", user=MANAGER, subject="x")
    assert shares("audit_trail.logins_logged") == (0, 1)


# --- retention


def policy(log, days):
    frappe.db.delete("Logs To Clear", {"ref_doctype": log})
    values = {"parent": "Log Settings", "parenttype": "Log Settings", "parentfield": "logs_to_clear"}
    frappe.get_doc({"doctype": "Logs To Clear", "ref_doctype": log, "days": days, **values}).db_insert()


@pytest.fixture
def all_policies():
    site_is_old()
    frappe.get_doc("Log Settings").save()


def test_a_log_without_a_policy_is_found_by_its_name(all_policies):
    assert broken("retention.policies") == 0
    policy("Activity Log", 0)
    frappe.db.delete("Logs To Clear", {"ref_doctype": "Email Queue"})
    found = asked("retention.policies")
    assert (found.count, found.told) == (2, "without a policy: Email Queue, Activity Log")


def test_on_the_first_day_of_a_site_policies_are_not_known_yet():
    site_is_old(days=1)
    frappe.db.set_value("Scheduled Job Type", {"method": CLEAN_UP}, "last_execution", None)
    assert why_unknown("retention.policies") == "the job that fills in Log Settings has not run yet"
    assert why_unknown("retention.clean_up_runs") == "the job that clears logs has not run yet"


@pytest.mark.parametrize(("hours", "expected"), [(47, 0), (49, 1), (None, 1)])
def test_logs_that_nobody_clears_are_found(hours, expected):
    site_is_old()
    last = stored(hours=hours) if hours else None
    frappe.db.set_value("Scheduled Job Type", {"method": CLEAN_UP}, "last_execution", last)
    assert broken("retention.clean_up_runs") == expected


@pytest.mark.parametrize(
    ("logged", "hours", "expected"),
    [("Complete", 3, 0), ("Start", 0.5, 0), ("Failed", 3, 1), ("Start", 3, 1)],
)
def test_a_job_that_is_started_each_day_and_fails_or_is_killed_clears_nothing(logged, hours, expected):
    site_is_old()
    job = frappe.db.get_value("Scheduled Job Type", {"method": CLEAN_UP})
    frappe.db.set_value("Scheduled Job Type", job, "last_execution", stored(hours=hours))
    row("Scheduled Job Log", stored(hours=27), scheduled_job_type=job, status="Failed")
    row("Scheduled Job Log", stored(hours=hours), scheduled_job_type=job, status=logged)
    assert broken("retention.clean_up_runs") == expected


def test_the_oldest_row_that_is_really_there_is_held_against_the_policy(all_policies):
    policy("Activity Log", 90)
    row("Activity Log", stored(days=91), subject="x")
    assert broken("retention.logs_cleared") == 0
    row("Activity Log", stored(days=93), subject="x")
    found = asked("retention.logs_cleared")
    assert (found.count, found.told) == (1, "older than their policy: Activity Log")
    assert found.evidence["Activity Log"].startswith("90 days, oldest row 20")


def test_a_reminder_of_long_ago_that_is_still_to_come_is_kept_rightly(all_policies):
    policy("Reminder", 30)
    row("Reminder", stored(days=400), remind_at=stored(days=-5), description="x", user="Administrator")
    assert broken("retention.logs_cleared") == 0


def test_deleted_documents_that_are_kept_for_ever_are_found_until_a_policy_clears_them():
    row("Deleted Document", stored(days=364), deleted_name="x", deleted_doctype="Contact", data="{}")
    assert broken("retention.kept_for_ever") == 0
    row("Deleted Document", stored(days=366), deleted_name="x", deleted_doctype="Contact", data="{}")
    assert asked("retention.kept_for_ever").told == "older than a year, without a policy: Deleted Document"
    policy("Deleted Document", 180)
    assert broken("retention.kept_for_ever") == 0


# --- backups


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "folder", lambda: str(tmp_path))
    return tmp_path


def back_up(folder, hours, ending="database.sql.gz", content=b"x"):
    file = folder / f"{stored(hours=hours):%Y%m%d_%H%M%S}-{frappe.local.site.replace('.', '_')}-{ending}"
    file.write_bytes(content)
    made = (clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(file, (made, made))


@pytest.mark.parametrize(("hours", "expected"), [(25, 0), (27, 1)])
def test_a_backup_of_yesterday_is_too_old(folder, hours, expected):
    back_up(folder, hours)
    assert broken("backups.age") == expected


def test_no_backup_at_all_is_a_gap_unless_they_are_elsewhere(folder):
    assert broken("backups.age") == 1
    assert broken("backups.off_site") == 1
    frappe.db.set_single_value("S3 Backup Settings", "enabled", 1)
    told = "there is no backup on this host; those in S3 Backup Settings are not seen"
    assert why_unknown("backups.age") == told
    assert broken("backups.off_site") == 0


def test_backups_that_are_not_encrypted_are_found_by_setting_and_by_file(folder):
    setting(encrypt_backup=0)
    assert broken("backups.encrypted") == 1
    setting(encrypt_backup=1)
    assert "there is none to look at" in why_unknown("backups.encrypted")
    back_up(folder, 4)
    assert broken("backups.encrypted") == 1
    back_up(folder, 3, "database-enc.sql.gz")
    assert broken("backups.encrypted") == 1, "the name says what was meant, when encrypting failed"
    back_up(folder, 2, "database-enc.sql.gz", b"\x8c\x0d\x04\x09")
    assert broken("backups.encrypted") == 0


def restored(days, verdict="OK", signed=True):
    """A restore drill that ended so long ago."""
    drill = recovery_drills.begin("Restore", "x", MANAGER)
    recovery_drills.end(drill, verdict)
    records.write(drill.update({"ended_at": stored(days=days)}))
    if signed:
        recovery_drills.sign(drill.name, "Nothing", MANAGER)


@pytest.mark.parametrize(
    ("drill", "expected"),
    [
        ({"days": 99}, 0),
        ({"days": 5, "verdict": "WARNING"}, 0),
        ({"days": 101}, 1),
        ({"days": 5, "signed": False}, 1),
        ({"days": 5, "verdict": "CRITICAL"}, 1),
        ({"days": 5, "verdict": "UNKNOWN"}, 1),
    ],
)
def test_a_restore_is_proven_by_a_signed_drill_of_a_hundred_days(drill, expected):
    assert broken("backups.restore_proven") == 1
    restored(**drill)
    assert broken("backups.restore_proven") == expected


# --- error handling


def test_failures_without_a_log_are_counted_and_without_monitor_they_are_unknown(monkeypatch):
    now = datetime.now(AMSTERDAM)
    answers = [Unknown("Monitor is off", now)]
    monkeypatch.setattr(failed_requests, "without_error_log", lambda _now: answers[0])
    assert why_unknown("error_handling.unlogged_failures") == "Monitor is off"
    found = failed_requests.Reading(2, "requests", now, "x", {"failed requests": 7})
    answers[0] = found
    assert asked("error_handling.unlogged_failures").told == (
        "2 of 7 failed requests of 24 hours left no Error Log"
    )


def pattern(state="New", severity="Critical", first=8, last=1):
    document = frappe.get_doc({"doctype": "Error Pattern", "name": frappe.generate_hash(length=10)})
    document.update({"title": "x", "state": state, "severity": severity})
    document.update({"first_at": stored(days=first), "last_at": stored(days=last)})
    document.db_insert()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 1),
        ({"state": "Regressed"}, 1),
        ({"state": "Ignored"}, 0),
        ({"state": "Resolved"}, 0),
        ({"severity": "High"}, 0),
        ({"first": 6}, 0),
        ({"last": 8}, 0),
    ],
)
def test_a_critical_error_that_nobody_sees_to_is_found(values, expected):
    pattern(**values)
    assert broken("error_handling.critical_errors_seen_to") == expected


def test_where_error_log_is_not_counted_no_critical_error_is_not_none():
    key = "error_handling.critical_errors_seen_to"
    frappe.db.delete("Error Log")
    name = row("Error Log", stored(minutes=30), method="x", error="y")
    try:
        assert broken(key) == 0, "is counted soon"
        frappe.db.set_value("Error Log", name, "modified", stored(hours=2), update_modified=False)
        assert why_unknown(key) == "Error Log has rows that are not counted for an hour and more"
        row(error_patterns.LEDGER, stored(hours=1), name=name, pattern="x")
        assert broken(key) == 0
        pattern()
        frappe.db.delete(error_patterns.LEDGER)
        assert broken(key) == 1, "what is known is known"
    finally:
        frappe.db.delete("Error Log")


@pytest.mark.parametrize("shown", [0, 1])
def test_tracebacks_for_visitors_are_found(shown):
    setting(allow_error_traceback=shown)
    assert broken("error_handling.tracebacks_hidden") == shown


# --- privacy


def test_redaction_that_stops_working_is_found(monkeypatch):
    assert broken("privacy.redaction_works") == 0
    monkeypatch.setattr(compliance_privacy, "redact", lambda text: text.replace("geheim123", "***"))
    found = asked("privacy.redaction_works")
    assert (found.count, found.of) == (3, 5)


def test_a_stored_sample_with_an_account_number_is_found():
    pattern()
    frappe.db.set_value("Error Pattern", {"title": "x"}, "sample", "ValueError: NL91ABNA0417164300")
    assert shares("privacy.redaction_works") == (1, 6)
    for clean in ("ValueError: <iban>", "password: <e-mail>"):
        frappe.db.set_value("Error Pattern", {"title": "x"}, "sample", clean)
        assert shares("privacy.redaction_works") == (0, 6), clean


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ({"role": "Guest", "read": 1}, 1),
        ({"role": "All", "export": 1}, 1),
        ({"role": "All", "read": 1, "if_owner": 1}, 0),
        ({"role": "System Manager", "read": 1}, 0),
    ],
)
def test_contacts_that_everybody_may_read_are_found(right, expected):
    assert broken("privacy.closed_to_everybody") == 0
    frappe.get_doc({"doctype": "Custom DocPerm", "parent": "Contact", "permlevel": 0, **right}).insert()
    try:
        frappe.clear_cache(doctype="Contact")
        assert broken("privacy.closed_to_everybody") == expected
    finally:
        frappe.db.rollback()
        frappe.clear_cache(doctype="Contact")


def test_many_exports_of_personal_data_in_a_week_are_found():
    for number in range(12):
        doctype = "Contact" if number else "Currency"
        row("Access Log", stored(days=2), export_from=doctype, file_type="CSV")
    assert broken("privacy.exports") == 1
    row("Access Log", stored(days=8), export_from="Contact", file_type="CSV")
    row("Access Log", stored(days=2), export_from="Contact", file_type="PDF")
    assert broken("privacy.exports") == 1


@pytest.mark.parametrize(
    ("status", "days", "expected"),
    [("Pending Approval", 31, 1), ("On Hold", 31, 1), ("Pending Approval", 29, 0), ("Deleted", 90, 0)],
)
def test_a_request_to_be_erased_that_waits_for_a_month_is_found(status, days, expected):
    row("Personal Data Deletion Request", stored(days=days), email="jan@example.com", status=status)
    assert broken("privacy.erasure_in_time") == expected
