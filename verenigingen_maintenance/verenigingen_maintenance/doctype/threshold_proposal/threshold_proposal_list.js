frappe.listview_settings["Threshold Proposal"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator({ status }) {
		const colors = { Open: "orange", Accepted: "green", Dismissed: "gray", Outdated: "gray" };
		return [__(status), colors[status], `status,=,${status}`];
	},
	onload(list) {
		const may_ask = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (!may_ask) return;
		list.page.add_inner_button(__("Propose Anew"), async () => {
			const { open } = await frappe.xcall("verenigingen_maintenance.api.propose_thresholds");
			frappe.show_alert(
				open.length
					? __("Open proposals: {0}", [open.length])
					: __("Nothing to propose: that needs ten alerts of a check")
			);
			list.last_args = null; // Frappe refreshes a list once in three seconds
			list.refresh();
		});
	},
};
