"""Reports: drafted as of one moment, finished by the next job, kept with texts, approved by another one."""

import io
import json
from dataclasses import replace
from datetime import date, timedelta

import frappe
import pytest
import report_days
from conftest import connect, fresh, run_bench, wait_until_free
from pypdf import PdfReader
from report_days import AFTER, FIRST, REPORT, at, keep_errors, keep_metrics, keep_run

from verenigingen_maintenance import api
from verenigingen_maintenance.core.report import FAILED
from verenigingen_maintenance.operations import (
    error_counts,
    renamed_users,
    report_decisions,
    report_drafts,
    report_sections,
    reports_due,
)
from verenigingen_maintenance.sources import clock, reports

KIND, QUARTER = "QUARTERLY-PERFORMANCE", "2026-Q3"
NAME = f"{KIND}-{QUARTER}"
SETTINGS = "Maintenance Settings"
OPERATOR, MANAGER, LEAD = "operator@example.com", "manager@example.com", "Administrator"


@pytest.fixture(autouse=True)
def nothing_simulated():
    report_days.clear()
    yield
    report_days.clear()


@pytest.fixture
def quarter():
    report_days.simulate()


def draft(kind=KIND, label=QUARTER, now=None, author=OPERATOR, monkeypatch=None):
    """Asked for and drafted, as of Monday the 5th of October."""
    moment = now or at(AFTER)
    name = report_drafts.ask(kind, label, moment, author)
    frappe.db.commit()
    report_drafts.work(name, moment)
    return fresh(REPORT, name)


def mail():
    return report_decisions.mail_to_list(NAME, at(AFTER))


def facts(report):
    return [each["text"] for each in api.get_report(report.name)["facts"]]


def write(report, section, text, user=OPERATOR):
    frappe.set_user(user)
    document = fresh(REPORT, report.name)
    next(row for row in document.texts if row.section == section).text = text
    document.save()
    frappe.db.commit()
    frappe.set_user("Administrator")
    return fresh(REPORT, report.name)


# --- drafting


@pytest.mark.usefixtures("quarter")
def test_the_planted_facts_of_a_quarter_are_on_the_first_page_of_its_report():
    report = draft()
    assert (report.status, report.verdict, report.progress) == ("Draft", "CRITICAL", 100), report.failure
    assert (report.period_from, report.period_until) == (FIRST, date(2026, 9, 30))
    first = facts(report)
    assert first[0].startswith("Became worse in 2026-W33 (week 7 of 14): errors, ")
    assert "; API response, mean: 2" in first[0]
    assert any(text.startswith("New critical pattern since 2026-08-10: Mandate <b>X</b>") for text in first)
    assert any(text.startswith("Missed runs: 1 of 13: WEEKLY-2026-W32") for text in first)
    assert "&lt;b&gt;X" in report.html
    assert "<b>" not in report.html
    missing = {each["what"]: each["why"] for each in api.get_report(NAME)["not_measured"]}
    assert missing["Load of each processor"] == "no day of it was kept in the period"


@pytest.mark.usefixtures("quarter")
def test_every_section_of_every_kind_is_drafted_and_its_facts_can_be_read(monkeypatch):
    keys = [key for kind in report_sections.kinds().values() for key in kind.sections]
    whole = replace(report_sections.find(KIND), sections=tuple(dict.fromkeys(keys)))
    monkeypatch.setattr(report_sections, "find", lambda _key: whole)
    report = draft()
    assert report.status == "Draft", report.failure
    read = json.loads(report.data)["facts"]
    assert {name: told[FAILED] for name, told in read.items() if FAILED in told} == {}
    assert set(read) == set(report_sections.PROVIDERS)
    assert report.html.count("<h2") == len(whole.sections) + 2


@pytest.mark.usefixtures("quarter")
def test_the_same_data_make_the_same_report_and_other_data_are_said():
    before = draft()
    again = draft()
    assert not again.data_changed
    assert (again.html, again.sha256, again.data) == (before.html, before.sha256, before.data)
    frappe.db.sql("update `tabError Count` set errors = 77 where name = 'D20260930'")
    frappe.db.commit()
    changed = draft()
    assert changed.data_changed
    assert changed.changed_text.endswith("are errors.")


