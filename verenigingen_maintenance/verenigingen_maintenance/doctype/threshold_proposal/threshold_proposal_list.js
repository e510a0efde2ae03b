frappe.listview_settings["Threshold Proposal"] = verenigingen_maintenance.list({
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator({ status }) {
		const colors = { Open: "orange", Accepted: "green", Dismissed: "gray", Outdated: "gray" };
		return [__(status), colors[status], `status,=,${status}`];
	},
	stored_title: "finding",
	columns: ["check_name", "current", "proposed", "decided_by", "decided_at"],
	stored: ["check_name"],
	people: ["decided_by"],
	quick: [
		{
			label: __("To Decide"),
			filters: [["status", "=", "Open"]],
			empty: __("No threshold waits for a decision. A proposal needs ten alerts of a check within ninety days."),
		},
		{ label: __("Decided"), filters: [["status", "in", "Accepted,Dismissed"]], empty: __("Nobody decided on a threshold yet.") },
	],
	bulk: [
		{
			label: __("Dismiss"),
			roles: ["Manager"],
			method: "dismiss_thresholds",
			names: "proposals",
			fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Why Do They Stay as They Are?"), reqd: 1 }],
		},
	],
	onload(list) {
		if (verenigingen_maintenance.may("Manager", "Operator")) list.page.add_inner_button(__("Propose Anew"), () => propose_anew(list));
	},
});

async function propose_anew(list) {
	const { open } = await frappe.xcall("verenigingen_maintenance.api.propose_thresholds");
	frappe.show_alert(
		open.length ? __("Open proposals: {0}", [open.length]) : __("Nothing to propose: that needs ten alerts of a check")
	);
	verenigingen_maintenance.show_list_anew(list);
}
