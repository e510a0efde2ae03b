"""Sends the mails of this app through Frappe's Email Queue, at once.

Frappe's own job comes every four minutes, and a mail whose sender was killed stays “Sending” for ever. So the
row of the queue is kept with the notifications and committed before it is sent; whoever takes over looks at
it: sent is sent, and all else is sent again, as the same row with the same Message-Id. Its `send_after` lies
ahead, so that Frappe's job leaves it alone, unless nobody came for it.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import frappe
from frappe import are_emails_muted
from frappe.utils import cint, validate_email_address

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.core.language import read_html
from verenigingen_maintenance.core.undelivered import NotDeliveredError
from verenigingen_maintenance.operations import messages
from verenigingen_maintenance.operations.language import language_of, sayer
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

if TYPE_CHECKING:
    from frappe.email.doctype.email_account.email_account import EmailAccount
    from frappe.email.doctype.email_queue.email_queue import EmailQueue
    from frappe.email.smtp import SMTPServer

QUEUE = "Email Queue"
AHEAD = timedelta(minutes=15)
NO_ACCOUNT = "this site has no outgoing e-mail account, or its e-mail is muted"
SUSPENDED = "the e-mail queue of this site is suspended"
SERVER = "mail server: "
WORKS_AGAIN = "the mail server takes mails again"


@dataclass
class Post:
    """The connections to mail servers of one pass; ended with it."""

    servers: dict[str, SMTPServer] = field(default_factory=dict)

    def server(self, account: EmailAccount) -> SMTPServer:
        from verenigingen_maintenance.operations.mail_server import Server

        if account.name not in self.servers:
            self.servers[account.name] = Server(**account.sendmail_config())
        return self.servers[account.name]

    def close(self) -> None:
        for server in self.servers.values():
            with suppress(OSError):  # the other side may have ended it
                server.quit()


def has_mail_account() -> bool:
    """Whether this site can send e-mail at all; muted ones would be thrown away."""
    from frappe.email.doctype.email_account.email_account import EmailAccount

    return not are_emails_muted() and bool(EmailAccount.find_default_outgoing())


def why_not() -> str:
    """Why no mail is sent now; nothing where it is."""
    if not has_mail_account():
        return NO_ACCOUNT
    return SUSPENDED if cint(frappe.db.get_default("suspend_email_queue")) else ""


def hand_over(rows: list[frappe._dict], now: datetime, post: Post, keep: Callable[[str], None]) -> None:
    """Sends the mail that tells `rows`, a new one or the one begun before; `keep` commits its name.

    Raises NotDeliveredError. Who was killed in here leaves a row that the next one finds.
    """
    begun = rows[0].email_queue
    name = begun if begun and frappe.db.exists(QUEUE, begun) else _put_into_queue(rows, now)
    keep(name)
    if not is_sent(name):
        _send(name, max(row.attempts or 0 for row in rows) + 1, now, post)


def is_sent(name: str | None) -> bool:
    """Whether the mail server took a mail for everybody it is for."""
    recipients = frappe.get_all(
        "Email Queue Recipient", {"parent": name or "", "parenttype": QUEUE}, "status"
    )
    return bool(recipients) and all(row.status == "Sent" for row in recipients)


def put_off(name: str, now: datetime) -> None:
    """It is not to be sent yet: Frappe's job must not do so either."""
    frappe.db.set_value(QUEUE, name, "send_after", clock.stored(now + AHEAD))


def withdraw(name: str | None) -> None:
    """It is not to be sent any more, by Frappe's job neither. What nobody was sent is no failure: it goes."""
    recipients = {"parent": name or "", "parenttype": QUEUE}
    if name and not frappe.db.exists("Email Queue Recipient", {**recipients, "status": "Sent"}):
        frappe.db.delete("Email Queue Recipient", recipients)
        frappe.db.delete(QUEUE, {"name": name})


def _put_into_queue(rows: list[frappe._dict], now: datetime) -> str:
    address = rows[0].recipient
    validate_email_address(address, throw=True)
    subject, text = messages.mail(rows, now)
    say = sayer(language_of(address))
    queued = frappe.sendmail(
        recipients=[address],
        subject=say(subject)[:250],
        message=read_html(text, say),
        reference_doctype=messages.ESCALATION if rows[0].escalation else None,
        reference_name=rows[0].escalation,
        send_after=clock.stored(now + AHEAD),
    )
    if not queued:
        raise NotDeliveredError("Frappe did not queue it: the address has unsubscribed, or is not one")
    return queued.name


def _send(name: str, attempt: int, now: datetime, post: Post) -> None:
    """Sends a row of the queue, in whatever state an earlier attempt left it."""
    ahead = clock.stored(back_off.next_try(attempt, now) + AHEAD)
    frappe.db.set_value(QUEUE, name, {"status": "Not Sent", "retry": 0, "send_after": ahead})
    commit()
    queued: EmailQueue = frappe.get_doc(QUEUE, name)
    server = post.server(queued.get_email_account(raise_error=True))
    try:
        queued.send(smtp_server_instance=server)
    except Exception as error:
        if is_sent(name):  # taken by the server; what failed came after that
            return
        raise NotDeliveredError(_reason(error), _is_of_server(error, server)) from error
    if not is_sent(name):
        raise NotDeliveredError("Frappe left it in its queue", is_connection=True)


def _is_of_server(error: Exception, server: SMTPServer) -> bool:
    """Whether the next mail would fail too: no session, or the account may not send."""
    return isinstance(error, smtplib.SMTPSenderRefused) or not server.is_session_active()


def _reason(error: Exception) -> str:
    """What the server said, without the address it said it of."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_text(said)}" for code, said in error.recipients.values()]
        return "refused: {}".format("; ".join(answers))
    if isinstance(error, smtplib.SMTPResponseException):
        return f"refused: {error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
