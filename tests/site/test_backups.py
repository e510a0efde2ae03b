"""Backups are looked at: a real one and broken ones, read by the job and judged by checks."""

import gzip
import io
import os
import subprocess
import tarfile
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import frappe
import pytest
from conftest import keep_sample
from frappe.utils import backups as of_frappe

from verenigingen_maintenance import sources
from verenigingen_maintenance.core.judgement import judge
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import metric_rollups, read_backups
from verenigingen_maintenance.operations.checks import Spec
from verenigingen_maintenance.sources import (
    backup_files,
    backup_safety,
    backups,
    clock,
    configuration,
    controls,
    security_flags,
)

HAS_FILES = backups._has_files
CHECKS = ("age", "size", "complete", "encrypted", "permissions", "off_site")
END = b"INSERT INTO `tabUser` VALUES ();\n-- Dump completed on 2026-11-28\n"
DUMP = gzip.compress(b"-- begin frappe metadata\n") + gzip.compress(END)
CONFIG = b'{"db_name": "x", "encryption_key": "x"}'
KEY = "the-key-of-the-backups"


def archive():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        member = tarfile.TarInfo("letter.pdf")
        member.size = 20_000
        tar.addfile(member, io.BytesIO(os.urandom(20_000)))
    return packed.getvalue()


