"""The user that asks for the dashboard: least privilege, an encrypted key, and nobody who was ever here."""

from datetime import timedelta

import frappe
import pytest
from frappe.core.doctype.user.user import get_active_users

from verenigingen_maintenance import install
from verenigingen_maintenance.operations import probe_user, run_now
from verenigingen_maintenance.operations.dashboard import describe_dashboard
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.dashboard import PROBE_USER
from verenigingen_maintenance.www import maintenance_dashboard

AUTH = "select password, encrypted from __Auth where doctype = 'User' and name = %s and fieldname = %s"


@pytest.fixture
def probe():
    probe_user.ensure()
    return frappe.get_doc("User", PROBE_USER)


def test_it_has_one_role_of_ours_no_desk_and_no_password(probe):
    automatic = {"All", "Guest"}
    assert set(frappe.get_roles(PROBE_USER)) - automatic == {"Maintenance Probe"}
    assert probe.user_type == "Website User"
    assert not frappe.db.sql(AUTH, (PROBE_USER, "password"))


def test_its_key_is_stored_encrypted_and_stays_the_same(probe):
    secret = probe.get_password("api_secret")
    ((stored, is_encrypted),) = frappe.db.sql(AUTH, (PROBE_USER, "api_secret"))
    assert is_encrypted == 1
    assert secret not in stored
    install.after_migrate()
    assert frappe.get_doc("User", PROBE_USER).get_password("api_secret") == secret


def test_it_reads_no_doctype_of_ours(probe):
    ours = {"module": "Verenigingen Maintenance", "istable": 0}
    for doctype in frappe.get_all("DocType", ours, pluck="name"):
        assert not frappe.has_permission(doctype, "read", user=PROBE_USER), doctype


def test_it_is_not_counted_among_the_active_users(probe):
    before = get_active_users()
    frappe.db.set_value("User", PROBE_USER, "last_active", frappe.utils.now())
    assert get_active_users() == before


def test_it_opens_the_dashboard_and_who_has_no_role_does_not(probe):
    frappe.set_user(PROBE_USER)
    context = frappe._dict()
    maintenance_dashboard.get_context(context)
    assert context.status
    frappe.set_user("member@example.com")
    with pytest.raises(frappe.PermissionError):
        maintenance_dashboard.get_context(frappe._dict())


def test_uninstalling_takes_it_away(probe):
    probe_user.remove()
    assert not frappe.db.exists("User", PROBE_USER)


def test_a_site_with_another_encryption_key_gets_a_new_key(probe, monkeypatch):
    before = probe.api_key
    monkeypatch.setitem(frappe.local.conf, "encryption_key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    probe_user.ensure()
    after = frappe.get_doc("User", PROBE_USER)
    assert after.api_key != before
    assert after.get_password("api_secret")


def test_a_dashboard_of_another_day_says_that_it_was_not_measured():
    name = run_now.run_now("daily", clock.now())
    assert describe_dashboard()["run"] == name
    long_ago = clock.stored(clock.now() - timedelta(days=8))
    frappe.db.set_value("Checklist Run", name, "measured_at", long_ago)
    described = describe_dashboard()
    assert (described["run"], described["status"]) == (None, "not measured")
    assert not any(card["is_measured"] for card in described["cards"])
