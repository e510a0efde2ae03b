from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.normalised import LONGEST, MOST_WORDS, VALUE, normalised


def words(text):
    return " ".join(normalised(text))


@pytest.mark.parametrize(
    "value",
    [
        *("ACC-PAY-2026-00012", "12", "-5", "1e400", "0x7f000", "12.50", "1.234,56", "80%", "#12", "v15.2.1"),
        *("€ 1.234,56", "€5", "EUR 12,-", "12.50 EUR", "12 euro", "$ 5", "5$", "£3.20", "CHF 3"),
        *("2026-11-24", "24-11-2026", "24/11/2026", "24.11.2026", "17:44", "2026-11-24 17:44:48.123456"),
        *("2026-11-24T17:44:48Z", "24 november 2026", "24 nov 2026", "3 mrt 2026", "24 Nov", "1st May 2026"),
        *("November 24, 2026", "May 3rd", "Tuesday 24 November 2026", "dinsdag 24 november", "1e mei 2026"),
        *("jan.jansen+x@example.org", "NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", "BE68 5390 0754 7034"),
        *("'x'", '"x y"', "“x y”", "„x y”", "„x y“", "‘x y’", "`x y`", "«x y z»", "b'x'", "'it's'", "''"),
        *("/private/files/a.pdf", "./files/a", "C:\\temp\\a.pdf", "ledenlijst.csv", "private/files/lijst"),
        *("https://api.example.org/v1/x?y=1", "www.example.org", "mail.example.org", "redis-queue:11000"),
        *("localhost:8000", "127.0.0.1:11000", "550e8400-e29b-41d4-a716-446655440000"),
        *("da39a3ee5e6b4b0d3255bfef95601890afd80709", "9f86d081884c7d65", "2026-11-24 17:44 UTC"),
        *("<Member: x>", "(1062, 'x')", "status=Paid"),
    ],
)
def test_a_value_becomes_the_mark_and_so_each_value_is_the_same(value):
    assert words(f"import of {value} was refused") == "import of * was refused"
    assert words(f"import was refused: {value}") == "import was refused *"


@pytest.mark.parametrize(
    "name",
    [
        *("Jan Jansen", "Jansen", "Jan van 't Hof", "Jan van ’t Hof", "Van den Berg", "Pieter van den Berg"),
        *("Fatima El Amrani", "Maria de la Rosa", "O'Brien", "D'Angelo", "Jan-Willem", "J. de Vries"),
        *("'s-Hertogenbosch", "’s-Gravenhage", "Den Haag", "Alphen aan den Rijn", "Bergen op Zoom"),
        *("Sjögren", "Jan Op den Kamp", "Jansen's"),
    ],
)
def test_the_name_of_a_person_or_place_becomes_the_mark_with_its_particles(name):
    assert words(f"mandate of {name} was revoked") == "mandate of * was revoked"
    assert words(f"Member {name} has no mandate") == "member * has no mandate"


@pytest.mark.parametrize("value", ["{'a': [1]}", "[1, 'x']", "[::1]:80", "[Member, 'M-1']", "{}"])
def test_what_stands_in_brackets_is_one_value_and_the_words_behind_it_count(value):
    assert words(f"import of {value} was refused") == "import of * was refused"


@pytest.mark.parametrize("value", ["{'a': [1, 2", "[1, 'x", "{"])
def test_a_bracket_that_is_cut_off_is_a_value_to_the_end(value):
    assert words(f"import was refused: {value}") == "import was refused *"


@pytest.mark.parametrize("value", ["12 seconds", "3 dagen", "400 MB", "EUR 5", "24 november", "5 percent"])
def test_the_unit_of_a_number_belongs_to_it_and_is_a_word_elsewhere(value):
    assert words(f"the import took {value} too much") == "the import took * too much"
    unit = value.strip("EUR 0123456789").lower()
    assert words(f"the import took {unit} too much").split() == f"the import took {unit} too much".split()


def test_a_day_of_the_week_is_a_value_and_a_month_without_a_number_is_a_word():
    assert words("the meeting of Monday was moved") == words("the meeting of dinsdag was moved")
    assert words("in maart is niets geboekt") != words("in april is niets geboekt")


def test_no_word_is_that_long():
    assert words("import of " + "x" * 40 + " failed") == "import of " + "x" * 40 + " failed"
    assert words("import of " + "x" * 41 + " failed") == "import of * failed"


