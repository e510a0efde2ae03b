frappe.listview_settings["Procedure Version"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator({ status }) {
		const colors = { Draft: "orange", Approved: "green", Superseded: "gray" };
		return [__(status), colors[status], `status,=,${status}`];
	},
};
