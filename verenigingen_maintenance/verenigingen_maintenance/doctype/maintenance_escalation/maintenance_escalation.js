const ESCALATION_COLORS = { Open: "red", Acknowledged: "orange", Resolved: "green", "False Positive": "gray" };

frappe.ui.form.on("Maintenance Escalation", {
	refresh(frm) {
		frm.fields_dict.events.grid.update_docfield_property("note", "formatter", in_one_line);
		frm.page.set_indicator(__(frm.doc.status), ESCALATION_COLORS[frm.doc.status]);
		const may_act = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (!may_act) return;
		if (frm.doc.status === "Open") add_action(frm, __("Acknowledge"), "acknowledge", false);
		if (["Open", "Acknowledged"].includes(frm.doc.status)) {
			add_action(frm, __("Resolve"), "resolve", true);
			add_action(frm, __("False Positive"), "false_positive", true);
		}
	},
});

function in_one_line(value) {
	return frappe.utils.escape_html((value || "").replaceAll("\n", "; "));
}

function add_action(frm, label, method, note_is_needed) {
	const field = { fieldname: "note", fieldtype: "Small Text", label: __("Note"), reqd: note_is_needed };
	frm.add_custom_button(label, () => {
		frappe.prompt(
			field,
			async ({ note }) => {
				const args = { escalation: frm.doc.name, note: note || "" };
				await frappe.xcall(`verenigingen_maintenance.api.${method}`, args);
				frm.reload_doc();
			},
			label
		);
	});
}
