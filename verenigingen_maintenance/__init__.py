"""Verenigingen Maintenance: an operations runbook that runs, inside the Frappe site it looks after."""

__version__ = "0.1.0"
