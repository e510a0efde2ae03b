frappe.listview_settings["Checklist Run"] = {
	add_fields: ["status", "verdict"],
	hide_name_column: false,
	get_indicator(doc) {
		if (doc.status === "Missed") return [__("Missed"), "orange", "status,=,Missed"];
		const colors = { OK: "green", WARNING: "yellow", CRITICAL: "red", UNKNOWN: "gray" };
		if (!doc.verdict) return [__("Not measured"), "gray", "verdict,=,"];
		return [doc.verdict, colors[doc.verdict], `verdict,=,${doc.verdict}`];
	},
};
