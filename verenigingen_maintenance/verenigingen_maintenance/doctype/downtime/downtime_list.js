{
	const COLORS = { Planned: "blue", Down: "red", "Not Measured": "gray" };

	function lasted(seconds, df, { ends }) {
		const text = ends ? frappe.utils.get_formatted_duration(seconds) : __("Goes on");
		return verenigingen_maintenance.list_cell(text, df, seconds);
	}

	frappe.listview_settings["Downtime"] = verenigingen_maintenance.list({
		add_fields: ["kind", "ends", "seconds"],
		get_indicator({ kind, ends }) {
			const label = kind === "Down" && !ends ? __("Down now") : __(kind);
			return [label, COLORS[kind], `kind,=,${kind}`];
		},
		columns: ["begins", "ends", "seconds", "reason"],
		stored: ["reason"],
		formatters: { seconds: lasted },
		quick: [
			{ label: __("Down"), filters: [["kind", "=", "Down"]], empty: __("No downtime was measured. Whether anybody looked all the time is under Not Measured.") },
			{
				label: __("Not Measured"),
				filters: [["kind", "=", "Not Measured"]],
				empty: __("No gap between two measurements was written down."),
			},
			{
				label: __("Planned"),
				filters: () => [["kind", "=", "Planned"], ["ends", ">", frappe.datetime.system_datetime()]],
				empty: __("No maintenance is announced."),
			},
			{ label: __("This Month"), filters: [["begins", "Timespan", "this month"]], empty: __("Nothing was written down this month.") },
		],
	});
}