@pytest.mark.usefixtures("quarter")
def test_patterns_with_as_many_errors_stand_in_one_order_whichever_process_reads_them():
    for letter in "abcdefgh":
        new = {"name": f"EP-{letter}", "title": f"New {letter}", "severity": "Critical", "state": "New"}
        new["first_at"] = clock.stored(at(date(2026, 9, 1)))
        frappe.get_doc({"doctype": "Error Pattern", **new}).db_insert()
    frappe.db.commit()
    orders = []
    for seed in ("1", "2"):
        done = run_bench("maintenance", "report", KIND, "--period", QUARTER, PYTHONHASHSEED=seed)
        assert done.returncode == 2, done.stdout + done.stderr
        told = json.loads(fresh(REPORT, NAME).data)["facts"]["errors"]["new_critical_patterns"]
        orders.append([each["title"] for each in told])
    assert orders[0] == orders[1]
    assert orders[0][1:] == [f"New {letter}" for letter in "abcdefgh"]


@pytest.mark.usefixtures("quarter")
def test_settings_that_are_saved_while_it_is_drafted_are_the_ones_that_others_read_afterwards(monkeypatch):
    other, real = connect(frappe.conf), report_sections.PROVIDERS["service"]
    cached = frappe.get_document_cache_key(SETTINGS, SETTINGS)

    def meanwhile(period, now):
        saved = "update tabSingles set value = '22:00:00' where doctype = %s and field = 'business_day_ends'"
        other.cursor().execute(saved, SETTINGS)
        frappe.cache.delete_value(cached)
        return real(period, now)

    monkeypatch.setitem(report_sections.PROVIDERS, "service", meanwhile)
    assert draft().status == "Draft"
    assert str(frappe.get_cached_doc(SETTINGS).business_day_ends) == "22:00:00"


@pytest.mark.usefixtures("quarter")
def test_days_that_are_counted_anew_are_missing_in_the_report_that_tells_of_them():
    anew = "days are to be counted anew"
    frappe.db.set_value("Error Count", "D20261004", "stale", 1)
    assert anew not in draft().html
    frappe.db.set_value("Error Count", "D20260930", "stale", 1)
    assert f"1 {anew}" in draft().html


@pytest.mark.usefixtures("quarter")
def test_days_whose_counts_of_errors_were_dropped_are_missing_and_no_days_without_errors():
    error_counts.forget_days("2026-08-16")
    frappe.db.commit()
    report = draft()
    missing = {each["what"]: each["why"] for each in api.get_report(NAME)["not_measured"]}
    assert missing["Errors of some days"] == "46 of 92 days: their counts are kept since 2026-08-16"
    assert "not compared: 46 of 92 days measured" in report.html
    error_counts.forget_days("2026-10-02")
    frappe.db.commit()
    (unknown,) = [text for text in facts(draft()) if text.startswith("Not measured in the period: ")]
    assert "Errors, their counts are kept since 2026-10-02" in unknown


def keep_todos(count, due=None):
    about = {"reference_type": "Maintenance Escalation", "reference_name": "ESC-1", "status": "Open"}
    fields = ["name", "description", "date", "creation", *about]
    moment = clock.stored(at(FIRST))
    rows = [
        (f"todo-{due}-{each}", f"Look at {due} {each}", due, moment, *about.values()) for each in range(count)
    ]
    frappe.db.bulk_insert("ToDo", fields, rows, chunk_size=2_000)
    frappe.db.commit()


