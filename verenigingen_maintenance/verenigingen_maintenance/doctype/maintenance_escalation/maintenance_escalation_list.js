const ESCALATION_COLORS = {
	Pending: "orange",
	Open: "red",
	Acknowledged: "orange",
	Resolved: "green",
	"False Positive": "gray",
	Closed: "blue",
};

frappe.listview_settings["Maintenance Escalation"] = verenigingen_maintenance.list({
	add_fields: ["status", "is_drill"],
	get_indicator({ status, is_drill }) {
		const label = is_drill ? __("Drill: {0}", [__(status)]) : __(status);
		return [label, is_drill ? "purple" : ESCALATION_COLORS[status], `status,=,${status}`];
	},
	stored_title: "title",
	columns: ["level", "opened_at", "acknowledged_by", "next_level_at", "outcome"],
	stored: ["level"],
	people: ["acknowledged_by"],
	quick: [
		{
			label: __("Open"),
			filters: [["status", "in", "Pending,Open,Acknowledged"]],
			empty: __("No escalation is open. Those that were are under All."),
		},
		{
			label: __("Nobody Has It"),
			filters: [["status", "in", "Pending,Open"]],
			empty: __("No escalation waits for somebody to acknowledge it."),
		},
		{
			label: __("Mine"),
			filters: () => [["status", "=", "Acknowledged"], ["acknowledged_by", "=", frappe.session.user]],
			empty: __("You have acknowledged none that is still open."),
		},
		{
			label: __("To Review"),
			filters: [["status", "in", "Resolved,False Positive"]],
			empty: __("Each escalation that is over was reviewed and closed."),
		},
		{ label: __("This Week"), filters: [["triggered_at", "Timespan", "this week"]], empty: __("No escalation began this week.") },
	],
	bulk: [
		{
			label: __("Acknowledge"),
			roles: ["Manager", "Operator"],
			method: "acknowledge_escalations",
			names: "escalations",
			fields: [{ fieldname: "note", fieldtype: "Small Text", label: __("Note") }],
		},
	],
	onload(list) {
		if (!verenigingen_maintenance.may("Manager")) return;
		list.page.add_inner_button(__("Test Escalation"), begin_drill);
	},
});

function drill_fields() {
	return [
		{ fieldname: "reason", fieldtype: "Data", label: __("What is it for?"), reqd: 1, default: __("Quarterly test") },
		{ fieldname: "minutes", fieldtype: "Int", label: __("Minutes for Each Level"), reqd: 1, default: 5 },
		{
			fieldname: "last_level",
			fieldtype: "Int",
			label: __("Up to Level"),
			reqd: 1,
			default: 2,
			description: __("Everybody at these levels is told, marked as a drill. Level 3 is the vendor."),
		},
	];
}

function begin_drill() {
	const done = ({ escalation }) => frappe.set_route("Form", "Maintenance Escalation", escalation);
	verenigingen_maintenance.ask({ title: __("Drill"), button: __("Begin the Drill"), fields: drill_fields(), method: "start_drill", done });
}
