frappe.listview_settings["Recovery Drill"] = verenigingen_maintenance.list({
	add_fields: ["status", "verdict"],
	get_indicator({ status, verdict }) {
		const colors = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray" };
		if (verdict && ["Signed", "Ended"].includes(status)) {
			return [__("{0}, {1}", [__(status), __(verdict)]), colors[verdict] || "gray", `status,=,${status}`];
		}
		return [__(status), status === "Running" ? "blue" : "gray", `status,=,${status}`];
	},
	stored_title: "title",
	columns: ["kind", "started_at", "ended_at", "started_by", "signed_by"],
	people: ["started_by", "signed_by"],
	quick: [
		{ label: __("Running"), filters: [["status", "=", "Running"]], empty: __("No drill is under way.") },
		{ label: __("To Sign"), filters: [["status", "=", "Ended"]], empty: __("Each drill that ended was signed.") },
		{
			label: __("This Quarter"),
			filters: [["started_at", "Timespan", "this quarter"]],
			empty: __("No drill was begun this quarter: that a recovery works is not known from it."),
		},
	],
	onload(list) {
		if (!verenigingen_maintenance.may("Manager", "Operator")) return;
		list.page.add_inner_button(__("Start a Restore Drill"), () => verenigingen_maintenance.start_restore_drill());
		list.page.add_inner_button(__("Scratch Database"), show_statement);
	},
});

async function show_statement() {
	const { message } = await frappe.call({ method: "verenigingen_maintenance.api.scratch_statement", type: "GET" });
	const told = __("Whoever may (root) runs this once on the database server, with a password of their choice. It is then entered in Maintenance Settings, under Recovery.");
	frappe.msgprint({ title: __("Scratch Database"), message: `<p>${told}</p><pre>${frappe.utils.escape_html(message)}</pre>`, wide: true });
}
