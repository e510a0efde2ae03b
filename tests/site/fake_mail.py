"""A mail server on loopback that keeps what it is sent, and refuses as real ones do."""

import contextlib
import email
import email.policy
import socketserver
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from fake_server import under_way

REFUSED = "550 5.1.1 no such mailbox"


@dataclass
class Kept:
    """What a server was sent: recipient, Message-Id, subject, text; and which names it refuses."""

    mails: list = field(default_factory=list)
    refused: set = field(default_factory=set)
    hangs_at: str = ""
    port: int = 0

    def keep(self, recipients, raw):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        text = "\n".join(
            part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
        )
        for recipient in recipients:
            self.mails.append((recipient, message["Message-Id"], message["Subject"], text))

    @property
    def recipients(self):
        return [mail[0] for mail in self.mails]

    @property
    def subjects(self):
        return [mail[2] for mail in self.mails]

    @property
    def texts(self):
        return [mail[3] for mail in self.mails]


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):  # whoever sends may be killed
            self.say("220 ready")
            self.recipients = []
            while line := self.rfile.readline():
                verb = line[:4].upper().decode(errors="replace").strip()
                if verb == self.server.kept.hangs_at:
                    time.sleep(60)
                if verb == "QUIT":
                    return self.say("221 bye")
                getattr(self, f"on_{verb.lower()}", self.on_other)(line.decode(errors="replace").strip())
        return None

    def on_other(self, _line):
        self.say("250 ok")

    def on_mail(self, _line):
        self.recipients = []
        self.say("250 ok")

    def on_rcpt(self, line):
        address = line.partition("<")[2].partition(">")[0]
        if address in self.server.kept.refused:
            return self.say(REFUSED)
        self.recipients.append(address)
        return self.say("250 ok")

    def on_data(self, _line):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.kept.keep(self.recipients, b"".join(lines))
        self.say("250 kept")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def serving(port=0):
    """A running server; yields what it keeps."""
    server = _Server(("127.0.0.1", port), _Session)
    server.kept = Kept(port=server.server_address[1])
    with under_way(server):
        yield server.kept
