frappe.listview_settings["Training Session"] = {
	add_fields: ["status"],
	get_indicator({ status }) {
		return [__(status), status === "Open" ? "orange" : "green", `status,=,${status}`];
	},
	onload(list) {
		if (!frappe.user.has_role("Maintenance Manager")) return;
		list.page.add_inner_button(__("Start a Session"), async () => {
			const { session } = await frappe.xcall("verenigingen_maintenance.api.start_training");
			frappe.set_route("Form", "Training Session", session);
		});
	},
};
