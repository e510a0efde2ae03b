const WORK = ["Manager", "Operator"];

frappe.listview_settings["Maintenance Change"] = verenigingen_maintenance.list({
	add_fields: ["status", "verdict", "rollback_proposed", "finder"],
	get_indicator({ status, rollback_proposed }) {
		if (rollback_proposed) return [__("Proposed for Rollback"), "red", "rollback_proposed,=,1"];
		const colors = { Proposed: "orange", Approved: "orange", Applied: "blue", Kept: "green" };
		return [__(status), colors[status] || "gray", `status,=,${status}`];
	},
	stored_title: "title",
	columns: ["gain_level", "kind", "verdict", "responsible", "due_on"],
	people: ["responsible"],
	quick: [
		{ label: __("To Decide"), filters: [["status", "=", "Proposed"]], empty: __("No change waits for a decision.") },
		{ label: __("To Apply"), filters: [["status", "=", "Approved"]], empty: __("No approved change waits to be applied.") },
		{
			label: __("Mine"),
			filters: () => [["responsible", "=", frappe.session.user], ["status", "in", "Proposed,Approved,Applied"]],
			empty: __("You are responsible for no change that goes on."),
		},
		{
			label: __("Overdue"),
			filters: () => [
				["due_on", "is", "set"],
				["due_on", "<", verenigingen_maintenance.site_today()],
				["status", "in", "Proposed,Approved"],
			],
			empty: __("No planned change is overdue."),
		},
		{
			label: __("In Place"),
			filters: [["status", "in", "Applied,Kept"]],
			empty: __("No change was applied."),
		},
	],
	bulk: [
		{
			label: __("Dismiss"),
			roles: ["Manager"],
			method: "dismiss_changes",
			names: "changes",
			fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Why Are They Not Done?"), reqd: 1 }],
		},
	],
	onload(list) {
		if (!verenigingen_maintenance.may(...WORK)) return;
		list.page.add_inner_button(__("Find Opportunities"), () => find_opportunities(list));
		list.page.add_inner_button(__("Record Requests"), record_requests);
		list.page.add_inner_button(__("Propose a Change"), propose_change);
	},
});

async function find_opportunities(list) {
	frappe.show_alert(__("Measuring …"));
	const found = await frappe.xcall("verenigingen_maintenance.api.find_opportunities");
	const { open, not_measured, another_one_is_looking } = found;
	const missing = Object.entries(not_measured).map(([name, why]) => `${name}: ${why}`);
	const told = __("Proposed changes: {0}.", [open.length]);
	const gaps = missing.length ? ` ${__("Not measured: {0}", [missing.join("; ")])}` : "";
	const busy = another_one_is_looking ? ` ${__("Somebody else is looking just now: these are from before.")}` : "";
	const indicator = gaps || busy ? "orange" : "green";
	frappe.show_alert({ message: frappe.utils.escape_html(told + gaps + busy), indicator }, 12);
	verenigingen_maintenance.show_list_anew(list);
}

function record_requests() {
	const fields = [
		{ fieldname: "minutes", fieldtype: "Int", label: __("Minutes (1 to 15)"), reqd: 1, default: 5 },
		{ fieldname: "path_filter", fieldtype: "Data", label: __("Only Paths with"), description: __("Such as /api/method/. Empty: all requests and jobs.") },
		{
			fieldname: "cost",
			fieldtype: "HTML",
			options: `<p>${__("The text and time of every query of these requests and jobs are kept in Redis meanwhile, some KB for each; heavy jobs cost most. It ends by itself.")}</p>`,
		},
	];
	const done = ({ recording }) => frappe.set_route("Form", "Request Recording", recording);
	verenigingen_maintenance.ask({ title: __("Record Requests"), fields, method: "record_requests", done });
}

function propose_change() {
	const kinds = ["By Hand", "Add Index", "Set Retention", "Clear Cache", "Analyse Table"];
	const text = (fieldname, label, more) => ({ fieldname, fieldtype: "Small Text", label, ...more });
	const data = (fieldname, label, depends_on, description) => ({
		fieldname,
		fieldtype: "Data",
		label,
		depends_on,
		mandatory_depends_on: depends_on,
		description,
	});
	const is_by_hand = "eval:doc.kind === 'By Hand'";
	const fields = [
		{ fieldname: "title", fieldtype: "Data", label: __("Title"), reqd: 1 },
		{ fieldname: "kind", fieldtype: "Select", options: kinds.join("\n"), label: __("Kind"), reqd: 1, default: "By Hand" },
		text("finding", __("Finding"), { reqd: 1 }),
		text("gain", __("Expected Gain"), { reqd: 1 }),
		data("table", __("DocType"), "eval:!['By Hand', 'Clear Cache'].includes(doc.kind)", __("Such as Activity Log")),
		data("columns", __("Columns"), "eval:doc.kind === 'Add Index'", __("In their order, with commas between them")),
		data("days", __("Days"), "eval:doc.kind === 'Set Retention'", __("What is older is deleted once a day")),
		text("steps", __("Steps"), { depends_on: is_by_hand }),
		text("steps_back", __("Steps Back"), { depends_on: is_by_hand }),
		{ fieldname: "metric", fieldtype: "Link", options: "Metric", label: __("Measured by the Metric") },
		{ fieldname: "higher_is_better", fieldtype: "Check", label: __("Higher Is Better"), depends_on: "metric" },
		{ fieldname: "path", fieldtype: "Data", label: __("Measured by the Path"), description: __("Such as /api/method/…, timed by Frappe's Monitor") },
	];
	const done = ({ change }) => frappe.set_route("Form", "Maintenance Change", change);
	verenigingen_maintenance.ask({ title: __("Propose a Change"), fields, method: "propose_change", given, done });
}

// What the kind needs and nothing else: a field that is hidden keeps what was typed.
function given({ table, columns, days, ...values }) {
	const needed = {
		"Add Index": { doctype: table, columns: (columns || "").split(",").map((each) => each.trim()).filter(Boolean) },
		"Set Retention": { doctype: table, days },
		"Analyse Table": { doctype: table },
	}[values.kind];
	return needed ? { ...values, parameters: JSON.stringify(needed) } : values;
}
