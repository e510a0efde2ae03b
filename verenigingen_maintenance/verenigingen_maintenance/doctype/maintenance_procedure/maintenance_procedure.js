frappe.ui.form.on("Maintenance Procedure", {
	refresh(frm) {
		const may_work = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (!frm.is_new() && may_work) frm.add_custom_button(__("Open a Run"), () => open_run(frm));
		show_next_date(frm);
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

// Of a procedure that is due by notice: its next date, which a manager moves to one that people agreed on.
function show_next_date(frm) {
	const text = frm.doc.__onload?.next_date;
	if (!text) return;
	frm.set_intro(frappe.utils.escape_html(text), "blue");
	if (!frappe.user.has_role("Maintenance Manager")) return;
	frm.add_custom_button(__("Agree on a Date"), () => agree_on_date(frm));
}

function agree_on_date(frm) {
	const near = __("Needed where the date is near");
	const fields = [
		{ fieldname: "day", fieldtype: "Date", label: __("Date"), reqd: 1 },
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), description: near },
	];
	const [title, args] = [__("Agree on a Date"), { procedure: frm.doc.name }];
	const done = () => frm.reload_doc();
	verenigingen_maintenance.ask({ title, fields, method: "agree_on_date", args, done });
}
