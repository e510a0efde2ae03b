frappe.require("/assets/verenigingen_maintenance/css/emergency.css");

frappe.ui.form.on("Recovery Drill", {
	setup() {
		for (const name of ["expected", "found"]) {
			const field = frappe.meta.get_docfield("Recovery Drill Step", name);
			field.formatter = verenigingen_maintenance.said_html;
		}
	},
	refresh(frm) {
		show_what_is_next(frm);
		frm.get_field("shown").$wrapper.html(steps_of(frm));
		const who = ["Maintenance Manager", ...(frm.doc.kind === "Emergency Access" ? [] : ["Maintenance Operator"])];
		if (who.some((role) => frappe.user.has_role(role))) add_work(frm);
		// A worker that works longer than this is looked at by a reload.
		if (frm.doc.status === "Running" && frm.doc.kind === "Restore") {
			verenigingen_maintenance.look_again(frm, 240, (doc) => doc.status === "Running");
		}
	},
});

function show_what_is_next(frm) {
	const { status, verdict, failure, progress } = frm.doc;
	const colors = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "orange" };
	const told = {
		Running: verenigingen_maintenance.said(progress) || __("It is under way."),
		Ended: __("{0}. Look at each step, write down what was learned, and sign it: only a signed drill is a proof.", [__(verdict)]),
		Signed: __("Signed by {0}. It stays as it is.", [frm.doc.signed_by]),
		Abandoned: __("It was given up, and proves nothing: {0}", [failure || ""]),
	}[status];
	const color = status === "Ended" ? colors[verdict] : { Running: "blue", Signed: "green" }[status] || "gray";
	frm.set_intro(frappe.utils.escape_html(told || ""), color);
}

// All of each step: a grid cuts what was found.
function steps_of({ doc }) {
	const esc = (text) => frappe.utils.escape_html(text == null ? "" : String(text));
	const said_html = verenigingen_maintenance.said_html;
	const colors = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray" };
	const rows = (doc.steps || []).map((step) => {
		const verdict = step.verdict ? `<span class="indicator-pill ${colors[step.verdict] || "gray"}">${esc(__(step.verdict))}</span>` : "";
		const by = (step.note || "").includes(step.done_by) ? "" : step.done_by;
		const who = [by, step.note].filter(Boolean).map(esc).join(": ");
		const why = doc.kind === "Emergency Access" ? `<div class="expected">${said_html(step.detail).replaceAll("\n", "<br>")}</div>` : "";
		const expected = step.expected ? `<div class="expected">${__("Expected")}: ${said_html(step.expected)}</div>` : "";
		const found = said_html(step.found) || (step.verdict ? "" : __("waits"));
		return `<tr><td>${verdict}</td><td>${said_html(step.title)}</td><td class="note">${found}${expected}${why}</td><td>${who}</td></tr>`;
	});
	return `<div class="maintenance-incident"><table class="drill-steps">${rows.join("")}</table></div>`;
}

function add_work(frm) {
	const { status, kind, name } = frm.doc;
	const again = () => frm.reload_doc();
	const ask = (label, method, fieldname, question) => {
		const fields = [{ fieldname, fieldtype: "Small Text", label: question, reqd: 1 }];
		const open = () => verenigingen_maintenance.ask({ title: label, fields, method, args: { drill: name }, done: again, refused: again });
		frm.add_custom_button(label, open);
	};
	if (status === "Ended") ask(__("Sign"), "sign_drill", "lessons", __("What was learned, and what is done about it?"));
	if (status === "Running") ask(__("Abandon"), "abandon_drill", "reason", __("Why?"));
	if (kind === "Restore") frm.add_custom_button(__("Start Again"), () => verenigingen_maintenance.start_restore_drill(frm.doc.backup));
}
