import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.labelled_errors import SET_ASIDE_SEED, TUNING_SEEDS, generate, pairwise_f1
from verenigingen_maintenance.core.fingerprints import (
    LONGEST_TITLE,
    VERSION,
    VERSIONS,
    Signature,
    hashed,
    signature,
)
from verenigingen_maintenance.core.tracebacks import Frame

FORM = re.compile(rf"{VERSION}-[0-9a-f]{{16}}")


def traceback_of(exception="KeyError", function="create", message="'x'", module="sepa", line=7):
    return (
        "Traceback (most recent call last):\n"
        f'  File "apps/verenigingen/verenigingen/{module}.py", line {line}, in {function}\n'
        f"    call({line})\n"
        f"{exception}: {message}\n"
    )


def with_variables(text):
    text = text.replace("Traceback (", "Traceback with variables (").rstrip("\n")
    head, _line, last = text.rpartition("\n")
    return f"{head}\n      name = 'Jan'\n      total = 12\nbuiltins.{last}"


def fingerprint(title, text):
    return signature(title, text).fingerprint


@pytest.fixture(scope="module", params=[*TUNING_SEEDS, SET_ASIDE_SEED])
def labelled(request):
    rows = generate(request.param, 5_000)
    return rows, [fingerprint(row.method, row.error) for row in rows]


def test_rows_of_one_cause_have_one_fingerprint_and_no_other_has_it(labelled):
    rows, found = labelled
    assert pairwise_f1([row.label for row in rows], found) >= 0.97


def test_so_have_rows_that_are_a_sentence_only(labelled):
    rows, found = labelled
    told = [(row.label, each) for row, each in zip(rows, found, strict=True) if row.is_free_text]
    assert len(told) > 1_000
    assert pairwise_f1(*zip(*told, strict=True)) >= 0.93


@pytest.mark.parametrize(
    ("title", "text"), [(None, None), ("Error", traceback_of()), ("Payment 12 failed", None), ("", "x")]
)
def test_a_fingerprint_says_by_which_version_it_was_made(title, text):
    assert FORM.fullmatch(fingerprint(title, text))
    assert VERSIONS[VERSION] is signature
    assert max(VERSIONS) == VERSION


def test_the_version_changes_nothing_but_the_prefix():
    old, new = hashed("text", "a", version=1), hashed("text", "a", version=2)
    assert (old[:2], new[:2], old[2:] == new[2:]) == ("1-", "2-", True)


def test_fingerprints_of_version_1_are_kept_in_databases_and_may_not_change():
    assert fingerprint("Error", traceback_of()) == "1-30e30a77dbaba904"
    assert fingerprint("Payment 12 failed for Jan Jansen", "") == "1-5700ac7db5f5e917"


@pytest.mark.parametrize("text", [traceback_of(), traceback_of("ValueError", message="first: second")])
def test_both_forms_of_a_traceback_have_one_fingerprint(text):
    assert fingerprint("one", text) == fingerprint("other", with_variables(text))


def test_neither_title_nor_message_nor_line_tells_tracebacks_apart():
    one = fingerprint("Payment 12 failed", traceback_of())
    assert one == fingerprint(None, traceback_of(message="'other'", line=900))
    assert one == fingerprint("x", "Could not send.\n\n" + traceback_of().replace("\n", "\r\n"))


def test_type_and_function_and_module_tell_tracebacks_apart():
    texts = [
        traceback_of(),
        traceback_of("ValueError"),
        traceback_of(function="cancel"),
        traceback_of(module="dues"),
    ]
    assert len({fingerprint("Error", text) for text in texts}) == len(texts)


def test_half_a_character_in_a_name_does_no_harm():
    assert FORM.fullmatch(fingerprint("Error", traceback_of(function="f\ud83d")))


def test_a_traceback_is_never_the_same_as_a_text():
    assert signature("x", traceback_of()).words == ()
    assert signature("KeyError", "KeyError").exception == ""
    assert fingerprint("KeyError", "KeyError") != fingerprint("KeyError", traceback_of())