def test_a_name_at_the_beginning_is_told_by_its_second_part():
    assert words("Jan Jansen could not log in") == "* could not log in"
    assert words("Jan van 't Hof could not log in") == "* could not log in"
    assert words("Nobody could log in") == "nobody could log in"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Payment 12 failed: insufficient funds", "Payment 12 failed: account closed"),
        ("Could not create Sales Invoice for Jan", "Could not create Payment Entry for Jan"),
        ("Lid Jan uit Delft heeft geen geldig IBAN", "Lid Jan uit Delft heeft geen afdeling"),
        ("Field 'iban' is missing", "Field 'iban' is invalid"),
        ("Betaling van € 5 is mislukt", "Betaling van € 5 is vertraagd"),
        ("Mandate expired on 24 May", "Mandate expires on 24 May"),
        ("frappe.utils.now is not whitelisted", "frappe.utils.today is not whitelisted"),
        ("Can't open the file", "Can open the file"),
        ("Member 12 not found", "Chapter 12 not found"),
    ],
)
def test_messages_that_say_something_else_stay_apart(one, other):
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    "text",
    [
        *("the order may not be sent", "de vrijwilliger is niet gevonden", "in maart is niets geboekt"),
        *("can't open the file", "it doesn't exist", "lid's adres ontbreekt", "een e-mail is mislukt"),
        *("frappe.utils.now is not whitelisted", "a marching band is no month", "het euro-project is klaar"),
    ],
)
def test_plain_words_are_no_values(text):
    assert words(text) == text


@pytest.mark.parametrize(
    "title",
    ["Background Job Failed For Member", "SEPA Batch Not Sent", "Backup Failed", "Betaling Mislukt Voor Lid"],
)
def test_a_title_that_is_written_with_capitals_keeps_its_words(title):
    assert words(title) == title.lower()
    assert words(f"{title} (12)") == f"{title.lower()} *"


def test_words_of_the_trade_with_a_capital_are_no_names():
    assert words("could not submit the Sales Invoice") == "could not submit the sales invoice"
    assert words("could not submit the Jansen") == "could not submit the *"


def test_capitals_and_punctuation_say_nothing():
    assert (
        words("Payment REFUSED, again!")
        == words("payment refused again")
        == words("(payment: refused) again…")
    )


def test_any_space_between_words_is_as_good_as_one_blank():
    assert words("refused\tby \u00a0 the  bank") == "refused by the bank"


def test_several_values_in_a_row_are_one_mark():
    assert words("refused: 12, 13 'x' and 14") == "refused * and *"


def test_only_the_first_line_that_says_something_counts():
    assert words("\n \n refused by the bank \nsecond line") == "refused by the bank"


@pytest.mark.parametrize("text", ["", " ", "\n\t\n", ".,;:"])
def test_nothing_has_no_words(text):
    assert normalised(text) == ()


@pytest.mark.parametrize("text", ["12", "'x'", "*", "{}"])
def test_a_value_alone_is_the_mark_alone(text):
    assert normalised(text) == (VALUE,)


def test_of_a_long_message_only_the_beginning_counts():
    assert len(normalised("aa " * 1000)) == MOST_WORDS
    beginning = "abc " * 8 + "x" * (LONGEST - 32)
    assert normalised(beginning + "y") == normalised(beginning + "z more")


VALUES = st.sampled_from(
    ["12", "'a b'", "Jansen", "ACC-1", "a@b.nl", "€ 5", "2026-11-24", "/a/b", "Jan de Vries"]
)
PLAIN = st.sampled_from(
    ["lid", "heeft", "geen", "mandaat", "payment", "failed", "sepa", "de", "van", "is", "not"]
)
MESSAGES = st.lists(VALUES | PLAIN, max_size=20).map(" ".join)


@given(st.text() | MESSAGES)
def test_it_never_fails_and_its_words_are_bounded_and_in_lower_case(text):
    found = normalised(text)
    assert len(found) <= MOST_WORDS
    assert sum(map(len, found)) <= 2 * LONGEST
    assert all(word == word.lower() and not any(c.isspace() for c in word) for word in found)
    assert (VALUE, VALUE) not in set(pairwise(found))


@given(st.text() | MESSAGES)
def test_what_was_normalised_stays_as_it_is(text):
    once = normalised(text)
    assert normalised(" ".join(once)) == once


@given(VALUES, VALUES)
def test_one_value_is_as_good_as_another(one, other):
    assert normalised(f"the bank refused {one} of us") == normalised(f"the bank refused {other} of us")


@given(MESSAGES, st.sampled_from([" ", "\n", "\t", "\r\n"]))
def test_space_around_a_message_says_nothing(text, space):
    assert normalised(f"{space}{text}{space}") == normalised(text)


@given(st.lists(PLAIN, min_size=1, max_size=MOST_WORDS))
def test_plain_words_all_stay(plain):
    assert list(normalised(" ".join(plain))) == plain
