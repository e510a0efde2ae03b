"""A thousand breaches of fifty subjects: how long they take, what is told, and whether the site answers.

From the directory `sites` of a bench with this app and a site for trials that is served at ADDRESS; it is
emptied of escalations and notifications:

    ../env/bin/python -m benchmarks.escalation_storm SITE ADDRESS [BREACHES] [SUBJECTS]

with the checkout and its tests/site in PYTHONPATH. A mail server on loopback takes what is sent. While
breaches are recorded and told, one request after another asks the site for /api/method/ping; the figures are
the ratio to its time before, by the median, and the slowest.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import delivery_on_site
import fake_mail
import frappe
import requests

from verenigingen_maintenance.operations import delivery, escalations
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.escalations import ESCALATION, Breach
from verenigingen_maintenance.operations.transactions import lock
from verenigingen_maintenance.sources import clock

NOTIFICATION, LEVELS = "Maintenance Notification", ("level-1", "level-2", "level-3")
QUIET_PINGS = 50


def main(site: str, address: str, breaches: int = 1000, subjects: int = 50) -> None:
    frappe.init(site)
    frappe.connect()
    frappe.set_user("Administrator")
    for doctype in (NOTIFICATION, ESCALATION, "Maintenance Escalation Check", "Maintenance Escalation Event"):
        frappe.db.delete(doctype)
    with fake_mail.serving() as mails:
        delivery_on_site.make_account(mails.port)
        for level in LEVELS:
            frappe.db.set_value("Escalation Level", level, "contact", "ops@verenigingen.nl")
        frappe.db.commit()
        try:
            _trial(address, breaches, subjects, mails)
        finally:
            delivery_on_site.forget_accounts()


def _trial(address: str, breaches: int, subjects: int, mails: fake_mail.Kept) -> None:
    quiet = [_ping(address) for _ in range(QUIET_PINGS)]
    recorded, during = _while_pinging(address, lambda: _record(breaches, subjects))
    told, telling = _while_pinging(address, lambda: delivery.deliver(clock.now() + timedelta(minutes=1)))
    opened, sent = frappe.db.count(ESCALATION), frappe.db.count(NOTIFICATION)
    print(f"{breaches} breaches of {subjects} subjects: {opened} escalations in {recorded:.1f} s")
    print(f"{sent} notifications, of which mails: {len(mails.texts)}; told in {told:.1f} s")
    for name, pings in (("recording", during), ("telling", telling)):
        ratio = statistics.median(pings) / statistics.median(quiet)
        slowest = f"median {ratio:.1f} times that before, slowest {1000 * max(pings):.0f} ms"
        print(f"while {name}: {len(pings)} pings, {slowest}")


def _record(breaches: int, subjects: int) -> None:
    """Each in a transaction of its own, as rounds and runs write them."""
    for number in range(breaches):
        subject, now = f"storm {number % subjects}", clock.now()
        part = Part(f"check {number % (2 * subjects)}", "A check", now, "Errors")
        with lock("writing", 60):
            frappe.db.commit()
            escalations.record(Breach(subject, "A breach", f"{number} of 50", now, now, parts=(part,)))
            frappe.db.commit()


def _while_pinging(address: str, act: Callable[[], None]) -> tuple[float, list[float]]:
    pings: list[float] = []
    over = threading.Event()

    def ping() -> None:
        while not over.is_set():
            pings.append(_ping(address))

    thread, began = threading.Thread(target=ping), time.monotonic()
    thread.start()
    act()
    took = time.monotonic() - began
    over.set()
    thread.join()
    return took, pings


def _ping(address: str) -> float:
    began = time.monotonic()
    requests.get(f"{address}/api/method/ping", timeout=30).raise_for_status()
    return time.monotonic() - began


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
