// A whole run without a mouse: one row is the current one, and keys act on it. They stay silent while somebody types.

const ROW_KEYS = [
	["p", __("Row: passed (Done)"), (frm, item) => give_result(frm, item, "Done")],
	["f", __("Row: failed"), (frm, item) => give_result(frm, item, "Failed")],
	["x", __("Row: not applicable"), (frm, item) => not_applicable(frm, item)],
	["n", __("Row: write the note; Escape returns"), (frm, item) => focus_note(frm, item)],
	["e", __("Row: evidence and instructions"), (frm, item) => toggle_details(frm, item)],
	["m", __("Row: measure again"), (frm, item) => measure_row(frm, item)],
	["a", __("Row: attach a file"), (frm, item) => choose_files(frm, item.name)],
];

// Desk lists them under ?, with its own.
function add_keys(frm) {
	for (const [key, description, act] of ROW_KEYS) {
		add_key(frm, key, description, () => act(frm, current_item(frm)), () => Boolean(focused_row()));
	}
	for (const [key, step] of [["j", 1], ["k", -1], ["down", 1], ["up", -1]]) {
		const description = step > 0 ? __("Next row") : __("Previous row");
		add_key(frm, key, description, () => move(frm, step), () => may_move(key));
	}
	const anywhere = () => is_ours(frm);
	add_key(frm, "ctrl+down", __("Next row that needs something"), () => go_to_next_needed(frm), anywhere, true);
	add_key(frm, "ctrl+enter", __("Save and sign"), () => sign(frm), anywhere, true);
	list_first(frm);
	come_back_from_dialogs(frm);
	// Where the keyboard has the question mark on another key than Desk thinks.
	$(frm.wrapper).on("keydown", (event) => {
		if (event.key !== "?" || is_typing() || frappe.ui.keys.get_key(event) === "shift+/") return;
		frappe.ui.keys.show_keyboard_shortcut_dialog();
	});
}

function add_key(frm, shortcut, description, act, applies, also_while_typing = false) {
	const condition = () =>
		cur_frm === frm && !has_dialog() && (also_while_typing || !is_typing()) && applies();
	const action = () => {
		if (!condition()) return false; // the key is not taken
		act();
	};
	frappe.ui.keys.add_shortcut({ shortcut, description, action, page: frm.page, ignore_inputs: true });
	frappe.ui.keys.standard_shortcuts.find(({ action: each }) => each === action).is_of_list = true;
}

// Under ? those of the list come first; those of tables, which this form shows none of, are left out.
function list_first(frm) {
	const all = frappe.ui.keys.standard_shortcuts;
	const [of_page, others] = [all.filter(({ page }) => page === frm.page), all.filter(({ page }) => page !== frm.page)];
	const ours = of_page.filter(({ is_of_list }) => is_of_list);
	const desks = of_page.filter(({ is_of_list, action }) => !is_of_list && action);
	all.splice(0, all.length, ...ours, ...desks, ...others);
}

// Who opened a dialog on a row is on that row again when it closes.
function come_back_from_dialogs(frm) {
	$(document).on("focusin", ({ target }) => {
		if (cur_frm === frm && frm.doc && !target.closest?.(".modal")) ui_of(frm).returns_to = focused_row()?.dataset.item;
	});
	$(document).on("hidden.bs.modal", () => {
		if (cur_frm !== frm || !frm.doc || has_dialog() || document.activeElement !== document.body) return;
		focus_row(frm, ui_of(frm).returns_to);
	});
}

function has_dialog() {
	return document.body.classList.contains("modal-open") || Boolean(window.cur_dialog?.display);
}

// A choice or a button is no text: letters do nothing in it by themselves.
function is_typing() {
	const element = document.activeElement;
	const is_choice = element?.matches("input[type=radio], input[type=checkbox], input[type=button]");
	return Boolean(element?.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])")) && !is_choice;
}

// Not while somebody writes a comment or searches.
function is_ours(frm) {
	const input = document.activeElement?.closest("input, textarea, [contenteditable]");
	return !input || frm.layout.wrapper[0].contains(input);
}

// Up and down belong to the radio buttons and to the page, unless a row has the focus; j and k begin anywhere.
function may_move(key) {
	const element = document.activeElement;
	if (["j", "k"].includes(key)) return Boolean(focused_row()) || element === document.body;
	return Boolean(focused_row()) && !element.matches("input, pre");
}

function focused_row() {
	return document.activeElement?.closest(".maintenance-checklist .item");
}

// --- the current row: the one that Tab reaches, with its buttons

function rows_shown(frm) {
	return frm.fields_dict.checklist.$wrapper.find(".item").get();
}

function row_element(frm, name) {
	return rows_shown(frm).find((each) => each.dataset.item === name);
}

function item_of(frm, name) {
	return frm.doc.items.find((each) => each.name === name);
}

function current_item(frm) {
	return item_of(frm, (focused_row() || row_element(frm, ui_of(frm).current)).dataset.item);
}

function set_current(frm, name) {
	const rows = rows_shown(frm);
	const current = rows.find((each) => each.dataset.item === name) || rows[0];
	if (!current) return;
	ui_of(frm).current = current.dataset.item;
	for (const each of rows) {
		const is_current = each === current;
		if (each.classList.contains("current") === is_current && each.tabIndex === (is_current ? 0 : -1)) continue;
		each.classList.toggle("current", is_current);
		each.tabIndex = is_current ? 0 : -1;
		for (const button of each.querySelectorAll(".acts button")) button.tabIndex = is_current ? 0 : -1;
	}
}

