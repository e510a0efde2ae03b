frappe.query_reports["Troubleshooting Guide"] = verenigingen_maintenance.report({
	filters: [{ fieldname: "words", label: __("Words"), fieldtype: "Data" }],
});
