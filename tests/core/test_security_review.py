"""A security assessment: findings by severity, changes since the one before, what is not known, verdict."""

import json
from datetime import datetime, timezone

import pytest

from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.security import Finding, Part
from verenigingen_maintenance.core.security_findings import findings
from verenigingen_maintenance.core.security_review import TITLES, review
from verenigingen_maintenance.core.site_flags import FLAGS

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
PARTS = {key: Part() for key in TITLES}


def user(name, *roles, **values):
    row = {"user": name, "roles": list(roles), "power": True, "dormant": False, "second_factor": True}
    return {**row, **values}


def method(path, kind, app="shop"):
    return {"path": f"{app}.{path}", "app": app, "kind": kind}


def switch(key, wrong, value="on", severity="High"):
    row = {"key": key, "title": key.title(), "value": value, "wrong": wrong}
    return {**row, "severity": severity, "told": "why", "remedy": "how"} if wrong else row


def compared(before, now):
    """The review of some parts after one of other parts; all others have nothing."""
    first = json.loads(json.dumps(review({**PARTS, **before}, None)))
    return review({**PARTS, **now}, first)


def told(found):
    return [(each["kind"], each["told"], each["is_worse"]) for each in found["changes"]]


def test_the_first_one_has_no_changes_and_nothing_found_is_ok_only_where_all_was_measured():
    found = review(PARTS, None)
    assert (found["changes"], found["findings"], found["not_measured"], found["verdict"]) == (
        None,
        [],
        [],
        "OK",
    )
    unknown = review({**PARTS, "advisories": Unknown("no file", NOW)}, None)
    assert unknown["verdict"] == "UNKNOWN"
    assert unknown["parts"]["advisories"]["rows"] is None
    assert unknown["not_measured"] == [
        {"part": "advisories", "title": TITLES["advisories"], "reason": "no file"}
    ]
    part = review({**PARTS, "logins": Part(at_least="there are more")}, None)
    assert [each["reason"] for each in part["not_measured"]] == ["there are more"]


@pytest.mark.parametrize(
    ("severity", "missing", "verdict"),
    [
        ("Critical", True, "CRITICAL"),
        ("High", True, "UNKNOWN"),
        ("High", False, "WARNING"),
        ("Low", False, "WARNING"),
    ],
)
def test_the_verdict_is_the_worst_of_findings_and_what_is_not_known(severity, missing, verdict):
    parts = {**PARTS, "flags": Part([switch("x", True, severity=severity)])}
    if missing:
        parts["keys"] = Unknown("it broke", NOW)
    assert review(parts, None)["verdict"] == verdict


class TestChanges:
    def test_power_that_came_and_went_is_told_account_by_account_what_gives_more_first(self):
        before = [user("a@x", "System Manager"), user("b@x", "Maintenance Operator"), user("gone@x", "X")]
        now = [
            user("a@x", "System Manager"),
            user("b@x", "Maintenance Operator", "X"),
            user("new@x", "X", "Y"),
        ]
        assert told(compared({"users": Part(before)}, {"users": Part(now)})) == [
            ("gained", "b@x got X", True),
            ("gained", "new@x got X, Y", True),
            ("lost", "gone@x lost X", False),
        ]

    def test_a_key_that_was_renewed_is_a_new_one_and_the_old_one_is_gone(self):
        row = {"kind": "API key", "user": "a@x", "mark": "1", "about": "active"}
        found = compared({"keys": Part([row])}, {"keys": Part([{**row, "mark": "2"}])})
        assert told(found) == [
            ("new", "API key of a@x (active)", True),
            ("gone", "API key of a@x (active)", False),
        ]

    def test_methods_that_were_opened_worsened_mended(self):
        before = [
            method("a", "guest reads"),
            method("b", "writes"),
            method("c", "writes"),
            method("d", "writes"),
        ]
        now = [
            method("a", "guest writes"),
            method("b", "guest reads"),
            method("d", "writes"),
            method("e", "writes"),
        ]
        assert told(compared({"methods": Part(before)}, {"methods": Part(now)})) == [
            ("changed", "shop.a: guest reads, now guest writes", True),
            ("new", "shop.e: not there, or asked who may, now writes", True),
            ("changed", "shop.b: writes, now guest reads", False),
            ("gone", "shop.c: writes, now gone, or asks who may", False),
        ]

    def test_a_switch_is_told_both_ways_and_one_that_is_new_is_no_change(self):
        before = [switch("mode", False, "off"), switch("cors", True, "all"), switch("same", True)]
        now = [switch("mode", True), switch("cors", False, "none"), switch("same", True), switch("new", True)]
        for part in ("flags", "sign_in"):
            assert sorted(told(compared({part: Part(before)}, {part: Part(now)}))) == [
                ("changed", "Cors: all, now none", False),
                ("changed", "Mode: off, now on", True),
            ]

    def test_a_script_whose_code_changed_and_a_new_weakness_are_new(self):
        script = {"name": "S", "mark": "1", "guest": False}
        weak = {"package": "jinja2", "id": "PYSEC-1", "version": "2"}
        found = compared(
            {"scripts": Part([script])},
            {"scripts": Part([{**script, "mark": "2"}]), "advisories": Part([weak])},
        )
        assert told(found)[:2] == [("new", "Server Script S", True), ("new", "PYSEC-1 of jinja2 2", True)]

    def test_a_script_that_was_opened_to_guests_is_new_though_its_code_is_the_same(self):
        script = {"name": "S", "mark": "1", "guest": False}
        found = compared({"scripts": Part([script])}, {"scripts": Part([{**script, "guest": True}])})
        assert told(found) == [("new", "Server Script S", True), ("gone", "Server Script S", False)]

    def test_come_in_one_order_each_time(self):
        names = [f"S{number}" for number in range(9)]
        rows = [{"name": name, "mark": "1", "guest": False} for name in reversed(names)]
        found = compared({}, {"scripts": Part(rows)})
        assert [each["told"] for each in found["changes"]] == [f"Server Script {name}" for name in names]

    def test_what_one_of_both_did_not_measure_is_not_compared_and_said(self):
        unknown = Unknown("it broke", NOW)
        found = compared({"users": unknown}, {"users": Part([user("a@x", "X")]), "keys": unknown})
        assert found["changes"] == []
        assert [(each["part"], each["reason"]) for each in found["not_compared"]] == [
            ("users", "not measured before"),
            ("keys", "not measured now"),
        ]


