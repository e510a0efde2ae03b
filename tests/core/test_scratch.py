"""Guard one: which databases a drill may restore into."""

from dataclasses import replace

import pytest

from verenigingen_maintenance.core.scratch import (
    MARKER,
    Facts,
    bad_names,
    default_name,
    reasons_against,
    statement,
    why_too_small,
)

USAGE = "GRANT USAGE ON *.* TO `s`@`localhost` IDENTIFIED BY PASSWORD '*41A3'"
OWN = "GRANT ALL PRIVILEGES ON `\\_live\\_scratch`.* TO `s`@`localhost`"
GOOD = Facts(
    database="_live_scratch",
    user="s",
    live_database="_live",
    live_user="_live",
    is_same_server=True,
    site_databases=["_live", "_other"],
    grants=[USAGE, OWN],
    reads_live="",
    site="a.example",
)


def against(**changes):
    return "; ".join(reasons_against(replace(GOOD, **changes)))


def test_a_database_of_its_own_is_good_also_with_what_an_earlier_drill_left():
    assert against() == ""
    assert against(tables=[MARKER, "tabUser"], marked="a.example") == ""
    assert against(is_same_server=False, user="_live") == "", (
        "a name of a user on another server tells nothing"
    )
    assert against(grants=[USAGE, OWN.replace("\\", "")]) == "", "as people write it, without escaping"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"database": "_live"}, "it is the live database itself"),
        ({"database": "_LIVE"}, "it is the live database itself"),
        ({"database": "_live", "is_same_server": False}, "it is named as the live one"),
        ({"database": "_other"}, "it is the database of another site of this bench: _other"),
        ({"user": "_live"}, "its user _live is that of the live database"),
        (
            {"reads_live": "a query was answered"},
            "its user can reach the live database: a query was answered",
        ),
        ({"tables": ["a", "b"]}, "it has 2 tables that no drill put there: a, b"),
        ({"tables": [MARKER], "marked": "b.example"}, "a drill of another site uses it (b.example)"),
    ],
)
def test_any_other_is_refused(changes, reason):
    assert reason in against(**changes)


@pytest.mark.parametrize(
    "grant",
    [
        "GRANT ALL PRIVILEGES ON *.* TO `s`@`localhost` WITH GRANT OPTION",
        "GRANT PROCESS, USAGE ON *.* TO `s`@`localhost`",
        "GRANT SELECT ON `_live`.* TO `s`@`localhost`",
        "GRANT SELECT ON `_live`.`tabUser` TO `s`@`localhost`",
        "GRANT SELECT ON `%`.* TO `s`@`localhost`",
        "GRANT SELECT ON `\\_live%`.* TO `s`@`localhost`",
        "GRANT SELECT ON `elsewhere`.* TO `s`@`localhost`",
        "GRANT `dba` TO `s`@`localhost`",
        "GRANT PROXY ON ''@'%' TO 's'@'localhost' WITH GRANT OPTION",
        "SET DEFAULT ROLE `dba` FOR `s`@`localhost`",
    ],
)
def test_a_right_beyond_the_scratch_database_is_refused_and_no_password_is_told(grant):
    told = against(grants=[USAGE, OWN, grant])
    assert "its user has more rights than on this database" in told
    assert "*41A3" not in told


def test_an_underscore_in_a_grant_stands_for_any_character():
    grants = [USAGE, "GRANT ALL PRIVILEGES ON `a_b`.* TO `s`@`localhost`"]
    same_length = {"database": "a_b", "live_database": "axb", "site_databases": ["axb"], "grants": grants}
    assert "more rights" in against(**same_length)
    assert against(**{**same_length, "live_database": "axxb", "site_databases": ["axxb"]}) == ""


def test_a_disk_has_to_hold_one_and_a_half_dumps():
    assert why_too_small(10**9, 1.6) == ""
    assert "1.50 GB are needed, 1.40 GB are free" in why_too_small(10**9, 1.4)
    assert "as Ada said" in why_too_small(10**9, 1.4, "Ada")
    assert "cannot be read from here; 1.50 GB are needed" in why_too_small(10**9, None)


def test_the_statement_makes_rights_on_this_database_only_and_names_cannot_leave_it():
    told = statement("_live_scratch", "s", "localhost")
    assert "GRANT ALL ON `\\_live\\_scratch`.* TO 's'@'localhost';" in told
    assert len(default_name("x" * 64)) <= 64
    assert bad_names("_live_scratch", "s") == []
    assert len(bad_names("a`; drop database x", "a'@'%'")) == 2
