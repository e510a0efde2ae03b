"""Functions as another app may have them: they hang, lie, write, swallow, and start things."""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import frappe
import pymysql


def answer(value="fine"):
    return {"value": value, "user": frappe.session.user, "at": datetime(2026, 11, 24, 9, 0)}


def sleep_in_sql():
    frappe.db.sql("select sleep(600) /* bad provider */")


def sleep_in_sql_without_a_limit():
    """As a function that lifts its own limit would: the wall refuses that, so the sleep is cut short."""
    with suppress(Exception):
        frappe.db.sql("set session max_statement_time = 0")
    loop_for_ever("select sleep(600) /* bad provider */")


def loop_for_ever(statement="select sleep(0.01) /* bad provider */"):
    while True:
        with suppress(Exception):
            frappe.db.sql(statement)


def sleep_in_python():
    time.sleep(600)


def hold_error_log():
    loop_for_ever("select count(*), sleep(600) from `tabError Log` /* bad provider */")


def swallow_all_and_reconnect():
    while True:
        try:
            frappe.db.sql("select sleep(0.1) /* bad provider */")
            raise RuntimeError
        except BaseException:  # noqa: BLE001 - that is what it does
            frappe.db.close()
            frappe.connect()


def open_connections_by_itself():
    conf = frappe.conf
    kept = [
        pymysql.connect(
            host=conf.db_host or "127.0.0.1", port=conf.db_port, user=conf.db_name, password=conf.db_password
        )
        for _ in range(3)
    ]
    for each in kept:
        each.cursor().execute("select sleep(600) /* bad provider */")


def ignore_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


def raise_base_exception():
    raise BaseException("mail to jan@example.com failed")


def leave_by_sys_exit():
    sys.exit(3)


def leave_at_once():
    os._exit(7)


def crash():
    ctypes.string_at(0)


def take_all_memory():
    return len([bytes(100_000_000) for _ in range(100)])


def five_megabytes():
    return {"rows": ["x" * 1000] * 5000}


def not_in_json():
    return {
        "inf": float("inf"),
        "nan": float("nan"),
        date(2026, 11, 24): Decimal("1.5"),
        "set": {1},
        "object": object(),
    }


def circle():
    found = {}
    found["self"] = found
    return found


def nothing():
    return None


def text():
    return "healthy"


def insert_and_commit():
    frappe.get_doc({"doctype": "ToDo", "description": "bad provider"}).insert()
    frappe.db.commit()
    return "done"


def write_in_sql():
    tried = []
    for statement in (
        "insert into `tabError Log` (name, method) values ('bad-provider', 'bad provider')",
        "insert into tabToDo (name, description) values ('bad-provider', 'bad provider')",
        "start transaction read write",
        "set session transaction read write",
        "create table bad_provider (name int)",
        "lock tables `tabError Log` read",
    ):
        try:
            frappe.db.sql_ddl(statement) if "create" in statement else frappe.db.sql(statement)
            tried.append(f"did: {statement}")
        except Exception as error:  # noqa: BLE001 - that is what it does
            tried.append(type(error).__name__)
    return tried


def write_elsewhere():
    """To Redis, to files, to a queue, by mail, over the network, and by a process."""
    tried = {"redis": frappe.cache.set_value("bad_provider", 1) or frappe.cache.get_value("bad_provider")}
    for name, act in {
        "expiring": lambda: frappe.cache.set_value("bad_provider", 1, expires_in_sec=60),
        "file": lambda: Path("bad_provider.txt").write_text("bad provider"),
        "queue": lambda: frappe.enqueue("frappe.ping"),
        "mail": lambda: frappe.sendmail(recipients=["a@example.com"], subject="x", message="x"),
        "network": lambda: __import__("socket").create_connection(("127.0.0.1", 9), 1),
        "database": lambda: pymysql.connect(host="127.0.0.2", port=frappe.conf.db_port),
        "process": lambda: os.system("true"),
        "fork": os.fork,
        "kill": lambda: os.kill(os.getppid(), 0),
        "log": lambda: frappe.logger("bad_provider").error("bad provider"),
    }.items():
        try:
            tried[name] = act()
        except Exception as error:  # noqa: BLE001 - that is what it does
            tried[name] = type(error).__name__
    return tried


def log_errors(times=1):
    for number in range(times):
        frappe.log_error("x" * 300, f"mail to jan@example.com failed, {number}")
    return {"total_errors": 0}


def leave_traces():
    frappe.local.response["headers"] = {"X-Bad": "1"}
    frappe.local.form_dict.cmd = "bad"
    frappe.set_user("Guest")
    frappe.flags.bad_provider = 1
    print("x" * 10_000_000)
    print("x" * 1_000_000, file=sys.stderr)
    return {"user": frappe.session.user}


def fork_behind_the_walls():
    """By the C library, which Python's audit does not see; in a session of its own."""
    if ctypes.CDLL(None).fork() == 0:
        os.setsid()
        time.sleep(600)
    return "forked"


def write_into_every_pipe():
    for number in range(3, 60):
        with suppress(OSError):
            os.write(number, b"noise\n")
    return "noise"


def read_stdin():
    return sys.stdin.read()
