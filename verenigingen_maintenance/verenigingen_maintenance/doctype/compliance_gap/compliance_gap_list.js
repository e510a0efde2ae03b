{
	const OPEN = { Critical: "red", High: "red", Medium: "orange", Low: "orange" };
	const is_open = ["state", "=", "Open"];

	frappe.listview_settings["Compliance Gap"] = verenigingen_maintenance.list({
		add_fields: ["state", "severity", "not_measured"],
		hide_name_column: true,
		get_indicator({ state, severity, not_measured }) {
			if (state !== "Open") return [__("Closed"), "green", "state,=,Closed"];
			if (not_measured) return [__("Open, not measured"), "gray", "state,=,Open"];
			return [__("Open, {0}", [__(severity)]), OPEN[severity] || "orange", `state,=,Open|severity,=,${severity}`];
		},
		stored_title: "title",
		columns: ["area", "opened_at", "last_measured", "severity", "regulatory"],
		stored: ["area"],
		quick: [
			{
				label: __("Open"),
				filters: [is_open],
				empty: __("No gap is open. That each control was measured is not said by that: see the report Compliance."),
			},
			{ label: __("Critical and High"), filters: [is_open, ["severity", "in", "Critical,High"]], empty: __("No critical or high gap is open.") },
			{ label: __("Regulatory"), filters: [is_open, ["regulatory", "=", 1]], empty: __("No regulatory gap is open.") },
			{ label: __("Closed"), filters: [["state", "=", "Closed"]], empty: __("No gap was closed yet.") },
		],
	});
}
