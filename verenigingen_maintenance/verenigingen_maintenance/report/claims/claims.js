frappe.query_reports["Claims"] = {
	filters: [
		{
			fieldname: "standing",
			label: __("Worth"),
			fieldtype: "Select",
			options: ["", "OK", "CLAIMED", "UNKNOWN"],
		},
	],
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value || "") : value;
		return format(text, row, column, data);
	},
};
