"""An assessment of security: read, compared with the one before, kept with evidence, told by the checks."""

import hashlib
import json
import os
import sys
import time
import zipfile
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

import frappe
import pytest
from conftest import AMSTERDAM, connect, fresh
from frappe.installer import update_site_config

from verenigingen_maintenance import api, scheduled
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import security_assessment
from verenigingen_maintenance.sources import (
    clock,
    security,
    security_advisories,
    security_code,
    security_logins,
    security_permissions,
    security_users,
)

ASSESSMENT, OPERATOR = "Security Assessment", "operator@example.com"
MARKUP = '<img src=x onerror="window.pwned=1">'
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=AMSTERDAM)
WEEK = timedelta(days=7)
OPEN = "import frappe\n@frappe.whitelist(allow_guest=True)\ndef wipe():\n    frappe.db.delete('ToDo')\n"


@pytest.fixture(autouse=True)
def _no_files():
    yield
    frappe.set_user("Administrator")
    frappe.db.rollback()
    for name in frappe.get_all("File", {"attached_to_doctype": ASSESSMENT}, pluck="name"):
        frappe.delete_doc("File", name, ignore_permissions=True)
    frappe.db.commit()


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Of all code, that of one small app: reading Frappe takes seconds. Returns its folder."""
    folder = tmp_path / "planted"
    folder.mkdir()
    monkeypatch.setattr(security_code, "_roots", lambda: {"planted": folder})
    return folder


@pytest.fixture
def trouble(small):
    """What a week may bring: power and a key for the operator, a flag, a method, and refused logins."""
    user = frappe.get_doc("User", OPERATOR)
    yield lambda: _make_trouble(user, small)
    user.reload()
    user.remove_roles("System Manager")
    user.db_set("api_key", None)
    update_site_config("ignore_csrf", "None")
    frappe.db.delete("Activity Log", {"ip_address": ("in", ("10.9.8.7", "10.1.1.1"))})
    frappe.db.commit()


def _make_trouble(user, folder):
    user.add_roles("System Manager")
    user.db_set("api_key", "0123456789abcde")
    update_site_config("ignore_csrf", 1)
    (folder / "api.py").write_text(OPEN)
    refused(OPERATOR, "10.1.1.1", 12)
    refused("hunter2", "10.9.8.7", 40)
    frappe.db.commit()


def refused(user, address, count, at=MONDAY + WEEK):
    """So many refused logins, as Frappe notes them."""
    moment = clock.stored(at - timedelta(hours=2))
    rows = [
        (frappe.generate_hash(length=10), moment, moment, "refused", "Login", "Failed", user, address)
        for _ in range(count)
    ]
    fields = ["name", "creation", "modified", "subject", "operation", "status", "user", "ip_address"]
    frappe.db.bulk_insert("Activity Log", fields, rows)


def keep(now=MONDAY):
    return fresh(ASSESSMENT, security_assessment.keep(now))


def told(document):
    return json.loads(document.data)


def read(source, now=MONDAY + WEEK):
    frappe.db.commit()
    frappe.local.maintenance_shared = {}
    return getattr(security, source)(now)


def test_a_real_assessment_reads_this_site_and_the_code_of_all_apps():
    began = time.monotonic()
    document = keep()
    assert time.monotonic() - began < 30
    assert (document.name, document.previous, document.changes) == ("SEC-2026-11-23", None, "")
    assert document.verdict == "UNKNOWN", "nothing on a new site is CRITICAL, and not all is measured"
    found = told(document)
    assert [each["part"] for each in found["not_measured"]] == ["advisories"], found["not_measured"]
    assert "no advisories at hand: maintenance_advisories" in found["not_measured"][0]["reason"]
    assert found["parts"]["advisories"]["rows"] is None
    kinds = found["parts"]["methods"]["figures"]["kinds"]
    assert set(kinds["verenigingen_maintenance"]) == {"checked"}, "a door of this app asks nobody"
    assert sum(kinds["frappe"].values()) > 400
    accounts = {row["user"]: row for row in found["parts"]["users"]["rows"]}
    assert accounts["Administrator"]["second_factor"] is None
    assert accounts["manager@example.com"]["power"] is True
    assert (accounts[OPERATOR]["roles"], accounts[OPERATOR]["power"]) == (["Maintenance Operator"], False)
    assert all(part["source"] and part["observed_at"] for part in found["parts"].values())
    assert frappe.conf.db_password not in document.data


def test_the_evidence_is_attached_privately_and_a_day_has_one_assessment(small):
    first = keep()
    second = keep(MONDAY + timedelta(hours=3))
    assert (first.name, frappe.db.count(ASSESSMENT)) == (second.name, 1)
    (file,) = frappe.get_all("File", {"attached_to_name": second.name}, ["file_url", "is_private"])
    assert (file.file_url, file.is_private) == (second.evidence, 1)
    kept = Path(frappe.get_site_path(second.evidence.lstrip("/"))).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == second.sha256
    assert set(json.loads(kept)["read"]) == set(told(second)["parts"])
    frappe.set_user("nobody@example.com")
    assert not frappe.get_doc("File", {"file_url": second.evidence}).has_permission("read")


def test_who_asked_for_an_assessment_does_not_own_its_evidence(small):
    frappe.set_user(OPERATOR)
    document = keep()
    file = frappe.get_doc("File", {"file_url": document.evidence})
    assert file.has_permission("read"), "as of each assessment"
    assert not file.has_permission("write")
    with pytest.raises(frappe.PermissionError):
        frappe.delete_doc("File", file.name)
    assert Path(frappe.get_site_path(document.evidence.lstrip("/"))).exists()


def test_the_next_one_tells_what_changed_and_the_checks_count_it(small, trouble):
    keep()
    assert read("power_changes_of_35_days").learning
    assert security_assessment.changes_since(MONDAY)["changes"] is None
    trouble()
    document = keep(MONDAY + WEEK)
    found = told(document)
    assert (document.previous, document.verdict) == ("SEC-2026-11-23", "CRITICAL")
    assert {each["told"] for each in found["changes"] if each["is_worse"]} >= {
        f"{OPERATOR} got System Manager",
        "planted.api.wipe: not there, or asked who may, now guest writes",
        "Requests from foreign pages: checked, now not checked",
    }
    assert [each["kind"] for each in found["changes"] if each["part"] == "keys"] == ["new"]
    assert (found["findings"][0]["key"], found["findings"][0]["is_new"]) == ("flags.ignore_csrf", True)
    bursts = {(row["of"], row["count"]): row for row in found["parts"]["logins"]["rows"]}
    assert bursts["user", 12]["user"] == OPERATOR
    assert bursts["address", 40]["address"] == "10.9.8.7"
    assert found["parts"]["logins"]["figures"]["of names that are no account"] == 40
    for secret in ("hunter2", "0123456789abcde"):
        assert secret not in document.data, "what somebody typed, or signs in with"

    quarter = security_assessment.changes_since(MONDAY - 13 * WEEK)
    assert (quarter["from"], quarter["to"]) == ("SEC-2026-11-23", "SEC-2026-11-30")
    assert quarter["changes"] == found["changes"]
    assert read("power_changes_of_35_days").value == 2
    assert read("power_changes_of_92_days", MONDAY + timedelta(days=40)).value == 2
    assert read("login_bursts").value == 2
    exposed = read("exposed_methods")
    assert (exposed.value, exposed.evidence["first"]) == (1, ["guest writes: planted.api.wipe"])
    assert "Requests from foreign pages: not checked" in read("flags_on").evidence["first"]
    assert read("serious_findings").at_least == "not measured: Published weaknesses of installed packages"
    assert read("without_second_factor").value >= 2
    assert isinstance(read("weaknesses"), Unknown)


def test_what_guests_may_call_and_nobody_can_follow_is_told_and_counted(small):
    chosen = OPEN.replace("frappe.db.delete('ToDo')", "getattr(frappe, frappe.form_dict.what)()")
    (small / "api.py").write_text(chosen)
    found = {each["key"]: each for each in told(keep())["findings"]}
    finding = found["methods.apps.guest undecided"]
    assert (finding["severity"], finding["told"]) == ("Medium", "planted.api.wipe")
    assert read("exposed_methods", MONDAY).evidence["first"] == ["guest undecided: planted.api.wipe"]


def test_that_nothing_changed_in_a_quarter_is_known_after_a_quarter(small):
    for days in (0, 7, 35, 92):
        keep(MONDAY + timedelta(days=days))
    month, quarter = "power_changes_of_35_days", "power_changes_of_92_days"
    only = "assessed since 2026-11-23 only"
    at = {days: MONDAY + timedelta(days=days) for days in (7, 35, 92)}
    assert [read(month, at[7]).at_least, read(month, at[35]).at_least] == [only, ""]
    assert [read(quarter, at[35]).at_least, read(quarter, at[92]).at_least] == [only, ""]


def test_what_was_not_compared_is_said_and_an_old_or_missing_assessment_tells_nothing(small, monkeypatch):
    assert "security was not assessed yet" in read("serious_findings").reason

    def broken(_now):
        raise TypeError("of jan@example.com")

    with monkeypatch.context() as patched:
        patched.setattr(security_users, "power", broken)
        first = told(keep())
    assert first["parts"]["users"]["rows"] is None
    assert {each["part"]: each["reason"] for each in first["not_measured"]}[
        "users"
    ] == "TypeError: of <e-mail>"
    assert first["parts"]["keys"]["rows"] is not None, "the others are measured all the same"
    second = told(keep(MONDAY + WEEK))
    assert [each["reason"] for each in second["not_compared"] if each["part"] == "users"] == [
        "not measured before"
    ]
    told_of = "not compared each time: Accounts with power; assessed since 2026-11-23 only"
    assert read("power_changes_of_35_days").at_least == told_of
    assert read("dormant_accounts", MONDAY + WEEK + timedelta(days=36)).reason == (
        "the latest assessment is 36 days old"
    )


def test_permissions_that_open_the_gates_are_critical_and_roles_given_are_named(small):
    permission = {
        "doctype": "Custom DocPerm",
        "parent": "Server Script",
        "role": "All",
        "read": 1,
        "write": 1,
    }
    frappe.get_doc(permission).insert(ignore_permissions=True)
    found = security_permissions.changes(clock.now(), clock.now() - timedelta(minutes=5))
    assert {"kind": "open to everybody", "role": "All", "doctype": "Server Script"} in found.rows
    made = [row for row in found.rows if row["kind"] == "Custom DocPerm made"]
    assert [(row["what"], row["by"]) for row in made] == [("All on Server Script", "Administrator")]
    assert "Script Manager" not in security_users.powerful_roles(), "its shipped permission is replaced"


def test_roles_that_were_given_and_taken_are_told_with_who_did_it_by_version():
    """A new row of Has Role has the creation of its account, so it cannot tell."""
    user = frappe.get_doc("User", "nobody@example.com")
    user.add_roles("Script Manager")
    user.update({"bio": "my password is s3cret"}).save()
    user.remove_roles("Script Manager")
    found = security_permissions.changes(clock.now(), clock.now() - timedelta(minutes=5))
    of_user = [row for row in found.rows if row.get("user") == user.name and row["kind"].startswith("role")]
    assert [(row["kind"], row["what"], row["by"]) for row in reversed(of_user)] == [
        ("role given", "Script Manager", "Administrator"),
        ("role taken", "Script Manager", "Administrator"),
    ]
    assert any("bio" in row["what"] for row in found.rows if row["kind"] == "User changed")
    assert "s3cret" not in str(found)


def test_an_account_that_nobody_used_for_ninety_days_is_dormant_one_with_a_key_is_not():
    old = clock.stored(clock.now() - timedelta(days=91))
    frappe.db.set_value("User", "manager@example.com", "last_active", old)

    def dormant():
        return [row["user"] for row in security_users.power(clock.now()).rows if row["dormant"]]

    assert dormant() == ["manager@example.com"]
    frappe.db.set_value("User", "manager@example.com", "api_key", "x")
    assert dormant() == []


def test_a_login_from_an_address_that_an_account_with_power_never_used(at_nine):
    for address, days in (("10.0.0.1", 60), ("10.0.0.1", 3), ("10.6.6.6", 2)):
        refused("manager@example.com", address, 1, at_nine - timedelta(days=days))
    frappe.db.sql("update `tabActivity Log` set status = 'Success' where ip_address like '10.%'")
    found = security_logins.new_addresses(at_nine)
    assert [(row["user"], row["address"]) for row in found.rows] == [("manager@example.com", "10.6.6.6")]


class TestAdvisories:
    @pytest.fixture
    def at_hand(self, monkeypatch, tmp_path):
        def put(payload, days=0):
            file = tmp_path / "osv.json"
            file.write_text(payload if isinstance(payload, str) else json.dumps(payload))
            moment = time.time() - 86_400 * days - 60
            os.utime(file, (moment, moment))
            monkeypatch.setitem(frappe.local.conf, "maintenance_advisories", str(tmp_path))
            return security_advisories.advisories(clock.now())

        return put

    def test_an_installed_package_within_a_range_is_found(self, at_hand):
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9999"}]}]
        package = {"package": {"ecosystem": "PyPI", "name": "Click"}, "ranges": ranges}
        found = at_hand({"id": "PYSEC-1", "summary": "bad", "affected": [package]})
        (row,) = found.rows
        assert (row["package"], row["id"], row["mended in"]) == ("click", "PYSEC-1", ["9999"])
        assert found.at_least == ""

    def test_the_zip_of_all_records_is_read_as_osv_publishes_it(self, at_hand, tmp_path):
        package = {"package": {"ecosystem": "PyPI", "name": "click"}, "versions": [metadata.version("click")]}
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
            for number in (1, 2):
                packed.writestr(
                    f"PYSEC-{number}.json", json.dumps({"id": f"PYSEC-{number}", "affected": [package]})
                )
        found = at_hand([])
        assert ([row["id"] for row in found.rows], found.figures["files"]) == (["PYSEC-1", "PYSEC-2"], 2)

    def test_a_report_of_pip_audit_speaks_for_what_it_looked_at(self, at_hand, monkeypatch, tmp_path):
        first = {each.metadata["Name"]: each.version for each in reversed(list(metadata.distributions()))}
        there = [{"name": name, "version": version, "vulns": []} for name, version in first.items()]
        brought = tmp_path / "setuptools" / "_vendor" / "brought_along-1.0.dist-info"
        brought.mkdir(parents=True)
        (brought / "METADATA").write_text("Name: brought-along\nVersion: 1.0\n")
        monkeypatch.setattr(sys, "path", [*sys.path, str(brought.parent)])
        found = at_hand({"dependencies": there})
        assert (list(found.rows), found.at_least) == ([], ""), "it looked at all, and found nothing"
        others = [each for each in there if each["name"].lower() != "click"]
        found = at_hand({"dependencies": [*others, {"name": "click", "version": "0.1", "vulns": []}]})
        assert found.at_least == "the report of pip-audit does not have as they are installed: click"

    def test_an_old_file_tells_too_little_and_a_broken_one_is_named(self, at_hand):
        package = {"package": {"ecosystem": "PyPI", "name": "not-installed"}, "versions": ["1"]}
        found = at_hand({"id": "PYSEC-1", "affected": [package]}, days=31)
        assert (list(found.rows), found.at_least) == (
            [],
            "the advisories are 31 days old; after 30 they tell too little",
        )
        with pytest.raises(ValueError, match=r"osv\.json: "):
            at_hand("<html>")
        assert "has no record about a package" in at_hand([]).reason


def test_an_assessment_is_a_record_that_each_role_reads_and_nobody_writes(small):
    frappe.set_user("auditor@example.com")
    assert api.get_security_assessment()["reason"] == "security was not assessed yet"
    frappe.set_user("Administrator")
    name = keep().name
    frappe.set_user("auditor@example.com")
    assert api.get_security_assessment()["assessment"] == name
    frappe.set_user("Administrator")
    with pytest.raises(frappe.ValidationError, match="is a record"):
        frappe.get_doc(ASSESSMENT, name).update({"verdict": "OK"}).save()
    with pytest.raises(frappe.ValidationError, match="is a record"):
        frappe.delete_doc(ASSESSMENT, name)


def test_the_job_assesses_once_a_week_and_two_do_not_at_once(small, monkeypatch):
    assert security_assessment.assess_if_due(MONDAY) == "SEC-2026-11-23"
    assert security_assessment.assess_if_due(MONDAY + timedelta(days=6)) is None
    assert security_assessment.assess_if_due(MONDAY + WEEK) == "SEC-2026-11-30"
    scheduled.assess_maintenance_security()
    assert security_assessment.keep(MONDAY + 100 * WEEK) == "SEC-2028-10-23", "by a clock that ran ahead"
    assert security_assessment.assess_if_due(MONDAY + 2 * WEEK) == "SEC-2026-12-07"
    with connect(frappe.conf) as other, other.cursor() as cursor:
        cursor.execute("select get_lock(%s, 0)", f"{frappe.conf.db_name}:security")
        assert security_assessment.keep(MONDAY + 2 * WEEK) is None
