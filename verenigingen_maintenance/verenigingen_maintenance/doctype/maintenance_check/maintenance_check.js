frappe.ui.form.on("Maintenance Check", {
	refresh(frm) {
		if (frm.doc.proposal) frm.set_intro(verenigingen_maintenance.said_html(frm.doc.proposal), "orange");
		if (frm.is_new() || !frappe.user.has_role("Maintenance Manager")) return;
		if (frm.doc.not_applicable) {
			frm.add_custom_button(__("Applicable Again"), () => withdraw(frm));
		} else {
			frm.add_custom_button(__("Not Applicable"), () => declare(frm));
			if (frm.doc.proposed_by) frm.add_custom_button(__("Dismiss Proposal"), () => withdraw(frm, frm.doc.proposal));
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
	verenigingen_maintenance.ask({
		title: __("Not Applicable"),
		fields: [field],
		method: "declare_not_applicable",
		args: { check: frm.doc.name },
		done: () => frm.reload_doc(),
	});
}

// With a proposal, only that is dismissed: a form that was not loaded again takes no decision back.
async function withdraw(frm, proposal = "") {
	await frappe.xcall("verenigingen_maintenance.api.withdraw_not_applicable", { check: frm.doc.name, proposal });
	frm.reload_doc();
}
