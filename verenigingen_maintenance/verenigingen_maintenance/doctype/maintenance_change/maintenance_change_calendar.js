frappe.views.calendar["Maintenance Change"] = verenigingen_maintenance.calendar();
