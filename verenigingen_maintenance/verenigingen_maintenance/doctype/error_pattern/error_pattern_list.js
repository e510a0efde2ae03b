frappe.listview_settings["Error Pattern"] = {
	add_fields: ["state"],
	filters: [["continues_in", "is", "not set"]],
	hide_name_column: true,
	get_indicator(doc) {
		const colors = {
			New: "orange",
			Ongoing: "yellow",
			Escalating: "red",
			Resolved: "green",
			Regressed: "red",
			Ignored: "gray",
		};
		return [__(doc.state), colors[doc.state], `state,=,${doc.state}`];
	},
};
