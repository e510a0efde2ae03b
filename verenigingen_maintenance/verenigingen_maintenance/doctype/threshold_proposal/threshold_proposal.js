frappe.ui.form.on("Threshold Proposal", {
	refresh(frm) {
		frm.set_intro(verenigingen_maintenance.said_html(frm.doc.finding), frm.doc.status === "Open" ? "orange" : "blue");
		if (frm.doc.status !== "Open" || !frappe.user.has_role("Maintenance Manager")) return;
		if (frm.doc.proposed) add_decision(frm, __("Accept"), "accept_threshold");
		add_decision(frm, __("Dismiss"), "dismiss_threshold");
	},
});

function add_decision(frm, label, method) {
	const field = { fieldname: "reason", fieldtype: "Small Text", label: __("Why?"), reqd: 1 };
	const args = { proposal: frm.doc.name };
	const done = () => frm.reload_doc();
	const decide = () => verenigingen_maintenance.ask({ title: label, fields: [field], method, args, done });
	frm.add_custom_button(label, decide);
}
