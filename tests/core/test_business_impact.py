"""Whom and what is hit: processes by the words of errors and escalations, and how much that is."""

import pytest

from verenigingen_maintenance.core.business_impact import Hit, impact, processes


@pytest.mark.parametrize(
    ("text", "process"),
    [
        ("SEPAMandateError, verenigingen: SEPA Mandate", "SEPA"),
        ("Direct debit batch failed", "SEPA"),
        ("Payment provider answered 500, payments: utils", "Payments"),
        ("ValidationError, verenigingen: Member", "Members"),
        ("Disk used, Disk", "Platform"),
        ("KeyError: 1, crm: Lead", "Other"),
    ],
)
def test_a_process_is_told_by_words(text, process):
    assert Hit("EP-1", text, "High").process == process


def test_a_process_has_its_errors_its_worst_and_what_hits_it():
    hits = [
        Hit("EP-1", "Payment", "Low", 3),
        Hit("ESC-1", "Payment", "Critical"),
        Hit("EP-2", "Member", "Low", 2),
    ]
    found = processes(hits)
    assert found["Payments"] == {
        "errors": 3,
        "worst": "Critical",
        "hits": 2,
        "by": ["ESC-1 Payment", "EP-1 Payment"],
    }
    assert found["Members"]["errors"] == 2


@pytest.mark.parametrize(
    ("severities", "users", "told"),
    [
        ([], 0, "none"),
        ([], 1, "low"),
        (["Low", "Medium"], 0, "low"),
        (["Low", "High"], 0, "medium"),
        (["Low"], 10, "medium"),
        (["Critical", "Low"], 0, "high"),
    ],
)
def test_impact_is_told_by_the_worst_and_by_how_many_users(severities, users, told):
    hits = [Hit(f"EP-{severity}", severity, severity, 1) for severity in severities]
    assert impact({str(i): processes([hit])["Other"] for i, hit in enumerate(hits)}, users) == told
