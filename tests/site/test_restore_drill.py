"""A backup of this site is restored for real, bad ones are found, and the live database is let be."""

import gzip
import json
import os
import shutil
import subprocess
import threading
import time

import frappe
import pymysql
import pytest
from conftest import BENCH, fresh, run_bench, start_bench, wait_for, wait_until_free
from frappe.utils.password import remove_encrypted_password, set_encrypted_password

from verenigingen_maintenance import api
from verenigingen_maintenance.core import scratch as guard_one
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.scratch import MARKER
from verenigingen_maintenance.operations import (
    recovery_drills,
    restore_begin,
    restore_drill,
    scratch_database,
)
from verenigingen_maintenance.sources import (
    clock,
    compliance_backups,
    dump_files,
    recovery,
    restored,
    scratch,
)

DRILL, SETTINGS, TODO = "Recovery Drill", "Maintenance Settings", "ToDo"
OPERATOR, PASSWORD = "operator@example.com", 'it"s \\ a # password'
LONG_AGO = "2026-01-05 10"
DUMP: list[bytes] = []
TABLE = b"-- Table structure for table "
LOOKED_AT = ("User", "DocType", "ToDo", "Role", "DefaultValue")


@pytest.fixture(scope="module")
def root(site):
    """Whoever may make databases, on a connection of theirs; the scratch database is there meanwhile."""
    password = (BENCH.parent / "database-password").read_text()
    who = {"host": "127.0.0.1", "port": int(frappe.conf.db_port), "user": "root", "password": password}
    with pymysql.connect(**who, autocommit=True) as made:
        _drop(made)
        for line in restore_begin.statement().replace("'CHOOSE A PASSWORD'", "%s").splitlines():
            made.cursor().execute(line, (PASSWORD,) if "%s" in line else None)
        yield made.cursor()
        _drop(made)


def _name():
    """Of the scratch database, whatever a test writes into the settings."""
    return guard_one.default_name(frappe.conf.db_name)


def _drop(connection):
    name = _name()
    connection.cursor().execute(f"drop database if exists `{name}`")
    connection.cursor().execute(f"drop user if exists `{name}`@`{scratch.user_host(scratch.place())}`")


@pytest.fixture
def place(root, over_http):
    """The scratch database with its password in the settings, empty before and afterwards."""
    set_encrypted_password(SETTINGS, SETTINGS, PASSWORD, "scratch_password")
    frappe.db.commit()
    yield scratch.place()
    for table in _left(root):
        root.execute(f"drop table `{_name()}`.`{table}`")
    remove_encrypted_password(SETTINGS, SETTINGS, "scratch_password")
    frappe.db.commit()


@pytest.fixture
def todos(place):
    """Documents from long before the backup, the same in each test."""
    times = [(f"old-{n:02}", f"{LONG_AGO}:{n:02}:00", f"Call number {n}", "Open") for n in range(40)]
    rows = [(name, made, made, text, status) for name, made, text, status in times]
    frappe.db.bulk_insert(TODO, ["name", "creation", "modified", "description", "status"], rows)
    frappe.db.set_single_value(SETTINGS, "compared_doctypes", "ToDo\nUser", update_modified=False)
    frappe.db.sql("update `tabMaintenance Check` set modified = %s", f"{LONG_AGO}:00:00")
    frappe.db.commit()


@pytest.fixture
def backup(todos, tmp_path, monkeypatch):
    """The folder of backups, with what `bench backup` makes of this site."""
    monkeypatch.setitem(frappe.conf, "backup_path", str(tmp_path))
    if not DUMP:
        assert run_bench("backup", "--backup-path", str(tmp_path)).returncode == 0
        (made,) = tmp_path.glob("*-database.sql.gz")
        DUMP.append(gzip.decompress(made.read_bytes()))
        for file in tmp_path.iterdir():
            file.unlink()
    return tmp_path


def put(folder, sql, name="database.sql.gz", packed=None):
    """A backup made now, by its name; its path."""
    moment = clock.stored(clock.now())
    path = folder / f"{moment:%Y%m%d_%H%M%S}-test_localhost-{name}"
    path.write_bytes(gzip.compress(sql, 1) if packed is None else packed)
    return _long_done(path)