@pytest.mark.usefixtures("quarter")
def test_what_is_overdue_is_told_however_many_todos_have_no_date_and_what_is_left_out_is_said():
    keep_todos(600)
    keep_todos(1, date(2026, 9, 1))
    report = draft("QUARTERLY-PLAN")
    (overdue,) = [text for text in facts(report) if text.startswith("Actions that are overdue")]
    assert overdue == "Actions that are overdue: 1 of 601: Look at 2026-09-01 0."
    missing = {each["what"]: each["why"] for each in api.get_report(report.name)["not_measured"]}
    assert missing["ToDos"] == "only 500 of them were read"


@pytest.mark.usefixtures("quarter")
def test_data_that_change_while_it_is_drafted_are_in_all_of_it_or_in_nothing(monkeypatch):
    other, real = connect(frappe.conf), report_sections.PROVIDERS["service"]

    def meanwhile(period, now):
        other.cursor().execute("update `tabError Count` set errors = 5000 where name = 'D20260930'")
        other.cursor().execute("delete from `tabMetric Day` where metric = 'traffic.api_time'")
        return real(period, now)

    undisturbed = json.loads(draft().data)["facts"]
    monkeypatch.setitem(report_sections.PROVIDERS, "service", meanwhile)
    disturbed = json.loads(draft().data)["facts"]
    assert disturbed["errors"] == undisturbed["errors"]
    assert disturbed["metrics"] == undisturbed["metrics"]
    monkeypatch.undo()
    assert json.loads(draft().data)["facts"]["errors"] != undisturbed["errors"]


@pytest.mark.usefixtures("quarter")
def test_facts_that_fail_are_unknown_with_their_reason_and_nothing_secret(monkeypatch):
    def broken(period, now):
        raise RuntimeError("cannot reach https://u:hunter2@example.com/?token=abc")

    monkeypatch.setitem(report_sections.PROVIDERS, "compliance", broken)
    report = draft()
    assert report.status == "Draft"
    assert any(text.startswith("Compliance could not be read: RuntimeError") for text in facts(report))
    assert "hunter2" not in report.html + report.data
    assert "token=abc" not in report.html + report.data
    (logged,) = frappe.get_all(
        "Error Log", {"method": f"Report {QUARTER}: facts about compliance"}, ["name", "error"]
    )
    assert "RuntimeError" in logged.error
    assert "hunter2" not in logged.error
    assert "token=abc" not in logged.error


@pytest.mark.usefixtures("quarter")
def test_a_draft_that_cannot_be_written_is_failed_and_the_next_one_is_not(monkeypatch):
    monkeypatch.setattr(report_drafts, "build", lambda *_: 1 / 0)
    report = draft()
    assert (report.status, report.failure) == ("Failed", "ZeroDivisionError: division by zero")
    monkeypatch.undo()
    assert draft().status == "Draft"


@pytest.mark.usefixtures("quarter")
def test_what_a_killed_worker_left_the_next_one_finishes(queue):
    name = report_drafts.ask(KIND, QUARTER, at(AFTER), OPERATOR)
    frappe.db.set_value(
        REPORT, name, {"status": "Drafting", "queued_at": clock.stored(clock.now() - timedelta(minutes=11))}
    )
    frappe.db.commit()
    other = connect(frappe.conf)
    key = f"{frappe.conf.db_name}:report {name}"[:64]
    other.cursor().execute("select get_lock(%s, 0)", key)
    report_drafts.work(name)
    assert report_drafts.take_up(clock.now()) == []
    assert fresh(REPORT, name).status == "Drafting", "another one is at it"
    other.close()
    wait_until_free(f"report {name}")
    assert report_drafts.take_up(clock.now()) == [name]
    report_drafts.work(name)
    assert fresh(REPORT, name).status == "Draft"
    assert report_drafts.take_up(clock.now()) == []


@pytest.mark.usefixtures("quarter")
def test_what_is_finished_while_the_left_ones_are_looked_for_is_not_drafted_again(queue, monkeypatch):
    name = report_drafts.ask(KIND, QUARTER, at(AFTER), OPERATOR)
    frappe.db.set_value(REPORT, name, "queued_at", clock.stored(clock.now() - timedelta(minutes=11)))
    frappe.db.commit()
    monkeypatch.setattr(report_drafts, "_is_held", lambda _name: bool(report_drafts.work(name)))
    assert report_drafts.take_up(clock.now()) == []
    assert fresh(REPORT, name).status == "Draft"


