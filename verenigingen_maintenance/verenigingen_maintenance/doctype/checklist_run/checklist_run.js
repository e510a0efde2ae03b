const VERDICT_COLORS = { OK: "green", WARNING: "yellow", CRITICAL: "red", UNKNOWN: "gray" };
const POLL_EVERY_MS = 1000;
const POLL_AT_MOST = 60;

frappe.ui.form.on("Checklist Run", {
	onload(frm) {
		for (const table of ["items", "boxes"]) {
			frm.set_df_property(table, "cannot_add_rows", true);
			frm.set_df_property(table, "cannot_delete_rows", true);
			frm.fields_dict[table].grid.update_docfield_property("verdict", "formatter", verdict_pill);
		}
		frm.fields_dict.items.grid.update_docfield_property("value", "formatter", value_or_reason);
	},

	refresh(frm) {
		if (frm.doc.verdict) {
			frm.page.set_indicator(`${__(frm.doc.status)}, ${frm.doc.verdict}`, VERDICT_COLORS[frm.doc.verdict]);
		}
		if (frm.doc.status !== "Open") {
			frm.disable_save();
		}
		const may_work = has_any_role("Maintenance Manager", "Maintenance Operator");
		if (frm.doc.__onload?.may_be_measured && may_work) {
			frm.add_custom_button(__("Measure Again"), () => measure_again(frm));
		}
		if (frm.doc.verdict === "CRITICAL") {
			frm.add_custom_button(__("Open Escalations"), show_open_escalations);
		}
		if (frm.doc.status === "Missed" && has_any_role("Maintenance Manager")) {
			frm.add_custom_button(__("Accept as Missed"), () => accept_missed(frm));
		}
	},
});

function verdict_pill(value) {
	if (!value) return "";
	const text = frappe.utils.escape_html(value);
	return `<span class="indicator-pill no-indicator-dot ${VERDICT_COLORS[value] || "gray"}">${text}</span>`;
}

// Where nothing was measured, the reason stands in the value's place.
function value_or_reason(value, _field, _options, row) {
	const measured = value ? `${value} ${row?.unit || ""}` : "";
	return frappe.utils.escape_html([measured, row?.reason].filter(Boolean).join(": "));
}

function has_any_role(...roles) {
	return roles.some((role) => frappe.user.has_role(role));
}

async function measure_again(frm) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall("verenigingen_maintenance.api.measure", { run: frm.doc.name });
	frappe.show_alert({ message: __("A worker is measuring."), indicator: "blue" });
	await wait_for_measurement(frm);
}

async function wait_for_measurement(frm) {
	for (let count = 0; count < POLL_AT_MOST; count++) {
		await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
		const { message } = await frappe.db.get_value("Checklist Run", frm.doc.name, "measured_at");
		if (message.measured_at !== frm.doc.measured_at) return reload_and_keep_notes(frm);
	}
	frappe.msgprint(__("Nothing was measured within a minute. Are the background workers running?"));
}

// Whoever types while a worker measures loses nothing: what was typed is put back over what was measured.
async function reload_and_keep_notes(frm) {
	const typed = frm.is_dirty() ? notes_of(frm) : [];
	await frm.reload_doc();
	for (const [doctype, name, field, value] of typed) {
		await frappe.model.set_value(doctype, name, field, value);
	}
}

function notes_of(frm) {
	const fields = ["issues_found", "actions_taken", "escalations_made"];
	const of_run = fields.map((field) => [frm.doctype, frm.doc.name, field, frm.doc[field]]);
	const of_items = frm.doc.items.map((item) => [item.doctype, item.name, "note", item.note]);
	return [...of_run, ...of_items];
}

function show_open_escalations() {
	frappe.set_route("List", "Maintenance Escalation", { status: ["in", ["Open", "Acknowledged"]] });
}

function accept_missed(frm) {
	const field = { fieldname: "comment", fieldtype: "Small Text", label: __("Why was it missed?"), reqd: 1 };
	frappe.prompt(field, async ({ comment }) => {
		await frappe.xcall("verenigingen_maintenance.api.accept_missed", { run: frm.doc.name, comment });
		frm.reload_doc();
	});
}
