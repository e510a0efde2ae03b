frappe.listview_settings["Checklist Run"] = {
	add_fields: ["status", "verdict", "measured_at"],
	hide_name_column: false,
	has_indicator_for_draft: true,
	get_indicator(doc) {
		if (["Missed", "Accepted"].includes(doc.status)) return [__(doc.status), "orange", `status,=,${doc.status}`];
		if (doc.status === "Signed") return [`${__("Signed")}, ${doc.verdict}`, "blue", "status,=,Signed"];
		const colors = { OK: "green", WARNING: "yellow", CRITICAL: "red", UNKNOWN: "gray" };
		if (!doc.verdict) return [doc.measured_at ? __("To do") : __("Not measured"), "gray", "verdict,=,"];
		return [doc.verdict, colors[doc.verdict], `verdict,=,${doc.verdict}`];
	},
};
