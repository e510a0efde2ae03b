frappe.query_reports["Troubleshooting Guide"] = {
	filters: [{ fieldname: "words", label: __("Words"), fieldtype: "Data" }],
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		return format(text, row, column, data);
	},
};
