frappe.query_reports["Forecasts"] = verenigingen_maintenance.report({
	links: { title: ({ metric }) => `/app/metric-forecast?metric=${metric}` },
	filters: [
		{
			fieldname: "metric_group",
			label: __("Group"),
			fieldtype: "Select",
			options: [
				"",
				..."Database Requests Dashboard Cache Jobs Errors Analytics Users Host Storage Backups Mail Members Sampling".split(" "),
			],
		},
	],
});
