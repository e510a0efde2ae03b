// Drills that people carry out are begun in the list, beside the restore.
frappe.listview_settings["Recovery Drill"] = frappe.listview_settings["Recovery Drill"] || {};

{
	const settings = frappe.listview_settings["Recovery Drill"];
	const before = settings.onload;
	settings.onload = (list) => {
		if (before) before(list);
		const is_manager = frappe.user.has_role("Maintenance Manager");
		if (is_manager || frappe.user.has_role("Maintenance Operator")) {
			list.page.add_inner_button(__("Begin a Failover Drill"), begin_failover);
		}
		if (is_manager) list.page.add_inner_button(__("Begin an Access Drill"), begin_access);
	};

	const open = (name) => frappe.set_route("Form", "Recovery Drill", name);

	function begin_failover() {
		const text = (fieldname, label, description) => {
			return { fieldname, fieldtype: "Data", label, description, reqd: 1 };
		};
		const stops = {
			fieldname: "stops",
			fieldtype: "Select",
			label: __("What is stopped"),
			options: ["Scheduler", "Web Server", "Host"],
			default: "Scheduler",
			reqd: 1,
			description: __("By a person: this app stops nothing. With the scheduler stopped, people go on working."),
		};
		const fields = [
			text("monitor", __("The monitor outside"), __("Which asks the health address from another machine")),
			text("told_how", __("How it tells a person"), __("Who, and by which channel")),
			stops,
		];
		verenigingen_maintenance.ask({ title: __("Failover Drill"), button: __("Begin the Drill"), fields, method: "begin_failover_drill", done: open });
	}

	function begin_access() {
		const question = __("Each account that an emergency needs is listed, and signs in from now on. Begin?");
		const method = "verenigingen_maintenance.api.begin_access_drill";
		frappe.confirm(question, () => frappe.call({ method, callback: ({ message }) => open(message) }));
	}
}