function focus_row(frm, name) {
	const element = row_element(frm, name);
	if (!element) return;
	element.focus({ preventScroll: true });
	element.scrollIntoView({ block: "nearest" });
}

function move(frm, step) {
	const rows = rows_shown(frm);
	const here = focused_row();
	const next = here ? rows[rows.indexOf(here) + step] : row_element(frm, ui_of(frm).current);
	if (next) focus_row(frm, next.dataset.item);
}

// --- what needs something

function go_to_next_needed(frm) {
	const rows = frm.fields_dict.checklist.$wrapper.find(".needed").get();
	const here = document.activeElement?.closest(".item, .review-finding");
	const next = rows.find((each) => !here || is_behind(here, each)) || rows[0];
	if (!next) return announce(frm, __("Nothing keeps it from being signed."));
	if (next.dataset.item) return go_to_need(frm, next.dataset.item);
	next.querySelector("input, textarea")?.focus();
}

function is_behind(here, row) {
	return Boolean(here.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
}

// Into the field that waits: an answer is given on the row itself, a note is written in its field.
function go_to_need(frm, name) {
	const item = item_of(frm, name);
	const waits_for_answer = item.by_hand && !item.result;
	focus_row(frm, name);
	if (!waits_for_answer) row_element(frm, name).querySelector("textarea")?.focus();
}

// --- what the keys of a row do

function give_result(frm, item, result) {
	const title = said(item.title);
	if (!item.by_hand) return announce(frm, __("{0} is measured: write a note, or measure it again.", [title]));
	const radio = row_element(frm, item.name).querySelector(`input[value=${result}]`);
	if (!radio) return;
	radio.checked = true;
	take(frm, radio);
	announce(frm, __("{0}: {1}", [title, __(result)]));
}

function focus_note(frm, item) {
	row_element(frm, item.name).querySelector("textarea")?.focus();
}

function act_on_row(frm, act, name) {
	const item = item_of(frm, name);
	const todo = { evidence: toggle_details, measure: measure_row, not_applicable };
	if (todo[act]) return todo[act](frm, item);
	choose_files(frm, name, act === "photo");
}

// The buttons of a row, each with its key; those that do nothing for it are not there.
function acts(frm, item) {
	const [is_open, ui] = [frm.doc.status === "Open" && may_work(frm), ui_of(frm)];
	const is_measurable = is_open && item.rule && frm.doc.__onload?.may_be_measured;
	const measuring = ui.measuring.has(item.name);
	const button = (act, key, text, more = "") =>
		`<button type="button" tabindex="-1" class="btn btn-xs btn-default" data-act="${act}" ${key && `data-key="${key}"`} ${more}
			aria-label="${esc(__("{0}: {1}", [text, said(item.title)]))}">${esc(text)}</button>`;
	const expanded = `aria-expanded="${ui.open.has(item.name)}" aria-controls="more-${esc(item.name)}"`;
	return [
		button("evidence", "E", __("Details"), expanded),
		is_measurable ? button("measure", "M", measuring ? __("Measuring…") : __("Measure Again"), measuring ? "disabled" : "") : "",
		is_open ? button("attach", "A", __("Attach")) : "",
		is_open ? button("photo", "", __("Photo"), `data-on="touch"`) : "",
		is_open && item.check_name ? button("not_applicable", "X", item.not_applicable ? __("Applicable Again") : __("Not Applicable")) : "",
	].join("");
}

// Managers decide what this site does not have; others propose it to them.
function not_applicable(frm, item) {
	const title = said(item.title);
	const tell = (message) => (announce(frm, message), frappe.show_alert({ message: esc(message), indicator: "blue" }));
	if (frm.doc.status !== "Open" || !may_work(frm)) return;
	if (!item.check_name) {
		return tell(__("{0} is a step of the procedure: choose Done or Failed, and say why in the note.", [title]));
	}
	const may_decide = frappe.user.has_role("Maintenance Manager");
	if (item.not_applicable && !may_decide) return tell(__("{0} was declared not applicable: ask a manager.", [title]));
	if (item.not_applicable) return withdraw_not_applicable(frm, item);
	const args = { check: item.check_name };
	const label = __("Why is it not applicable to this site?");
	const fields = [{ fieldname: "reason", fieldtype: "Small Text", label, reqd: 1 }];
	verenigingen_maintenance.ask({
		title: may_decide ? __("Not Applicable: {0}", [esc(title)]) : __("Propose as Not Applicable: {0}", [esc(title)]),
		button: may_decide ? __("Not Applicable") : __("Propose"),
		method: may_decide ? "declare_not_applicable" : "propose_not_applicable",
		done: () => (may_decide ? measure_row(frm, item) : tell(__("Proposed: a manager decides on {0}.", [title]))),
		...{ fields, args },
	});
}

function withdraw_not_applicable(frm, item) {
	const question = __("Is {0} applicable to this site again? Every run will measure it.", [esc(said(item.title))]);
	frappe.confirm(question, async () => {
		await frappe.xcall("verenigingen_maintenance.api.withdraw_not_applicable", { check: item.check_name });
		await measure_row(frm, item);
	});
}
