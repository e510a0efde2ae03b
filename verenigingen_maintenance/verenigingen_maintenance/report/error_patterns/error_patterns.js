frappe.query_reports["Error Patterns"] = verenigingen_maintenance.report({
	links: { title: ({ pattern }) => `/app/error-pattern/${pattern}` },
	filters: [
		{ fieldname: "days", label: __("Days"), fieldtype: "Data", default: "7", reqd: 1 },
		{
			fieldname: "state",
			label: __("State"),
			fieldtype: "Select",
			options: ["", "New", "Ongoing", "Escalating", "Resolved", "Regressed", "Ignored"],
		},
		{
			fieldname: "severity",
			label: __("Severity"),
			fieldtype: "Select",
			options: ["", "Critical", "High", "Medium", "Low"],
		},
		{ fieldname: "area", label: __("Area"), fieldtype: "Data" },
	],
});
