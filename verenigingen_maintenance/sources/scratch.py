"""The scratch database of recovery drills: where it is, what it is, what it has. It is only read here."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import frappe
import pymysql
from frappe.utils import cint
from frappe.utils.password import get_decrypted_password
from pymysql.connections import Connection

from verenigingen_maintenance.core.hosts import named
from verenigingen_maintenance.core.scratch import MARKER, Facts, default_name
from verenigingen_maintenance.sources.host import is_this

SETTINGS = "Maintenance Settings"
CONNECT_SECONDS = 10
# A server may end what is idle after seconds: while a dump is read and restored, a connection is.
PATIENTLY = "set session wait_timeout = 28800"
NO_ACCESS = (1044, 1049, 1142)  # to the database, no such database, to the table


@dataclass(frozen=True)
class Place:
    """Where the scratch database is said to be, and who gets in."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)


def place() -> Place:
    """As set in Maintenance Settings; what is empty there is the live server, and names made of its name."""
    conf, settings = frappe.conf, frappe.get_cached_doc(SETTINGS)
    password = get_decrypted_password(SETTINGS, SETTINGS, "scratch_password", raise_exception=False)
    database = (settings.scratch_database or "").strip() or default_name(conf.db_name)
    return Place(
        host=(settings.scratch_host or "").strip() or conf.db_host or "127.0.0.1",
        port=cint(settings.scratch_port) or cint(conf.db_port) or 3306,
        database=database,
        user=(settings.scratch_user or "").strip() or database,
        password=password or "",
    )


def is_known_server(host: str) -> bool:
    """Whether a backup may be sent there: it is this host, that of the live database, or listed by an
    administrator as `maintenance_scratch_servers` in the site's config."""
    known = named([frappe.conf.db_host]) | named(frappe.conf.maintenance_scratch_servers)
    return is_this(host) or host.lower() in known


@contextmanager
def connected(at: Place) -> Iterator[Connection]:
    """A connection, each statement a transaction. Raises pymysql.MySQLError where nobody gets in."""
    connection = pymysql.connect(
        host=at.host,
        port=at.port,
        user=at.user,
        password=at.password,
        database=at.database,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        init_command=PATIENTLY,
    )
    try:
        yield connection
    finally:
        connection.close()


def ask(connection: Connection, sql: str, values: object = None) -> list[tuple]:
    """The rows of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def facts(connection: Connection) -> Facts:
    """What guard one judges, asked of both servers over their own connections."""
    database, user = ask(connection, "select database(), substring_index(user(), '@', 1)")[0]
    live, live_user = frappe.db.sql("select database(), substring_index(user(), '@', 1)")[0]
    return Facts(
        database=database,
        user=user,
        live_database=live,
        live_user=live_user,
        is_same_server=is_same_server(connection),
        site_databases=site_databases(),
        grants=[row[0] for row in ask(connection, "show grants")],
        reads_live=_reads(connection, live),
        tables=tables(connection),
        marked=marked_by(connection),
        site=frappe.local.site,
    )


def is_same_server(connection: Connection) -> bool:
    """Whether both connections lead to one server, by whatever names: a lock of one is held for the other."""
    name = f"maintenance-{secrets.token_hex(16)}"
    frappe.db.sql("select get_lock(%s, 0)", name)
    try:
        return ask(connection, "select is_free_lock(%s)", (name,))[0][0] == 0
    finally:
        frappe.db.sql("select release_lock(%s)", name)


def site_databases() -> list[str]:
    """The databases of all sites of this bench, by their site_config.json."""
    found = {frappe.conf.db_name}
    for config in Path(frappe.local.sites_path).glob("*/site_config.json"):
        found.add(json.loads(config.read_text()).get("db_name"))
    return sorted(name for name in found if name)


def tables(connection: Connection) -> list[str]:
    """All that is in the database: tables, views, sequences."""
    query = "select table_name from information_schema.tables where table_schema = database() order by 1"
    return [row[0] for row in ask(connection, query)]


def marked_by(connection: Connection) -> str:
    """The site whose drill marked the database as its own, or was killed while it did: then nothing else is
    there. Empty where none."""
    if MARKER not in (there := tables(connection)):
        return ""
    site = ask(connection, f"select max(site) from `{MARKER}`")[0][0]
    return str(site or (frappe.local.site if len(there) == 1 else ""))


def _reads(connection: Connection, live: str) -> str:
    """What the live database answered to the scratch user; empty where it refused."""
    try:
        ask(connection, f"select 1 from `{live.replace('`', '``')}`.`tabDocType` limit 1")
    except pymysql.MySQLError as error:
        return "" if error.args[0] in NO_ACCESS else str(error)
    return "a query was answered"


def free_gb(connection: Connection) -> float | None:
    """The free space of the disk with the server's data; None where the server is on another host."""
    name, directory = ask(connection, "select @@hostname, @@datadir")[0]
    if name != socket.gethostname() or not os.path.isdir(directory):
        return None
    disk = os.statvfs(directory)
    return disk.f_bavail * disk.f_frsize / 1e9


def user_host(at: Place) -> str:
    """From where the user comes in, for the statement that makes it: as the live server sees this host."""
    if (at.host, at.port) != (frappe.conf.db_host or "127.0.0.1", cint(frappe.conf.db_port) or 3306):
        return "%"
    return str(frappe.db.sql("select substring_index(user(), '@', -1)")[0][0])
