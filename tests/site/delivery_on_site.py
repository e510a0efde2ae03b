"""What tests of delivering need: an account on a mail server, targets, and notifications that wait."""

from datetime import timedelta

import fake_mail
import fake_target
import frappe
import pytest

from verenigingen_maintenance.operations import delivery, escalations, records
from verenigingen_maintenance.operations.escalations import Breach
from verenigingen_maintenance.sources import clock

NOTIFICATION = "Maintenance Notification"
ACCOUNT = "Maintenance Test Mail"
ADDRESS = "ops@verenigingen.nl"
SOMEBODY = "Somebody With an Address"


@pytest.fixture
def mail_server():
    with fake_mail.serving() as kept:
        yield kept


@pytest.fixture
def mail_account(mail_server):
    make_account(mail_server.port)
    yield mail_server
    forget_accounts()


@pytest.fixture
def webhook():
    with fake_target.serving() as told:
        yield told
    for name in frappe.get_all("Notification Target", pluck="name"):
        frappe.delete_doc("Notification Target", name)
    frappe.db.commit()


def make_account(port):
    """The default outgoing account of this site, on a port of loopback."""
    account = {"doctype": "Email Account", "email_account_name": ACCOUNT, "email_id": "site@verenigingen.nl"}
    server = {"enable_outgoing": 1, "default_outgoing": 1, "smtp_server": "127.0.0.1", "smtp_port": port}
    frappe.get_doc({**account, **server, "no_smtp_authentication": 1}).insert()
    forget_cached_account()
    frappe.db.commit()


def forget_accounts():
    frappe.db.rollback()
    frappe.db.delete("User", {"full_name": SOMEBODY})
    frappe.db.delete("Email Account", {"name": ACCOUNT})
    forget_cached_account()
    frappe.db.commit()


def forget_cached_account():
    frappe.local.outgoing_email_account = {}
    frappe.clear_document_cache("Email Account", ACCOUNT)


def make_target(url, title="Chat", **fields):
    values = {"title": title, "url": url, "timeout_seconds": 1, **fields}
    frappe.get_doc({"doctype": "Notification Target", **values}).insert()
    frappe.db.commit()
    return title


def make_escalation(subject="Error Log", **fields):
    """An open escalation that tells nobody by itself."""
    now = clock.stored(clock.now()).replace(microsecond=0)
    document = {"doctype": "Maintenance Escalation", "title": f"Errors of {subject}", "status": "Open"}
    times = {"onset_at": now, "opened_at": now, "triggered_at": now, "level": "level-1"}
    made = frappe.get_doc({**document, "subject": subject, **times, **fields})
    records.insert(made)
    frappe.db.commit()
    return made.name


def waits(channel="E-mail", recipient=ADDRESS, escalation=None, **fields):
    """A notification that waits; returns its name."""
    values = {"channel": channel, "recipient": recipient, "escalation": escalation}
    if channel == "E-mail":
        give_to_somebody(recipient)
    values["kind"] = "Opened" if escalation else "Digest"
    values |= {"subject": f"{escalation or 'Something'} for Operations Team: Errors", "message": "60 errors"}
    document = frappe.get_doc({"doctype": NOTIFICATION, "key": frappe.generate_hash(), **values, **fields})
    records.insert(document)
    frappe.db.commit()
    return document.name


def give_to_somebody(address, enabled=1):
    """A user with an address, past all that makes one: it takes long."""
    fields = ["name", "email", "full_name", "first_name", "enabled", "user_type"]
    user = (address, address, SOMEBODY, "Somebody", enabled, "Website User")
    frappe.db.bulk_insert("User", fields, [user], ignore_duplicates=True)


def deliver(**later):
    """As the job does, so much later; only time moves what waits for its next attempt."""
    delivery.deliver(clock.now() + timedelta(**later))
    frappe.db.commit()


def row(name):
    frappe.db.commit()
    return frappe.db.get_value(NOTIFICATION, name, "*", as_dict=True)


def status(name):
    return row(name).status


def open_failure():
    """The open escalation of notifications that fail: its notes, or None."""
    frappe.db.commit()
    name = frappe.db.get_value("Maintenance Escalation", {"open_key": "Notifications"})
    return frappe.get_doc("Maintenance Escalation", name) if name else None


def record(subject):
    name = escalations.record(Breach(subject, "A breach", "It broke", clock.now()))
    frappe.db.commit()
    return name
