frappe.require("/assets/verenigingen_maintenance/css/emergency.css");

frappe.ui.form.on("Maintenance Incident", {
	setup() {
		const texts = { "Maintenance Incident Event": ["note", "source"], "Maintenance Incident Action": ["result", "target", "action"] };
		Object.assign(texts, { "Maintenance Incident Capture": ["why", "not_read"], "Maintenance Incident Measure": ["title"] });
		for (const [doctype, fields] of Object.entries(texts)) {
			for (const field of fields) {
				frappe.meta.get_docfield(doctype, field).formatter = (value, _df, _options, doc) =>
					esc(verenigingen_maintenance.said_of(doc || {}, field, value || "")).replaceAll("\n", "; ");
			}
		}
	},
	refresh(frm) {
		show(frm);
		if (["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role))) add_steps(frm);
	},
	on_hide(frm) {
		clearInterval(frm.ticking);
	},
});

const get = (method, frm) => frappe.call({ method: `verenigingen_maintenance.api.${method}`, type: "GET", args: { incident: frm.doc.name } });

const esc = (text) => frappe.utils.escape_html(text == null ? "" : String(text));
const said_html = (text) => verenigingen_maintenance.said_html(text);

function add_steps(frm) {
	const { status, commander, checklist_run } = frm.doc;
	const is_ongoing = ["Open", "Mitigated"].includes(status);
	if (checklist_run) frm.add_custom_button(__("Open the Run"), () => frappe.set_route("Form", "Checklist Run", checklist_run));
	if (is_ongoing && commander !== frappe.session.user) add(frm, __("Take Command"), "take_command", command_fields(frm), { is_next: !commander });
	if (status === "Open") add(frm, __("Mitigated"), "mitigate_incident", [needed("how", __("How? Members can work again; the cause may remain."))]);
	if (is_ongoing) add(frm, __("Resolve"), "resolve_incident", () => [...left_paused(frm), needed("how", __("How was it resolved?")), false_alarm()]);
	if (["Mitigated", "Resolved"].includes(status)) add(frm, __("Reopen"), "reopen_incident", [needed("why", __("Why?"))]);
	if (status !== "Reviewed") add(frm, __("Add a Note"), "note_in_incident", note_fields(), { is_next: Boolean(commander) });
	if (is_ongoing) add(frm, __("Capture Again"), "capture_state", [{ fieldname: "why", fieldtype: "Data", label: __("Why?"), default: __("Before a restart") }]);
	if (status !== "Reviewed") frm.add_custom_button(__("Message"), () => ask_for_message(frm));
}

const needed = (fieldname, label) => ({ fieldname, fieldtype: "Small Text", label, reqd: 1 });

// What was paused in it stays so when it is resolved, until somebody puts it back.
function left_paused({ still_paused }) {
	if (!(still_paused || []).length) return [];
	const told = `<p><b>${__("It stays as it is, until somebody puts it back:")}</b><br>${still_paused.map(said_html).join("<br>")}</p>`;
	return [{ fieldtype: "HTML", fieldname: "still_paused", options: told }];
}

const false_alarm = () => ({ fieldname: "false_alarm", fieldtype: "Check", label: __("It was a false alarm") });

function command_fields({ doc }) {
	if (!doc.commander) return [{ fieldtype: "HTML", fieldname: "told", options: `<p>${__("You lead from now on: its run is opened, and nobody is reminded of its escalations.")}</p>` }];
	const said = __("{0} commands it since {1}. Talk to each other first.", [esc(doc.commander), frappe.datetime.str_to_user(doc.commander_since)]);
	return [{ fieldtype: "HTML", fieldname: "told", options: `<p>${said}</p>` }, needed("reason", __("Why do you take over?"))];
}

const note_fields = () => [
	needed("note", __("What do you see or do?")),
	{ fieldname: "at", fieldtype: "Datetime", label: __("When, if that was earlier") },
];

// After a refusal the form shows what somebody else did meanwhile.
function add(frm, title, method, fields, how) {
	const again = () => frm.reload_doc();
	const asked = () => (typeof fields === "function" ? fields() : fields);
	const ask = () => verenigingen_maintenance.ask({ title, fields: asked(), method, args: { incident: frm.doc.name }, done: again, refused: again });
	verenigingen_maintenance.offer(frm, title, ask, how);
}

async function ask_for_message(frm) {
	const { message: draft } = await get("draft_incident_message", frm);
	const fields = [
		{ fieldname: "subject", fieldtype: "Data", label: __("Subject"), reqd: 1, default: draft.subject },
		{ fieldname: "text", fieldtype: "Text", label: __("Text"), reqd: 1, default: draft.text },
		{ fieldname: "to", fieldtype: "Small Text", label: __("Mail It To"), description: __("Addresses, with commas between them. Empty: you tell it another way, and it is noted.") },
	];
	const args = { incident: frm.doc.name };
	verenigingen_maintenance.ask({ title: __("Message"), button: __("Send or Note Down"), fields, method: "send_incident_message", args, done: () => frm.reload_doc() });
}

async function show(frm) {
	clearInterval(frm.ticking);
	frm.still_paused = [];
	const { name } = frm.doc;
	if (frm.is_new()) return;
	const { message: told } = await get("describe_incident", frm);
	if (frm.doc.name !== name) return;
	frm.still_paused = told.still_paused;
	const parts = [head(told), clock(told), next(told), escalations(told), calls(told), timeline(told), captured(told)];
	frm.get_field("shown").$wrapper.html(`<div class="maintenance-incident">${parts.join("")}</div>`);
	const box = frm.get_field("shown").$wrapper;
	box.find(".copy").on("click", (event) => frappe.utils.copy_to_clipboard($(event.currentTarget).prev("pre").text()));
	const read_at = Date.now();
	tick(box, read_at);
	frm.ticking = setInterval(() => tick(box, read_at), 1000);
}

function head({ is_drill, minutes, commander, status }) {
	const drill = is_drill ? `<b class="drill">${__("DRILL: nothing is broken.")}</b> ` : "";
	const who = commander ? __("{0} commands.", [esc(commander)]) : __("Nobody commands it yet.");
	const is_ongoing = ["Open", "Mitigated"].includes(status);
	return `<p>${drill}${is_ongoing ? __("{0} minutes since it began.", [minutes]) : __("It took {0} minutes.", [minutes])} ${is_ongoing ? who : ""}</p>`;
}

function clock({ phases, status, run }) {
	const is_ongoing = ["Open", "Mitigated"].includes(status);
	const rows = phases.map((phase) => {
		const left = phase.seconds_left === null || !is_ongoing ? "" : `<span class="left" data-seconds="${Number(phase.seconds_left)}"></span>`;
		return `<div class="phase"><b>${said_html(phase.title)}</b> ${run ? __("{0} of {1} answered", [phase.answered, phase.steps]) : __("not begun")} ${left}</div>`;
	});
	return rows.join("");
}

function tick(box, read_at) {
	const gone = Math.round((Date.now() - read_at) / 1000);
	box.find(".left").each((_index, element) => {
		const seconds = Number(element.dataset.seconds) - gone;
		const shown = `${Math.floor(Math.abs(seconds) / 60)}:${String(Math.abs(seconds) % 60).padStart(2, "0")}`;
		element.textContent = seconds >= 0 ? __("{0} left", [shown]) : __("{0} over its time", [shown]);
		element.classList.toggle("over", seconds < 0);
	});
}

function next({ next: step, status }) {
	if (!["Open", "Mitigated"].includes(status)) return "";
	if (!step) return `<p>${__("Every step is answered.")}</p>`;
	const warning = step.changes_system ? `<b class="changes">${__("It changes the system: be sure first.")}</b>` : "";
	const command = step.command ? `<pre>${esc(step.command)}</pre><button class="btn btn-xs btn-default copy">${__("Copy")}</button>` : "";
	return `<section class="next"><h5>${__("Next")}: ${said_html(step.title)}</h5>${warning}<p>${said_html(step.instructions)}</p>${command}</section>`;
}

function escalations({ escalations }) {
	const links = escalations.map((each) => `<li><a href="/app/maintenance-escalation/${encodeURIComponent(each.name)}">${esc(each.name)}</a> ${said_html(each.title)} (${esc(__(each.status))})</li>`);
	return section(__("Escalations"), links);
}

function calls({ call, status }) {
	return ["Open", "Mitigated"].includes(status) ? section(__("To call"), call.map((line) => `<li>${said_html(line)}</li>`)) : "";
}

const section = (title, items) => (items.length ? `<section><h5>${title}</h5><ul>${items.join("")}</ul></section>` : "");

const noted = ({ event, note, by }) => verenigingen_maintenance.said_of({ doctype: "Maintenance Incident Event", event, note, by_user: by }, "note");

function timeline({ timeline }) {
	const rows = timeline.map((row) => `<tr><td>${esc(frappe.datetime.str_to_user(row.at.slice(0, 19)))}</td><td>${said_html(row.event)}</td><td class="note">${esc(noted(row))}</td><td>${[row.by, row.source].filter(Boolean).map(said_html).join("<br>")}</td></tr>`);
	return `<section><h5>${__("Timeline")}</h5><table class="timeline">${rows.join("")}</table></section>`;
}

function captured({ captured }) {
	if (!captured) return `<p>${__("Its state was not captured yet.")}</p>`;
	const since = captured.since.map((row) => `<li>${difference(row)}</li>`);
	const parts = Object.values(captured.parts).map(part_of_state);
	return `<section class="captured"><h5>${__("State at {0}", [esc(frappe.datetime.str_to_user(captured.at.slice(0, 19)))])}</h5>${parts.join("")}${section(__("Other in the last capture"), since)}</section>`;
}

function difference({ part, what, before, after }) {
	const values = [before, after].filter(Boolean).join(" → ");
	return [part, what].filter(Boolean).map(said_html).join(", ") + (values ? `: ${esc(values)}` : "");
}

function part_of_state(part) {
	if (part.reason) return `<div class="not-read"><b>${said_html(part.title)}</b>: ${__("not read")}, ${said_html(part.reason)}</div>`;
	const figures = Object.entries(part.figures).map(([name, value]) => `${said_html(name)}: ${said_html(value)}`);
	const columns = part.rows.length ? Object.keys(part.rows[0]) : [];
	const rows = part.rows.map((row) => `<tr>${columns.map((column) => `<td>${esc(row[column])}</td>`).join("")}</tr>`);
	const table = rows.length ? `<table><tr>${columns.map((column) => `<th>${said_html(column)}</th>`).join("")}</tr>${rows.join("")}</table>` : "";
	const more = part.at_least ? `<p>${said_html(part.at_least)}</p>` : "";
	return `<details><summary><b>${said_html(part.title)}</b> ${figures.slice(0, 4).join(", ")}</summary><p>${figures.join("<br>")}</p>${table}${more}</details>`;
}
