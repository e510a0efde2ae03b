frappe.query_reports["Error Patterns"] = {
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
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		return format(text, row, column, data);
	},
};
