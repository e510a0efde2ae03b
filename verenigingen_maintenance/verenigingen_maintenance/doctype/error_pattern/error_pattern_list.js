{
	const COLORS = { New: "orange", Ongoing: "orange", Escalating: "red", Resolved: "green", Regressed: "red", Ignored: "gray" };
	const GOES_ON = ["continues_in", "is", "not set"];
	const of_state = (...states) => [["state", "in", states.join(",")], GOES_ON];
	const note = { fieldname: "note", fieldtype: "Small Text", label: __("Why?"), reqd: 1 };

	function how_long() {
		const only_for = (way) => {
			const is_chosen = `eval:doc.way === "${way}"`;
			return { depends_on: is_chosen, mandatory_depends_on: is_chosen };
		};
		const ways = [
			{ value: "date", label: __("Until a date") },
			{ value: "count", label: __("Until so many errors more") },
			{ value: "ever", label: __("For good") },
		];
		return [
			{ fieldname: "way", fieldtype: "Select", label: __("Ignore"), options: ways, default: "date", reqd: 1 },
			{ fieldname: "until", fieldtype: "Date", label: __("Until"), ...only_for("date") },
			{ fieldname: "errors", fieldtype: "Int", label: __("Errors of Each"), ...only_for("count") },
		];
	}

	// What a hidden field still holds was not chosen.
	const given = ({ way, until, errors, note: why }) => ({
		note: why,
		...(way === "date" ? { until } : {}),
		...(way === "count" ? { errors } : {}),
	});

	frappe.listview_settings["Error Pattern"] = verenigingen_maintenance.list({
		add_fields: ["state"],
		filters: [GOES_ON],
		hide_name_column: true,
		get_indicator: ({ state }) => [__(state), COLORS[state], `state,=,${state}`],
		columns: ["severity", "total", "last_at", "users", "first_at"],
		quick: [
			{
				label: __("New and Escalating"),
				filters: of_state("New", "Escalating", "Regressed"),
				empty: __("No error that was counted is new, escalates or came back after it was resolved."),
			},
			{
				label: __("Critical"),
				filters: [["severity", "=", "Critical"], ["state", "not in", "Resolved,Ignored"], GOES_ON],
				empty: __("No critical error that was counted is left to resolve or ignore."),
			},
			{
				label: __("Mine"),
				filters: () => [["_assign", "like", `%${frappe.session.user}%`], GOES_ON],
				empty: __("No error is assigned to you."),
			},
			{
				label: __("This Week"),
				filters: [["last_at", "Timespan", "this week"], GOES_ON],
				empty: __("No error was counted this week."),
			},
			{ label: __("Ignored"), filters: of_state("Ignored"), empty: __("No error is ignored.") },
		],
		bulk: [
			{
				label: __("Ignore…"),
				roles: ["Manager", "Operator"],
				method: "ignore_error_patterns",
				names: "patterns",
				fields: [...how_long(), note],
				given,
			},
			{
				label: __("Resolve"),
				roles: ["Manager", "Operator"],
				method: "resolve_error_patterns",
				names: "patterns",
				fields: [note],
			},
		],
	});
}
