frappe.query_reports["Error Hotspots"] = verenigingen_maintenance.report({
	filters: [
		{ fieldname: "days", label: __("Days"), fieldtype: "Data", default: "7", reqd: 1 },
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: ["", "Area", "App", "Type of Error", "Kind of User", "Hour"],
		},
	],
});
