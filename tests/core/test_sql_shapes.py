"""What of a query may be shown, whether it may be run again, and by which columns it looks."""

import pytest

from verenigingen_maintenance.core.sql_shapes import Predicate, fingerprint, may_run_again, read, shape


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "select `name` from `tabUser` where `email` = 'jan@example.com'",
            "select `name` from `tabUser` where `email` = ?",
        ),
        ("SELECT a FROM t WHERE b IN (1, 2,  3)", "select a from t where b in (?)"),
        ("select a from t where b in ('x')", "select a from t where b in (?)"),
        (
            "select `t`.`a` from t where b > -12.5e3 -- by 'hand'\n limit 20",
            "select `t`.`a` from t where b > ? limit ?",
        ),
        (
            "select 1 from t where a = 'it''s' and b = \"x\\\"y\" /* c */",
            "select ? from t where a = ? and b = ?",
        ),
    ],
)
def test_a_shape_has_no_parameter_and_no_comment(sql, expected):
    assert shape(sql) == expected


def test_queries_that_differ_in_their_parameters_only_are_one():
    first, second = "select a from t where b in (1, 2)", "SELECT a  FROM t WHERE b IN (3)"
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first) != fingerprint("select a from t where c in (1)")


@pytest.mark.parametrize(
    "sql",
    [
        "select name from tabUser",
        "SELECT `name` FROM `tabUser` WHERE note = 'for update; into'",
        " select 1 ;",
    ],
)
def test_a_select_that_only_reads_may_run_again(sql):
    assert may_run_again(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "update tabUser set enabled = 0",
        "select name from tabUser for update",
        "select name from tabUser lock in share mode",
        "select name into outfile '/tmp/x' from tabUser",
        "select 1 /*!50000 into outfile '/tmp/x' */",
        "select 1 /*M! into outfile '/tmp/x' */",
        "select sleep(10)",
        "select get_lock('a', 1)",
        "select nextval(`a_seq`)",
        "select next value for `a_seq`",
        "select @a := 1",
        "select 1; drop table tabUser",
        "select 1 --2; drop table tabUser",
        "select 'not closed",
        "explain select 1",
        "",
    ],
)
def test_what_does_more_or_waits_is_not_run_again(sql):
    assert not may_run_again(sql)


def by_column(sql):
    return {(each.table, each.column): each.kind for each in read(sql).predicates}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("`tabX`.`status` = 'Open'", {("tabX", "status"): "equal"}),
        ("status in ('Open', 'Closed')", {("tabX", "status"): "equal"}),
        ("status is null", {("tabX", "status"): "equal"}),
        (
            "day between '2026-01-01' and '2026-02-01' and a = 1",
            {("tabX", "day"): "range", ("tabX", "a"): "equal"},
        ),
        ("(a = 1 and (b >= 2))", {("tabX", "a"): "equal", ("tabX", "b"): "range"}),
        ("title like 'Jan%'", {("tabX", "title"): "range"}),
        ("title like '%Jan%'", {}),
        ("ifnull(status, '') = 'Open'", {}),
        ("a = 1 or b = 2", {}),
        ("a = 1 and (b = 2 or c = 3)", {("tabX", "a"): "equal"}),
        ("a != 1 and b not in (1) and c is not null and not (d = 1)", {}),
        ("a in (select name from tabY where b = 1)", {}),
        ("a = now()", {}),
    ],
)
def test_the_columns_that_an_index_would_help_to_look_by(condition, expected):
    assert by_column(f"select name from `tabX` where {condition} order by modified desc limit 20") == expected


def test_a_join_names_tables_by_their_aliases_and_columns_that_are_compared():
    sql = (
        "select i.name from `tabInvoice` as i left join `tabMember` m on m.code = i.member_code "
        "where i.status = 'Paid' and unclear = 1"
    )
    assert by_column(sql) == {
        ("tabMember", "code"): "equal",
        ("tabInvoice", "member_code"): "equal",
        ("tabInvoice", "status"): "equal",
        ("", "unclear"): "equal",
    }
    assert read(sql).tables == {"i": "tabInvoice", "m": "tabMember"}


def test_a_condition_can_be_asked_by_itself():
    (found,) = read("select 1 from tabX where tabX.`a` = 'b c'").predicates
    assert found == Predicate("tabX", "a", "equal", "tabX . `a` = 'b c'")


@pytest.mark.parametrize(
    ("condition", "is_number"),
    [
        ("a = 7", True),
        ("a in ('x', 7)", True),
        ("a between 1 and 2", True),
        ("a = '7'", False),
        ("a is null", False),
    ],
)
def test_a_column_of_text_that_is_compared_with_a_number_is_told(condition, is_number):
    (found,) = read(f"select 1 from tabX where {condition}").predicates
    assert found.is_number is is_number


def test_a_query_that_is_no_select_of_tables_has_no_conditions():
    assert read("select 1").predicates == ()
    assert read("nonsense ( ' ").predicates == ()
