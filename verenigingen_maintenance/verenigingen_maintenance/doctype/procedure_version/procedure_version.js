frappe.ui.form.on("Procedure Version", {
	refresh(frm) {
		frappe.require("/assets/verenigingen_maintenance/css/versions.css");
		show_changes(frm);
		const color = { Draft: "orange", Approved: "green", Superseded: "gray" }[frm.doc.status];
		frm.page.set_indicator(__(frm.doc.status), color);
		frm.set_intro([where_it_stands(frm.doc), also_waiting(frm)].join(" "), color === "green" ? "blue" : "orange");
		if (!frappe.user.has_role("Maintenance Manager")) return;
		if (frm.doc.status === "Draft") frm.add_custom_button(__("Approve"), () => approve(frm));
		frm.add_custom_button(__("Restore"), () => restore(frm));
	},
});

function where_it_stands({ status, made_by, approved_by }) {
	const esc = frappe.utils.escape_html;
	if (status === "Approved") return __("Approved by {0}.", [esc(approved_by)]);
	if (status === "Superseded") return __("There is a later version.");
	return made_by
		? __("It is in use, and waits for a Maintenance Manager other than {0} to approve it.", [esc(made_by)])
		: __("It is in use as the app brought it, and waits for a Maintenance Manager to approve it.");
}

// The difference below is to the version before: who approves must look at these too.
function also_waiting(frm) {
	const esc = frappe.utils.escape_html;
	const links = (frm.doc.__onload?.also_waiting || []).map(
		(name) => `<a href="/app/procedure-version/${encodeURIComponent(name)}">${esc(name)}</a>`
	);
	return links.length ? __("It also has the changes of {0}, which nobody approved.", [links.join(", ")]) : "";
}

// Coloured by its first character; every line is text of other people, and escaped.
function show_changes(frm) {
	const lines = (frm.doc.diff || "").split("\n").filter(Boolean);
	const shown = lines.map((line) => `<span class="${kind_of(line)}">${frappe.utils.escape_html(line)}</span>`);
	const nothing = `<p class="text-muted">${__("Nothing to compare with: it is the first version that was kept.")}</p>`;
	const html = lines.length ? `<pre class="maintenance-diff">${shown.join("\n")}</pre>` : nothing;
	frm.fields_dict.changes.$wrapper.html(html);
}

function kind_of(line) {
	if (line.startsWith("===")) return "part";
	if (line.startsWith("@@")) return "place";
	return { "+": "added", "-": "removed" }[line[0]] || "same";
}

function approve(frm) {
	const field = { fieldname: "note", fieldtype: "Small Text", label: __("What did you look at?") };
	const done = () => frm.reload_doc();
	const [title, args] = [__("Approve"), { version: frm.doc.name }];
	verenigingen_maintenance.ask({ title, fields: [field], method: "approve_procedure", args, done });
}

function restore(frm) {
	const field = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Why?"),
		description: __("The procedure gets these words back, as a new version"),
		reqd: 1,
	};
	const done = ({ version }) => frappe.set_route("Form", "Procedure Version", version);
	const [title, args] = [__("Restore"), { version: frm.doc.name }];
	verenigingen_maintenance.ask({ title, fields: [field], method: "restore_procedure", args, done });
}
