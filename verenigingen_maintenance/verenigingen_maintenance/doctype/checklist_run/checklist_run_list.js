frappe.listview_settings["Checklist Run"] = {
	add_fields: ["status", "verdict", "measured_at", "slot", "due_until"],
	hide_name_column: false,
	has_indicator_for_draft: true,
	get_indicator(doc) {
		if (["Missed", "Accepted"].includes(doc.status)) return [__(doc.status), "orange", `status,=,${doc.status}`];
		if (doc.status === "Signed") return [`${__("Signed")}, ${doc.verdict}`, "blue", "status,=,Signed"];
		const colors = { OK: "green", WARNING: "yellow", CRITICAL: "red", UNKNOWN: "gray" };
		const now = frappe.datetime.now_datetime();
		if (doc.slot && doc.due_until && doc.due_until < now) {
			const verdict = doc.verdict || __("To do");
			return [`${__("Overdue")}, ${verdict}`, "red", `status,=,Open|due_until,<,${now}`];
		}
		if (!doc.verdict) return [doc.measured_at ? __("To do") : __("Not measured"), "gray", "verdict,=,"];
		return [doc.verdict, colors[doc.verdict], `verdict,=,${doc.verdict}`];
	},
};
