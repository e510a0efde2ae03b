{
	// As it was measured: of what has a reason instead there is no value, and none is shown.
	function latest(value, df, { reason, unit }) {
		const cell = verenigingen_maintenance.list_cell;
		if (!value) return reason ? cell(__("Unknown"), df, "") : "";
		const text = verenigingen_maintenance.figure(value);
		return cell(unit ? `${text} ${verenigingen_maintenance.said(unit)}` : text, df, value);
	}

	frappe.listview_settings["Metric"] = verenigingen_maintenance.list({
		add_fields: ["enabled", "value", "reason", "unit", "observed_at"],
		hide_name_column: true,
		get_indicator({ enabled, reason, value }) {
			if (!enabled) return [__("Not Enabled"), "gray", "enabled,=,0"];
			if (reason) return [__("Not measured"), "orange", "enabled,=,1|reason,is,set"];
			return value ? [__("Measured"), "green", "enabled,=,1|reason,is,not set"] : [__("No value yet"), "gray", "value,is,not set"];
		},
		stored_title: "title",
		columns: ["value", "observed_at", "metric_group", "reason"],
		stored: ["reason"],
		formatters: { value: latest },
		quick: [
			{
				label: __("Not Measured"),
				filters: [["enabled", "=", 1], ["reason", "is", "set"]],
				empty: __("No metric failed to be measured when it was last asked."),
			},
			{ label: __("With a Limit"), filters: [["capacity_limit", "is", "set"]], empty: __("No metric has a limit that forecasts look out for.") },
		],
	});
}
