frappe.listview_settings["Maintenance Escalation"] = {
	add_fields: ["status", "is_drill"],
	get_indicator(doc) {
		const colors = {
			Pending: "yellow",
			Open: "red",
			Acknowledged: "orange",
			Resolved: "green",
			"False Positive": "gray",
			Closed: "blue",
		};
		const label = doc.is_drill ? __("Drill: {0}", [__(doc.status)]) : __(doc.status);
		return [label, doc.is_drill ? "purple" : colors[doc.status], `status,=,${doc.status}`];
	},
	onload(list) {
		if (!frappe.user.has_role("Maintenance Manager")) return;
		list.page.add_inner_button(__("Test Escalation"), begin_drill);
	},
};

function drill_fields() {
	return [
		{ fieldname: "reason", fieldtype: "Data", label: __("What is it for?"), reqd: 1, default: __("Quarterly test") },
		{ fieldname: "minutes", fieldtype: "Int", label: __("Minutes for Each Level"), reqd: 1, default: 5 },
		{
			fieldname: "last_level",
			fieldtype: "Int",
			label: __("Up to Level"),
			reqd: 1,
			default: 2,
			description: __("Everybody at these levels is told, marked as a drill. Level 3 is the vendor."),
		},
	];
}

function begin_drill() {
	const done = ({ escalation }) => frappe.set_route("Form", "Maintenance Escalation", escalation);
	verenigingen_maintenance.ask({ title: __("Drill"), button: __("Begin the Drill"), fields: drill_fields(), method: "start_drill", done });
}
