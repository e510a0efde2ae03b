frappe.listview_settings["Emergency Contact"] = {
	onload(list) {
		if (!frappe.user.has_role("Maintenance Manager")) return;
		list.page.add_inner_button(__("Contacts Confirmed"), () => {
			const method = "verenigingen_maintenance.api.confirm_contacts";
			const question = __("Was each of them called or written to lately, and right?");
			const callback = ({ message }) => {
				frappe.show_alert(__("Confirmed: {0}", [message.confirmed.length]));
				list.last_args = null; // Frappe refreshes a list once in three seconds
				list.refresh();
			};
			frappe.confirm(question, () => frappe.call({ method, callback }));
		});
	},
};
