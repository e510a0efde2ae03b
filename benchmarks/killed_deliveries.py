"""Two workers killed at random while they deliver: does each notification arrive, and how often twice?

From the directory `sites` of a bench with this app and a site for trials, which is emptied of notifications:

    ../env/bin/python -m benchmarks.killed_deliveries SITE [NOTIFICATIONS] [KILLS] [SEED]

with the checkout and its tests/site in PYTHONPATH. A mail server and a web server on loopback take what is
sent and count it. Half goes by e-mail, half to targets; a quarter of the recipients gets two, as one message.
A killed worker may have sent the message it was at, and nobody can know: it is sent again. So there can be
one message twice for each kill, and no more.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import delivery_on_site
import fake_mail
import fake_target
import frappe

CLAIM_SECONDS, WORKERS, LONGEST = 3, 2, 300
WORKER = """
import sys, time, frappe
frappe.init(sys.argv[1])
frappe.connect()
from verenigingen_maintenance.operations import delivery, outbox
from verenigingen_maintenance.sources import clock
print("begun", flush=True)
while outbox.waiting():
    delivery.deliver(clock.now())
    time.sleep(0.05)
    frappe.db.commit()
"""


@dataclass(frozen=True)
class Figures:
    """What a trial came to."""

    notifications: int
    kills: int
    seconds: float
    missing: set[str]
    twice: int
    messages: int
    message_ids: int
    not_delivered: int

    def __str__(self) -> str:
        arrived = self.notifications - len(self.missing)
        return (
            f"{self.notifications} notifications, {self.kills} kills, {self.seconds:.0f} s: "
            f"{arrived} arrived, {len(self.missing)} missing, {self.not_delivered} not marked Delivered; "
            f"{self.messages} messages, of these {self.twice} a second time "
            f"({self.message_ids} of them mails, with the same Message-Id)"
        )


def trial(notifications: int, kills: int, seed: int) -> Figures:
    """Fills the site, lets two workers deliver, and kills them so often."""
    with fake_mail.serving() as mails, fake_target.serving() as told, _account_on(mails.port):
        expected = _fill(notifications, told)
        began = time.monotonic()
        done = _deliver_and_kill(kills, random.Random(seed))
        return _figures(expected, done, time.monotonic() - began, mails, told)


@contextlib.contextmanager
def _account_on(port: int) -> Iterator[None]:
    delivery_on_site.make_account(port)
    try:
        yield
    finally:
        delivery_on_site.forget_accounts()
        for name in frappe.get_all("Notification Target", pluck="name"):
            frappe.delete_doc("Notification Target", name)
        frappe.db.commit()


def _fill(notifications: int, told: fake_target.Told) -> set[str]:
    """Notifications that wait; returns the reference that each must arrive with."""
    each_way, escalation = notifications * 2 // 5, delivery_on_site.make_escalation("Trial")
    names = []
    for number in range(notifications):
        which = number // 2 % each_way
        if number % 2:
            recipient = f"person{which}@verenigingen.nl"
            names.append(delivery_on_site.waits("E-mail", recipient, escalation))
        else:
            title = f"Target {which}"
            if not frappe.db.exists("Notification Target", title):
                delivery_on_site.make_target(told.url(), title, timeout_seconds=20)
            names.append(delivery_on_site.waits("Target", title, escalation))
    return {f"{escalation}/{name}" for name in names}


def _deliver_and_kill(kills: int, chance: random.Random) -> int:
    """Two workers until nothing waits; one of them is killed and replaced at random moments."""
    workers, done, until = [_start() for _ in range(WORKERS)], 0, time.monotonic() + LONGEST
    while done < kills and _waiting():
        victim = chance.randrange(WORKERS)
        time.sleep(chance.uniform(0.02, 0.4))
        done += workers[victim].poll() is None
        _kill(workers[victim])
        workers[victim] = _start()
    for worker in workers:
        try:
            worker.wait(timeout=max(until - time.monotonic(), 1))
        finally:
            _kill(worker)
    return done


def _start() -> subprocess.Popen:
    """A worker that has begun."""
    environment = {**os.environ, "MAINTENANCE_CLAIM_SECONDS": str(CLAIM_SECONDS)}
    command = [sys.executable, "-c", WORKER, frappe.local.site]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    worker.stdout.readline()
    return worker


def _kill(worker: subprocess.Popen) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=30)


def _waiting() -> int:
    frappe.db.commit()
    return frappe.db.count("Maintenance Notification", {"status": "Waiting"})


def _figures(
    expected: set[str], kills: int, seconds: float, mails: fake_mail.Kept, told: fake_target.Told
) -> Figures:
    texts = [*mails.texts, *told.texts]
    messages = Counter(frozenset(re.findall(r"ESC-\d+-\d+/\d+", text)) for text in texts)
    ids = Counter(mail[1] for mail in mails.mails)
    return Figures(
        len(expected),
        kills,
        seconds,
        expected - {reference for message in messages for reference in message},
        sum(count - 1 for count in messages.values()),
        len(texts),
        sum(count - 1 for count in ids.values()),
        _waiting() + frappe.db.count("Maintenance Notification", {"status": ("in", ("Failed", "Not Sent"))}),
    )


def main(site: str, notifications: int = 500, kills: int = 40, seed: int = 7) -> None:
    frappe.init(site)
    frappe.connect()
    frappe.set_user("Administrator")
    for doctype in ("Maintenance Notification", "Maintenance Escalation", "Email Queue"):
        frappe.db.delete(doctype)
    frappe.db.commit()
    print(trial(notifications, kills, seed))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
