// After an incident: its review is written, measures are taken on, the document is printed, and it is closed.
(() => {
	const KINDS = ["Prevention", "Monitoring", "Procedure", "Follow-up"];
	const OUTCOMES = ["Unchanged", "Changed", "To Be Changed"];
	const WRITTEN = ["impact", "root_cause", "contributing_factors", "went_well", "went_badly", "lessons"];
	const api = "verenigingen_maintenance.api";

	frappe.ui.form.on("Maintenance Incident", {
		refresh(frm) {
			if (frm.is_new()) return;
			const is_over = ["Resolved", "Reviewed"].includes(frm.doc.status);
			if (is_over) frm.add_custom_button(__("Review Document"), () => open_document(frm), __("Review"));
			if (!may("Maintenance Manager", "Maintenance Operator") || frm.doc.status === "Reviewed") return;
			frm.add_custom_button(__("Write Review"), () => write(frm), __("Review"));
			frm.add_custom_button(__("Add Measure"), () => add_measure(frm), __("Review"));
			if (frm.doc.status === "Resolved" && may("Maintenance Manager")) {
				frm.add_custom_button(__("Reviewed"), () => close(frm), __("Review"));
			}
		},
	});

	function may(...roles) {
		return roles.some((role) => frappe.user.has_role(role));
	}

	function open_document(frm) {
		const incident = encodeURIComponent(frm.doc.name);
		window.open(`/api/method/${api}.incident_review_pdf?incident=${incident}`);
	}

	// While it lasts, only notes on its root cause are kept.
	async function write(frm) {
		const is_over = frm.doc.status === "Resolved";
		const told = is_over ? await drafted(frm) : "";
		const names = is_over ? WRITTEN : ["root_cause"];
		const before = Object.fromEntries(names.map((name) => [name, frm.doc[name] || ""]));
		const fields = names.map((fieldname) => ({
			fieldname,
			fieldtype: "Small Text",
			label: __(frappe.meta.get_label(frm.doctype, fieldname)),
			default: before[fieldname],
			description: fieldname === "impact" ? __("What did members notice, and for how long?") : "",
		}));
		if (told) fields.unshift({ fieldname: "told", fieldtype: "HTML", options: told });
		// Only what was changed is sent: somebody else may have written the rest meanwhile.
		const given = (values) => {
			const changed = names.filter((name) => (values[name] || "") !== before[name]);
			return Object.fromEntries(changed.map((name) => [name, values[name] || ""]));
		};
		ask(frm, __("Write Review"), "write_incident_review", fields, given);
	}

	// What was recorded around its beginning stands above what is asked: candidates, not causes.
	async function drafted(frm) {
		const { message } = await frappe.call({
			method: `${api}.get_incident_review`,
			type: "GET",
			args: { incident: frm.doc.name },
		});
		const factors = message.factors.map((each) => `${each.text} (${each.evidence})`);
		return list(__("Questions still open"), message.questions) + list(__("Recorded around its beginning, to be confirmed"), factors);
	}

	function list(title, texts) {
		if (!texts.length) return "";
		const items = texts.map((text) => `<li>${verenigingen_maintenance.said_html(text)}</li>`).join("");
		return `<p><b>${title}</b></p><ul>${items}</ul>`;
	}

	function add_measure(frm) {
		const in_two_weeks = frappe.datetime.add_days(frappe.datetime.get_today(), 14);
		const fields = [
			{ fieldname: "title", fieldtype: "Small Text", label: __("What is to be done"), reqd: 1 },
			{ fieldname: "kind", fieldtype: "Select", label: __("Kind"), options: KINDS, default: KINDS[0], reqd: 1 },
			{ fieldname: "allocated_to", fieldtype: "Link", options: "User", label: __("Who"), default: frappe.session.user, reqd: 1 },
			{ fieldname: "due_on", fieldtype: "Date", label: __("Until"), default: in_two_weeks, reqd: 1 },
		];
		ask(frm, __("Add Measure"), "add_measure", fields);
	}

	function close(frm) {
		const what = __("What you looked at in {0}, and what came of it", [frm.doc.procedure ? verenigingen_maintenance.said_html(frm.doc.procedure) : __("the procedure")]);
		const hint = __("Empty where somebody reviewed it since the incident was resolved.");
		const fields = [
			{ fieldname: "looked_at", fieldtype: "Small Text", label: what, description: hint },
			{ fieldname: "outcome", fieldtype: "Select", label: __("Outcome for the procedure"), options: OUTCOMES, default: OUTCOMES[0] },
		];
		ask(frm, __("Reviewed: nothing of it changes any more"), "review_incident", fields, undefined, __("Reviewed"));
	}

	function ask(frm, title, method, fields, given, button = title) {
		const args = { incident: frm.doc.name };
		verenigingen_maintenance.ask({ title, button, fields, method, args, given, done: () => frm.reload_doc() });
	}
})();
