frappe.ui.form.on("Maintenance Procedure", {
	refresh(frm) {
		const may_work = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (!frm.is_new() && may_work) frm.add_custom_button(__("Open a Run"), () => open_run(frm));
	},
});

// The form is shown once the worker is through: what somebody types before would meet a changed document.
async function open_run(frm) {
	const { run } = await frappe.xcall("verenigingen_maintenance.api.open_run", { procedure: frm.doc.name });
	frappe.show_alert({ message: __("A worker is measuring."), indicator: "blue" });
	for (let count = 0; count < 60; count++) {
		const { message } = await frappe.db.get_value("Checklist Run", run, "measured_at");
		if (message.measured_at) break;
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
	frappe.set_route("Form", "Checklist Run", run);
}
