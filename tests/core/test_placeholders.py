import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.placeholders import emails, is_blank, is_no_contact, is_no_telephone

OF_THE_DOCUMENT = ["operations@vereniging.nl", "tech-team@vereniging.nl", "support-vendor@company.com"]


@pytest.mark.parametrize("address", OF_THE_DOCUMENT)
def test_the_addresses_of_the_written_procedure_are_blank_in_any_case(address):
    for written in (address, address.upper(), address.title(), f"  {address}\n"):
        assert is_blank(written)
        assert not emails(written)


@pytest.mark.parametrize(
    "contact",
    [
        *(None, "", "   ", "\n"),
        *("[Name]", "[Phone]", "[Email]", "[Emergency Number]", "[Name] - [Phone] - [Email]", "[]", "<name>"),
        *("x@example.com", "X@EXAMPLE.ORG", "x@mail.example.net ", "x@example", "x@site.test", "x@a.invalid"),
    ],
)
def test_what_nobody_answers_is_blank(contact):
    assert is_blank(contact)
    assert not emails(contact)


@pytest.mark.parametrize(
    "address",
    [
        *("a@vereniging.nl", "Operations2@vereniging.nl", "operations@vereniging.nl.eu", " jan@company.com "),
        *("x@notexample.com", "x@example.com.nl", "x@example.nl", "test@vereniging.nl"),
    ],
)
def test_a_real_address_is_not_blank(address):
    assert not is_blank(address)


@pytest.mark.parametrize(
    "contact",
    ["+31 20 123 45 67", "020-1234567", "(020) 123 45 67", "vendor desk, 0800 1234, ask for 56"],
)
def test_a_telephone_number_is_a_contact_and_no_address(contact):
    assert not is_no_contact(contact)
    assert not is_no_telephone(contact)
    assert not emails(contact)


@pytest.mark.parametrize("written", ["support", "TBD", "?", "-", "#ops on Slack", "Jan de Vries", "24/7"])
def test_words_without_an_address_or_a_number_reach_nobody(written):
    assert is_no_contact(written)
    assert is_no_telephone(written)


@pytest.mark.parametrize("number", ["112", "0900-8844", "14 020"])
def test_a_short_number_can_be_called(number):
    assert not is_no_telephone(number)


def test_a_name_is_no_placeholder():
    assert not is_blank("Jan de Vries")


@pytest.mark.parametrize(
    "address", ["a@vereniging.nl", " jan.de-vries+x@mail.vereniging.nl ", "j@company.com"]
)
def test_a_real_address_may_be_written_to(address):
    assert emails(address)


@pytest.mark.parametrize(
    ("contact", "addresses"),
    [
        ("Jan de Vries <jan@vereniging.nl>", ["jan@vereniging.nl"]),
        ("Jan de Vries &lt;jan@vereniging.nl&gt;", ["jan@vereniging.nl"]),
        ("a@vereniging.nl, b@vereniging.nl; c@vereniging.nl", [f"{x}@vereniging.nl" for x in "abc"]),
        ("Jan <x@example.com>, b@vereniging.nl", ["b@vereniging.nl"]),
    ],
)
def test_names_with_addresses_and_several_addresses_are_written_to(contact, addresses):
    assert not is_no_contact(contact)
    assert emails(contact) == addresses


@pytest.mark.parametrize(
    "contact",
    [
        *("a@b", "@vereniging.nl", "a@vereniging.nl b@vereniging.nl", "x@mytest"),
        *("a@b@vereniging.nl", "Ops <operations@vereniging.nl>", "Jan <x@example.com>"),
    ],
)
def test_what_looks_like_an_address_and_cannot_be_written_to_is_still_to_fill_in(contact):
    assert is_no_contact(contact)
    assert is_blank(contact)
    assert not emails(contact)


@given(st.one_of(st.none(), st.text(), st.emails()))
def test_what_is_blank_is_never_written_to(contact):
    assert not (is_blank(contact) and emails(contact))
