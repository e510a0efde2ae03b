frappe.listview_settings["Security Assessment"] = verenigingen_maintenance.list({
	add_fields: ["verdict"],
	get_indicator({ verdict }) {
		const colors = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray" };
		return [__(verdict), colors[verdict], `verdict,=,${verdict}`];
	},
	columns: ["day", "findings", "serious", "changes", "assessed_at"],
	stored: ["changes"],
	quick: [
		{
			label: __("Not OK"),
			filters: [["verdict", "in", "WARNING,CRITICAL,UNKNOWN"]],
			empty: __("No assessment is WARNING, CRITICAL or UNKNOWN. Whether there is one at all is under All."),
		},
		{ label: __("This Month"), filters: [["day", "Timespan", "this month"]], empty: __("Security was not assessed this month.") },
	],
	onload(list) {
		if (verenigingen_maintenance.may("Manager", "Operator")) list.page.add_inner_button(__("Assess Now"), () => assess(list));
	},
});

// A worker assesses, within a minute or so; the page asks until there is a later one.
async function assess(list) {
	const before = await latest();
	await frappe.xcall("verenigingen_maintenance.api.assess_security");
	frappe.show_alert(__("A worker assesses security now. The list shows it when it is done."));
	for (let tries = 0; tries < 60; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 2000));
		if ((await latest()) !== before) {
			return verenigingen_maintenance.show_list_anew(list);
		}
	}
	frappe.msgprint(__("It is not done yet: see whether a worker runs (RQ Worker)."));
}

async function latest() {
	const fields = ["name", "assessed_at"];
	const [found] = await frappe.db.get_list("Security Assessment", { fields, order_by: "day desc", limit: 1 });
	return found ? `${found.name} ${found.assessed_at}` : "";
}