def _long_done(path):
    """What is written to just now is not taken: it may not be whole yet."""
    done = time.time() - 300
    os.utime(path, (done, done))
    return path


def _left(root):
    """What is in the scratch database, as root sees it."""
    root.execute("select table_name from information_schema.tables where table_schema = %s", (_name(),))
    return {table for (table,) in root.fetchall()}


def live():
    """All tables of the live database, and checksums of some."""
    frappe.db.commit()
    tables = frappe.db.get_tables(cached=False)
    return tables, frappe.db.sql("checksum table " + ", ".join(f"`tab{name}`" for name in LOOKED_AT))


def steps_of(drill):
    return {step.title: step for step in fresh(DRILL, drill).steps}


def the_drill():
    (name,) = frappe.get_all(DRILL, pluck="name")
    return fresh(DRILL, name)


def test_a_killed_restore_is_given_up_and_the_next_one_proves_the_backup_and_is_signed(root, backup):
    path = put(backup, DUMP[0])
    killed = start_bench("maintenance", "drill", "restore", "--backup", str(path))
    wait_for(lambda: len(_left(root)) > 20, "nothing was restored")
    killed.kill()
    killed.communicate()
    assert the_drill().status == "Running"
    measured = {"live_value": "12.3", "live_reason": "measured since the backup"}
    frappe.db.set_value("Maintenance Check", "disk_used", measured, update_modified=False)
    # a row that was added to a document since: Frappe dates it by the document's creation
    row = (
        "added-since",
        "Daily Maintenance",
        "Maintenance Procedure",
        f"{LONG_AGO}:00:00",
        clock.stored(clock.now()),
    )
    frappe.db.bulk_insert("Maintenance Task", ["name", "parent", "parenttype", "creation", "modified"], [row])
    frappe.db.commit()
    before = live()
    frappe.set_user(OPERATOR)
    wait_until_free("drill:Restore")
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    given_up = fresh(DRILL, frappe.get_all(DRILL, {"status": "Abandoned"}, pluck="name")[0])
    assert "another one began" in given_up.failure
    steps = steps_of(drill.name)
    assert {step.title: step.found for step in steps.values() if step.verdict != "OK"} == {}
    assert (drill.status, drill.verdict, drill.backup) == ("Ended", "OK", path.name)
    assert f"{DUMP[0].count(chr(10).encode() + b'(')} rows" in steps["Rows"].found
    assert "Maintenance Procedure: " in steps["Somebody signs in and reads"].found
    assert json.loads(drill.data)["checksums"]["tabToDo"]["rows"] == 40
    assert 0 < drill.recovery_minutes < 5
    assert _left(root) == set()
    assert live() == before
    _sign(drill.name)


def _sign(name):
    assert isinstance(recovery.restore_drill_days(clock.now()), Unknown)
    assert compliance_backups.restore_proven(clock.now()).count == 1
    with pytest.raises(frappe.ValidationError, match="Say what was learned"):
        api.sign_drill(name, " ")
    sha256 = api.sign_drill(name, "It is quicker than feared.")["sha256"]
    found = api.get_drill(name)
    assert (found["intact"], found["sha256"], found["signed_by"]) == (True, sha256, OPERATOR)
    assert recovery.restore_drill_days(clock.now()).detail == name
    assert compliance_backups.restore_proven(clock.now()).count == 0
    for again in (lambda: api.sign_drill(name, "x"), lambda: api.abandon_drill(name, "x")):
        with pytest.raises(frappe.ValidationError, match="is Signed"):
            again()
    frappe.db.set_value(DRILL, name, "recovery_minutes", 0.01)
    assert api.get_drill(name)["intact"] is False
    assert compliance_backups.restore_proven(clock.now()).count == 1, "changed in the database: no proof"


