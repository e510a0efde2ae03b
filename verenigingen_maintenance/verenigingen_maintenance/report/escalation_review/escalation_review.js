frappe.query_reports["Escalation Review"] = verenigingen_maintenance.report({
	filters: [
		{ fieldname: "days", label: __("Days"), fieldtype: "Data", default: "7", reqd: 1 },
		{
			fieldname: "group",
			label: __("Group By"),
			fieldtype: "Select",
			options: ["Level", "Subject", "Check", "Week"],
			default: "Level",
			reqd: 1,
		},
	],
});
