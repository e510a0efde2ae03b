frappe.ui.form.on("Maintenance Escalation", {
	setup() {
		const of_event = frappe.meta.get_docfield("Maintenance Escalation Event", "note");
		of_event.formatter = (value, _df, _options, doc) =>
			frappe.utils.escape_html(verenigingen_maintenance.said_of(doc || {}, "note", value || "")).replaceAll("\n", "; ");
		const of_check = frappe.meta.get_docfield("Maintenance Escalation Check", "title");
		of_check.formatter = verenigingen_maintenance.said_html;
	},
	refresh(frm) {
		show_what_is_next(frm);
		const may_act = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (may_act) add_actions(frm);
	},
});

function add_actions(frm) {
	const { status } = frm.doc;
	const is_unresolved = ["Open", "Acknowledged"].includes(status);
	if (status === "Open") verenigingen_maintenance.offer(frm, __("Acknowledge"), () => ask_to_acknowledge(frm), { is_next: true });
	if (is_unresolved) {
		add_action(frm, __("Resolve"), "resolve", {}, { is_next: status === "Acknowledged" });
		add_action(frm, __("False Positive"), "false_positive");
		if (!frm.doc.is_drill) add_action(frm, __("Hand On"), "hand_on", { level: frm.doc.level });
	}
	if (["Resolved", "False Positive"].includes(status)) add_review(frm);
	if (status === "Resolved") add_action(frm, __("False Positive"), "false_positive");
	add_action(frm, __("Add a Note"), "add_note");
	if (status === "Open" && asks_to_acknowledge()) ask_to_acknowledge(frm);
}

// The link in an e-mail asks; nothing is acknowledged until the person says so. It asks once.
function asks_to_acknowledge() {
	const address = new URL(window.location);
	if (!address.searchParams.has("acknowledge")) return false;
	address.searchParams.delete("acknowledge");
	window.history.replaceState(window.history.state, "", address);
	return true;
}

function ask_to_acknowledge(frm) {
	const { name, title, is_drill } = frm.doc;
	const question = is_drill ? __("Do you answer for your level?") : __("Do you have {0}: {1}?", [name, verenigingen_maintenance.said(title)]);
	ask(frm, frappe.utils.escape_html(question), "acknowledge", [note(false)]);
}

function add_action(frm, label, method, seen, how) {
	verenigingen_maintenance.offer(frm, label, () => ask(frm, label, method, [note(true)], seen), how);
}

function note(is_needed) {
	return { fieldname: "note", fieldtype: "Small Text", label: __("Note"), reqd: is_needed };
}

// After a refusal the form shows what somebody else did meanwhile.
function ask(frm, title, method, fields, seen) {
	const again = () => frm.reload_doc();
	const args = { escalation: frm.doc.name, ...seen };
	verenigingen_maintenance.ask({ title, fields, method, args, done: again, refused: again });
}

function add_review(frm) {
	const outcome = {
		fieldname: "outcome",
		fieldtype: "Select",
		label: __("What was it?"),
		options: ["", "Real", "No Action Needed", "False Positive"],
		default: frm.doc.outcome,
		reqd: 1,
	};
	const review = { fieldname: "review", fieldtype: "Small Text", label: __("What is there to learn?"), reqd: 1 };
	const close = () => ask(frm, __("Review"), "close_escalation", [outcome, review]);
	verenigingen_maintenance.offer(frm, __("Close with Review"), close, { is_next: true });
}

async function show_what_is_next(frm) {
	frm.dashboard.clear_headline();
	const { name } = frm.doc;
	const method = "verenigingen_maintenance.api.describe_escalation";
	const { message: told } = await frappe.call({ method, type: "GET", args: { escalation: name } });
	if (frm.doc.name !== name) return;
	const drill = frm.doc.is_drill ? __("This is a drill: nothing is broken.") : "";
	const parts = [paragraph(drill), paragraph(told.next), calls(frm, told), steps(told), messages(told)];
	frm.dashboard.clear_headline();
	const text = parts.filter(Boolean).join("");
	if (text) frm.dashboard.set_headline(`<div class="what-is-next">${text}</div>`, headline_color(frm));
}

function headline_color({ doc }) {
	return doc.status === "Open" && !doc.is_drill ? "orange" : "blue";
}

function paragraph(text) {
	return text ? `<p>${frappe.utils.escape_html(text)}</p>` : "";
}

function calls(frm, { call }) {
	if (!call.length || !["Open", "Acknowledged"].includes(frm.doc.status)) return "";
	return list(__("To call"), call.map(verenigingen_maintenance.said_html));
}

function steps({ steps }) {
	const texts = steps.map((step) => {
		const [procedure, task, instructions] = [step.procedure, step.task, step.instructions].map(
			verenigingen_maintenance.said_html
		);
		return `<b>${task}</b> (${procedure})${instructions ? `: ${instructions}` : ""}`;
	});
	return texts.length ? list(__("What the runbook says"), texts) : "";
}

function messages({ told }) {
	if (!told.length) return "";
	const lines = told.map((each) => {
		const waits = each.status === "Waiting" ? each.waits_because : "";
		const why = each.status === "Delivered" ? each.delivered_at : verenigingen_maintenance.said(waits || each.reason);
		const at = each.status === "Delivered" ? frappe.datetime.str_to_user(why) : why;
		const to = [__(each.kind), __(each.channel), each.recipient, __(each.status), at].filter(Boolean).join(", ");
		return frappe.utils.escape_html(to);
	});
	const title = __("Messages: {0}", [told.length]);
	return `<details><summary>${title}</summary><ul>${lines.map((line) => `<li>${line}</li>`).join("")}</ul></details>`;
}

function list(title, items) {
	return `<p><b>${title}</b></p><ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}