# --- bad input


REFUSED = (
    ("YEARLY", None, "There is no report “YEARLY”. There are: WEEKLY-ANALYTICS, MONTHLY-PERFORMANCE"),
    (KIND, "2026-10", "“2026-10” is no period of a quarterly report: write one such as 2026-Q3."),
    ("WEEKLY-ANALYTICS", "2026-W41", "2026-W41 begins today: the last period that is over is 2026-W40."),
    (KIND, "2027-Q1", "2027-Q1 has not begun: the last period that is over is 2026-Q3."),
    (KIND, "2026-Q1", "Nothing was measured in 2026-Q1: this site is measured since 2026-04-01."),
)


@pytest.mark.usefixtures("quarter")
def test_what_cannot_be_reported_is_refused_and_nothing_is_made():
    for kind, label, said in REFUSED:
        with pytest.raises(frappe.ValidationError) as refused:
            report_drafts.ask(kind, label, at(AFTER), OPERATOR)
        assert said in str(refused.value)
    assert frappe.db.count(REPORT) == 0


def test_a_site_on_which_nothing_was_measured_has_no_report():
    with pytest.raises(frappe.ValidationError, match="Nothing was measured on this site yet"):
        report_drafts.ask(KIND, None, at(AFTER), OPERATOR)


def test_a_month_of_which_two_weeks_were_measured_says_so_and_compares_nothing():
    keep_metrics(date(2026, 9, 17))
    keep_errors(date(2026, 9, 17))
    report = draft("MONTHLY-PERFORMANCE", "2026-09")
    assert (report.measured, report.verdict) == ("14 of 30 days measured", "UNKNOWN")
    alerts = json.loads(report.data)["facts"]["alerts"]
    assert (alerts["watched_days"], alerts["watched_days_before"]) == (14, 0)
    assert "14 of 30 days were watched" in report.html
    assert "Only 14 of 30 days were measured: they are not compared with the period before." in facts(report)
    assert "not compared: 14 of 30 days measured" in report.html
    assert "days of Error Log are not counted yet" not in report.html
    frappe.log_error("Nobody counted this one")
    frappe.db.sql("update `tabError Log` set modified = '2026-09-10 12:00:00'")
    frappe.db.commit()
    assert "1 days of Error Log are not counted yet" in draft("MONTHLY-PERFORMANCE", "2026-09").html


# --- people


@pytest.mark.usefixtures("quarter")
def test_what_people_wrote_survives_and_nothing_else_is_written_by_hand(monkeypatch):
    report = write(draft(), "errors", "The <bank> changed its format.\n")
    assert "The &lt;bank&gt; changed its format." in report.html
    row = next(row for row in report.texts if row.section == "errors")
    assert (row.written_by, report.last_editor) == (OPERATOR, OPERATOR)
    again = draft()
    assert "The &lt;bank&gt; changed its format." in again.html
    for forged in (
        {"verdict": "OK"},
        {"html": "<p>fine</p>"},
        {"data": "{}"},
        {"status": "Approved"},
        {"author": LEAD},
        {"docstatus": 1},
        {"writers": ""},
    ):
        document = fresh(REPORT, NAME)
        document.update(forged)
        with pytest.raises(frappe.ValidationError, match="Only the texts on sections are written by hand"):
            document.save()
    document = fresh(REPORT, NAME)
    document.texts.pop()
    with pytest.raises(frappe.ValidationError, match="Only the texts"):
        document.save()
    kind = report_sections.find(KIND)
    fewer = replace(kind, sections=tuple(each for each in kind.sections if each != "errors"))
    monkeypatch.setattr(report_sections, "find", lambda _key: fewer)
    kept = draft().html
    assert kept.index("On Errors, a section that is not in this report any more") < kept.index(
        "The &lt;bank&gt;"
    )


