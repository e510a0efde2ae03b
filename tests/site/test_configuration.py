"""The configuration as one file: written, compared, brought in, tested, kept."""

import json
from datetime import timedelta

import conftest
import frappe
import pytest
from conftest import as_json, fresh, run_bench

from verenigingen_maintenance import api
from verenigingen_maintenance.commands import configuration as commands
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import (
    agreed_dates,
    applicability,
    checks,
    configuration,
    configuration_copies,
    configuration_trial,
)
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import configuration as copies

SETTINGS = "Maintenance Settings"
OWN = {"title": "Own", "area": "Health", "source": "host.disk_used", "unit": "%", "warning": "> 70"}
FILES = {"attached_to_doctype": SETTINGS, "attached_to_name": SETTINGS}


@pytest.fixture(autouse=True)
def _no_copies(site):
    yield
    frappe.db.rollback()
    for name in frappe.get_all("File", FILES, pluck="name"):
        frappe.delete_doc("File", name)
    frappe.db.commit()


@pytest.fixture
def manager(over_http):
    frappe.set_user("manager@example.com")


def body(text):
    """What two exports of the same state have in common."""
    return {key: json.loads(text)[key] for key in ("documents", "shipped", "sha256")}


def differing(found):
    return {(each["doctype"], each["name"]) for each in found["differences"]}


def edited(text, doctype, name, **fields):
    file = json.loads(text)
    file["documents"][doctype].setdefault(name, {}).update(fields)
    return json.dumps(file)


def with_dates(text, procedure, *days):
    rows = [{"slot": "QUARTERLY-2027-Q1", "day": day} for day in days]
    return edited(text, "Maintenance Procedure", procedure, agreed_dates=rows)


def change_a_bit_of_everything():
    frappe.get_doc("Maintenance Check", "errors_24h").update({"critical": "> 70", "breaches": 2}).save()
    frappe.get_doc({"doctype": "Maintenance Check", "name": "own_check", **OWN}).insert()
    applicability.declare("active_members", "Nobody is a member of this site")
    trigger = {"check_name": "own_check", "trigger": "Slow Responses", "minutes": 7}
    level = frappe.get_doc("Escalation Level", "level-1")
    level.update({"grace_minutes": 20, "rotation": [{"user": "operator@example.com"}]}).save()
    frappe.get_doc("Emergency Contact", frappe.get_all("Emergency Contact", pluck="name")[0]).update(
        {"full_name": "J. <b>Jansen</b>", "phone": "+31 6 12345678"}
    ).save()
    settings = frappe.get_doc(SETTINGS)
    settings.update({"sample_minutes": 3, "promised_availability": 99.9, "digest_at": "08:30:00"})
    settings.severity_rules[0].words += ", tikkie*"
    del settings.holidays[0]
    settings.append("incident_triggers", {**trigger, "procedure": "Performance Degradation"})
    settings.save()
    procedure = frappe.get_doc("Maintenance Procedure", "Weekly Maintenance")
    procedure.tasks[0].instructions = "Look twice"
    procedure.append("free_fields", {"label": "Weather"})
    task, box = procedure.tasks[0].title, procedure.boxes.splitlines()[0]
    procedure.append("checks", {"task": task, "check_name": "own_check", "box": box})
    procedure.save()
    metric = frappe.get_doc("Metric", {"metric_group": "Cache"})
    metric.update({"every_minutes": 5}).save()
    frappe.get_doc("Analytics Component", "forecasts").update({"enabled": 0}).save()
    frappe.db.commit()


def test_a_configuration_is_brought_into_a_new_site_and_is_identical(manager):
    change_a_bit_of_everything()
    text = configuration.export(clock.now())
    assert "escalation is activated" not in str(json.loads(text)["by_hand"])
    conftest._start_anew()  # as an installation leaves it
    frappe.db.value_cache.clear()  # another process knows nothing of what was there

    found = api.compare_configuration(text)
    assert differing(found) >= {
        ("Maintenance Check", "errors_24h"),
        ("Maintenance Check", "own_check"),
        ("Maintenance Check", "active_members"),
        ("Escalation Level", "level-1"),
        (SETTINGS, SETTINGS),
        ("Maintenance Procedure", "Weekly Maintenance"),
        ("Analytics Component", "forecasts"),
    }
    before = configuration.read().digest
    done = api.import_configuration(text, found["digest"])
    assert done["created"] == ["Maintenance Check own_check"]

    assert body(configuration.export(clock.now())) == body(text)
    assert api.compare_configuration(text)["identical"]
    version = fresh("Procedure Version", "Weekly Maintenance v2")
    assert version.reason.startswith("Imported from the configuration of")
    contact = fresh(
        "Emergency Contact", frappe.get_all("Emergency Contact", {"phone": ("like", "+31 6%")})[0].name
    )
    assert contact.confirmed_at is None, "nobody looked at it here"

    # And what was before can be brought back.
    file = frappe.get_doc("File", {"file_name": done["before"]})
    found = api.compare_configuration(file.get_content(), delete_others=True)
    assert api.import_configuration(file.get_content(), found["digest"], delete_others=True)["deleted"] == [
        "Maintenance Check own_check"
    ]
    assert configuration.read().digest == before


