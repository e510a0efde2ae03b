frappe.query_reports["Forecasts"] = {
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
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		const is_nothing = ["Float", "Date"].includes(column.fieldtype) && (value === null || value === undefined);
		return is_nothing ? "" : format(text, row, column, data);
	},
};
