"""Photos and files of a run: private, of its rows, read by all roles, and fixed with the signature."""

import json
from pathlib import Path

import frappe
import pytest

from verenigingen_maintenance.operations import evidence_files, run_now
from verenigingen_maintenance.sources import clock

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
REFUSED = (frappe.ValidationError, frappe.PermissionError)
OPERATOR, MANAGER, AUDITOR = "operator@example.com", "manager@example.com", "auditor@example.com"


@pytest.fixture
def run():
    """Today's run, which nobody measured: that is not needed here."""
    name = run_now.find_or_open("daily", clock.now())
    frappe.db.commit()
    return name


@pytest.fixture(autouse=True)
def no_file_stays():
    yield
    frappe.db.rollback()
    for name in frappe.get_all("File", {"attached_to_doctype": "Checklist Run"}, pluck="name"):
        frappe.db.delete("File", name)
    frappe.db.commit()


def document(run):
    return frappe.get_doc("Checklist Run", run)


def attach(run, user=OPERATOR, name="k10-rack.png", content=PNG, **values):
    frappe.set_user(user)
    row = document(run).items[0].name
    of_run = {"attached_to_doctype": "Checklist Run", "attached_to_name": run, "attached_to_field": row}
    file = {"doctype": "File", "file_name": name, "is_private": 1, "content": content, **of_run, **values}
    return frappe.get_doc(file).insert()


def on_disk(file):
    return Path(file.get_full_path()).exists()


def test_a_picture_of_a_row_is_kept_with_who_and_when_and_every_role_reads_it(run):
    row = document(run).items[0].name
    file = attach(run, content=PNG + b"1")
    (shown,) = evidence_files.of(document(run))
    assert (shown["row"], shown["file_name"], shown["by"]) == (row, file.file_name, OPERATOR)
    assert shown["url"].startswith("/private/files/")
    assert "fid=" in shown["url"]
    assert (shown["is_image"], shown["is_gone"]) == (True, False)
    for user in (MANAGER, AUDITOR):
        frappe.set_user(user)
        assert frappe.get_doc("File", file.name).has_permission("read")
    frappe.set_user("nobody@example.com")
    assert not frappe.get_doc("File", file.name).has_permission("read")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"name": "k10-evil.svg", "content": b"<svg onload='alert(1)'/>"}, "only these kinds"),
        ({"name": "k10-evil.html", "content": b"<script>alert(1)</script>"}, "only these kinds"),
        ({"name": "k10-<img src=x onerror=alert(1)>.png"}, "rename it"),
        ({"is_private": 0}, "would be public"),
        ({"content": None, "file_url": "https://example.com/k10.png"}, "attach the file itself"),
        ({"attached_to_field": "another"}, "has no row another"),
        ({"user": AUDITOR}, "needs one of the roles"),
        ({"user": "member@example.com"}, "needs one of the roles"),
    ],
    ids=[
        "svg",
        "html",
        "markup in its name",
        "public",
        "an address",
        "a row of another run",
        "auditor",
        "member",
    ],
)
def test_what_is_no_evidence_is_refused_and_leaves_nothing(run, values, refusal):
    with pytest.raises((frappe.ValidationError, frappe.PermissionError), match=refusal):
        attach(run, **values)
    frappe.db.rollback()
    assert not evidence_files.of(document(run))


def test_evidence_is_not_moved_to_another_document_nor_made_public(run):
    file = attach(run, content=PNG + b"2")
    for change in (
        {"attached_to_name": "another"},
        {"attached_to_doctype": None},
        {"file_name": "k10-other.png"},
    ):
        changed = frappe.get_doc("File", file.name).update(change)
        with pytest.raises(REFUSED):
            changed.save()
    frappe.set_user("member@example.com")
    own = frappe.get_doc(
        {"doctype": "File", "file_name": "k10-own.png", "content": PNG, "is_private": 1}
    ).insert()
    with pytest.raises(REFUSED):
        own.update({"attached_to_doctype": "Checklist Run", "attached_to_name": run}).save()


def test_while_the_run_is_open_a_colleague_removes_it_and_an_auditor_does_not(run):
    file = attach(run, content=PNG + b"3")
    frappe.set_user(AUDITOR)
    with pytest.raises(frappe.PermissionError):
        frappe.delete_doc("File", file.name)
    frappe.set_user(MANAGER)
    frappe.delete_doc("File", file.name)
    assert not evidence_files.of(document(run))


def test_a_signature_covers_the_files_and_nobody_adds_or_removes_one_after_it(run):
    file = attach(run, content=PNG + b"4")
    signing = document(run)
    for item in signing.items:
        item.result = "Done" if item.by_hand else item.result
        item.note = "Looked at it"
    signing.submit()
    (kept,) = json.loads(document(run).files)
    assert (kept["file_name"], kept["by"], len(kept["sha256"])) == (file.file_name, OPERATOR, 64)
    for user in (OPERATOR, MANAGER, "Administrator"):
        with pytest.raises(frappe.ValidationError, match="no file is added"):
            attach(run, user=user, name="k10-later.png", content=PNG + b"5")
    for user in (OPERATOR, MANAGER):  # before anything is taken from the disk
        frappe.set_user(user)
        with pytest.raises(frappe.PermissionError):
            frappe.delete_doc("File", file.name)
        assert on_disk(file)
    frappe.set_user(AUDITOR)
    assert [each["is_gone"] for each in evidence_files.of(document(run))] == [False]
    frappe.set_user("Administrator")
    with pytest.raises(frappe.ValidationError, match="no file is removed"):
        frappe.delete_doc("File", file.name)
    assert [each["is_gone"] for each in evidence_files.of(document(run))] == [True], (
        "Frappe took it from the disk"
    )
    frappe.db.delete("File", file.name)
    assert [each["is_gone"] for each in evidence_files.of(document(run))] == [True]
