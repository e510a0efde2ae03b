frappe.listview_settings["Emergency Contact"] = verenigingen_maintenance.list({
	columns: ["full_name", "phone", "email", "confirmed_at"],
	onload(list) {
		if (!verenigingen_maintenance.may("Manager")) return;
		list.page.add_inner_button(__("Contacts Confirmed"), () => {
			const method = "verenigingen_maintenance.api.confirm_contacts";
			const question = __("Was each of them called or written to lately, and right?");
			const callback = ({ message }) => {
				frappe.show_alert(__("Confirmed: {0}", [message.confirmed.length]));
				verenigingen_maintenance.show_list_anew(list);
			};
			frappe.confirm(question, () => frappe.call({ method, callback }));
		});
	},
});
