"""A connection to a mail server. Apart from mail.py, for what it rests on takes long to import, and the jobs
of each minute mostly send nothing.
"""

from __future__ import annotations

import smtplib

from frappe.email.oauth import Oauth
from frappe.email.smtp import SMTPServer

PATIENCE = 30


class Server(SMTPServer):
    """Frappe's, but it waits for an answer no longer than `PATIENCE`: a claim must outlast all of a mail."""

    @property
    def session(self) -> smtplib.SMTP:
        if not self.is_session_active():
            self._session = self._connected()
        return self._session

    def _connected(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP
        session = kind(self.server, self.port, timeout=PATIENCE)
        self.secure_session(session)
        if self.use_oauth:
            Oauth(session, self.email_account, self.login, self.access_token).connect()
        elif self.password:
            session.login(str(self.login or ""), str(self.password))
        return session
