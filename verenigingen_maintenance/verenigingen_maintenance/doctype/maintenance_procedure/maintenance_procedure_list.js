{
	const today = () => verenigingen_maintenance.site_today();

	frappe.listview_settings["Maintenance Procedure"] = verenigingen_maintenance.list({
		add_fields: ["enabled", "next_review"],
		hide_name_column: true,
		get_indicator({ enabled, next_review }) {
			if (!enabled) return [__("Not Enabled"), "gray", "enabled,=,0"];
			if (next_review && next_review < today()) return [__("To Review"), "orange", `enabled,=,1|next_review,is,set|next_review,<,${today()}`];
			return [__("Enabled"), "green", "enabled,=,1"];
		},
		stored_title: "title",
		columns: ["cadence", "next_review", "version"],
		quick: [
			{ label: __("Emergencies"), filters: [["cadence", "=", "Emergency"]], empty: __("There is no procedure for emergencies.") },
			{
				label: __("To Review"),
				filters: () => [["next_review", "is", "set"], ["next_review", "<", today()]],
				empty: __("No procedure is due for review."),
			},
		],
	});
}