def test_a_file_that_cannot_be_brought_in_whole_changes_nothing_and_says_all_that_is_in_the_way(manager):
    text = configuration.export(clock.now())
    crossing = edited(text, "Maintenance Check", "errors_24h", warning="> 90", critical="> 50")
    bad = edited(crossing, "Escalation Level", "level-1", grace_minutes=-1, scope="Changed")
    bad = edited(bad, "Escalation Level", "level-2", level=3)
    bad = edited(bad, "Metric", "mariadb.response_time", title="Would be fine")
    bad = edited(bad, "Maintenance Check", "active_members", not_applicable=1, not_applicable_reason=" ")
    bad = edited(bad, "Maintenance Check", "own <check>", **OWN)
    bad = edited(bad, "Analytics Component", "no_such", title="Nothing computes it", time_limit=5)
    bad = with_dates(bad, "Quarterly Maintenance", "2027-05-03")
    with pytest.raises(frappe.ValidationError, match="not as it was exported"):
        api.compare_configuration(bad, edited="0", without_users="0", delete_others="0")
    before, digest = configuration.read().digest, api.compare_configuration(bad, edited="1")["digest"]
    with pytest.raises(frappe.ValidationError) as refused:
        api.import_configuration(bad, digest, edited=True)
    assert "Maintenance Check errors_24h" in str(refused.value)
    assert "Escalation Level level-1" in str(refused.value)
    assert "Escalation Level level-2: “External Support” is level 3 already" in str(refused.value)
    assert "active_members: say why it is not applicable" in str(refused.value)
    assert "2027-05-03 is not in the quarter of QUARTERLY-2027-Q1" in str(refused.value)
    assert "Analytics Component no_such: this version of the app has no such component" in str(refused.value)
    assert "Name cannot contain special characters" in str(refused.value)
    frappe.db.commit()
    assert configuration.read().digest == before
    assert not frappe.get_all("File", FILES)

    with pytest.raises(frappe.ValidationError, match="there is no field “shipped” to set"):
        api.compare_configuration(edited(text, "Metric", "mariadb.response_time", shipped="{}"), edited=True)
    with pytest.raises(frappe.ValidationError, match="there is nothing to bring in"):
        api.import_configuration(text, "")


@pytest.mark.parametrize(
    ("procedure", "days", "reason"),
    [
        ("Quarterly Maintenance", [None], "no day is given for QUARTERLY"),
        ("Quarterly Maintenance", ["2027-01-12", "2027-02-02"], "two days are agreed on for one quarter"),
        ("Critical System Failure", ["2027-01-12"], "2027-01-12 is not in the quarter"),
    ],
)
def test_days_that_nobody_can_have_agreed_on_are_refused(manager, procedure, days, reason):
    text = with_dates(configuration.export(clock.now()), procedure, *days)
    digest = api.compare_configuration(text, edited=True)["digest"]
    with pytest.raises(frappe.ValidationError, match=reason):
        api.import_configuration(text, digest, edited=True)


def test_a_level_between_others_is_brought_in_and_columns_that_a_file_does_not_have_stay(manager):
    file = json.loads(edited(configuration.export(clock.now()), "Escalation Level", "level-3", level=4))
    file["documents"]["Escalation Level"]["between"] = {"level": 3, "title": "Vendor"}
    for row in file["documents"][SETTINGS][SETTINGS]["incident_triggers"]:
        del row["severity"]
    minor = frappe.get_doc(SETTINGS)
    minor.incident_triggers[0].severity = "Minor"
    minor.save()
    text = json.dumps(file)
    found = api.compare_configuration(text, edited=True)
    assert differing(found) == {("Escalation Level", "level-3"), ("Escalation Level", "between")}
    api.import_configuration(text, found["digest"], edited=True)
    assert fresh("Escalation Level", "between").level == 3
    assert fresh(SETTINGS, SETTINGS).incident_triggers[0].severity == "Minor"
    assert api.compare_configuration(text, edited=True)["identical"]


