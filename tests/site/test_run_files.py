"""Photos and files of a run: private, of its rows, read by all roles, and fixed with the signature."""

import base64
import json
from pathlib import Path

import frappe
import pytest
from frappe.desk.form.utils import add_comment

from verenigingen_maintenance.operations import evidence_files, run_now, sign
from verenigingen_maintenance.sources import clock

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
PASTED = f'Look: <img src="data:image/png;base64,{base64.b64encode(PNG).decode()}">'
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


def equal(name, user="member@example.com", **values):
    frappe.set_user(user)
    return frappe.get_doc({"doctype": "File", "file_name": name, "is_private": 1, **values}).insert()


def state(run):
    ((is_gone, is_changed),) = [
        (each["is_gone"], each["is_changed"]) for each in evidence_files.of(document(run))
    ]
    return is_gone, is_changed


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
        ({"file_url": "https://example.com/k10.png"}, "attach the file itself"),
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
        "an address beside a content",
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
    assert state(run) == (False, False), "it is on the disk, whoever tried"
    assert f"SHA-256 begins with {kept['sha256'][:12]}" in document(run).printed()["files"][0]
    Path(file.get_full_path()).write_bytes(PNG)
    assert state(run) == (False, True)
    assert "changed since it was signed" in document(run).printed()["files"][0]
    Path(file.get_full_path()).unlink()
    assert state(run) == (True, False)
    frappe.db.delete("File", file.name)
    assert state(run) == (True, False)


@pytest.mark.parametrize("is_first", [True, False], ids=["it was there before", "it is made of the evidence"])
def test_whoever_has_an_equal_file_does_not_reach_the_evidence(run, is_first):
    content = PNG + (b"6" if is_first else b"7")
    twin = equal("k10-twin.png", content=content) if is_first else None
    file = attach(run, content=content)
    frappe.set_user("member@example.com")
    twin = twin or equal("k10-library.png", file_url=file.file_url)
    assert twin.file_url != frappe.db.get_value("File", file.name, "file_url")
    with pytest.raises(REFUSED, match="is evidence of a run"):
        frappe.get_doc("File", twin.name).update({"file_url": file.file_url}).save()
    twin.save_file(content=b"other", overwrite=True)
    twin.save()
    twin.update({"is_private": 0}).save()
    frappe.delete_doc("File", twin.name)
    frappe.db.commit()
    assert Path(file.get_full_path()).read_bytes() == content
    assert frappe.db.get_value("File", file.name, ["is_private", "file_url"]) == (1, file.file_url)


def test_what_is_removed_goes_from_the_disk_once_that_is_for_good_and_what_is_rolled_back_at_once(run):
    file = attach(run, content=PNG + b"8")
    frappe.db.commit()
    frappe.delete_doc("File", file.name)
    frappe.db.rollback()
    assert on_disk(file)
    frappe.delete_doc("File", file.name)
    frappe.db.commit()
    assert not on_disk(file)
    file = attach(run, content=PNG + b"8")
    frappe.db.rollback()
    assert not on_disk(file)


def test_what_the_site_has_lost_keeps_a_run_from_being_signed_by_name(run):
    file = attach(run, content=PNG + b"9")
    Path(file.get_full_path()).unlink()
    assert sign.still_needed(document(run))[-1].startswith(f"File {file.file_name}: the site has lost")
    with pytest.raises(frappe.ValidationError, match=f"lost the content of {file.file_name}"):
        evidence_files.manifest(run)


def test_a_picture_in_a_comment_is_no_evidence_and_on_a_closed_run_it_is_refused_as_such(run):
    frappe.set_user(AUDITOR)
    comment = add_comment("Checklist Run", run, PASTED, AUDITOR, "Auditor")
    assert "/private/files/" in comment.content
    assert not evidence_files.of(document(run))
    frappe.db.set_value("Checklist Run", run, "status", "Missed")
    with pytest.raises(frappe.ValidationError, match="a comment on it has no pictures"):
        add_comment("Checklist Run", run, PASTED, AUDITOR, "Auditor")