@pytest.mark.usefixtures("quarter")
def test_a_long_address_in_a_remark_does_not_run_off_the_paper():
    write(draft(), "errors", f"See https://example.com/{'abcdefghij' * 30}")
    pages = PdfReader(io.BytesIO(report_decisions.as_pdf(NAME)[1])).pages
    lines = [line for page in pages for line in page.extract_text().splitlines() if "abcdefghij" in line]
    assert sum(line.count("abcdefghij") for line in lines) > 20
    assert max(map(len, lines)) < 200


@pytest.mark.usefixtures("quarter")
def test_a_report_is_approved_by_a_manager_who_did_not_write_in_it_and_then_stays():
    report = write(draft(), "errors", "Seen.", MANAGER)
    frappe.set_user(MANAGER)
    with pytest.raises(frappe.ValidationError, match="another manager approves it, as Technical Lead"):
        report_decisions.approve(NAME, at(AFTER))
    frappe.set_user(LEAD)
    report_decisions.approve(NAME, at(AFTER))
    frappe.db.commit()
    approved = fresh(REPORT, NAME)
    assert (approved.status, approved.approved_by) == ("Approved", LEAD)
    assert approved.sha256 == report_drafts.fingerprint(approved) != report.sha256
    with pytest.raises(frappe.ValidationError, match=f"{NAME} was approved by Administrator"):
        report_drafts.ask(KIND, QUARTER, at(AFTER), OPERATOR)
    approved.texts[0].text = "Too late"
    with pytest.raises(frappe.ValidationError, match="texts are written while it is a Draft"):
        approved.save()
    with pytest.raises(frappe.ValidationError, match="is a record"):
        frappe.delete_doc(REPORT, NAME, force=True)


@pytest.mark.usefixtures("quarter")
def test_whoever_wrote_what_another_one_corrected_does_not_approve_it_under_another_name_either():
    write(draft(), "errors", "Seen.", MANAGER)
    write(fresh(REPORT, NAME), "errors", "Seen by us.", OPERATOR)
    draft()
    frappe.set_user(MANAGER)
    with pytest.raises(frappe.ValidationError, match="another manager approves it"):
        report_decisions.approve(NAME, at(AFTER))
    frappe.set_user("Administrator")
    renamed_users.follow(None, "after_rename", MANAGER, "renamed@example.com")
    assert fresh(REPORT, NAME).writers.split() == ["renamed@example.com", OPERATOR]


@pytest.mark.usefixtures("quarter", "over_http")
def test_what_was_changed_since_somebody_opened_it_is_not_approved():
    opened = draft()
    write(opened, "errors", "Nobody but me has seen this.")
    with pytest.raises(frappe.ValidationError, match="was changed since you opened it"):
        api.approve_report(NAME, seen=opened.sha256)
    api.approve_report(NAME, seen=fresh(REPORT, NAME).sha256)
    assert fresh(REPORT, NAME).status == "Approved"


@pytest.mark.usefixtures("quarter")
def test_whoever_asked_for_it_does_not_approve_it_and_one_read_too_early_is_not_approved():
    draft(author=LEAD)
    with pytest.raises(frappe.ValidationError, match="You wrote in"):
        report_decisions.approve(NAME, at(AFTER))
    early = draft("MONTHLY-CAPACITY", "2026-09", at(date(2026, 9, 30), 12), OPERATOR)
    assert "The period is not over: this is about 29 of its 30 days." in facts(early)
    with pytest.raises(frappe.ValidationError, match="was read before its period was over"):
        report_decisions.approve(early.name, at(AFTER))


