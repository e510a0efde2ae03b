frappe.query_reports["Compliance"] = {
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
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		const is_nothing = column.fieldtype === "Float" && (value === null || value === undefined);
		return is_nothing ? "" : format(text, row, column, data);
	},
};
