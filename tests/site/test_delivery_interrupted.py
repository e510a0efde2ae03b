"""Killed anywhere, or done by two at once: each notification arrives, twice only where one was killed."""

import subprocess
import sys

import frappe
from conftest import COMMITTED, SITE
from delivery_on_site import deliver, make_escalation, make_target, row, status, waits

from benchmarks.killed_deliveries import WORKER, trial
from verenigingen_maintenance.operations import outbox
from verenigingen_maintenance.sources import clock


def start_worker():
    COMMITTED.append("a process of its own")
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, SITE], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_killed_at_random_each_arrives_and_no_more_twice_than_were_killed():
    COMMITTED.append("processes of their own")
    found = trial(notifications=40, kills=4, seed=11)
    assert (found.missing, found.not_delivered) == (set(), 0), found
    assert found.kills >= 2, "it was over before they were killed"
    assert found.twice <= found.kills, found
    assert found.messages - found.twice == 32, "who gets two gets them as one message"


def test_two_workers_side_by_side_send_each_once(mail_account, webhook):
    escalation, target = make_escalation(), make_target(webhook.url(), timeout_seconds=20)
    names = [waits(recipient=f"p{number}@verenigingen.nl", escalation=escalation) for number in range(40)]
    names += [waits("Target", target, escalation), *(waits("Desk", "operator@example.com") for _ in range(9))]
    workers = [start_worker() for _ in range(2)]
    outputs = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    assert {status(name) for name in names} == {"Delivered"}
    assert sorted(mail_account.recipients) == sorted({row(name).recipient for name in names[:40]})
    assert len(webhook.messages) == 1
    assert frappe.db.count("Notification Log", {"for_user": "operator@example.com"}) == 1


def test_what_a_worker_had_not_committed_when_it_was_killed_never_was():
    """Its connection ends with it, and MariaDB rolls back; the claim that it had committed ends by itself."""
    name = waits("Desk", "operator@example.com", make_escalation())
    code = f"""
import os, signal, sys, frappe
frappe.init({SITE!r})
frappe.connect()
from verenigingen_maintenance.operations import delivery, outbox
from verenigingen_maintenance.sources import clock
real = outbox.settle
outbox.settle = lambda *a, **v: (real(*a, **v), os.kill(os.getpid(), signal.SIGKILL))
delivery.deliver(clock.now())
"""
    COMMITTED.append("a process of its own")
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == -9
    left = row(name)
    assert (left.status, frappe.db.count("Notification Log")) == ("Waiting", 0)
    assert left.claim
    assert outbox.due_groups(clock.now(), 10) == []
    deliver(minutes=6)
    assert (status(name), frappe.db.count("Notification Log")) == ("Delivered", 1)
