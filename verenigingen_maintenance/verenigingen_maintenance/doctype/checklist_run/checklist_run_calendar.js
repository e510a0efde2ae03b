frappe.views.calendar["Checklist Run"] = verenigingen_maintenance.calendar();