@pytest.mark.usefixtures("quarter", "mail_account")
def test_only_an_approved_report_is_mailed_with_its_pdf_and_once():
    settings = frappe.get_doc("Maintenance Settings")
    next(
        row for row in settings.report_kinds if row.kind == KIND
    ).recipients = "lead@example.com; board@example.com"
    settings.save()
    draft()
    with pytest.raises(frappe.ValidationError, match="only an Approved report is mailed"):
        mail()
    report_decisions.approve(NAME, at(AFTER))
    assert mail()["status"] == "Not Sent"
    frappe.db.commit()
    with pytest.raises(
        frappe.ValidationError, match=r"was mailed at .*, to lead@example.com, board@example.com"
    ):
        mail()
    (queued,) = frappe.get_all("Email Queue", pluck="name")
    row = frappe.get_doc("Email Queue", queued)
    assert sorted(each.recipient for each in row.recipients) == ["board@example.com", "lead@example.com"]
    assert f'filename="{NAME}.pdf"' in row.message
    assert "Subject: Quarterly Performance Report 2026-Q3: CRITICAL" in row.message.replace("\r", "")


def mail_to(*addresses):
    settings = frappe.get_doc(SETTINGS)
    next(row for row in settings.report_kinds if row.kind == KIND).recipients = ", ".join(addresses)
    settings.save()


@pytest.mark.usefixtures("quarter", "mail_account")
def test_who_has_unsubscribed_is_not_told_to_have_been_mailed():
    mail_to("lead@example.com", "gone@example.com", "board@example.com")
    draft()
    report_decisions.approve(NAME, at(AFTER))
    unsubscribed = {"email": "gone@example.com", "global_unsubscribe": 1}
    frappe.get_doc({"doctype": "Email Unsubscribe", **unsubscribed}).db_insert()
    assert mail()["mailed_to"] == ["lead@example.com", "board@example.com"]
    frappe.db.rollback()


def test_more_addresses_than_frappe_mails_together_are_refused():
    addresses = [f"member{number}@example.com" for number in range(101)]
    with pytest.raises(frappe.ValidationError, match=r"has 101 addresses, and Frappe mails to at most 100"):
        mail_to(*addresses)
    mail_to(*addresses[:100])


@pytest.mark.usefixtures("quarter")
def test_what_was_changed_past_the_app_is_not_mailed():
    draft()
    report_decisions.approve(NAME, at(AFTER))
    frappe.db.set_value(REPORT, NAME, "html", "<p>All is fine</p>")
    with pytest.raises(frappe.ValidationError, match="is not what was approved"):
        mail()


def test_settings_of_reports_that_cannot_be_meant_are_refused():
    for row, said in (
        ({"kind": "YEARLY"}, "there is no report “YEARLY”"),
        ({"kind": KIND}, f"{KIND} stands there twice"),
        ({"kind": "WEEKLY-ANALYTICS", "recipients": "nobody"}, "“nobody” is no address"),
    ):
        settings = frappe.get_doc("Maintenance Settings")
        settings.append("report_kinds", row)
        with pytest.raises(frappe.ValidationError, match=said):
            settings.save()


# --- by itself


def test_reports_are_drafted_when_the_run_that_looks_at_them_opens_and_once(queue):
    keep_metrics(date(2026, 9, 21), date(2026, 10, 4))
    monday = at(date(2026, 10, 5), 8)
    assert reports_due.draft_due(monday) == []
    keep_run("WEEKLY-2026-W41")
    keep_run("MONTHLY-2026-10", "Monthly Maintenance", "Missed")
    settings = frappe.get_doc("Maintenance Settings")
    assert reports_due.draft_due(monday) == ["WEEKLY-ANALYTICS-2026-W40"]
    assert reports_due.draft_due(monday) == []
    assert fresh(REPORT, "WEEKLY-ANALYTICS-2026-W40").author is None
    frappe.db.set_value("Checklist Run", "MONTHLY-2026-10", "status", "Open")
    next(row for row in settings.report_kinds if row.kind == "MONTHLY-CAPACITY").enabled = 0
    settings.save()
    assert reports_due.draft_due(monday) == [
        f"MONTHLY-{kind}-2026-09" for kind in ("PERFORMANCE", "OPTIMISATION", "CONFIGURATION")
    ]
    assert len(queue) == 4


