"""Which names are those of the machine itself, and what a list of hosts in a site's config may look like."""

import pytest

from verenigingen_maintenance.core.hosts import is_local, named


@pytest.mark.parametrize(
    ("name", "local"),
    [
        *((name, True) for name in ("", "localhost", "LocalHost", "127.0.0.1", "127.0.1.1", "::1")),
        *((name, True) for name in ("erp-1", "ERP-1")),
        *((name, False) for name in ("127.example.com", "127.0.0.1.example.com", "erp-2", "10.0.0.1")),
    ],
)
def test_the_names_of_this_host(name, local):
    assert is_local(name, "erp-1") is local


@pytest.mark.parametrize(
    ("listed", "names"),
    [(None, set()), ("", set()), ("DB2", {"db2"}), (["DB2", " db3 "], {"db2", "db3"})],
)
def test_a_text_in_place_of_a_list_is_one_name(listed, names):
    assert named(listed) == names
