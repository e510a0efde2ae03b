"""Which addresses of chats and pagers are refused unseen, and what is added to the others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.target_urls import NOT_ALLOWED, refused_because, schema_of, with_limits

SECRET = "xoxb-very-secret"


@pytest.mark.parametrize("url", ["", "  ", SECRET, f"hooks.slack.com/{SECRET}", f"mailto:{SECRET}"])
def test_what_does_not_begin_with_a_kind_is_refused_without_repeating_it(url):
    reason = refused_because(url)
    assert "begins with a kind" in reason
    assert SECRET not in reason


@pytest.mark.parametrize("schema", sorted(NOT_ALLOWED))
@pytest.mark.parametrize("spelled", [str.lower, str.upper])
def test_what_runs_or_writes_on_this_machine_is_refused(schema, spelled):
    assert "on this machine are refused" in refused_because(f" {spelled(schema)}://x")


@pytest.mark.parametrize(
    "url",
    [
        "slack://a/b/c?template=site_config.json",
        "fcm://project/?keyfile=key.json",
        "mailtos://u:p@host?pgpkey=site_config.json",
        "discord://a/b?x=%2Fetc%2Fpasswd",
        "workflows://h/a/b?TEMPLATE=x",
        "tgram://a/b?y=file:///etc/passwd",
        "tgram://a/b?y=../x",
        "discord://1/2/?x=1;template=/etc/passwd",
        "discord://1/2/?x=1;template=site_config.json",
        "fcm://project/?x;KeyFile=key.json",
        "discord://1/2/?template+=site_config.json",
        "tgram://a/b?x=1;y=/etc/passwd&z=1",
    ],
)
def test_an_address_that_would_send_a_file_of_this_machine_is_refused(url):
    assert refused_because(url) == "An address that names a file of this machine is refused."


@pytest.mark.parametrize(
    "url",
    [
        "slack://a/b/c",
        "https://hooks.slack.com/services/A/B/C",
        "jsons://h/path?+X-Path=/a",
        "whatsapp://t@1/2?template=alarm",
        "ntfys://topic?priority=high",
    ],
)
def test_others_are_left_to_apprise(url):
    assert refused_because(url) == ""


def test_two_addresses_in_one_are_refused():
    assert "write one" in refused_because("json://a json://b")


def test_limits_are_added_and_replace_those_that_were_there():
    assert with_limits("json://h/p", 5) == "json://h/p?redirect=no&cto=5.0&rto=5.0&retry=0"
    url = with_limits("json://h/p?Redirect=yes&a=b&rto=900&%72etry=9", 5)
    assert url == "json://h/p?a=b&redirect=no&cto=5.0&rto=5.0&retry=0"


def test_limits_replace_those_behind_a_semicolon_too():
    assert with_limits("json://h/p?a=b;Redirect=yes;cto=900", 5) == with_limits("json://h/p?a=b", 5)


@given(st.text(max_size=60), st.integers(1, 60))
def test_whatever_an_address_says_no_redirect_is_followed(text, seconds):
    query = with_limits(f"json://h/{text}", seconds).partition("?")[2].lower()
    assert [part for part in re.split("[&;]", query) if part.startswith("redirect")] == ["redirect=no"]


@given(st.text(max_size=80))
def test_any_text_is_judged(text):
    assert isinstance(refused_because(text), str)
    assert schema_of(text) == schema_of(text).lower()
