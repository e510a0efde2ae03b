frappe.listview_settings["Procedure Version"] = verenigingen_maintenance.list({
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator({ status }) {
		const colors = { Draft: "orange", Approved: "green", Superseded: "gray" };
		return [__(status), colors[status], `status,=,${status}`];
	},
	columns: ["procedure", "made_at", "made_by", "approved_by"],
	stored: ["procedure"],
	people: ["made_by", "approved_by"],
	quick: [
		{ label: __("To Approve"), filters: [["status", "=", "Draft"]], empty: __("No change of a procedure waits for approval.") },
		{ label: __("Approved"), filters: [["status", "=", "Approved"]], empty: __("No version was approved yet.") },
	],
});
