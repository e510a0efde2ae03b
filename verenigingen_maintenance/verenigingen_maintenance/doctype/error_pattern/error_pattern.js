const API = "verenigingen_maintenance.api";

frappe.ui.form.on("Error Pattern", {
	refresh(frm) {
		add_decisions(frm);
		show_latest(frm);
	},
});

function add_decisions(frm) {
	const may_act = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
	if (!may_act || frm.doc.continues_in) return;
	const { state } = frm.doc;
	if (state !== "Resolved") add_button(frm, __("Resolve"), "resolve_error_pattern", []);
	if (state !== "Ignored") add_button(frm, __("Ignore…"), "ignore_error_pattern", how_long());
	if (["Resolved", "Regressed", "Ignored"].includes(state)) {
		add_button(frm, __("Reopen"), "reopen_error_pattern", []);
	}
}

function add_button(frm, label, method, fields) {
	const note = { fieldname: "note", fieldtype: "Small Text", label: __("Note") };
	const [title, args] = [label, { pattern: frm.doc.name }];
	const done = () => frm.reload_doc();
	const asked = { title, fields: [...fields, note], method, args, given, done };
	frm.add_custom_button(label, () => verenigingen_maintenance.ask(asked));
}

function how_long() {
	const only_for = (way) => {
		const is_chosen = `eval:doc.way === "${way}"`;
		return { depends_on: is_chosen, mandatory_depends_on: is_chosen };
	};
	return [
		{
			fieldname: "way",
			fieldtype: "Select",
			label: __("Ignore"),
			options: [
				{ value: "date", label: __("Until a date") },
				{ value: "count", label: __("Until so many errors more") },
				{ value: "ever", label: __("For good") },
			],
			default: "date",
			reqd: 1,
		},
		{ fieldname: "until", fieldtype: "Date", label: __("Until"), ...only_for("date") },
		{ fieldname: "errors", fieldtype: "Int", label: __("Errors"), ...only_for("count") },
	];
}

// What a hidden field still holds was not chosen.
function given({ way, until, errors, note }) {
	const chosen = { note: note || "" };
	if (way === "date") chosen.until = until;
	if (way === "count") chosen.errors = errors;
	return chosen;
}

async function show_latest(frm) {
	const name = frm.doc.name;
	const args = { pattern: name };
	const { message: logs } = await frappe.call({ method: `${API}.latest_errors`, args, type: "GET" });
	if (frm.doc.name !== name) return;
	frm.fields_dict.latest.$wrapper.html(logs.length ? as_table(logs) : __("None is kept."));
	const there = logs.filter((each) => each.is_there).map((each) => each.log);
	if (there.length && frappe.model.can_read("Error Log")) add_list_of_logs(frm, there);
}

function as_table(logs) {
	const esc = frappe.utils.escape_html;
	const rows = logs.map(
		(each) => `<tr>
			<td>${esc(frappe.datetime.str_to_user(each.happened_at))}</td>
			<td>${esc(each.user || "")}</td>
			<td>${as_link(each)}</td>
		</tr>`
	);
	return `<table class="table table-bordered table-sm">
		<thead><tr><th>${__("Time")}</th><th>${__("User")}</th><th>${__("Error Log")}</th></tr></thead>
		<tbody>${rows.join("")}</tbody>
	</table>`;
}

function as_link({ log, is_there }) {
	const text = frappe.utils.escape_html(log);
	if (!is_there) return `${text} <span class="text-muted">(${__("deleted from Error Log")})</span>`;
	if (!frappe.model.can_read("Error Log")) return text;
	return `<a href="/app/error-log/${encodeURIComponent(log)}">${text}</a>`;
}

function add_list_of_logs(frm, names) {
	const button = $(`<button class="btn btn-default btn-sm">${__("All Error Logs")}</button>`);
	button.on("click", () => frappe.set_route("List", "Error Log", { name: ["in", names] }));
	frm.fields_dict.latest.$wrapper.append(button);
}
