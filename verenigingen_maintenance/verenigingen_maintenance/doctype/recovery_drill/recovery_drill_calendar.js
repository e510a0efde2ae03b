frappe.views.calendar["Recovery Drill"] = verenigingen_maintenance.calendar();
