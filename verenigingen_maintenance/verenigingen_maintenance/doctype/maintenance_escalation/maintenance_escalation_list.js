frappe.listview_settings["Maintenance Escalation"] = {
	add_fields: ["status"],
	get_indicator(doc) {
		const colors = { Open: "red", Acknowledged: "orange", Resolved: "green", "False Positive": "gray" };
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
