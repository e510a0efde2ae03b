from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.severity import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    SEVERITIES,
    SeverityRule,
    rule_of,
)

SETTINGS = Path(__file__).parents[2] / "verenigingen_maintenance" / "runbook" / "settings.yaml"
RUNBOOK = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))["Maintenance Settings"]["severity_rules"]
SHIPPED = [SeverityRule.of(rule["title"], rule["words"], rule["severity"]) for rule in RUNBOOK]
MONEY = SeverityRule.of("Money", "payment*, direct debit, sepa")
DATABASE = SeverityRule.of("Database", "Deadlock\nforeign key", HIGH)


def kind_of(title, rules):
    return rule_of(title, rules).kind or None


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("payment, sepa", ("payment", "sepa")),
        ("payment\nsepa", ("payment", "sepa")),
        ("payment,\r\nsepa,\n", ("payment", "sepa")),
        ("  Direct Debit  ", ("direct debit",)),
        ("", ()),
        (" , \n,, ", ()),
    ],
)
def test_words_are_separated_by_commas_or_lines_and_empty_ones_fall_out(words, parts):
    assert SeverityRule.of("kind", words) == SeverityRule("kind", parts)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Payment failed", "Money"),
        ("PAYMENTS are late", "Money"),
        ("The Direct Debit was refused", "Money"),
        ("direct and debit", None),
        ("SEPA/2026: refused", "Money"),
        ("sepa_batch of November", "Money"),
        ("a comma-separated list", None),
        ("Prepayment", None),
        ("payment_entry.submit", "Money"),
        ("deadlocks are rare", None),
        ("deadlock found", "Database"),
        ("a FOREIGN KEY constraint fails", "Database"),
        ("Timeout", None),
        ("", None),
    ],
)
def test_a_title_is_of_the_kind_whose_words_it_holds_in_any_case(title, kind):
    assert kind_of(title, [MONEY, DATABASE]) == kind


def test_the_first_kind_wins():
    title = "Deadlock while writing a payment"
    assert kind_of(title, [MONEY, DATABASE]) == "Money"
    assert kind_of(title, [DATABASE, MONEY]) == "Database"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("betaling", [False, True, False]),
        ("betaling*", [False, True, True]),
        ("*betaling*", [True, True, True]),
        ("b*t", [False, False, False]),
    ],
)
def test_a_star_stands_for_the_rest_of_a_word(word, found):
    titles = ["Terugbetaling mislukt", "Betaling mislukt", "betalingen mislukt"]
    assert [SeverityRule.of("kind", word).matches(title) for title in titles] == found


def test_a_word_is_text_and_no_pattern_but_for_its_star():
    rule = SeverityRule.of("kind", "a.c, (1213, c++")
    titles = ["abc", "a.c", "(1213, 'Deadlock')", "c++ failed", "ccc"]
    assert [rule.matches(title) for title in titles] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("title", "severity"),
    [("Payment failed", CRITICAL), ("deadlock found", HIGH), ("Timeout", MEDIUM), ("", MEDIUM)],
)
def test_a_title_is_as_severe_as_its_kind_and_without_one_it_is_medium(title, severity):
    assert rule_of(title, [MONEY, DATABASE]).severity == severity


@pytest.mark.parametrize(("severity", "kept"), [(LOW, LOW), (None, CRITICAL), ("", CRITICAL)])
def test_a_kind_that_names_no_severity_is_critical_as_all_were_before(severity, kept):
    assert SeverityRule.of("kind", "payment", severity).severity == kept


def test_without_rules_every_title_is_medium_and_of_no_kind():
    assert rule_of("Payment failed", []) == SeverityRule("", (), MEDIUM)


def test_the_kinds_of_the_runbook_name_severities_and_words():
    assert [rule["title"] for rule in RUNBOOK if rule["severity"] not in SEVERITIES] == []
    assert all(rule.words for rule in SHIPPED)
    assert len({rule.kind for rule in SHIPPED}) == len(SHIPPED)


@given(st.text(), st.text(alphabet=" ,\n\t"))
def test_a_kind_without_words_matches_nothing(title, words):
    assert kind_of(title, [SeverityRule.of("nothing", words)]) is None


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["payment", "PAYMENT", "Direct debit"]))
def test_a_word_is_found_wherever_it_stands(before, behind, word):
    assert kind_of(f"{before} {word} {behind}", [MONEY]) == "Money"


@pytest.mark.parametrize(
    ("title", "severity", "kind"),
    [
        ("SEPA batch 2026-11 was refused", CRITICAL, "Payments and SEPA"),
        ("IntegrityError: (1062, 'Duplicate entry')", CRITICAL, "Database integrity"),
        ("frappe.exceptions.PermissionError: not allowed", CRITICAL, "Permission"),
        ("Backup failed: No space left on device", CRITICAL, "Data loss"),
        ("ReadTimeout of the map service", HIGH, "Time-outs and connections"),
        ("Connection refused by redis-queue", HIGH, "Time-outs and connections"),
        ("A payment timed out", CRITICAL, "Payments and SEPA"),
        ("ValidationError in verenigingen.api.get", LOW, "Input that was refused"),
        ("DoesNotExistError: Member 12 not found", LOW, "Input that was refused"),
        ("MandatoryError: [Member, M-1]: birth_date", LOW, "Input that was refused"),
        ("A mandate is missing: ValidationError", CRITICAL, "Payments and SEPA"),
        ("KeyError in verenigingen.api.get", MEDIUM, ""),
        ("A comma-separated list could not be read", MEDIUM, ""),
    ],
)
def test_the_kinds_of_the_runbook_tell_how_severe_an_error_is(title, severity, kind):
    found = rule_of(title, SHIPPED)
    assert (found.severity, found.kind) == (severity, kind)