class TestFindings:
    def test_come_the_worst_first_and_new_before_known(self):
        rows = [switch("old", True, severity="High"), switch("new", True, severity="High")]
        found = compared(
            {"flags": Part(rows[:1])}, {"flags": Part([*rows, switch("worst", True, severity="Critical")])}
        )
        assert [(each["key"], each["is_new"]) for each in found["findings"]] == [
            ("flags.worst", True),
            ("flags.new", True),
            ("flags.old", False),
        ]

    def test_of_accounts_name_those_with_power_only(self):
        rows = [
            user("a@x", "System Manager", second_factor=False, dormant=True),
            user("Administrator", "Administrator", second_factor=None),
            user("o@x", "Maintenance Operator", power=False, second_factor=False, dormant=True),
        ]
        found = {each.key: each for each in findings({"users": Part(rows)})}
        assert set(found) == {"two_factor_off", "dormant_power_users"}
        assert {(each.told, each.count) for each in found.values()} == {("a@x", 1)}
        many = [user(f"{number}@x", "System Manager") for number in range(6)]
        assert [each.key for each in findings({"users": Part(many)})] == ["many_system_managers"]

    def test_of_methods_are_low_where_they_are_the_frameworks_own(self):
        rows = [method("a", "guest writes", "frappe"), method("b", "guest writes"), method("c", "writes")]
        assert [(each.key, each.severity, each.count) for each in findings({"methods": Part(rows)})] == [
            ("methods.apps.guest writes", "High", 1),
            ("methods.apps.writes", "Medium", 1),
            ("methods.framework.guest writes", "Low", 1),
        ]

    def test_a_severity_is_one_that_there_is(self):
        with pytest.raises(ValueError, match="a severity is one of Critical, High, Medium, Low, not 'Bad'"):
            Finding("x", "flags", "Bad", "", "", "")


def test_a_part_keeps_who_an_account_is_and_redacts_all_else():
    row = {
        "user": "jan@example.com",
        "by": "piet@example.com",
        "told": "of jan@example.com",
        "more": ["token=abc123"],
    }
    part = Part([row], {"of jan@example.com": "x"}, [row], "jan@example.com").redacted()
    assert (
        part.rows
        == part.detail
        == [
            {
                "user": "jan@example.com",
                "by": "piet@example.com",
                "told": "of <e-mail>",
                "more": ["token=***"],
            }
        ]
    )
    assert (part.figures, part.at_least) == ({"of <e-mail>": "x"}, "<e-mail>")


@pytest.mark.parametrize(
    ("conf", "wrong"),
    [
        ({}, {"encryption_key"}),
        ({"encryption_key": "x", "db_name": "_a", "db_password": "s3cret"}, set()),
        ({"encryption_key": "x", "db_name": "_a", "db_password": "_a"}, {"db_password"}),
        (
            {"encryption_key": "x", "ignore_csrf": 1, "developer_mode": True, "allow_tests": "true"},
            {"ignore_csrf", "developer_mode", "allow_tests"},
        ),
        (
            {
                "encryption_key": "x",
                "ignore_csrf": 0,
                "developer_mode": "",
                "allow_tests": False,
                "mute_emails": None,
            },
            set(),
        ),
        (
            {"encryption_key": "x", "ignore_csrf": "0", "developer_mode": "false", "mute_emails": "0"},
            {"ignore_csrf", "developer_mode"},
        ),
        ({"encryption_key": "x", "mute_emails": 1}, {"mute_emails"}),
        ({"encryption_key": "x", "allow_cors": "*"}, {"allow_cors"}),
        ({"encryption_key": "x", "allow_cors": ["https://a.nl", "*"]}, {"allow_cors"}),
        ({"encryption_key": "x", "allow_cors": "https://a.nl", "host_name": "https://a.nl"}, set()),
        (
            {"encryption_key": "x", "host_name": "http://a.nl", "root_password": "r", "admin_password": "r"},
            {"host_name", "root_password", "admin_password"},
        ),
    ],
)
def test_flags_are_read_as_frappe_reads_them_and_shown_without_their_secrets(conf, wrong):
    assert {flag.key for flag in FLAGS if flag.is_wrong(conf)} == wrong
    shown = " ".join(flag.shown(conf) for flag in FLAGS)
    assert not [each for each in ("s3cret", "_a") if each in shown]
