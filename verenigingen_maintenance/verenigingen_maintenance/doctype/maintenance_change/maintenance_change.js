frappe.ui.form.on("Maintenance Change", {
	setup() {
		const of_problem = frappe.meta.get_docfield("Maintenance Change Measurement", "problem");
		of_problem.formatter = verenigingen_maintenance.said_html;
	},
	refresh(frm) {
		show_what_is_next(frm);
		if (has_role("Maintenance Manager")) add_decisions(frm);
		if (has_role("Maintenance Manager") || has_role("Maintenance Operator")) add_work(frm);
	},
});

const has_role = (role) => frappe.user.has_role(role);

function show_what_is_next(frm) {
	const { status, failure, rollback_proposed, started_at, progress } = frm.doc;
	const told = [verenigingen_maintenance.said_of(frm.doc, "finding")];
	if (failure) told.push(__("It failed: {0}", [failure]));
	else if (status === "Approved" && started_at) told.push(__("It was begun ({0}). Apply it once more where nobody works on it: what is done already is left.", [verenigingen_maintenance.said(progress)]));
	if (rollback_proposed) told.push(__("It made something worse: roll it back."));
	const color = failure || rollback_proposed ? "red" : ["Proposed", "Approved"].includes(status) ? "orange" : "blue";
	frm.set_intro(frappe.utils.escape_html(told.join(" ")), color);
}

function add_decisions(frm) {
	const { status, started_at, measured_at } = frm.doc;
	const is_begun = status === "Approved" && started_at;
	if (status === "Proposed") add(frm, __("Approve"), "approve_change", [reason()]);
	if (["Proposed", "Approved"].includes(status) && !is_begun) add(frm, __("Dismiss"), "dismiss_change", [reason()]);
	if (status === "Applied" && measured_at) add(frm, __("Keep"), "keep_change", [reason()]);
	if (["Applied", "Kept"].includes(status) || is_begun) add(frm, __("Roll Back"), "roll_back_change", roll_back_fields(frm));
}

function add_work(frm) {
	const { status, kind } = frm.doc;
	if (["Proposed", "Approved"].includes(status)) add(frm, __("Plan"), "plan_change", plan_fields(frm));
	if (status === "Approved" && kind !== "By Hand") add(frm, __("Apply"), "apply_change", [warning(frm)]);
	if (status === "Approved") add(frm, __("Done by Hand"), "apply_change", [by_hand()]);
	if (["Applied", "Kept"].includes(status)) add(frm, __("Measure"), "measure_change", []);
}

// After a refusal the form shows what somebody else did meanwhile.
function add(frm, label, method, fields) {
	const again = () => {
		frm.reload_doc();
		verenigingen_maintenance.look_again(frm, 12);
	};
	const args = { change: frm.doc.name };
	const ask = () => verenigingen_maintenance.ask({ title: label, fields, method, args, done: again, refused: () => frm.reload_doc() });
	frm.add_custom_button(label, ask);
}

const reason = () => ({ fieldname: "reason", fieldtype: "Small Text", label: __("Why?"), reqd: 1 });

const by_hand = () => ({
	fieldname: "done_by_hand",
	fieldtype: "Small Text",
	label: __("What did you do, and what was there before?"),
	reqd: 1,
});

function warning(frm) {
	const steps = `<pre>${frappe.utils.escape_html(verenigingen_maintenance.said_of(frm.doc, "steps"))}</pre>`;
	const text = __("A worker measures before, changes, and measures after. A table that is in use without a pause is left alone.");
	return { fieldtype: "HTML", fieldname: "told", options: `<p>${text}</p>${steps}` };
}

function roll_back_fields(frm) {
	if (frm.doc.kind === "By Hand") return [reason(), { fieldtype: "HTML", fieldname: "told", options: `<p>${__("Take it back by its steps first.")}</p>` }];
	return [reason(), { fieldname: "done_by_hand", fieldtype: "Check", label: __("I took it back by hand: only say so here") }];
}

function plan_fields(frm) {
	return [
		{ fieldname: "responsible", fieldtype: "Link", options: "User", label: __("Who does it?"), reqd: 1, default: frm.doc.responsible },
		{ fieldname: "due_on", fieldtype: "Date", label: __("Until"), reqd: 1, default: frm.doc.due_on },
	];
}