def test_levels_may_have_exchanged_their_numbers(manager):
    text = edited(configuration.export(clock.now()), "Escalation Level", "level-2", level=3)
    text = edited(text, "Escalation Level", "level-3", level=2)
    digest = api.compare_configuration(text, edited=True)["digest"]
    api.import_configuration(text, digest, edited=True)
    assert [fresh("Escalation Level", name).level for name in ("level-2", "level-3")] == [3, 2]
    marks = fresh("Maintenance Procedure", "Critical System Failure").review_because
    assert "“External Support”: Level: 3 → 2" in marks
    assert "“Technical Team”: Level: 2 → 3" in marks
    assert "Level: -" not in marks, "none was told to have been where it only went aside"


def test_what_was_measured_once_is_left_and_the_rest_is_brought_in(manager):
    text = configuration.export(clock.now())
    for name in ("measured", "never_measured"):
        frappe.get_doc({"doctype": "Maintenance Check", "name": name, **OWN}).insert()
    row = {"parenttype": "Checklist Run", "parentfield": "items", "check_name": "measured"}
    frappe.get_doc({"doctype": "Checklist Run Item", "parent": "DAILY-2026-11-23", **row}).db_insert()
    digest = api.compare_configuration(text, delete_others=True)["digest"]
    done = api.import_configuration(text, digest, delete_others=True)
    assert done["deleted"] == ["Maintenance Check never_measured"]
    assert done["left"] == ["Maintenance Check measured"], "Desk deletes it as little"


def test_of_a_file_of_an_earlier_version_what_nobody_touched_is_corrected_as_by_an_upgrade(manager):
    file = json.loads(configuration.export(clock.now()))
    for name, now_is in (("errors_24h", "> 40"), ("errors_60min", "> 30")):
        file["documents"]["Maintenance Check"][name]["critical"] = now_is
    for part in file["shipped"]["Maintenance Check"]["errors_24h"].values():
        part["critical"] = "> 40"
    text = json.dumps(file)
    api.import_configuration(text, api.compare_configuration(text, edited=True)["digest"], edited=True)
    assert fresh("Maintenance Check", "errors_24h").critical == "> 50", "as the app brings it now"
    assert fresh("Maintenance Check", "errors_60min").critical == "> 30", "a user's"


def test_people_who_are_not_here_are_named_and_left_out_only_when_that_is_said(manager):
    rotation = [{"user": "gone@example.com"}, {"user": "operator@example.com"}]
    text = edited(configuration.export(clock.now()), "Escalation Level", "level-1", rotation=rotation)
    found = api.compare_configuration(text, edited=True)
    assert found["missing"] == ["User gone@example.com, in Escalation Level level-1"]
    with pytest.raises(frappe.ValidationError, match=r"gone@example.com, in Escalation Level level-1"):
        api.import_configuration(text, found["digest"], edited=True)

    found = api.compare_configuration(text, edited=True, without_users=True)
    frappe.get_doc("Escalation Level", "level-1").update({"title": "Others"}).save()
    with pytest.raises(frappe.ValidationError, match="was changed since it was compared"):
        api.import_configuration(text, found["digest"], edited=True, without_users=True)
    found = api.compare_configuration(text, edited=True, without_users=True)
    api.import_configuration(text, found["digest"], edited=True, without_users=True)
    assert [row.user for row in fresh("Escalation Level", "level-1").rotation] == ["operator@example.com"]


def test_who_agreed_on_a_date_may_not_be_here_but_somebody_did(manager):
    row = {"slot": "QUARTERLY-2027-Q1", "day": "2027-02-02", "agreed_by": "gone@example.com"}
    quarterly = ("Maintenance Procedure", "Quarterly Maintenance")
    text = edited(configuration.export(clock.now()), *quarterly, agreed_dates=[row])
    digest = api.compare_configuration(text, edited=True, without_users=True)["digest"]
    api.import_configuration(text, digest, edited=True, without_users=True)
    told = agreed_dates.in_words(fresh(*quarterly))
    assert "Somebody who is not on this site agreed on 2027-02-02 in place of" in told


def test_a_secret_is_in_no_file_and_is_named(manager, monkeypatch):
    target = {"doctype": "Notification Target", "title": "Chat", "url": "json://localhost/tok3n"}
    frappe.get_doc(target).insert()
    frappe.get_doc(SETTINGS).update({"heartbeat_url": "https://hc-ping.com/b33f"}).save()
    token = api.new_health_token()
    text = configuration.export(clock.now())
    assert not [each for each in ("tok3n", "b33f", token, "health_token_hash") if each in text]
    assert "url" not in json.loads(text)["documents"]["Notification Target"]["Chat"]
    told = " ".join(json.loads(text)["by_hand"])
    assert "Notification Target Chat" in told
    assert "token of the health address" in told
    assert "Heartbeat" in told
    assert api.compare_configuration(text)["by_hand"] == [], "all of it is set here"

    frappe.delete_doc("Notification Target", "Chat")
    found = api.compare_configuration(text)
    assert found["by_hand"] == ["Notification Target Chat: Apprise URL"]
    assert differing(found) == {("Notification Target", "Chat")}
    assert api.import_configuration(text, found["digest"])["left"] == ["Notification Target Chat"]