def test_what_was_taken_out_of_a_dump_is_found_table_by_table_and_row_by_row(root, backup):
    """It has the tables with rows only, which is quicker: those without any, such as tabNote, are gone."""
    head, *sections, last = DUMP[0].split(TABLE)
    sql = TABLE.join([head, *(each for each in sections if b"INSERT INTO" in each), last])
    sql = b"".join(line for line in sql.splitlines(True) if not line.startswith((b"('old-03'", b"('old-38'")))
    put(backup, sql.replace(b"Call number 7", b"Call nobody"))
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    steps = steps_of(drill.name)
    assert drill.verdict == "CRITICAL"
    assert "tabNote (of a DocType that was restored)" in steps["Tables"].detail.splitlines()
    older = steps["Rows older than the backup"]
    assert older.found == "tabToDo: 2 rows of the live table are not in the backup"
    assert steps["Newest documents"].found == "missing: tabToDo: old-38"
    told = "tabToDo: 2 rows are missing: old-03, old-38, tabToDo: old-07 differs in description"
    assert steps["Checksums"].found == told
    assert steps["Rows"].verdict == "OK", "as many as this dump has"
    assert _left(root) == set()


def test_a_value_that_moved_to_the_next_column_is_another_row(place, root):
    columns = "(name varchar(9), modified datetime, a int, b int)"
    root.execute(f"create table `{_name()}`.tabMoved {columns}")
    root.execute(f"insert into `{_name()}`.tabMoved values ('x', '{LONG_AGO}:00:00', 11, 1)")
    frappe.db.sql(f"create temporary table tabMoved {columns}")
    frappe.db.sql(f"insert into tabMoved values ('x', '{LONG_AGO}:00:00', 1, 11)")
    with scratch.connected(place) as connection:
        sides, until = restored.Sides(connection), clock.stored(clock.now())
        found = restored.compare(sides, "tabMoved", until, ["name", "modified", "a", "b"])
    assert found.different == {"x": ["a", "b"]}


def test_a_client_that_fails_says_why_and_quotes_no_rows(place):
    rows = b",".join([b"('x','Jansen, who was ill')"] * 200)
    lines = [
        b"CREATE TABLE `t` (`a` varchar(9) PRIMARY KEY, `b` text);\n",
        b"INSERT INTO `t` VALUES " + rows + b";\n",
    ]
    with scratch.connected(place) as connection:
        scratch_database.claim(connection, place, "RD-1", "token")
        with pytest.raises(
            scratch_database.RestoreError, match=r"^ERROR 1062 .* Duplicate entry 'x'"
        ) as said:
            scratch_database.restore(place, "token", lines)
    assert "Jansen" not in str(said.value)


