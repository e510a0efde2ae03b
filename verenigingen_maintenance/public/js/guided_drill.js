// Drills that people carry out: what they saw, who signed in, and how it ended.
frappe.ui.form.on("Recovery Drill", {
	refresh(frm) {
		if (frm.doc.status !== "Running") return;
		const roles = ["Maintenance Manager", "Maintenance Operator"].filter((role) => frappe.user.has_role(role));
		show_how(frm);
		if (!roles.length) return;
		if (frm.doc.kind === "Failover") add_failover(frm);
		if (frm.doc.kind === "Emergency Access") add_access(frm, roles.includes("Maintenance Manager"));
	},
});

// The commands and addresses of the first step that waits.
function show_how(frm) {
	const next = frm.doc.steps.find((step) => !step.verdict && step.detail);
	if (!next || frm.doc.kind === "Emergency Access") return; // each of its steps says why
	const $how = $("<pre class='drill-how' style='white-space: pre-wrap'></pre>").text(next.detail);
	frm.dashboard.add_section($how, __("How: {0}", [verenigingen_maintenance.said_html(next.title)]));
	frm.dashboard.show();
}

const said = {
	at: () => ({
		fieldname: "at",
		fieldtype: "Datetime",
		label: __("When, by the site's clock"),
		default: frappe.datetime.system_datetime(),
		reqd: 1,
	}),
	text: (fieldname, label, description, reqd = 1) => {
		return { fieldname, fieldtype: "Small Text", label, description, reqd };
	},
	line: (fieldname, label) => ({ fieldname, fieldtype: "Data", label, reqd: 1 }),
};

function add_failover(frm) {
	const shows = __("Its text, its time, a link, or where it is kept");
	add_question(frm, __("It Was Stopped"), "tell_failover", { what: "stopped" }, [
		said.at(),
		said.text("evidence", __("How"), "", 0),
	]);
	add_question(frm, __("Seen Dead"), "tell_failover", { what: "dead" }, [
		said.at(),
		said.text("evidence", __("What the monitor says"), __("Only needed where the site itself was down")),
	]);
	add_question(frm, __("The Alarm Arrived"), "tell_failover", { what: "alarm" }, [
		said.at(),
		said.line("person", __("Who was told")),
		said.text("evidence", __("What shows it"), shows),
	]);
	frm.add_custom_button(__("Reload"), () => frm.reload_doc());
	add_end(frm, "end_failover_drill", __("What was not seen stays UNKNOWN; an alarm that never came is CRITICAL. End it?"));
}

function add_access(frm, is_manager) {
	const args = { drill: frm.doc.name };
	const method = "verenigingen_maintenance.api.look_for_sign_ins";
	const callback = () => frm.reload_doc();
	frm.add_custom_button(__("Look for Sign-ins"), () => frappe.call({ method, args, callback }));
	if (!is_manager) return;
	const steps = frm.doc.steps.filter((step) => step.subject);
	// As core/emergency_access.py names an account that Desk knows nothing of (OUTSIDE).
	const is_outside = (step) => step.title.startsWith("Outside Desk");
	const account = (those = steps) => {
		const options = ["", ...those.map((step) => step.subject)];
		return { fieldname: "account", fieldtype: "Autocomplete", label: __("Account", null, "Maintenance sentence"), options, reqd: 1 };
	};
	const group = __("Account", null, "Maintenance sentence");
	add_question(frm, __("Add"), "add_emergency_account", {}, [
		said.line("account", __("Account, and where it is")),
		said.text("why", __("What an emergency needs it for")),
	], group);
	add_question(frm, __("Confirm by Hand"), "confirm_emergency_account", {}, [
		account(steps.filter(is_outside)),
		said.line("person", __("Who signed in")),
		said.at(),
		said.text("evidence", __("What shows it")),
	], group);
	add_question(frm, __("Did Not Sign In"), "explain_emergency_account", {}, [
		account(),
		said.text("reason", __("Why")),
	], group);
	const decision = { fieldname: "decision", fieldtype: "Select", label: __("Decision"), options: ["Keep", "Remove"], reqd: 1 };
	add_question(frm, __("Keep or Remove"), "decide_emergency_account", {}, [
		account(),
		decision,
		said.text("note", __("Why"), __("The removing itself is done in User")),
	], group);
	add_end(frm, "end_access_drill", __("Each account signed in or has a reason, and is decided on. End it?"));
}

function add_question(frm, title, method, args, fields, group) {
	const done = () => frm.reload_doc();
	const given = { ...args, drill: frm.doc.name };
	frm.add_custom_button(title, () => verenigingen_maintenance.ask({ title, fields, method, args: given, done }), group);
}

function add_end(frm, name, question) {
	const method = `verenigingen_maintenance.api.${name}`;
	const callback = () => frm.reload_doc();
	frm.add_custom_button(__("End"), () =>
		frappe.confirm(question, () => frappe.call({ method, args: { drill: frm.doc.name }, callback }))
	);
}
