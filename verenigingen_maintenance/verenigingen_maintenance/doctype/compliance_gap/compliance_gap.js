frappe.ui.form.on("Compliance Gap", {
	refresh(frm) {
		// The title says what should be so.
		const is_open = frm.doc.state === "Open";
		frm.page.set_indicator(is_open ? __("Not met") : __("Closed"), is_open ? "red" : "green");
	},
});
