{
	const VERDICTS = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray" };
	const now = () => frappe.datetime.system_datetime(); // as the moments of a run are stored

	function indicator({ status, verdict, slot, due_until, measured_at }) {
		const word = __(verdict || "To do");
		if (status === "Missed") return [__("Missed"), "red", "status,=,Missed"];
		if (status === "Accepted") return [__("Accepted"), "orange", "status,=,Accepted"];
		if (status === "Signed") return [__("Signed, {0}", [word]), "blue", "status,=,Signed"];
		if (slot && due_until && due_until < now()) {
			return [__("Overdue, {0}", [word]), "red", `status,=,Open|due_until,is,set|due_until,<,${now()}`];
		}
		if (!verdict) return [measured_at ? word : __("Not measured"), "gray", "verdict,=,"];
		return [word, VERDICTS[verdict], `verdict,=,${verdict}`];
	}

	frappe.listview_settings["Checklist Run"] = verenigingen_maintenance.list({
		add_fields: ["status", "verdict", "measured_at", "slot", "due_until"],
		has_indicator_for_draft: true,
		get_indicator: indicator,
		columns: ["procedure", "due_until", "measured_at", "closed_by"],
		stored: ["procedure"],
		people: ["closed_by"],
		quick: [
			{ label: __("To Do"), filters: [["status", "=", "Open"]], empty: __("No run waits for anybody.") },
			{
				label: __("Overdue"),
				filters: () => [["status", "=", "Open"], ["due_until", "is", "set"], ["due_until", "<", now()]],
				empty: __("No run is overdue."),
			},
			{ label: __("Missed"), filters: [["status", "=", "Missed"]], empty: __("No run was missed, but for those that a manager accepted.") },
			{ label: __("This Week"), filters: [["due_until", "Timespan", "this week"]], empty: __("No run is due this week yet.") },
		],
		bulk: [
			{
				label: __("Accept as Missed"),
				roles: ["Manager"],
				method: "accept_missed_runs",
				names: "runs",
				fields: [{ fieldname: "comment", fieldtype: "Small Text", label: __("Why Were They Missed?"), reqd: 1 }],
			},
		],
	});
}
