{
	const COLORS = { Waiting: "orange", Delivered: "green", Failed: "red", "Not Sent": "gray" };

	frappe.listview_settings["Maintenance Notification"] = verenigingen_maintenance.list({
		add_fields: ["status"],
		hide_name_column: true,
		get_indicator: ({ status }) => [__(status), COLORS[status], `status,=,${status}`],
		stored_title: "subject",
		columns: ["recipient", "channel", "kind", "delivered_at", "reason"],
		stored: ["reason"],
		quick: [
			{ label: __("Waiting"), filters: [["status", "=", "Waiting"]], empty: __("No message waits to be delivered.") },
			{ label: __("Failed"), filters: [["status", "=", "Failed"]], empty: __("No message failed.") },
			{
				label: __("To Me"),
				filters: () => [["recipient", "in", `${frappe.session.user},${frappe.session.user_email}`]],
				empty: __("Nothing was sent to you."),
			},
			{ label: __("This Week"), filters: [["creation", "Timespan", "this week"]], empty: __("No message was written this week.") },
		],
	});
}
