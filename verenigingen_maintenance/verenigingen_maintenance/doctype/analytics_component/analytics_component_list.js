(() => {
	const API = "verenigingen_maintenance.api";
	const COLORS = {
		Working: "green",
		Failing: "orange",
		"Switched Off": "red",
		Restoring: "orange",
		"Not Applicable": "gray",
	};

	frappe.listview_settings["Analytics Component"] = verenigingen_maintenance.list({
		add_fields: ["state", "enabled"],
		filters: [["state", "!=", "Not Applicable"]],
		hide_name_column: true,
		get_indicator({ state, enabled }) {
			if (!enabled) return [__("Not Enabled"), "gray", "enabled,=,0"];
			return [__(state), COLORS[state], `state,=,${state}`];
		},
		stored_title: "title",
		columns: ["verdict", "data_as_of", "provider"],
		quick: [
			{
				label: __("Not Working"),
				filters: [["state", "in", "Failing,Switched Off,Restoring"]],
				empty: __("No component is failing, switched off or being restored."),
			},
		],
		onload(list) {
			const is_manager = verenigingen_maintenance.may("Manager");
			if (is_manager || verenigingen_maintenance.may("Operator")) {
				list.page.add_inner_button(__("Restore Next"), () => call(list, "restore_next", {}));
			}
			if (!is_manager) return;
			list.page.add_inner_button(__("Fall Back"), () => fall_back(list));
			list.page.add_inner_button(__("Empty the Cache"), () => empty(list));
		},
	});

	function fall_back(list) {
		const field = {
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Why are advanced analytics switched off for now?"),
			reqd: 1,
		};
		verenigingen_maintenance.ask({
			title: __("Fall Back to Basic Monitoring"),
			fields: [field],
			method: "fall_back",
			done: () => show_anew(list),
		});
	}

	function empty(list) {
		const question = __("Delete all stored answers? The next refresh makes them anew; nothing else is lost.");
		frappe.confirm(question, () => call(list, "clear_analytics_cache", {}));
	}

	async function call(list, method, args) {
		await frappe.xcall(`${API}.${method}`, args);
		show_anew(list);
	}

	const show_anew = (list) => verenigingen_maintenance.show_list_anew(list);
})();
