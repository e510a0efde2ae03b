"""Which files are one backup of this site, which backup is the newest that is done, and what a set tells."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core import backup_completeness as completeness
from verenigingen_maintenance.core import backup_sets as sets
from verenigingen_maintenance.core.backup_sets import CONFIG, DATABASE, PRIVATE, PUBLIC, File

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)
SITE = "my_site_org"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("-my_site_org-database.sql.gz", DATABASE),
        ("-my_site_org-database-enc.sql.gz", DATABASE),
        ("-my_site_org-database.sql", DATABASE),
        ("-my_site_org-partial-database.sql.gz", DATABASE),
        ("-my_site_org-files.tar", PUBLIC),
        ("-my_site_org-files-enc.tgz", PUBLIC),
        ("-my_site_org-private-files.tgz", PRIVATE),
        ("-my_site_org-site_config_backup.json", CONFIG),
        ("-my_site_org-site_config_backup-enc.json", CONFIG),
        ("-my_site_org-database-enc.sql.gz.gpg", DATABASE),
        ("-old-my_site_org-database.sql.gz", None),
        ("-my_site_org-old-database.sql.gz", None),
        ("-myXsite_org-database.sql.gz", None),
        ("-my_site_org-database.sql.gz.part", None),
    ],
)
def test_a_file_of_this_site_is_known_by_its_name_and_no_other(name, kind):
    said = sets.parse(f"20261128_030000{name}", SITE)
    assert (said and said["kind"]) == kind
    if said:
        assert (said["key"], said["is_partial"]) == ("20261128_030000", "-partial-" in name)
        assert said["is_temporary"] == name.endswith(".gpg")


def file(key, kind=DATABASE, ago=HOUR, **more):
    values = {"size": 100, "identity": "1", "changed": NOW - ago, **more}
    return File(f"{key} {kind}", key, kind, **values)


def sort_out(*files):
    taken = {each.key: NOW + timedelta(hours=float(each.key)) for each in files}
    return sets.sort_out(files, taken, NOW)


def keys(found):
    return [[each.key for each in part] for part in (found.done, found.under_way, found.to_come)]


def test_the_newest_is_the_last_that_was_begun_by_its_name_and_is_done():
    assert keys(sort_out(file("-26"), file("-3"), file("-2", PRIVATE))) == [["-3", "-26"], [], []]
    growing = file("-1", PRIVATE, timedelta(seconds=30))
    assert keys(sort_out(file("-25"), file("-1"), growing)) == [["-25"], ["-1"], []]
    assert keys(sort_out(file("-25"), file("-1", is_partial=True))) == [["-25"], [], []]
    assert keys(sort_out(file("-25"), file("9", ago=-9 * HOUR))) == [["-25"], [], ["9"]]


def test_a_file_of_a_clock_that_ran_ahead_does_not_grow_for_ever():
    ahead = file("-1", ago=-9 * HOUR)
    assert keys(sort_out(ahead)) == [["-1"], [], []]


def test_why_there_is_no_newest_is_told():
    assert sort_out().why_none == ""
    assert "is being written" in sort_out(file("-1", ago=timedelta(seconds=9))).why_none
    assert "is to come: this host's clock ran ahead" in sort_out(file("9", ago=-9 * HOUR)).why_none


@pytest.mark.parametrize(("size", "short"), [(50, 50), (200, 50), (100, 0), (0, 100), (75, 25)])
def test_half_and_double_are_as_far_from_usual(size, short):
    assert sets.falls_short(size, 100) == pytest.approx(short)


def test_what_is_usual_needs_three_days():
    assert sets.usual_size({1: 10.0, 2: 20.0}) is None
    assert sets.usual_size({1: 10.0, 2: 20.0, 3: 400.0}) == 20


def test_a_copy_has_each_file_with_its_size():
    wanted = [file("-1"), file("-1", PRIVATE), file("-1", CONFIG)]
    wrong = sets.copied(wanted, {wanted[0].name: 100, wanted[1].name: 90, "other": 1})
    assert wrong == [f"{wanted[1].name} has 90 of 100 bytes", f"{wanted[2].name} is not there"]


def outcome(state, told="x", identity="1", ago=HOUR):
    read_at = (NOW - ago).isoformat()
    return completeness.Outcome(identity, state, told, read_at=read_at)


def judged(files, outcomes=None, wanted=(DATABASE,)):
    found = sort_out(*files).done[0]
    outcomes = {f"-3 {kind}": each for kind, each in (outcomes or {}).items()}
    return completeness.completeness(found, wanted, outcomes)


@pytest.mark.parametrize(
    ("of_file", "of_outcome", "where"),
    [
        ({}, outcome(completeness.WHOLE), "proven"),
        ({}, outcome(completeness.NOT_WHOLE), "wrong"),
        ({}, outcome(completeness.NOT_TOLD), "not_told"),
        ({}, outcome(completeness.NOT_FINISHED), "not_told"),
        ({}, outcome(completeness.NOT_READ), "not_told"),
        ({}, None, "not_told"),
        ({"identity": "2"}, outcome(completeness.WHOLE), "not_told"),
        ({"size": 0}, outcome(completeness.WHOLE), "wrong"),
        ({"problem": "No such file"}, outcome(completeness.WHOLE), "wrong"),
    ],
)
def test_a_file_is_proven_only_by_having_been_read_to_its_end_as_it_is_now(of_file, of_outcome, where):
    outcomes = {DATABASE: of_outcome} if of_outcome else {}
    found = judged([file("-3", **of_file)], outcomes, wanted=())
    told = {name: len(getattr(found, name)) for name in ("wrong", "not_told", "proven")}
    assert told == {"wrong": 0, "not_told": 0, "proven": 0, where: 1}


def test_what_an_encryption_left_that_did_not_end_is_wrong():
    left = file("-3", PRIVATE, is_temporary=True)
    found = judged([file("-3"), left], {DATABASE: outcome(completeness.WHOLE)}, wanted=[PRIVATE])
    told = f"{left.name} is left by an encryption that did not end"
    assert found.wrong == ["no file of the private files", told]


def test_what_the_site_has_and_the_backup_lacks_is_named():
    wanted = sets.kinds_wanted({PUBLIC: False, PRIVATE: True})
    found = judged([file("-3")], {DATABASE: outcome(completeness.WHOLE)}, wanted)
    assert found.wrong == ["no file of the site config", "no file of the private files"]


@pytest.mark.parametrize(
    ("state", "hours", "stands"),
    [
        (completeness.WHOLE, 900, True),
        (completeness.NOT_WHOLE, 900, True),
        (completeness.NOT_FINISHED, 19, True),
        (completeness.NOT_FINISHED, 21, False),
        (completeness.NOT_TOLD, 21, False),
        (completeness.NOT_READ, 0, False),
    ],
)
def test_a_file_that_did_not_change_is_read_once_unless_that_told_nothing(state, hours, stands):
    known = outcome(state, ago=hours * HOUR)
    assert known.stands(file("-3"), NOW) == stands
    assert not known.stands(file("-3", identity="2"), NOW)


def test_what_nobody_looked_at_lately_tells_nothing():
    assert "no backup was read yet" in completeness.why_stale(None, NOW)
    assert completeness.why_stale(NOW - 5 * HOUR, NOW) == ""
    assert completeness.why_stale(NOW - 7 * HOUR, NOW) == (
        "the job that reads backups looked 7 h ago; it should each hour"
    )
