import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.fingerprints import Signature, hashed, signature
from verenigingen_maintenance.core.grouping import (
    ALIKE,
    MOST_FRAMES,
    MOST_TEXTS,
    OTHER_FRAMES,
    OTHER_TEXTS,
    Found,
    Grouping,
    Known,
    name_of,
)

REGIONS = ["noord", "zuid", "oost", "west", "midden", "kust", "heide", "bos", "duin", "polder", "veen"]
ASKED = [("Error", f"regio {region} kan niet laden") for region in REGIONS]
# Two of one cause, two of which a single word differs, one of a traceback, one of nothing.
ROWS = [
    ("Error", "Payment 12 failed for Jan Jansen: account closed"),
    ("Error", "Payment 13 failed for Piet de Vries: account closed"),
    ("Error", "Payment 12 failed for Jan Jansen: account blocked"),
    ("Bank import", "not found"),
    (
        "Error",
        'Traceback (most recent call last):\n  File "apps/crm/crm/api.py", line 3, in get\nKeyError: 1',
    ),
    (None, None),
]


def assigned(grouping, rows):
    """The patterns of the rows once all are read."""
    names = [grouping.pattern_of(*row) for row in rows]
    return [grouping.survivor(name) for name in names]


def rebuilt(*found, **options):
    """A grouping that knows what others stored."""
    continued = {name: survivor for each in found for name, survivor in each.continued.items()}
    return Grouping([known for each in found for known in each.fingerprints], continued, **options)