GPG = pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed here")
FOREIGN = (b"Database: _", b"Database: of_another_site_")
BAD = {
    "truncated": (lambda sql: gzip.compress(sql, 1)[:-2000], "The backup is whole", "it is truncated"),
    "its end": (lambda sql: gzip.compress(sql[:-3000], 1), "The backup is whole", "line"),
    "empty": (lambda sql: b"", "The backup is whole", "the file is empty"),
    "other": (lambda sql: b"PK\x03\x04", "The backup is whole", "it is no backup of Frappe"),
    "foreign": (
        lambda sql: gzip.compress(sql.replace(*FOREIGN)),
        "The backup is of this site",
        "of_another_site_",
    ),
    "changed": (
        lambda sql: gzip.compress(sql.replace(b"UNLOCK TABLES;", b"USE `mysql`;", 1)),
        "The backup is whole",
        "has a statement that no drill restores: USE `mysql`;",
    ),
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_backup_is_refused_before_anything_is_restored(how, root, backup, monkeypatch):
    spoil, step, reason = BAD[how]
    monkeypatch.setattr(scratch_database, "claim", lambda *_: pytest.fail("it was to be restored"))
    put(backup, b"", packed=spoil(DUMP[0]))
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert (drill.status, drill.verdict) == ("Ended", "CRITICAL")
    assert reason in steps_of(drill.name)[step].found
    assert drill.failure.startswith(f"{step}: ")
    assert _left(root) == set()


@GPG
def test_one_that_is_not_done_yet_is_no_bad_backup(root, backup):
    os.utime(put(backup, b"", packed=gzip.compress(DUMP[0], 1)[:-2000]))
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert drill.verdict == "UNKNOWN"
    assert "try again in some minutes" in steps_of(drill.name)["The backup is whole"].found


def test_an_encrypted_backup_is_read_with_the_key_of_this_site_and_with_no_other(backup, monkeypatch):
    monkeypatch.setitem(frappe.conf, "backup_encryption_key", "the right one")
    path = put(backup, DUMP[0][:9999], "database-enc.sql.gz")
    _encrypt(path, "the right one", backup)
    with dump_files.opened(path) as opened:
        assert b"".join(opened.lines()) == b"".join(opened.lines()) == DUMP[0][:9999]
    monkeypatch.setitem(frappe.conf, "backup_encryption_key", "another one")
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert drill.verdict == "CRITICAL"
    assert "the key of site_config.json does not open it" in drill.failure
    assert "another one" not in drill.as_json()
    monkeypatch.setitem(frappe.conf, "backup_encryption_key", None)
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert drill.verdict == "UNKNOWN", "nobody could look into it"
    assert "site_config.json has no backup_encryption_key" in drill.failure


def _encrypt(path, passphrase, folder):
    """As Frappe does."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--batch", "--homedir", str(home), "--pinentry-mode", "loopback"]
    subprocess.run([*gpg, "--passphrase", passphrase, "-c", str(path)], check=True, capture_output=True)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)
    _long_done(path.with_name(f"{path.name}.gpg").rename(path))


def test_where_nobody_signed_in_there_is_no_recovery_time_and_what_is_critical_stays_so(
    root, backup, monkeypatch
):
    put(backup, DUMP[0])
    monkeypatch.setattr(scratch_database, "restore", lambda *_: 0)
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    steps = steps_of(drill.name)
    assert steps["Somebody signs in and reads"].verdict == "CRITICAL"
    took = steps["Recovery time"]
    assert (took.verdict, took.found) == ("UNKNOWN", "nobody signed in to what was restored")
    assert not drill.recovery_minutes
    monkeypatch.setattr(restore_drill.compare_restored, "findings", lambda *_: {}["a mistake"])
    with pytest.raises(KeyError):
        api.start_restore_drill()
    assert fresh(DRILL, frappe.get_last_doc(DRILL).name).verdict == "CRITICAL", "the worst of the steps"
    assert _left(root) == set()


def test_the_scratch_database_is_emptied_though_the_live_one_is_gone(root, backup, monkeypatch):
    put(backup, DUMP[0])

    def gone(*_given):
        raise pymysql.OperationalError(2006, "Server has gone away")

    with monkeypatch.context() as broken:
        dies = lambda *_: broken.setattr(frappe.db, "rollback", gone) or gone()  # noqa: E731
        broken.setattr(scratch_database, "restore", dies)
        api.start_restore_drill()
    assert "gone away" in the_drill().failure
    assert _left(root) == set()


# --- each guard alone


@pytest.fixture
def at_the_live_one(backup):
    """The settings name the live database as the scratch database, behind what the form refuses."""
    values = {"scratch_host": "localhost", "scratch_database": frappe.conf.db_name}
    for field, value in {**values, "scratch_user": frappe.conf.db_name}.items():
        frappe.db.set_single_value(SETTINGS, field, value)
    set_encrypted_password(SETTINGS, SETTINGS, frappe.conf.db_password, "scratch_password")
    put(backup, DUMP[0])
    before = live()
    yield scratch.place()
    assert live() == before


def test_guard_one_alone_refuses_the_live_database(at_the_live_one, monkeypatch):
    monkeypatch.setattr(scratch_database, "claim", lambda *_: pytest.fail("guard one let it through"))
    with pytest.raises(frappe.ValidationError, match="it is the live database itself"):
        api.start_restore_drill()
    monkeypatch.setattr(restore_begin, "_refuse_unless_ready", lambda _at: None)
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert drill.verdict == "UNKNOWN"
    assert "it is the live database itself" in drill.failure


def test_guard_two_alone_refuses_the_live_database(at_the_live_one, monkeypatch):
    monkeypatch.setattr(guard_one, "reasons_against", lambda _facts: [])
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert drill.verdict == "UNKNOWN"
    assert f"{frappe.conf.db_name} is the live database" in drill.failure
    with scratch.connected(at_the_live_one) as connection:
        with pytest.raises(scratch_database.GuardError, match="is the live database"):
            scratch_database.claim(connection, at_the_live_one, "RD-1", "token")
        with pytest.raises(scratch_database.GuardError, match="is the live database"):
            scratch_database.empty(connection, at_the_live_one)


def test_the_client_that_restores_looks_by_itself(at_the_live_one, monkeypatch):
    monkeypatch.setattr(guard_one, "reasons_against", lambda _facts: [])
    monkeypatch.setattr(scratch_database, "claim", lambda *_: None)
    monkeypatch.setattr(scratch_database, "_refuse_live", lambda *_: None)
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert drill.verdict == "CRITICAL"
    assert f"{MARKER}' doesn't exist" in steps_of(drill.name)["Restored"].found


def test_a_form_names_no_table_that_would_be_left_out_without_a_word(site):
    settings = frappe.get_doc(SETTINGS)
    settings.compared_doctypes = "User\nWebsite Settings"
    with pytest.raises(frappe.ValidationError, match="“Website Settings” has no table"):
        settings.save()


def test_a_form_cannot_name_the_live_database_either(site):
    settings = frappe.get_doc(SETTINGS)
    settings.scratch_database = frappe.conf.db_name.upper()
    with pytest.raises(frappe.ValidationError, match="is the database of this site"):
        settings.save()


def test_a_dump_is_sent_to_no_server_that_only_a_manager_names(backup, monkeypatch):
    """It is all that the site has: an administrator says where it may go."""
    put(backup, DUMP[0])
    settings = frappe.get_doc(SETTINGS)
    settings.scratch_host = "DB.example.com"
    with pytest.raises(frappe.ValidationError, match="maintenance_scratch_servers"):
        settings.save()
    frappe.db.set_single_value(SETTINGS, "scratch_host", "db.example.com")
    monkeypatch.setattr(scratch, "connected", lambda _at: pytest.fail("somebody was to be asked there"))
    with pytest.raises(frappe.ValidationError, match="maintenance_scratch_servers"):
        api.start_restore_drill()
    monkeypatch.setitem(frappe.conf, "maintenance_scratch_servers", ["db.example.com"])
    settings.reload()
    settings.save()


def test_a_scratch_database_with_tables_of_others_is_left_as_it_is(root, backup, monkeypatch):
    put(backup, DUMP[0])
    root.execute(f"create table `{_name()}`.`theirs` (a int)")
    with pytest.raises(frappe.ValidationError, match="it has 1 tables that no drill put there: theirs"):
        api.start_restore_drill()
    monkeypatch.setattr(guard_one, "reasons_against", lambda _facts: [])
    assert "is not empty: theirs" in fresh(DRILL, api.start_restore_drill()["name"]).failure
    assert _left(root) == {"theirs"}


def test_two_copies_of_a_site_do_not_drill_in_one_database_at_once(place, root):
    with scratch.connected(place) as first, scratch.connected(place) as second:
        scratch_database.claim(first, place, "RD-1", "token of the first")
        with pytest.raises(scratch_database.GuardError, match="another drill is at work in"):
            scratch_database.claim(second, place, "RD-1", "token of the second")
        root.execute(f"select token from `{_name()}`.`{MARKER}`")
        assert root.fetchall() == (("token of the first",),)


def test_a_mark_of_nobody_among_tables_of_others_is_no_mark(root, backup, monkeypatch):
    """A drill that was killed before it signed its mark left nothing beside it."""
    put(backup, DUMP[0])
    root.execute(f"create table `{_name()}`.`theirs` (a int)")
    root.execute(f"create table `{_name()}`.`{MARKER}` (drill int, token int, site varchar(9))")
    with pytest.raises(frappe.ValidationError, match="tables that no drill put there"):
        api.start_restore_drill()
    monkeypatch.setattr(guard_one, "reasons_against", lambda _facts: [])
    assert "is not empty" in fresh(DRILL, api.start_restore_drill()["name"]).failure
    assert _left(root) == {"theirs", MARKER}


def test_a_worker_waits_for_somebody_who_only_looks_whether_a_drill_could_begin(root, backup, monkeypatch):
    put(backup, DUMP[0])
    monkeypatch.setattr(scratch_database, "restore", lambda *_: 0)
    name = restore_begin.begin(OPERATOR)
    frappe.db.commit()
    key = f"{frappe.conf.db_name}:drill:Restore"
    root.execute("select get_lock(%s, 0)", (key,))
    let_go = threading.Timer(1, root.execute, ["select release_lock(%s)", (key,)])
    let_go.start()
    restore_drill.run(name)
    let_go.join()
    assert fresh(DRILL, name).status == "Ended"


def test_a_right_on_the_live_database_is_refused(root, backup):
    put(backup, DUMP[0])
    name, host = scratch.place().user, scratch.user_host(scratch.place())
    root.execute(f"grant select on `{frappe.conf.db_name}`.tabToDo to `{name}`@`{host}`")
    try:
        with pytest.raises(frappe.ValidationError, match="more rights than on this database"):
            api.start_restore_drill()
    finally:
        root.execute(f"revoke select on `{frappe.conf.db_name}`.tabToDo from `{name}`@`{host}`")


@pytest.mark.parametrize(
    ("free", "reason"), [(0.001, "the disk is too small"), (None, "cannot be read from here")]
)
def test_a_disk_that_is_too_small_or_unknown_ends_it(free, reason, root, backup, monkeypatch):
    monkeypatch.setattr(scratch, "free_gb", lambda _connection: free)
    put(backup, DUMP[0])
    drill = fresh(DRILL, api.start_restore_drill()["name"])
    assert (drill.verdict, _left(root)) == ("UNKNOWN", set())
    assert reason in drill.failure


def test_where_nothing_can_begin_it_is_said_what_to_do(place, tmp_path, monkeypatch):
    monkeypatch.setitem(frappe.conf, "backup_path", str(tmp_path))
    for given, reason in (
        ({}, "Make one: bench backup"),
        ({"backup": "../../site_config.json"}, "There is no backup"),
        ({"backup": "x" * 5_000}, "There is no backup"),
    ):
        with pytest.raises(frappe.ValidationError, match=reason):
            api.start_restore_drill(**given)
    put(tmp_path, b"x")
    with pytest.raises(frappe.ValidationError, match="Free space is a number of GB"):
        api.start_restore_drill(free_gb="much")
    set_encrypted_password(SETTINGS, SETTINGS, "a wrong one", "scratch_password")
    with pytest.raises(frappe.ValidationError, match=r"Have it made: CREATE DATABASE `.*_scratch`"):
        api.start_restore_drill()
    assert frappe.get_all(DRILL) == []


def test_one_restore_at_a_time(backup):
    put(backup, DUMP[0])
    drill = recovery_drills.begin("Restore", "x", OPERATOR)
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match=r"is under way\. One drill of a kind at a time"):
        recovery_drills.begin("Restore", "y", OPERATOR)
    api.abandon_drill(drill.name, "The server is needed")
    assert fresh(DRILL, drill.name).status == "Abandoned"
    with pytest.raises(frappe.ValidationError, match="is Abandoned: only one that has ended is signed"):
        api.sign_drill(drill.name, "x")


def test_a_server_that_ends_idle_connections_soon_ends_no_drill(root, backup, monkeypatch):
    """While the client restores, nobody asks over the other connections."""
    put(backup, DUMP[0])
    root.execute("select @@global.wait_timeout")
    before = root.fetchall()[0][0]
    monkeypatch.setattr(scratch_database, "restore", lambda *_: time.sleep(2) or 0)
    root.execute("set global wait_timeout = 1")
    try:
        drill = fresh(DRILL, api.start_restore_drill()["name"])
    finally:
        root.execute("set global wait_timeout = %s", (before,))
    assert "doesn't exist" in steps_of(drill.name)["Somebody signs in and reads"].found, "it was asked"
