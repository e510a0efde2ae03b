frappe.query_reports["Compliance"] = verenigingen_maintenance.report({
	links: {
		title: ({ name, gaps_of }) => (gaps_of ? `/app/query-report/Compliance?show=Open Gaps&area=${gaps_of}` : `/app/compliance-gap/${name}`),
	},
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: ["Areas", "Open Gaps"],
			default: "Areas",
			reqd: 1,
		},
		{
			fieldname: "area",
			label: __("Gaps of Area"),
			fieldtype: "Select",
			options: [
				"",
				"Audit trail",
				"Data retention",
				"Access security",
				"Backups",
				"Error handling",
				"Privacy",
				"SEPA",
				"Audit completeness",
			],
			depends_on: 'eval:doc.show === "Open Gaps"',
		},
	],
});
