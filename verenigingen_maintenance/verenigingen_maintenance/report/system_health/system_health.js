frappe.query_reports["System Health"] = verenigingen_maintenance.report({
	links: { title: ({ metric }) => `/app/metric-hour?metric=${metric}` },
	filters: [
		{
			fieldname: "period",
			label: __("Period"),
			fieldtype: "Select",
			options: ["24 hours", "7 days", "30 days", "90 days", "365 days"],
			default: "24 hours",
			reqd: 1,
		},
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
