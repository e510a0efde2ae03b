// What a button asks for, and what became of it.
frappe.provide("verenigingen_maintenance");

// A dialog that stays until the server took what was typed: a refusal is shown over it, and nothing is lost.
// Its button says what it does: the title, or `button` where that is a question.
verenigingen_maintenance.ask = ({ title, button = title, fields, method, args, given, done, refused }) => {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: fields.map(shown_as_text),
		primary_action_label: button,
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
	keep_what_is_typed(dialog);
	dialog.show();
};

// A field of a dialog shows its value as HTML too, where it is read-only for a moment: also one that others wrote.
const shown_as_text = (df) =>
	["Data", "Small Text", "Text"].includes(df.fieldtype) ? { ...df, formatter: (value) => frappe.utils.escape_html(value || "") } : df;

// 0.1 s after a field changed, Frappe empties each required one whose value it does not know: a text until it is left.
function keep_what_is_typed(dialog) {
	dialog.$wrapper.on("input", "input, textarea", ({ target }) => {
		const field = dialog.fields_dict[target.dataset.fieldname];
		if (field && field.df.reqd && ["Data", "Small Text", "Text"].includes(field.df.fieldtype)) field.value = target.value;
	});
}

// A worker does it: what became of it is asked for, also where no socket tells.
verenigingen_maintenance.look_again = (frm, times, is_awaited = () => true) => {
	if (!times || !is_awaited(frm.doc)) return;
	const { doctype, name, modified } = frm.doc;
	setTimeout(async () => {
		if (!cur_frm || cur_frm.doctype !== doctype || cur_frm.doc.name !== name) return;
		const { message } = await frappe.db.get_value(doctype, name, "modified");
		if (message.modified !== modified) await frm.reload_doc();
		verenigingen_maintenance.look_again(frm, times - 1, is_awaited);
	}, 2500);
};

// The step that comes next is Desk's dark button, which a phone shows too; it keeps the others in its menu.
verenigingen_maintenance.offer = (frm, label, act, { is_next = false } = {}) => {
	if (is_next) frm.page.set_primary_action(label, act);
	else frm.add_custom_button(label, act);
};
