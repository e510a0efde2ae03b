{
	const COLORS = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray" };

	frappe.listview_settings["Maintenance Check"] = verenigingen_maintenance.list({
		add_fields: ["enabled", "not_applicable", "live_verdict"],
		hide_name_column: true,
		get_indicator({ enabled, not_applicable, live_verdict }) {
			if (!enabled) return [__("Not Enabled"), "gray", "enabled,=,0"];
			if (not_applicable) return [__("Not applicable"), "gray", "not_applicable,=,1"];
			if (live_verdict) return [__("Live: {0}", [__(live_verdict)]), COLORS[live_verdict] || "gray", `live_verdict,=,${live_verdict}`];
			return [__("In Runs"), "blue", "live_verdict,is,not set|enabled,=,1"];
		},
		stored_title: "title",
		columns: ["area", "warning", "critical", "live_at"],
		quick: [
			{
				label: __("Not OK"),
				filters: [["live_verdict", "in", "WARNING,CRITICAL,UNKNOWN"], ["enabled", "=", 1], ["not_applicable", "=", 0]],
				empty: __("No check that is judged every minute is WARNING, CRITICAL or UNKNOWN."),
			},
			{ label: __("Not Applicable"), filters: [["not_applicable", "=", 1]], empty: __("Each check is applicable to this site.") },
		],
	});
}
