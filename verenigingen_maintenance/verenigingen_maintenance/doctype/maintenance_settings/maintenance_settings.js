frappe.ui.form.on("Maintenance Settings", {
	async refresh(frm) {
		const method = "verenigingen_maintenance.api.still_to_fill";
		const { message: to_fill } = await frappe.call({ method, type: "GET" });
		const items = to_fill.map((each) => `<li>${frappe.utils.escape_html(each)}</li>`).join("");
		const text = `<b>${__("Still to fill in or decide")}</b><ul class="still-to-fill">${items}</ul>`;
		frm.fields_dict.still_to_fill.$wrapper.html(to_fill.length ? text : __("Nothing is left to fill in."));
	},
});
