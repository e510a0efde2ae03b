frappe.ui.form.on("Training Session", {
	refresh(frm) {
		frm.page.set_indicator(__(frm.doc.status), frm.doc.status === "Open" ? "orange" : "green");
		show_needed(frm);
		if (frm.doc.status !== "Open") return frm.disable_save();
		if (may_confirm(frm)) frm.add_custom_button(__("I Have Understood"), () => act(frm, "confirm_understanding"));
		if (!frappe.user.has_role("Maintenance Manager")) return;
		frm.add_custom_button(__("Check Access"), () => act(frm, "check_access"));
		frm.add_custom_button(__("Close Session"), () => act(frm, "close_training"));
	},
});

function show_needed(frm) {
	const needed = (frm.doc.__onload?.still_needed || []).map((each) => `<li>${frappe.utils.escape_html(each)}</li>`);
	const text = `<b>${__("Before the session can be closed")}</b><ul class="still-needed">${needed.join("")}</ul>`;
	frm.set_intro(frm.doc.status === "Open" && needed.length ? text : "", "orange");
}

function may_confirm(frm) {
	const own = frm.doc.participants.find((row) => row.user === frappe.session.user);
	const may_work = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
	return may_work && own?.present && !own.confirmed;
}

// What was typed is saved first; a refusal is shown by Frappe, and nothing follows from it.
async function act(frm, door) {
	if (frm.is_dirty()) await frm.save();
	if (frm.is_dirty()) return;
	const method = `verenigingen_maintenance.api.${door}`;
	frappe.call({ method, args: { session: frm.doc.name }, callback: () => frm.reload_doc() });
}
