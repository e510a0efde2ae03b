frappe.listview_settings["Maintenance Report"] = verenigingen_maintenance.list({
	add_fields: ["status", "verdict"],
	hide_name_column: true,
	get_indicator({ status }) {
		const colors = { Queued: "gray", Drafting: "blue", Draft: "orange", Approved: "green", Failed: "red" };
		return [__(status), colors[status], `status,=,${status}`];
	},
	stored_title: "title",
	columns: ["verdict", "period_from", "period_until", "approved_by", "mailed_at"],
	people: ["approved_by"],
	quick: [
		{ label: __("To Approve"), filters: [["status", "=", "Draft"]], empty: __("No report waits to be read and approved.") },
		{ label: __("Approved"), filters: [["status", "=", "Approved"]], empty: __("No report was approved yet.") },
		{ label: __("Failed"), filters: [["status", "=", "Failed"]], empty: __("No report failed.") },
	],
	onload(list) {
		if (!verenigingen_maintenance.may("Manager", "Operator")) return;
		list.page.add_inner_button(__("Draft a Report"), () => ask_which(list));
	},
});

async function ask_which() {
	const method = "verenigingen_maintenance.api.list_reports";
	const { message: kinds } = await frappe.call({ method, type: "GET" });
	const options = kinds.map(({ kind, title, cadence }) => ({ value: kind, label: `${__(cadence)}: ${__(title)}` }));
	const fields = [
		{ fieldname: "kind", fieldtype: "Select", label: __("Report"), options, reqd: 1, default: options[0].value },
		{
			fieldname: "period",
			fieldtype: "Data",
			label: __("Period"),
			description: __("Such as 2026-W47, 2026-10 or 2026-Q3; empty for the last one that is over"),
		},
	];
	const done = (name) => frappe.set_route("Form", "Maintenance Report", name);
	verenigingen_maintenance.ask({ title: __("Draft a Report"), fields, method: "draft_report", done });
}
