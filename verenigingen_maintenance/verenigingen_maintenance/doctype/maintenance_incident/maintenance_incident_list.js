frappe.listview_settings["Maintenance Incident"] = verenigingen_maintenance.list({
	add_fields: ["status", "is_drill", "severity", "trigger"],
	get_indicator({ status, is_drill }) {
		const colors = { Open: "red", Mitigated: "orange", Resolved: "green", Reviewed: "blue" };
		return [is_drill ? __("Drill: {0}", [__(status)]) : __(status), is_drill ? "purple" : colors[status], `status,=,${status}`];
	},
	stored_title: "title",
	columns: ["severity", "opened_at", "commander", "resolved_at"],
	people: ["commander"],
	quick: [
		{
			label: __("Open"),
			filters: [["status", "in", "Open,Mitigated"]],
			empty: __("No incident is open. If members cannot work, open one."),
		},
		{
			label: __("Mine"),
			filters: () => [["commander", "=", frappe.session.user], ["status", "!=", "Reviewed"]],
			empty: __("You command no incident."),
		},
		{ label: __("To Review"), filters: [["status", "=", "Resolved"]], empty: __("Each incident that is over was reviewed.") },
	],
	onload(list) {
		if (!verenigingen_maintenance.may("Manager", "Operator")) return;
		list.page.add_inner_button(__("Open an Incident"), open_incident);
	},
});

async function open_incident() {
	const found = await frappe.db.get_list("Maintenance Procedure", { filters: { cadence: "Emergency" }, order_by: "creation" });
	const names = found.map(({ name }) => name);
	const fields = [
		{ fieldname: "seen", fieldtype: "Small Text", label: __("What Do You See?"), reqd: 1 },
		{ fieldname: "procedure", fieldtype: "Select", options: names, default: names[0], label: __("Procedure"), reqd: 1 },
		{ fieldname: "severity", fieldtype: "Select", options: ["Critical", "Major", "Minor"], default: "Critical", label: __("Severity"), reqd: 1, description: __("Critical: members cannot work. Major: they can, slowly or in part. Minor: they do not notice.") },
		{ fieldname: "since", fieldtype: "Datetime", label: __("Since When, If You Know") },
		{ fieldname: "drill", fieldtype: "Check", label: __("Drill: practise, nobody is called") },
	];
	const done = ({ incident }) => frappe.set_route("Form", "Maintenance Incident", incident);
	verenigingen_maintenance.ask({ title: __("Open an Incident"), fields, method: "start_incident", done });
}
