// What people fill into the form of a run, which stays through drawing, measuring and deciding.

function rows_of(frm) {
	return [...frm.doc.items, ...frm.doc.notes, ...(frm.doc.times || [])];
}

function filled_in(rows) {
	return Object.fromEntries(rows.map(({ name, result, note, text, spent }) => [name, { result, note, text, spent }]));
}

// frm.dirty: Desk itself sets it too late for a key that takes what was written and saves it at once.
function take(frm, element) {
	const { name, field } = element.dataset;
	const changed = rows_of(frm).find((each) => each.name === name);
	if ((changed[field] || "") === element.value) return;
	frappe.model.set_value(changed.doctype, name, field, element.value);
	frm.dirty();
	if (changed.doctype === "Checklist Run Item") mark_settled(frm, { ...changed, [field]: element.value });
}

// What a row still needs, and what the head says about it, follow each answer and note.
function mark_settled(frm, item) {
	const need = need_of(frm, item);
	const row = $(row_element(frm, item.name));
	if (item.by_hand) row.find(".verdict").html(pill("Not saved"));
	row.toggleClass("needed", Boolean(need)).find(".need").html(need_in_words(need));
	renew_head(frm);
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

// Where somebody is who writes nothing: on a link of the head, on a row, or on a button of it.
function place_in_use(frm) {
	const element = document.activeElement;
	if (!element || !frm.fields_dict.checklist.$wrapper[0].contains(element)) return null;
	if (element.matches(".still-needed a")) return [".still-needed a"];
	const row = element.closest(".item");
	if (!row) return null;
	const { act, field } = element.dataset;
	const inside = act ? `[data-act="${act}"]` : field ? `[data-field="${field}"][value="${element.value}"]` : "";
	const of_row = `[data-item="${row.dataset.item}"]`;
	return [inside && `${of_row} ${inside}`, of_row].filter(Boolean);
}

function go_back_to(frm, selectors) {
	const wrapper = frm.fields_dict.checklist.$wrapper[0];
	const found = selectors.map((each) => wrapper.querySelector(each)).find(Boolean);
	found?.focus({ preventScroll: true });
}

function set_text(frm, changed, field, text) {
	frappe.model.set_value(changed.doctype, changed.name, field, text);
	frm.fields_dict.checklist.$wrapper.find(`textarea[data-name="${changed.name}"]`).val(text);
	mark_settled(frm, { ...changed, [field]: text });
}

// Whoever types while a worker measures loses nothing: what was typed is put back over what was measured. Until the
// site answers, keys write into the rows that were there: they are read after it.
async function reload_and_keep_what_was_typed(frm) {
	const writing = field_in_use(frm);
	if (writing?.dataset.field) take(frm, writing);
	const [before, rows] = [frm.as_saved, rows_of(frm)];
	await frm.reload_doc();
	const now = filled_in(rows);
	for (const { doctype, name } of rows_of(frm)) {
		for (const [field, value] of Object.entries(now[name] || {})) {
			if ((value || "") === (before[name]?.[field] || "")) continue;
			await frappe.model.set_value(doctype, name, field, value);
		}
	}
	show_checklist(frm);
}
