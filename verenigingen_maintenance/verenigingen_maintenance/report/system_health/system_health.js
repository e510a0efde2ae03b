frappe.query_reports["System Health"] = {
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
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		const is_nothing = column.fieldtype === "Float" && (value === null || value === undefined);
		return is_nothing ? "" : format(text, row, column, data);
	},
};