def letters(number):
    """A number written as a word."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(5))


def unlike(number):
    """Texts of which no two have a word in common."""
    return "Error", " ".join(letters(number * factor % 26**5) for factor in (1, 3, 5, 7, 9))


def test_rows_of_one_fingerprint_are_one_pattern_named_after_it():
    names = assigned(Grouping(), ROWS)
    assert names == [name_of(signature(*row).fingerprint) for row in ROWS]
    assert names[0] == names[1]
    assert len(set(names)) == len(ROWS) - 1
    assert all(name.startswith("EP-") and len(name) == 15 for name in names)


def test_names_do_not_depend_on_the_order_in_which_rows_come():
    names = dict(zip(ROWS, assigned(Grouping(), ROWS), strict=True))
    for seed in range(5):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        assert assigned(Grouping(), shuffled) == [names[row] for row in shuffled]


def test_what_is_new_is_handed_over_once():
    grouping = Grouping()
    names = assigned(grouping, ROWS)
    found = grouping.take()
    assert set(found.patterns) == set(names) == {known.pattern for known in found.fingerprints}
    assert [name_of(each.fingerprint) for each in found.patterns.values()] == list(found.patterns)
    assigned(grouping, ROWS)
    assert grouping.take() == Found()
    assert (bool(found), bool(Found())) == (True, False)


def test_what_is_stored_is_known_again_and_is_not_new():
    first = Grouping()
    names = assigned(first, ROWS)
    again = rebuilt(first.take())
    assert assigned(again, ROWS) == names
    assert not again.found


def test_texts_of_which_one_word_differs_are_one_pattern_once_there_are_enough():
    grouping = Grouping()
    names = [grouping.pattern_of(*row) for row in ASKED[: ALIKE - 1]]
    assert len(set(names)) == ALIKE - 1
    assert not grouping.found.continued
    last = grouping.pattern_of(*ASKED[ALIKE - 1])
    assert {grouping.survivor(name) for name in names} == {last}
    assert {grouping.pattern_of(*row) for row in ASKED} == {last}
    own = {name_of(signature(*row).fingerprint) for row in ASKED[:ALIKE]}
    assert last in own
    assert grouping.found.continued == {name: last for name in own - {last}}


def test_the_word_that_differs_may_stand_anywhere():
    for text in ("{} kan de regio niet laden", "regio kan de {} niet laden", "regio kan niet laden in {}"):
        rows = [("Error", text.format(region)) for region in REGIONS]
        assert len(set(assigned(Grouping(), rows))) == 1


def test_a_text_that_comes_later_joins_them_and_leaves_nothing_to_store():
    grouping = Grouping()
    merged = assigned(grouping, ASKED[:ALIKE])
    grouping.take()
    assert assigned(grouping, ASKED[ALIKE:]) == merged[: len(ASKED) - ALIKE]
    assert not grouping.found


def test_the_pattern_that_goes_on_is_one_that_was_stored_before():
    grouping = Grouping()
    before = grouping.pattern_of(*ASKED[3])
    grouping.take()
    assert set(assigned(grouping, ASKED)) == {before}
    assert before not in grouping.found.continued


def test_texts_that_were_merged_stay_merged_when_they_are_read_from_the_database():
    first = Grouping()
    names = assigned(first, ASKED + ROWS)
    again = rebuilt(first.take())
    assert assigned(again, ASKED + ROWS) == names
    assert again.pattern_of("Error", "regio strand kan niet laden") == names[0]
    assert not again.found


def test_seven_that_were_stored_and_one_more_are_enough():
    first = Grouping()
    names = assigned(first, ASKED[: ALIKE - 1])
    again = rebuilt(first.take())
    last = again.pattern_of(*ASKED[ALIKE - 1])
    assert last in names
    assert {again.survivor(name) for name in names} == {last}
    assert set(again.found.continued.values()) == {last}


def test_a_value_that_is_told_to_be_one_joins_its_template():
    grouping = Grouping()
    merged = assigned(grouping, ASKED)
    assert grouping.pattern_of("Error", "regio 5 kan niet laden") == merged[0]


def test_a_value_that_is_told_to_be_one_is_merged_with_the_others_when_it_came_first():
    grouping = Grouping()
    first = grouping.pattern_of("Error", "regio 5 kan niet laden")
    merged = set(assigned(grouping, ASKED))
    assert merged == {grouping.survivor(first)}


def test_a_word_beside_a_value_is_taken_for_a_part_of_it():
    rows = [("Error", f"regio 12 {region} kan niet laden") for region in REGIONS]
    grouping = Grouping()
    merged = assigned(grouping, rows)
    assert len(set(merged[ALIKE - 1 :])) == 1
    assert grouping.pattern_of("Error", "regio 12 kan niet laden") == merged[-1]


@pytest.mark.parametrize("text", ["{} was refused", "{} 12 not found", "the {} broke"])
def test_texts_of_few_words_are_never_merged(text):
    names = assigned(Grouping(), [("Error", text.format(word)) for word in REGIONS])
    assert len(set(names)) == len(REGIONS)


def test_texts_that_differ_in_two_words_are_not_merged():
    texts = [f"regio {one} kan {other} niet laden" for one, other in zip(REGIONS, REGIONS[::-1], strict=True)]
    assert len(set(assigned(Grouping(), [("Error", text) for text in texts]))) == len(REGIONS)


def test_of_texts_that_are_all_unlike_the_first_are_told_apart_and_the_rest_has_a_name():
    grouping = Grouping()
    names = {grouping.pattern_of(*unlike(number)) for number in range(100_000)}
    assert len(names) == MOST_TEXTS + 1
    assert grouping.pattern_of(*unlike(1)) == name_of(signature(*unlike(1)).fingerprint)
    overflow = grouping.pattern_of(*unlike(99_999))
    assert grouping.found.patterns[overflow].title == OTHER_TEXTS
    assert len(grouping.found.fingerprints) == MOST_TEXTS + 1


def test_what_ran_over_goes_on_to_when_it_was_stored_and_tracebacks_are_still_told_apart():
    first = Grouping()
    overflow = assigned(first, [unlike(number) for number in range(MOST_TEXTS + 1)])[-1]
    again = rebuilt(first.take())
    assert again.pattern_of(*unlike(MOST_TEXTS + 7)) == overflow
    assert not again.found
    assert again.pattern_of(*ROWS[4]) != overflow


def test_functions_beyond_the_bound_have_a_name_together():
    text = 'Traceback (most recent call last):\n  File "apps/crm/crm/api.py", line 3, in f{}\nKeyError: 1'
    grouping = Grouping()
    names = {grouping.pattern_of("Error", text.format(number)) for number in range(MOST_FRAMES + 50)}
    assert len(names) == MOST_FRAMES + 1
    last = grouping.pattern_of("Error", text.format(MOST_FRAMES + 1))
    assert grouping.found.patterns[last].title == OTHER_FRAMES
    assert grouping.pattern_of(*ROWS[0]) != last


def version_2(words_of):
    """A second version of the algorithm, which keeps of a text what `words_of` says."""

    def algorithm(title, text):
        words = tuple(words_of(text or ""))
        return Signature(hashed("v2", *words, version=2), words=words)

    return {1: signature, 2: algorithm}


def stored_by_version_1(rows):
    grouping = Grouping()
    return assigned(grouping, rows), grouping.take()


def test_what_an_older_version_grouped_is_found_and_has_the_new_fingerprint_too():
    names, found = stored_by_version_1(ROWS)
    versions = version_2(lambda text: [word for word in text.split() if not word.isdigit()])
    grouping = rebuilt(found, versions=versions)
    assert assigned(grouping, ROWS) == names
    assert not grouping.found.patterns
    assert not grouping.found.continued
    assert {(each.fingerprint[:2], each.pattern) for each in grouping.found.fingerprints} == {
        ("2-", name) for name in names
    }
    assert assigned(rebuilt(found, grouping.take(), versions=versions), ROWS) == names


def test_two_patterns_that_a_new_version_makes_one_go_on_in_the_first():
    rows = [ROWS[0], ROWS[2]]
    (one, other), found = stored_by_version_1(rows)
    versions = version_2(lambda text: text.split()[:1])
    grouping = rebuilt(found, versions=versions)
    assert assigned(grouping, rows) == [one, one]
    new = grouping.take()
    assert new.continued == {other: one}
    again = rebuilt(found, new, versions=versions)
    assert assigned(again, rows[::-1]) == [one, one]
    assert not again.found


def test_a_pattern_that_a_new_version_splits_stays_one():
    rows = ROWS[:2]
    (one, _same), found = stored_by_version_1(rows)
    grouping = rebuilt(found, versions=version_2(str.split))
    assert assigned(grouping, rows) == [one, one]
    assert len(grouping.found.fingerprints) == 2
    assert not grouping.found.continued


def test_what_an_older_version_never_saw_is_new_and_compared_with_nothing():
    _names, found = stored_by_version_1(ROWS)
    grouping = rebuilt(found, versions=version_2(str.split))
    name = grouping.pattern_of("Error", "the disk is full again")
    assert list(grouping.found.patterns) == [name]
    assert [each.fingerprint[:2] for each in grouping.found.fingerprints] == ["2-"]


def test_what_only_the_new_version_saw_joins_without_moving_other_patterns():
    (_one, other), found = stored_by_version_1([ROWS[3], ROWS[0]])
    grouping = rebuilt(found, versions=version_2(lambda text: text.split()[:1]))
    assert assigned(grouping, [ROWS[0], ROWS[2]]) == [other, other]
    assert not grouping.found.continued


def test_without_older_versions_no_other_algorithm_is_asked():
    asked = []

    def counted(title, text):
        asked.append(text)
        return signature(title, text)

    grouping = Grouping(versions={1: counted})
    assigned(grouping, ROWS * 2)
    assert len(asked) == 2 * len(ROWS)


def test_a_new_version_merges_texts_that_are_alike_as_well():
    grouping = Grouping(versions=version_2(str.split))
    assert len(set(assigned(grouping, ASKED))) == 1


def test_after_an_upgrade_a_text_of_before_is_no_template():
    _names, found = stored_by_version_1([("Error", "regio 12 kan niet laden")])
    old = [Known(f"0-{each.fingerprint[2:]}", each.pattern, each.words) for each in found.fingerprints]
    grouping = Grouping(old)
    assert len(set(assigned(grouping, ASKED[:3]))) == 3


def test_after_an_upgrade_a_template_of_before_still_is_one():
    names, found = stored_by_version_1(ASKED)
    old = [Known(f"0-{each.fingerprint[2:]}", each.pattern, each.words) for each in found.fingerprints]
    assert Grouping(old, found.continued).pattern_of("Error", "regio strand kan niet laden") == names[0]


def test_a_pattern_goes_on_in_the_last_of_a_row_of_patterns():
    grouping = Grouping((), {"EP-a": "EP-b", "EP-b": "EP-c"})
    assert [grouping.survivor(name) for name in ("EP-a", "EP-b", "EP-c", "EP-d")] == [
        "EP-c",
        "EP-c",
        "EP-c",
        "EP-d",
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(REGIONS), st.sampled_from(["laden", "open", "12"])), min_size=9, max_size=40
    )
)
def test_reading_again_finds_the_same_patterns_in_whatever_steps_they_were_stored(pairs):
    rows = [("Error", f"regio {region} kan niet {word}") for region, word in pairs]
    grouping, stored = Grouping(), []
    for at, row in enumerate(rows):
        grouping.pattern_of(*row)
        if at % 5 == 4:
            stored.append(grouping.take())
    stored.append(grouping.take())
    assert assigned(rebuilt(*stored), rows) == assigned(grouping, rows)