def test_of_a_text_the_values_do_not_count():
    one = fingerprint("Payment failed", "Payment 12 failed for Jan Jansen: 3 attempts")
    assert one == fingerprint("Payment failed", "Payment ACC-9 failed for Fatima El Amrani: 40 attempts")
    assert one != fingerprint("Payment failed", "Payment 12 refused for Jan Jansen: 3 attempts")


def test_the_title_counts_where_the_text_says_little():
    assert signature("Mollie webhook", "404").words == ("mollie", "webhook", "*")
    assert fingerprint("Mollie webhook", "404") != fingerprint("Bank import", "404")
    assert (
        signature("Mollie webhook", "").words
        == signature("Mollie webhook", None).words
        == ("mollie", "webhook")
    )


def test_the_title_does_not_count_where_the_text_says_enough():
    text = "the bank refused the batch"
    assert (
        fingerprint("Mollie webhook", text) == fingerprint("Bank import 12", text) == fingerprint(None, text)
    )


@pytest.mark.parametrize("title", ["", None, "Error", " error ", "Fout", "Traceback", "Exception"])
def test_a_title_that_says_nothing_is_as_good_as_none(title):
    assert signature(title, "not found").words == ("not", "found")


def test_a_title_that_repeats_the_text_is_not_counted_twice():
    assert signature("Not found", "not found").words == ("not", "found")
    assert signature("Not found: 12", "not found").words == ("not", "found", "*")
    assert signature("Not found", "not found: 12").words == ("not", "found")


def test_of_a_traceback_cut_off_at_once_the_title_is_left():
    cut = "Traceback (most recent call last):\n  File"
    assert signature("Bank import of 12", cut).words == ("bank", "import", "of", "*")


@pytest.mark.parametrize("text", ["NoneType: None\n", "None", " "])
def test_a_traceback_that_was_asked_for_where_there_was_none_says_nothing(text):
    assert signature("Bank import of 12", text) == signature("Bank import of 12", None)


def test_a_row_without_title_and_text_is_an_error_too():
    assert fingerprint(None, None) == fingerprint("", "") == fingerprint("Error", " \n")
    assert signature(None, None).title == "An error without any text"


@pytest.mark.parametrize(
    ("title", "text", "called"),
    [
        ("Error", traceback_of(), "KeyError in verenigingen.sepa.create"),
        ("Error", traceback_of()[: -len("KeyError: 'x'\n")], "Exception in verenigingen.sepa.create"),
        ("Error", "Traceback (most recent call last):\nKeyError: 'x'", "KeyError in an unknown place"),
        ("Payment 12 failed for Jan Jansen", "", "Payment … failed for …"),
        (None, "12", "…"),
    ],
)
def test_a_pattern_is_called_by_what_its_rows_have_in_common(title, text, called):
    assert signature(title, text).title == called


def test_a_file_that_does_not_compile_is_named_even_where_its_traceback_is_cut_off():
    frame = 'File "apps/verenigingen/verenigingen/broken.py", line 1'
    cut = f"Traceback (most recent call last):\n  {frame}\n    x = (\n"
    assert signature("Error", cut).title == "Exception in verenigingen.broken"


@pytest.mark.parametrize(
    "one",
    [
        signature("Error", traceback_of("E" * 100, "f" * 100)),
        signature("Error", "word " * 200),
        Signature("1-0", "KeyError", Frame("a", "m." * 100, "f")),
    ],
)
def test_a_title_has_140_characters_at_most(one):
    assert len(one.title) == LONGEST_TITLE == 140


TEXTS = st.none() | st.text() | st.text().map(lambda text: traceback_of(message=text))


@given(TEXTS, TEXTS)
def test_any_row_has_one_fingerprint_and_a_title(title, text):
    found = signature(title, text)
    assert FORM.fullmatch(found.fingerprint)
    assert found == signature(title, text)
    assert 0 < len(found.title) <= LONGEST_TITLE
    assert "\n" not in found.title


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_fingerprints_of_different_parts_differ(one, other):
    clean = [[part.replace("\0", "") for part in parts] for parts in (one, other)]
    assert (hashed("text", *clean[0]) == hashed("text", *clean[1])) == (clean[0] == clean[1])
