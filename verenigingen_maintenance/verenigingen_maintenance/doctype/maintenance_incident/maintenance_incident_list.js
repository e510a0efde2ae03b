frappe.listview_settings["Maintenance Incident"] = {
	add_fields: ["status", "is_drill", "severity"],
	get_indicator({ status, is_drill }) {
		const colors = { Open: "red", Mitigated: "orange", Resolved: "green", Reviewed: "blue" };
		return [is_drill ? __("Drill: {0}", [__(status)]) : __(status), is_drill ? "purple" : colors[status], `status,=,${status}`];
	},
	onload(list) {
		const may_open = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (may_open) list.page.add_inner_button(__("Open an Incident"), open_incident);
	},
};

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
