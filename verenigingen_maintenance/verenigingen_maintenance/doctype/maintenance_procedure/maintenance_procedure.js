frappe.ui.form.on("Maintenance Procedure", {
	refresh(frm) {
		const may_work = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (!frm.is_new() && may_work) frm.add_custom_button(__("Open a Run"), () => open_run(frm));
		show_intro(frm);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Versions"), () => show_versions(frm));
		if (may_work && frm.doc.cadence === "Emergency") frm.add_custom_button(__("Drill"), () => open_run(frm, 1));
		if (!frappe.user.has_role("Maintenance Manager")) return;
		frm.add_custom_button(__("Reviewed"), () => review(frm));
		if (frm.doc.__onload?.next_date) frm.add_custom_button(__("Agree on a Date"), () => agree_on_date(frm));
	},
});

// Why its review is due; of one that is due by notice, its next date.
function show_intro(frm) {
	const because = (frm.doc.review_because || "").split("\n").filter(Boolean);
	const heads = because.length ? [__("Due for review because"), ...because] : [];
	const lines = [frm.doc.__onload?.next_date, ...heads].filter(Boolean);
	const html = lines.map((line) => `<div>${verenigingen_maintenance.said_html(line)}</div>`).join("");
	frm.set_intro(html, because.length ? "orange" : "blue");
}

function show_versions(frm) {
	frappe.set_route("List", "Procedure Version", { procedure: frm.doc.name });
}

// What was marked since the form was shown stays: nobody looked at it.
function review(frm) {
	const fields = [
		{
			fieldname: "outcome",
			fieldtype: "Select",
			label: __("Outcome"),
			options: ["Unchanged", "Changed", "To Be Changed"],
			default: "Unchanged",
			reqd: 1,
		},
		{ fieldname: "note", fieldtype: "Small Text", label: __("What did you look at?"), reqd: 1 },
	];
	const args = { procedure: frm.doc.name, seen: frm.doc.review_because || "" };
	const done = () => frm.reload_doc();
	verenigingen_maintenance.ask({ title: __("Reviewed"), fields, method: "review_procedure", args, done });
}

// The form is shown once the worker is through: what somebody types before would meet a changed document.
async function open_run(frm, drill = 0) {
	const args = { procedure: frm.doc.name, drill };
	const { run } = await frappe.xcall("verenigingen_maintenance.api.open_run", args);
	frappe.show_alert({ message: __("A worker is measuring."), indicator: "blue" });
	for (let count = 0; count < 60; count++) {
		const { message } = await frappe.db.get_value("Checklist Run", run, "measured_at");
		if (message.measured_at) break;
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
	frappe.set_route("Form", "Checklist Run", run);
}

// Where the procedure is due by notice.
function agree_on_date(frm) {
	const near = __("Needed where the date is near");
	const fields = [
		{ fieldname: "day", fieldtype: "Date", label: __("Date"), reqd: 1 },
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), description: near },
	];
	const [title, args] = [__("Agree on a Date"), { procedure: frm.doc.name }];
	const done = () => frm.reload_doc();
	verenigingen_maintenance.ask({ title, fields, method: "agree_on_date", args, done });
}
