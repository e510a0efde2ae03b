"""What `bench run-tests --app verenigingen_maintenance` shows; the full suite is under tests/."""

from datetime import datetime, timezone

import frappe
from frappe.tests.utils import FrappeTestCase

from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import checks, open_run


class TestChecklistRun(FrappeTestCase):
    def setUp(self):
        self.procedure = frappe.get_doc("Maintenance Procedure", "Daily Maintenance")

    def test_a_run_holds_every_check_of_its_procedure(self):
        run = frappe.get_doc(
            "Checklist Run", open_run.open_ad_hoc(self.procedure, datetime.now(timezone.utc))
        )
        self.assertEqual(
            {item.check_name for item in run.items if item.check_name},
            {row.check_name for row in self.procedure.checks},
        )

    def test_what_was_measured_is_not_written_by_hand(self):
        run = frappe.get_doc(
            "Checklist Run", open_run.open_ad_hoc(self.procedure, datetime.now(timezone.utc))
        )
        run.items[0].verdict = "OK"
        with self.assertRaisesRegex(frappe.ValidationError, "Only results, notes and free fields"):
            run.save()

    def test_the_database_answers_within_its_target(self):
        result = checks.run("database_response")
        self.assertIs(result.judgement.verdict, Verdict.OK, result.judgement.reason)
        self.assertGreater(result.value, 0)

    def test_thresholds_that_cross_are_refused(self):
        check = frappe.get_doc("Maintenance Check", "errors_24h")
        check.update({"warning": "> 60", "critical": "> 50"})
        with self.assertRaisesRegex(frappe.ValidationError, "cross"):
            check.save()
