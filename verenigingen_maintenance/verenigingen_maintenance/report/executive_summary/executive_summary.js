frappe.query_reports["Executive Summary"] = verenigingen_maintenance.report({});
