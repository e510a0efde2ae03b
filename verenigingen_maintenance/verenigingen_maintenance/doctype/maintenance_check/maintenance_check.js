frappe.ui.form.on("Maintenance Check", {
	refresh(frm) {
		if (frm.doc.proposal) frm.set_intro(frappe.utils.escape_html(frm.doc.proposal), "orange");
		if (frm.is_new() || !frappe.user.has_role("Maintenance Manager")) return;
		if (frm.doc.not_applicable) {
			frm.add_custom_button(__("Applicable Again"), () => withdraw(frm));
		} else {
			frm.add_custom_button(__("Not Applicable"), () => declare(frm));
		}
	},
});

function declare(frm) {
	const field = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Why is it not applicable to this site?"),
		default: (frm.doc.proposal || "").replace(/^[^:]*: /, ""),
		reqd: 1,
	};
	frappe.prompt(field, ({ reason }) => call(frm, "declare_not_applicable", { reason }), __("Not Applicable"));
}

function withdraw(frm) {
	call(frm, "withdraw_not_applicable", {});
}

async function call(frm, method, args) {
	await frappe.xcall(`verenigingen_maintenance.api.${method}`, { check: frm.doc.name, ...args });
	frm.reload_doc();
}
