"""Tells people of an escalation. What is to be told is written with it, and waits in the database.

Nothing here asks Redis or a mail server while a run is written; a job delivers, each message in a transaction
of its own, so that it is handed over once.
"""

from __future__ import annotations

import html

import frappe
from frappe import _, are_emails_muted
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.model.document import Document
from frappe.utils import get_url_to_form, validate_email_address

from verenigingen_maintenance.core.placeholders import emails
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.duty import users_with as _users_with
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

NOTIFICATION = "Maintenance Notification"
MOST_AT_ONCE = 200
NO_ACCOUNT = "this site has no outgoing e-mail account, or its e-mail is muted"


def announce(escalation: Document) -> None:
    """Writes down whom to tell. What goes wrong is logged: it must not keep a breach from being recorded."""
    frappe.db.savepoint("announce")
    try:
        _announce(escalation)
    except Exception:  # noqa: BLE001 - the escalation stands in its list all the same
        frappe.db.rollback(save_point="announce")
        frappe.log_error(f"Nobody is told of {escalation.name}"[:140])


def _announce(escalation: Document) -> None:
    """In Desk the users with the level's role, by e-mail the level's contact."""
    if not escalation.level:  # somebody deleted it: the escalation stands in its list all the same
        return
    role, contact = frappe.db.get_value("Escalation Level", escalation.level, ["role", "contact"])
    for user in _users_with(role):
        _write(escalation, "Desk", user)
    for address in emails(contact):
        _write(escalation, "E-mail", address)


def deliver() -> None:
    """Hands over what waits. Repeating it sends nothing twice; what fails says why, and waits on."""
    with lock("notifications") as mine:
        if not mine:
            return
        commit()
        has_account = has_mail_account()
        for name in frappe.get_all(
            NOTIFICATION,
            filters={"status": "Waiting"},
            pluck="name",
            order_by="attempts, creation",
            limit=MOST_AT_ONCE,
        ):
            _deliver_one(frappe.get_doc(NOTIFICATION, name), has_account)
            commit()


def deliver_if_any() -> None:
    """The same, where something waits that was never tried: what fails waits for its turn."""
    if frappe.db.exists(NOTIFICATION, {"status": "Waiting", "attempts": 0}):
        deliver()


def has_mail_account() -> bool:
    """Whether this site can send e-mail at all; muted ones would be thrown away."""
    return not are_emails_muted() and bool(EmailAccount.find_default_outgoing())


def waiting() -> int:
    """How many messages wait to be delivered."""
    return frappe.db.count(NOTIFICATION, {"status": "Waiting"})


def _write(escalation: Document, channel: str, recipient: str) -> None:
    level = frappe.db.get_value("Escalation Level", escalation.level, "title")
    notification = {
        "doctype": NOTIFICATION,
        "key": f"{escalation.name}:{channel}:{recipient}"[:140],
        "escalation": escalation.name,
        "channel": channel,
        "recipient": recipient,
        "subject": _("{0} for {1}: {2}").format(escalation.name, level, escalation.title)[:140],
        "message": "\n".join(event.note or "" for event in escalation.events),
    }
    records.insert(frappe.get_doc(notification))


def _deliver_one(notification: Document, has_account: bool) -> None:
    """An exception becomes the reason why it waits: the next one must have its turn."""
    if notification.channel == "E-mail" and not has_account:
        if notification.waits_because != NO_ACCOUNT:
            _keep_attempt(notification, NO_ACCOUNT)
        return
    frappe.db.savepoint("deliver")
    try:
        _HAND_OVER[notification.channel](notification)
    except Exception as error:  # noqa: BLE001 - it is stored with the message, and shown
        frappe.db.rollback(save_point="deliver")
        _keep_attempt(notification, redact(f"{type(error).__name__}: {error}"))
        return
    notification.update({"status": "Delivered", "delivered_at": clock.stored(clock.now())})
    _keep_attempt(notification, waits_because="")


def _keep_attempt(notification: Document, waits_because: str) -> None:
    notification.update({"waits_because": waits_because, "attempts": (notification.attempts or 0) + 1})
    records.write(notification)


def _tell_in_desk(notification: Document) -> None:
    fields = {"type": "Alert", "document_type": "Maintenance Escalation", "for_user": notification.recipient}
    log = {"doctype": "Notification Log", **fields, "document_name": notification.escalation}
    subject = html.escape(notification.subject)
    text = _as_html(notification.message)
    frappe.get_doc({**log, "subject": subject, "email_content": text}).insert(ignore_permissions=True)


def _send_mail(notification: Document) -> None:
    validate_email_address(notification.recipient, throw=True)
    link = html.escape(get_url_to_form("Maintenance Escalation", notification.escalation))
    frappe.sendmail(
        recipients=[notification.recipient],
        subject=notification.subject,
        message=f'{_as_html(notification.message)}<p><a href="{link}">{link}</a></p>',
        reference_doctype="Maintenance Escalation",
        reference_name=notification.escalation,
    )


def _as_html(text: str | None) -> str:
    return html.escape(text or "").replace("\n", "<br>")


_HAND_OVER = {"Desk": _tell_in_desk, "E-mail": _send_mail}