def test_a_period_before_the_installation_is_not_drafted_by_itself():
    keep_metrics(date(2026, 10, 5), date(2026, 10, 6))
    keep_run("WEEKLY-2026-W41")
    assert reports_due.draft_due(at(date(2026, 10, 7))) == []


@pytest.mark.usefixtures("quarter")
def test_the_check_of_a_review_counts_the_reports_that_are_not_approved():
    now = at(AFTER, 9)
    assert reports.quarterly_not_approved(now).value == 4
    draft()
    assert reports.quarterly_not_approved(now).detail.startswith(f"{NAME}: Draft, QUARTERLY-")
    report_decisions.approve(NAME, now)
    assert reports.quarterly_not_approved(now).value == 3
    before = reports.quarterly_not_approved(at(date(2026, 4, 2)))
    assert (before.reason, before.learning) == ("nothing was measured in 2026-Q1", True)


@pytest.mark.usefixtures("quarter")
def test_where_no_report_is_switched_on_nothing_is_said_to_be_approved():
    settings = frappe.get_doc(SETTINGS)
    for row in settings.report_kinds:
        row.enabled = 0
    settings.save()
    found = reports.quarterly_not_approved(at(AFTER, 9))
    assert (found.value, found.detail) == (0, "no report of 2026-Q3 is switched on in Maintenance Settings")


# --- the command


@pytest.mark.usefixtures("quarter")
def test_a_shell_drafts_a_report_and_writes_its_pdf(tmp_path):
    file = tmp_path / "report.pdf"
    done = run_bench("maintenance", "report", KIND, "--period", QUARTER, "--pdf", str(file))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout.startswith(f"{NAME}  CRITICAL  92 of 92 days measured")
    assert file.read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("quarter")
def test_a_shell_gives_an_approved_report_as_it_is(tmp_path):
    draft()
    frappe.set_user(LEAD)
    report_decisions.approve(NAME, at(AFTER))
    frappe.db.commit()
    approved = fresh(REPORT, NAME)
    file = tmp_path / "report.pdf"
    done = run_bench("maintenance", "report", KIND, "--period", QUARTER, "--pdf", str(file))
    assert done.returncode == 2, done.stdout + done.stderr
    assert file.read_bytes().startswith(b"%PDF")
    assert fresh(REPORT, NAME).modified == approved.modified


@pytest.mark.usefixtures("quarter")
def test_the_lowest_and_highest_of_a_count_are_of_days_as_its_mean_is():
    report_days.keep_metrics(metrics={"traffic.requests": (10.0, 10.0)})
    draft()
    data = json.loads(frappe.db.get_value(REPORT, NAME, "data"))
    rows = data["facts"]["metrics"]["metrics"]
    row = next(each for each in rows if each["metric"] == "traffic.requests")
    assert row["minimum"] < row["value"] < row["maximum"]


@pytest.mark.usefixtures("quarter")
def test_a_shell_answers_unknown_where_it_could_not_be_drafted_and_writes_no_earlier_one(tmp_path):
    draft()
    frappe.db.set_value(REPORT, NAME, "period", "2026-Q9")
    frappe.db.commit()
    file = tmp_path / "report.pdf"
    done = run_bench("maintenance", "report", KIND, "--period", QUARTER, "--pdf", str(file))
    assert done.returncode == 3, done.stdout + done.stderr
    assert done.stdout.startswith(f"{NAME}  Failed: PeriodError")
    assert not file.exists()


@pytest.mark.usefixtures("quarter")
def test_a_shell_answers_unknown_while_another_job_drafts_it(tmp_path):
    draft()
    frappe.db.set_value(REPORT, NAME, "status", "Drafting")
    frappe.db.commit()
    other = connect(frappe.conf)
    other.cursor().execute("select get_lock(%s, 0)", f"{frappe.conf.db_name}:report {NAME}"[:64])
    done = run_bench("maintenance", "report", KIND, "--period", QUARTER)
    other.close()
    assert done.returncode == 3, done.stdout + done.stderr
    assert done.stdout.startswith(f"{NAME}  Drafting: another job is at it")
