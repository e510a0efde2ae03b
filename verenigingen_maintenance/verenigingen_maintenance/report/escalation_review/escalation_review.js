frappe.query_reports["Escalation Review"] = {
	filters: [
		{ fieldname: "days", label: __("Days"), fieldtype: "Data", default: "7", reqd: 1 },
		{
			fieldname: "group",
			label: __("Group By"),
			fieldtype: "Select",
			options: ["Level", "Subject", "Check", "Week"],
			default: "Level",
			reqd: 1,
		},
	],
	// Frappe writes what a Data column holds as HTML.
	formatter(value, row, column, data, format) {
		const text = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
		const may_be_nothing = ["Float", "Percent"].includes(column.fieldtype);
		const is_nothing = may_be_nothing && (value === null || value === undefined);
		return is_nothing ? "" : format(text, row, column, data);
	},
};
