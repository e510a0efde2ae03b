frappe.query_reports["Claims"] = verenigingen_maintenance.report({
	filters: [
		{
			fieldname: "standing",
			label: __("Worth"),
			fieldtype: "Select",
			options: ["", "OK", "CLAIMED", "UNKNOWN"],
		},
	],
});