WHOLE = {"database.sql.gz": DUMP, "private-files.tar": archive(), "site_config_backup.json": CONFIG}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where this site keeps its backups; it has private files, and no public ones."""
    monkeypatch.setitem(frappe.conf, "backup_path", str(tmp_path))
    monkeypatch.delitem(frappe.conf, "backup_encryption_key", raising=False)
    monkeypatch.setattr(backups, "_has_files", lambda which: which == "private")
    return tmp_path


def back_up(folder, hours=8.0, files=WHOLE, site=None):
    """The files of a backup that was made so many hours ago; their paths by what their names end with."""
    slug, made = (site or frappe.local.site).replace(".", "_"), clock.now() - timedelta(hours=hours)
    found = {what: folder / f"{clock.stored(made):%Y%m%d_%H%M%S}-{slug}-{what}" for what in files}
    for what, path in found.items():
        path.write_bytes(files[what])
        path.chmod(0o640)
        os.utime(path, (made.timestamp(), made.timestamp()))
    return found


def read(**options):
    """The job of each hour."""
    frappe.local.maintenance_shared = {}
    return read_backups.read_newest(clock.now(), **options)


def ask(check):
    """What a check measures now, and how that is judged."""
    frappe.local.maintenance_shared = {}
    spec = Spec.of(frappe.get_doc("Maintenance Check", f"backup_{check}"))
    found = sources.find(spec.source)(clock.now())
    judged = judge(found, spec.rule)
    return found, str(judged.verdict), judged.reason


def verdict(check):
    return ask(check)[1]


def state(folder):
    return {each.name: (each.read_bytes(), each.stat()[:9]) for each in sorted(folder.iterdir())}


def test_a_real_backup_is_proven_whole_and_no_check_makes_or_deletes_one(folder, monkeypatch):
    made = of_frappe.new_backup(force=True)
    old = folder / "20260101_020000-x-database.sql.gz"
    old.write_bytes(b"Frappe's own functions would delete it")
    for each in folder.iterdir():
        os.utime(each, (each.stat().st_mtime - 600,) * 2)
    for name in ("new_backup", "delete_temp_backups", "BackupGenerator"):
        monkeypatch.delattr(of_frappe, name)
    before = state(folder)
    read()
    found, judged, _why = ask("complete")
    proven = {line.split(": ")[0]: line for line in found.evidence["proven"]}
    assert judged == "OK"
    assert "Dump completed on 2" in proven[Path(made.backup_path_db).name]
    assert " member" in proven[Path(made.backup_path_private_files).name]
    assert "without backup_encryption_key" in proven[Path(made.backup_path_conf).name]
    for check in CHECKS:
        ask(check)
    for control in ("age", "encrypted", "off_site"):
        controls.find(f"backups.{control}")(clock.now())
    security_flags.flags(clock.now())
    assert state(folder) == before


def cut(path, share=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def relink(path):
    path.unlink()
    path.symlink_to("gone.tar")


BROKEN = {
    "a dump cut off": (lambda files: cut(files["database.sql.gz"]), "gzip ends too early"),
    "an empty file": (lambda files: files["database.sql.gz"].write_bytes(b""), "database.sql.gz is empty"),
    "an archive cut off": (lambda files: cut(files["private-files.tar"]), "ends within member 1"),
    "no private files": (lambda files: files["private-files.tar"].unlink(), "no file of the private files"),
    "no config": (lambda files: files["site_config_backup.json"].unlink(), "no file of the site config"),
    "a dump without its end": (
        lambda files: files["database.sql.gz"].write_bytes(gzip.compress(b"INSERT INTO `tabUser` VALU")),
        "ends in the middle",
    ),
    "a link that leads nowhere": (lambda files: relink(files["private-files.tar"]), "No such file"),
}


@pytest.mark.parametrize(("harm", "told"), BROKEN.values(), ids=BROKEN)
def test_a_backup_that_no_restore_could_use_is_critical(folder, harm, told):
    files = back_up(folder)
    harm(files)
    for each in folder.iterdir():
        if each.exists():
            os.utime(each, (each.stat().st_mtime - 600,) * 2)
    read()
    found, judged, why = ask("complete")
    assert (judged, found.value) == ("CRITICAL", 1)
    assert told in why


def test_what_the_job_did_not_read_or_could_not_is_unknown(folder):
    assert "there is no whole backup" in ask("complete")[0].reason
    files = back_up(folder)
    found, judged, _why = ask("complete")
    assert (judged, found.learning) == ("UNKNOWN", True)
    read(seconds=-1)
    assert "not read to its end: 0 of 0 MB" in ask("complete")[2]
    frappe.db.set_single_value(backups.SETTINGS, backups.READ, "{}")
    files["database.sql.gz"].chmod(0)
    read()
    assert ask("complete")[1:] == (
        "UNKNOWN",
        f"at least 0 problems: {files['database.sql.gz'].name}: it could not be read: Permission denied",
    )
    files["database.sql.gz"].chmod(0o640)
    read()
    assert verdict("complete") == "OK"
    found = backups.not_whole(clock.now() + timedelta(hours=7))
    assert "looked 7 h ago" in found.reason


def test_the_copies_of_the_configuration_alone_ask_for_no_backup_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr(frappe, "get_site_path", lambda *parts: str(tmp_path.joinpath(*parts)))
    files = tmp_path / "private" / "files"
    files.mkdir(parents=True)
    (files / f"{configuration.KEPT}2026-11-28-135123.json").touch()
    assert not HAS_FILES("private")
    (files / "statutes.pdf").touch()
    assert HAS_FILES("private")


def test_a_file_that_did_not_change_is_not_read_again_and_a_killed_job_is_finished(folder, monkeypatch):
    files, opened, real = back_up(folder), [], backup_files.read

    def spy(file, *arguments):
        opened.append(file.name)
        if len(opened) == 2:
            raise KeyboardInterrupt
        return real(file, *arguments)

    monkeypatch.setattr(backup_files, "read", spy)
    with pytest.raises(KeyboardInterrupt):
        read()
    read()
    read()
    by_size = sorted((path.name for path in files.values()), key=lambda name: (folder / name).stat().st_size)
    assert opened == [by_size[0], by_size[1], by_size[1], by_size[2]]
    files["database.sql.gz"].write_bytes(DUMP + bytes(9))
    os.utime(files["database.sql.gz"], (clock.now().timestamp() - 600,) * 2)
    assert verdict("complete") == "UNKNOWN", "it was read as it was before"
    read()
    assert opened[4:] == [files["database.sql.gz"].name]
    assert verdict("complete") == "OK"


def test_a_backup_under_way_is_told_and_the_one_before_counts(folder):
    back_up(folder, hours=25)
    read()
    growing = back_up(folder, hours=0)
    cut(growing["private-files.tar"])
    read()
    found, judged, _why = ask("complete")
    assert (judged, found.evidence["under way"]) == ("OK", growing["private-files.tar"].name[:15])
    assert ask("age")[0].value == pytest.approx(25, abs=0.1)


def test_a_clock_that_ran_ahead_and_a_folder_that_is_not_there_tell_nothing(folder, monkeypatch):
    ahead = back_up(folder, hours=-3)
    for check in ("age", "size", "complete"):
        assert "is to come" in ask(check)[2]
    kept_on = back_up(folder, hours=4, site=f"old-{frappe.local.site}")
    assert "is to come" in ask("age")[2], "what is beside it is of another site"
    for path in (*ahead.values(), *kept_on.values()):
        path.unlink()
    monkeypatch.setitem(frappe.conf, "backup_path", str(folder / "gone"))
    for check in CHECKS[:-1]:
        found, judged, why = ask(check)
        assert (judged, isinstance(found, Unknown)) == ("UNKNOWN", True), why
    assert read() == {}


def test_the_size_is_judged_beside_files_and_samples_of_earlier_days(folder):
    back_up(folder, hours=1, files={"database.sql.gz": b"x" * 400_000})
    assert "sizes of 0 earlier days are known" in ask("size")[2]
    for days, megabytes in ((9, 1.0), (4, 1.1), (3, 0.9), (40, 900.0)):
        keep_sample("backups.size", megabytes, days=days)
    metric_rollups.roll_up(clock.now())
    found, judged, why = ask("size")
    assert (judged, found.value) == ("CRITICAL", 60.0)
    assert why == "0.4 MB, less than 1 MB, the median of 3 days before"
    for hours in (30, 54):
        back_up(folder, hours=hours, files={"database.sql.gz": b"x" * 500_000})
    assert (ask("size")[0].value, verdict("size")) == (pytest.approx(55.6, abs=0.1), "CRITICAL")
    back_up(folder, hours=0.5, files={"database.sql.gz": b"x" * 1_000_000})
    assert verdict("size") == "OK"


def lock(path, key=KEY):
    """As bench does it: the encrypted file takes the name of the other."""
    made = path.stat().st_mtime
    with tempfile.TemporaryDirectory() as home:
        gpg = ["gpg", "--homedir", home, "--no-autostart", "--batch", "--yes", "--s2k-count", "65536"]
        gpg += ["--pinentry-mode", "loopback", "--passphrase", key, "-c", path]
        subprocess.run(gpg, check=True, capture_output=True)
    os.replace(f"{path}.gpg", path)
    os.utime(path, (made, made))


@pytest.fixture
def encrypted(folder):
    names = {"database-enc.sql.gz": DUMP, "private-files-enc.tar": WHOLE["private-files.tar"]}
    files = back_up(folder, files={**names, "site_config_backup-enc.json": CONFIG})
    frappe.db.set_single_value("System Settings", "encrypt_backup", 1)
    yield files
    frappe.db.set_single_value("System Settings", "encrypt_backup", 0)
    frappe.db.commit()


def test_an_encrypted_backup_is_opened_by_the_sites_key_without_a_trace(encrypted, folder, monkeypatch):
    calls, real = [], subprocess.Popen
    spy = lambda command, **more: calls.append(command) or real(command, **more)  # noqa: E731
    monkeypatch.setattr(subprocess, "Popen", spy)
    assert ask("encrypted")[:1][0].value == 2, "the name alone encrypts nothing"
    for what in ("database-enc.sql.gz", "private-files-enc.tar"):
        lock(encrypted[what])
    found, judged, _why = ask("encrypted")
    config = encrypted["site_config_backup-enc.json"].name
    assert (judged, found.evidence[config]) == ("OK", backup_safety.IN_CLEAR)
    read()
    assert "not looked inside: site_config.json has no backup_encryption_key" in ask("complete")[2]
    frappe.db.set_single_value(backups.SETTINGS, backups.READ, "{}")
    monkeypatch.setitem(frappe.conf, "backup_encryption_key", KEY)
    before = state(folder)
    read()
    found, judged, _why = ask("complete")
    assert judged == "OK"
    assert any("opened by the key, Dump completed" in line for line in found.evidence["proven"])
    assert state(folder) == before
    opening = [call for call in calls if "--decrypt" in call]
    assert len(opening) == 2
    assert KEY not in str(opening)


@pytest.mark.parametrize("harm", [lambda path: cut(path, 0.9), lambda path: lock(path, "another")])
def test_an_encrypted_file_that_is_cut_off_or_of_another_key_is_critical(encrypted, harm, monkeypatch):
    monkeypatch.setitem(frappe.conf, "backup_encryption_key", KEY)
    path = encrypted["private-files-enc.tar"]
    made = path.stat().st_mtime
    lock(path)
    if harm(path) is None:
        os.utime(path, (made, made))
    read()
    found, judged, why = ask("complete")
    assert (judged, found.value) == ("CRITICAL", 1)
    assert KEY not in str(found)
    assert path.name in why


def test_a_gpg_that_says_nothing_is_waited_for_until_the_time_is_over(encrypted, tmp_path, monkeypatch):
    monkeypatch.setitem(frappe.conf, "backup_encryption_key", KEY)
    path = encrypted["private-files-enc.tar"]
    lock(path)
    gpg = tmp_path / "gpg"
    gpg.write_text("#!/bin/sh\nhead -c 200000 /dev/zero >&2\nexec sleep 30\n")
    gpg.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    began = time.monotonic()
    told = read(seconds=0.5)[path.name].told
    assert time.monotonic() - began < 5
    assert told.startswith("not read to its end: ")


def test_files_that_every_user_may_read_are_named_with_their_mode_and_owner(folder, monkeypatch):
    old, new = back_up(folder, hours=60), back_up(folder)
    assert verdict("permissions") == "OK"
    for path in (old["database.sql.gz"], new["site_config_backup.json"]):
        path.chmod(0o644)
    assert verdict("permissions") == "OK", "the folder of tests is closed to others"
    monkeypatch.setattr(backups, "is_open", lambda path: path.stat().st_mode & 4)
    found, judged, why = ask("permissions")
    assert (judged, found.value) == ("WARNING", 2)
    assert "(-rw-r--r-- of " in why


def settle(place):
    frappe.db.set_single_value(backups.SETTINGS, "off_site_folder", str(place))


def test_a_copy_elsewhere_has_the_newest_files_or_says_what_it_lacks(folder, tmp_path_factory, monkeypatch):
    files, place = back_up(folder), tmp_path_factory.mktemp("elsewhere")
    found, judged, why = ask("off_site")
    assert (judged, why) == (
        "WARNING",
        "no other place is set up: name the folder of the copy in Maintenance Settings",
    )
    frappe.db.set_single_value("S3 Backup Settings", "enabled", 1)
    assert verdict("off_site") == "OK"
    settle(place)
    assert "is on the disk of the backups" in ask("off_site")[2]
    monkeypatch.setattr(backup_safety, "_is_same_disk", lambda _place: False)
    for what in ("database.sql.gz", "private-files.tar"):
        (place / files[what].name).write_bytes(WHOLE[what][what.startswith("private") :])
    found, judged, why = ask("off_site")
    assert (judged, found.value) == ("WARNING", 2)
    assert f"{files['private-files.tar'].name} has " in why
    assert f"{files['site_config_backup.json'].name} is not there" in why
    for path in files.values():
        (place / path.name).write_bytes(path.read_bytes())
    assert verdict("off_site") == "OK"
    back_up(folder, hours=1)
    assert verdict("off_site") == "OK", "the newest may still be on its way"
    settle(place / "gone")
    gone = f"{place / 'gone'} is not there, or not mounted: copies are not seen"
    assert ask("off_site")[1:] == ("UNKNOWN", gone)


@pytest.mark.parametrize("place", ["https://example.com/x", "backups", "s3://bucket"])
def test_an_address_is_no_folder_of_a_copy(place):
    settings = frappe.get_doc("Maintenance Settings")
    settings.off_site_folder = place
    with pytest.raises(frappe.ValidationError, match="is no folder of this server"):
        settings.save()


def test_what_the_job_kept_is_nobodys_to_change(folder):
    back_up(folder)
    read()
    settings = frappe.get_doc("Maintenance Settings")
    settings.backups_read = "{}"
    settings.save()
    assert "looked_at" in frappe.db.get_single_value("Maintenance Settings", "backups_read", cache=False)
