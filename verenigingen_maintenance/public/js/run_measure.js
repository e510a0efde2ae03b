// A worker measures, the whole run or one row; whoever types meanwhile loses nothing.
const POLL_EVERY_MS = 1000;
const POLL_AT_MOST = 60;

async function measure_again(frm) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall("verenigingen_maintenance.api.measure", { run: frm.doc.name });
	frappe.show_alert({ message: __("A worker is measuring."), indicator: "blue" });
	if (await wait_for_measurement(frm)) return;
	frappe.msgprint(__("Nothing was measured within a minute. Are the background workers running?"));
}

// Whether it came within a minute, or nobody looks at this run any more.
async function wait_for_measurement(frm) {
	const measured_at = async () => (await frappe.db.get_value("Checklist Run", frm.doc.name, "measured_at")).message.measured_at;
	return wait_until_it_changes(frm, measured_at, frm.doc.measured_at);
}

async function wait_until_it_changes(frm, read, before) {
	const run = frm.doc.name;
	for (let count = 0; count < POLL_AT_MOST; count++) {
		await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
		if (frm.doc.name !== run) return true;
		if (((await read()) || "") === (before || "")) continue;
		await reload_and_keep_what_was_typed(frm);
		return true;
	}
	return false;
}

// Who opens a run by hand is there before its first values are.
function wait_for_first_measurement(frm) {
	if (frm.doc.measured_at || frm.waits_for === frm.doc.name) return;
	frm.waits_for = frm.doc.name;
	wait_for_measurement(frm);
}

// One row; what was typed is not saved for it, and stays.
async function measure_row(frm, item) {
	const { measuring } = ui_of(frm);
	const title = said(item.title);
	if (frm.doc.status !== "Open" || !may_work(frm) || measuring.has(item.name)) return;
	if (!item.rule) return announce(frm, __("{0} is answered by a person: choose Done or Failed.", [title]));
	show_measuring(frm, item, true);
	announce(frm, __("Measuring {0}.", [title]));
	const [run, name] = [frm.doc.name, item.name];
	try {
		await frappe.xcall("verenigingen_maintenance.api.measure_row", { run, row: name });
		const state = ({ done_at, not_applicable }) => `${done_at || ""} ${not_applicable || 0}`;
		const fields = ["done_at", "not_applicable"]; // what was never measured and is left out has no time
		const read = async () => state((await frappe.db.get_value("Checklist Run Item", name, fields, null, "Checklist Run")).message);
		if (!(await wait_until_it_changes(frm, read, state(item)))) {
			frappe.msgprint(__("Nothing was measured within a minute. Are the background workers running?"));
		}
	} finally {
		measuring.delete(name);
		if (frm.doc.name === run) show_measured(frm, name);
	}
}

function show_measuring(frm, item, is_measuring) {
	const { measuring } = ui_of(frm);
	is_measuring ? measuring.add(item.name) : measuring.delete(item.name);
	const element = $(row_element(frm, item.name)).attr("aria-busy", is_measuring);
	element.find(".acts").html(acts(frm, item));
	set_current(frm, ui_of(frm).current);
}

function show_measured(frm, name) {
	const item = item_of(frm, name);
	if (!item || !row_element(frm, name)) return;
	show_measuring(frm, item, false);
	const value = item.value ? in_words(item.value, item.unit) : told(item.reason);
	announce(frm, __("{0}: {1}, {2}", [said(item.title), __(verdict_of(item)), value]));
}
