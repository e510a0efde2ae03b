// The form of a run. What is in it: run_head.js, run_rows.js, run_review.js, run_files.js; what people do in it:
// run_filling.js, run_keys.js, run_measure.js. All of them share one scope.
const VERDICT_COLORS = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray" };

frappe.ui.form.on("Checklist Run", {
	setup(frm) {
		add_keys(frm);
		add_pickers(frm);
		take_pasted_files(frm);
	},

	refresh(frm) {
		frm.dashboard.clear_headline(); // Desk's own “Submit this document”: the head says what is needed
		if (!frm.is_dirty()) frm.as_saved = filled_in(rows_of(frm));
		show_checklist(frm);
		if (frm.doc.measured_at && !frm.is_dirty()) {
			const verdict = frm.doc.verdict || "To do";
			const state = __("{0}, {1}", [__(frm.doc.status), __(verdict)]);
			frm.page.set_indicator(state, VERDICT_COLORS[verdict] || "gray");
		}
		if (frm.doc.status !== "Open") frm.disable_save();
		if (may_sign(frm) && !frm.is_dirty()) frm.page.set_primary_action(__("Sign"), () => sign(frm));
		if (frm.doc.__onload?.may_be_measured && may_work(frm)) {
			frm.add_custom_button(__("Measure Again"), () => measure_again(frm));
			wait_for_first_measurement(frm);
		}
		if (frm.doc.verdict === "CRITICAL") {
			frm.add_custom_button(__("Open Escalations"), show_open_escalations);
		}
		if (frm.doc.status === "Missed" && frappe.user.has_role("Maintenance Manager")) {
			frm.add_custom_button(__("Accept as Missed"), () => accept_missed(frm));
		}
	},

	after_save(frm) {
		announce(frm, __("Saved."));
	},
});

// Everything in it is text of other people, and escaped.
function show_checklist(frm) {
	const wrapper = frm.fields_dict.checklist.$wrapper;
	const [writing, place] = [field_in_use(frm), place_in_use(frm)];
	const { review } = verenigingen_maintenance;
	const parts = [head(frm), review.html(frm), sections(frm), free_fields(frm), files_of_run(frm), bar(frm)];
	wrapper.html(`<div class="maintenance-checklist">${parts.join("")}</div>`);
	frm.wrapper.classList.add("maintenance-run");
	frm.wrapper.classList.toggle("is-closed", frm.doc.status !== "Open");
	review.bind(frm, wrapper);
	bind_head(frm, wrapper);
	bind_rows(frm, wrapper);
	bind_files(frm, wrapper);
	set_current(frm, ui_of(frm).current);
	if (writing) go_on_in(frm, writing);
	else if (place) go_back_to(frm, place);
}

// What is open and where somebody is, which stays when the list is drawn anew; of another run it begins anew.
function ui_of(frm) {
	if (frm.run_ui?.run !== frm.doc.name) frm.run_ui = { run: frm.doc.name, open: new Set(), measuring: new Set() };
	return frm.run_ui;
}

// What is said to those who hear it, and kept out of the list that is drawn anew.
function announce(frm, text) {
	const { wrapper } = frm.layout;
	if (!wrapper.find(".run-news").length) {
		wrapper.append(`<div class="run-news sr-only" role="status" aria-live="polite"></div>`);
	}
	wrapper.find(".run-news").text(text);
}

// Signing is submitting. What keeps it from being signed is gone to first.
async function sign(frm) {
	if (!may_sign(frm) || frm.is_signing || document.body.classList.contains("modal-open")) return;
	document.activeElement?.blur?.();
	frm.is_signing = true;
	try {
		if (frm.is_dirty()) await frm.save();
	} finally {
		frm.is_signing = false;
	}
	if (frm.is_dirty()) return; // it could not be saved, and Desk has said why
	if (all_needs(frm).length) return show_what_is_needed(frm);
	frm.savesubmit();
}

function may_work(frm) {
	return Boolean(frm.perm[0]?.write);
}

function may_sign(frm) {
	return frm.doc.status === "Open" && frm.doc.docstatus === 0 && Boolean(frm.perm[0]?.submit);
}

function disabled(frm, row) {
	return frm.doc.status === "Open" && may_work(frm) && !row.not_applicable ? "" : "disabled";
}

function pill(text) {
	return text
		? `<span class="indicator-pill no-indicator-dot ${VERDICT_COLORS[text] || "gray"}">${esc(__(text))}</span>`
		: "";
}

function esc(text) {
	return frappe.utils.escape_html(String(text ?? ""));
}

// By name, also oneself: it is read by others too.
function person(user) {
	return frappe.user_info(user).fullname || user;
}

function said(text) {
	return verenigingen_maintenance.said(text);
}

// A text of the app in the reader's language, with the dates in it as the reader writes them; names keep theirs.
function told(text) {
	const days = /(?<![\w-])(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}):\d{2}[+-]\d{2}:\d{2})?(?=[ ,.;:)]|$)/g;
	return said(text).replace(days, (_all, day, time) => [frappe.datetime.str_to_user(day), time].filter(Boolean).join(" "));
}

function show_open_escalations() {
	frappe.set_route("List", "Maintenance Escalation", { status: ["in", ["Open", "Acknowledged"]] });
}

function accept_missed(frm) {
	const field = { fieldname: "comment", fieldtype: "Small Text", label: __("Why was it missed?"), reqd: 1 };
	const [title, args] = [__("Accept as Missed"), { run: frm.doc.name }];
	const done = () => frm.reload_doc();
	verenigingen_maintenance.ask({ title, fields: [field], method: "accept_missed", args, done });
}
