// A dialog that stays until the server took what was typed: a refusal is shown over it, and nothing is lost.
frappe.provide("verenigingen_maintenance");

verenigingen_maintenance.ask = ({ title, fields, method, args, given, done, refused }) => {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: __("Submit"),
		primary_action(values) {
			frappe.call({
				method: `verenigingen_maintenance.api.${method}`,
				args: { ...args, ...(given ? given(values) : values) },
				btn: dialog.get_primary_btn(),
				callback(answer) {
					dialog.hide();
					done(answer.message);
				},
				error: refused,
			});
		},
	});
	dialog.show();
};
