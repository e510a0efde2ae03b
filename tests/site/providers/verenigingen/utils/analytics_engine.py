"""As the real one: it answers, raises, hangs and logs."""

import time

import frappe


def analyze_error_patterns(days):
    return {"total_errors": frappe.db.count("Error Log"), "patterns": {}, "days": days}


def identify_compliance_gaps():
    frappe.log_error("Compliance of jan@example.com failed")
    return {"overall_compliance_score": 73.0, "compliance_areas": {"sepa_compliance": {"error": "no table"}}}


def generate_insights_report():
    time.sleep(600)


def forecast_performance_trends(days_back, forecast_days):
    raise RuntimeError("no DocType Member for jan@example.com")
