// What people fill into the form of a run, which stays through drawing, measuring and deciding.

function rows_of(frm) {
	return [...frm.doc.items, ...frm.doc.notes, ...(frm.doc.times || [])];
}

function filled_in(frm) {
	return Object.fromEntries(rows_of(frm).map(({ name, result, note, text, spent }) => [name, { result, note, text, spent }]));
}

// frm.dirty: Desk itself sets it too late for a key that takes what was written and saves it at once.
function take(frm, element) {
	const { name, field } = element.dataset;
	const changed = rows_of(frm).find((each) => each.name === name);
	if ((changed[field] || "") === element.value) return;
	frappe.model.set_value(changed.doctype, name, field, element.value);
	frm.dirty();
	mark_settled(frm, { ...changed, [field]: element.value });
}

function mark_settled(frm, item) {
	const settled = item.by_hand ? item.result === "Done" || (item.result && item.note) : item.note;
	const needed = !settled && (item.by_hand || needs_something(frm, item));
	frm.fields_dict.checklist.$wrapper.find(`[data-item="${item.name}"]`).toggleClass("needed", Boolean(needed));
}

const WRITTEN = "textarea[data-field], input[type=text][data-field], .finding-note";

// What somebody is writing: a note, a free field, minutes; it is drawn anew together with the list.
function field_in_use(frm) {
	const element = document.activeElement;
	return element?.matches(WRITTEN) && frm.layout.wrapper[0].contains(element) ? element : null;
}

function go_on_in(frm, { dataset, value, selectionStart, selectionEnd }) {
	const kind = dataset.field ? `[data-field="${dataset.field}"]` : ".finding-note";
	const [element] = frm.fields_dict.checklist.$wrapper.find(`${kind}[data-name="${dataset.name}"]:enabled`);
	if (!element) return;
	element.closest("details")?.setAttribute("open", "");
	element.value = value;
	element.focus({ preventScroll: true });
	element.setSelectionRange(selectionStart, selectionEnd);
	if (dataset.field) take(frm, element);
}

function set_text(frm, changed, field, text) {
	frappe.model.set_value(changed.doctype, changed.name, field, text);
	frm.fields_dict.checklist.$wrapper.find(`textarea[data-name="${changed.name}"]`).val(text);
	mark_settled(frm, { ...changed, [field]: text });
}

// Whoever types while a worker measures loses nothing: what was typed is put back over what was measured.
async function reload_and_keep_what_was_typed(frm) {
	const writing = field_in_use(frm);
	if (writing?.dataset.field) take(frm, writing);
	const [before, now] = [frm.as_saved, filled_in(frm)];
	await frm.reload_doc();
	for (const { doctype, name } of rows_of(frm)) {
		for (const [field, value] of Object.entries(now[name] || {})) {
			if ((value || "") === (before[name]?.[field] || "")) continue;
			await frappe.model.set_value(doctype, name, field, value);
		}
	}
	show_checklist(frm);
}
