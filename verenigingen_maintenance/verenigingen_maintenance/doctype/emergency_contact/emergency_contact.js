frappe.ui.form.on("Emergency Contact", {
	refresh(frm) {
		if (frm.is_new() || !frappe.user.has_role("Maintenance Manager")) return;
		frm.add_custom_button(__("Confirm"), () => confirm(frm));
	},
});

// A refusal is shown by Frappe, and nothing follows from it.
function confirm(frm) {
	const method = "verenigingen_maintenance.api.confirm_contacts";
	const question = __("Did somebody call or write there lately, and it was right?");
	const args = { contact: frm.doc.name };
	frappe.confirm(question, () => frappe.call({ method, args, callback: () => frm.reload_doc() }));
}
