frappe.listview_settings["Recovery Drill"] = {
	add_fields: ["status", "verdict"],
	get_indicator({ status, verdict }) {
		const colors = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "orange" };
		if (status === "Signed" || status === "Ended") return [`${__(status)}: ${__(verdict)}`, colors[verdict] || "gray", `status,=,${status}`];
		return [__(status), status === "Running" ? "blue" : "gray", `status,=,${status}`];
	},
	onload(list) {
		const may_ask = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (!may_ask) return;
		list.page.add_inner_button(__("Start a Restore Drill"), () => verenigingen_maintenance.start_restore_drill());
		list.page.add_inner_button(__("Scratch Database"), show_statement);
	},
};

async function show_statement() {
	const { message } = await frappe.call({ method: "verenigingen_maintenance.api.scratch_statement", type: "GET" });
	const told = __("Whoever may (root) runs this once on the database server, with a password of their choice. It is then entered in Maintenance Settings, under Recovery.");
	frappe.msgprint({ title: __("Scratch Database"), message: `<p>${told}</p><pre>${frappe.utils.escape_html(message)}</pre>`, wide: true });
}
