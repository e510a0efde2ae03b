"""Published weaknesses against what is installed: ranges of versions, and the files they come in."""

import pytest

from verenigingen_maintenance.core.advisories import NoAdvisories, audited, compare, not_audited, read


def record(*events, versions=(), name="Jinja2", **values):
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
        "versions": list(versions),
    }
    return {"id": "PYSEC-1", "affected": [affected], **values}


def is_weak(version, payload, package="jinja2"):
    return bool(compare({package: version}, read(payload)).found)


FROM_START, FIXED, LAST = {"introduced": "0"}, {"fixed": "3.1.4"}, {"last_affected": "2.9"}


@pytest.mark.parametrize(
    ("version", "events", "weak"),
    [
        ("3.1.3", (FROM_START, FIXED), True),
        ("3.1.4", (FROM_START, FIXED), False),
        ("3.1.4rc1", (FROM_START, FIXED), True),
        ("3.10", (FROM_START, FIXED), False),
        ("3.1.3.post1", (FROM_START, FIXED), True),
        ("2.9", (FROM_START, LAST), True),
        ("2.10", (FROM_START, LAST), False),
        ("1.0", ({"introduced": "2"}, FIXED), False),
        ("9.9", ({"introduced": "2"},), True),
        ("1.5", (FROM_START, {"fixed": "1"}, {"introduced": "2"}, {"fixed": "3"}), False),
        ("2.5", (FROM_START, {"fixed": "1"}, {"introduced": "2"}, {"fixed": "3"}), True),
        ("2.5", ({"introduced": "2"}, {"fixed": "3"}, FROM_START, {"fixed": "1"}), True),
        ("2.5", ({"introduced": "2"}, FROM_START, {"fixed": "1"}, {"fixed": "3"}), True),
        ("0.5", ({"introduced": "2"}, FROM_START, {"fixed": "1"}, {"fixed": "3"}), True),
        ("1.5", ({"introduced": "2"}, FROM_START, {"fixed": "1"}, {"fixed": "3"}), False),
        ("3.1.4", (FIXED, FROM_START), False),
        ("3.0", ({"introduced": "2"}, {"fixed": "3"}, {"introduced": "3"}, {"fixed": "4"}), True),
    ],
)
def test_a_version_is_weak_within_a_range(version, events, weak):
    assert is_weak(version, record(*events)) is weak


def test_versions_that_are_listed_names_as_pypi_writes_them_and_other_ecosystems():
    assert is_weak("1.2", record(versions=["1.2"]))
    assert is_weak("1.2", record(versions=["1.2"], name="zope.Interface"), "zope-interface")
    assert is_weak("1.2", record(versions=["1.2"], name="zope_interface"), "Zope.Interface")
    other = record(versions=["1.2"])
    other["affected"][0]["package"]["ecosystem"] = "npm"
    assert not is_weak("1.2", other)
    assert not is_weak("1.2", record(versions=["1.2"], withdrawn="2024-01-01T00:00:00Z"))


def test_commits_are_no_versions():
    git = record(versions=[])
    git["affected"][0]["ranges"] = [{"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "abc"}]}]
    assert not is_weak("1.2", git)
    assert compare({"jinja2": "1.2"}, read(git)).not_compared == ["jinja2"], "so nobody knows"


def test_a_version_that_cannot_be_ordered_is_said_and_not_called_safe():
    compared = compare({"jinja2": "local-build"}, read(record(FROM_START, FIXED)))
    assert (list(compared.found), compared.not_compared) == ([], ["jinja2"])


def test_one_weakness_under_two_names_is_told_once():
    first = record(FROM_START, FIXED, aliases=["CVE-1", "GHSA-1"])
    second = {**record(FROM_START, FIXED, aliases=["CVE-1"]), "id": "GHSA-1"}
    third = {**record(FROM_START, FIXED), "id": "PYSEC-2"}
    found = compare({"jinja2": "1"}, read([first, second, third])).found
    assert [advisory.id for advisory, _version in found] == ["GHSA-1", "PYSEC-2"]
    assert found[0][0].fixed == ["3.1.4"]


@pytest.mark.parametrize(
    "payload",
    [
        record(FROM_START, FIXED),
        [record(FROM_START, FIXED)],
        {"vulns": [record(FROM_START, FIXED)]},
        {
            "results": [
                {"packages": [{"package": {"name": "x"}, "vulnerabilities": [record(FROM_START, FIXED)]}]}
            ]
        },
        {
            "dependencies": [
                {
                    "name": "Jinja2",
                    "version": "3.1.3",
                    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.4"]}],
                }
            ]
        },
    ],
)
def test_files_of_osv_of_its_scanner_and_of_pip_audit(payload):
    (found,) = compare({"jinja2": "3.1.3"}, read(payload)).found
    assert (found[0].id, list(found[0].fixed), found[1]) == ("PYSEC-1", ["3.1.4"], "3.1.3")
    assert not is_weak("3.1.4", payload)


def test_a_report_of_pip_audit_tells_of_the_version_it_was_made_with_only():
    report = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X", "fix_versions": ["3"]}]}]}
    assert is_weak("1", report, "a")
    assert not is_weak("2", report, "a")


def test_what_a_report_of_pip_audit_looked_at_is_known_by_the_versions_of_then():
    rows = [{"name": "Jinja2", "version": "3", "vulns": []}, {"name": "frappe", "skip_reason": "not on PyPI"}]
    report = audited({"dependencies": rows})
    assert report == {"jinja2": "3", "frappe": None}
    assert not_audited({"jinja2": "3", "frappe": "15.44"}, [report]) == []
    assert not_audited({"jinja2": "4", "Click": "8"}, [report]) == ["Click", "jinja2"]
    assert audited([record(FROM_START, FIXED)]) is None


@pytest.mark.parametrize("payload", [{}, [1], "text", {"vulns": [{}]}, None, 5])
def test_another_file_is_refused(payload):
    with pytest.raises(NoAdvisories, match="neither records of OSV nor a report of pip-audit"):
        read(payload)
