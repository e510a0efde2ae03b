frappe.listview_settings["Training Session"] = verenigingen_maintenance.list({
	add_fields: ["status"],
	get_indicator({ status }) {
		return [__(status), status === "Open" ? "orange" : "green", `status,=,${status}`];
	},
	columns: ["date", "led_by", "closed_at"],
	people: ["led_by"],
	quick: [{ label: __("Open"), filters: [["status", "=", "Open"]], empty: __("No training session is open.") }],
	onload(list) {
		if (!verenigingen_maintenance.may("Manager")) return;
		list.page.add_inner_button(__("Start a Session"), async () => {
			const { session } = await frappe.xcall("verenigingen_maintenance.api.start_training");
			frappe.set_route("Form", "Training Session", session);
		});
	},
});