def test_a_copy_is_brought_back_in_a_test_which_leaves_nothing_and_finds_what_would_not_come_back(over_http):
    assert checks.run("configuration_test_days").judgement.verdict is Verdict.UNKNOWN
    frappe.get_doc("Maintenance Check", "errors_60min").update({"enabled": 0}).save()
    frappe.clear_messages()
    before = configuration.read().documents
    frappe.set_user("operator@example.com")
    assert api.test_configuration_backup()["identical"]
    assert frappe.local.message_log == [], "nobody switched a check off just now"
    frappe.db.commit()
    assert configuration.read().documents == before
    assert checks.run("configuration_test_days").judgement.verdict is Verdict.OK
    assert checks.run("configuration_backup_days").judgement.verdict is Verdict.OK
    tested_at = frappe.db.get_single_value(SETTINGS, "configuration_tested_at")

    frappe.db.set_value("Maintenance Check", "errors_24h", "critical", "nonsense")
    found = api.test_configuration_backup()
    assert not found["identical"]
    assert "Maintenance Check errors_24h" in found["differences"]
    assert "NOT as it was" in frappe.db.get_single_value(SETTINGS, "configuration_test")
    assert frappe.db.get_single_value(SETTINGS, "configuration_tested_at") == tested_at


def test_a_test_that_something_would_make_lasting_is_stopped(monkeypatch):
    before = configuration.read().documents
    monkeypatch.setattr(configuration_trial.seed, "seed", frappe.db.commit)
    with pytest.raises(RuntimeError, match="must not be committed"):
        configuration_trial.test(clock.now())
    assert configuration.read().documents == before


def test_a_copy_is_kept_when_something_changed_and_the_last_ten(monkeypatch):
    now = clock.now()
    assert configuration_copies.keep_changed(now - timedelta(days=4))
    assert not configuration_copies.keep_changed(now - timedelta(days=3))
    assert copies.copy_days(now).value == 3
    monkeypatch.setattr(configuration_copies, "MOST", 1)
    frappe.db.set_value("Metric", "mariadb.response_time", "title", "Changed")
    assert configuration_copies.keep_changed(now)
    assert [each.file_name for each in copies.kept(copies.KEPT)] == [
        f"configuration-kept-{clock.stored(now):%Y-%m-%d-%H%M%S}.json"
    ]
    copies.path(copies.kept(copies.KEPT)[0]).write_bytes(b"\xff\xfe damaged on the disk")
    assert configuration_copies.keep_changed(now + timedelta(minutes=1)), "what cannot be read is no copy"
    assert body(copies.latest_text()) == body(configuration.export(now))
    copies.path(copies.kept(copies.KEPT)[0]).unlink()
    assert "is not there any more" in copies.copy_days(now).reason


def test_from_the_shell_a_file_is_written_compared_and_brought_in(tmp_path):
    file, group = str(tmp_path / "kept.json"), ("maintenance", "configuration")
    assert run_bench(*group, "export", file).returncode == 0
    assert (tmp_path / "kept.json").stat().st_mode & 0o777 == 0o600
    same = run_bench(*group, "compare", file)
    assert (same.returncode, same.stdout.strip()) == (0, "identical")
    frappe.get_doc("Maintenance Check", "errors_24h").update({"critical": "> 70"}).save()
    frappe.db.commit()
    other = run_bench(*group, "compare", file)
    assert other.returncode == 1
    assert "Maintenance Check errors_24h\n    critical: > 70 -> > 50" in other.stdout
    digest = as_json(run_bench(*group, "compare", file, "--json"))["digest"]
    unseen = run_bench(*group, "import", file)
    assert (unseen.returncode, "Compare it first" in unseen.stdout) == (3, True), "nobody said what they saw"
    assert run_bench(*group, "import", file, "--expected", digest).returncode == 0
    assert fresh("Maintenance Check", "errors_24h").critical == "> 50"
    gone = run_bench(*group, "compare", str(tmp_path / "gone.json"))
    assert gone.returncode == 3
    assert "cannot be read" in gone.stdout


def test_an_export_that_fails_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    file = tmp_path / "kept.json"
    file.write_text("an earlier one")

    def full(path, text, encoding):
        path.write_bytes(text.encode(encoding)[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(file), "write_text", full)
    with pytest.raises(frappe.ValidationError, match="No space left on device"):
        commands._write_for_owner(file, "x" * 1000)
    assert file.read_text() == "an earlier one"
    assert [*tmp_path.iterdir()] == [file]
