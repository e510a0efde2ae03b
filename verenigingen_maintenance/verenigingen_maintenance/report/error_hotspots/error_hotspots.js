frappe.query_reports["Error Hotspots"] = {
	filters: [
		{ fieldname: "days", label: __("Days"), fieldtype: "Data", default: "7", reqd: 1 },
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: ["", "Area", "App", "Type of Error", "Kind of User", "Hour"],
		},
	],
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		return format(text, row, column, data);
	},
};
