frappe.ui.form.on("Request Recording", {
	refresh(frm) {
		const { status, summary } = frm.doc;
		const text = status === "Recording" ? __("It records. When its time is over, a job reads it within two minutes.") : verenigingen_maintenance.said(summary);
		const color = { Recording: "orange", Failed: "red" }[status] || "blue";
		frm.set_intro(frappe.utils.escape_html(text || ""), color);
		const may_stop = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (status === "Recording" && may_stop) frm.add_custom_button(__("Stop and Read"), () => stop(frm));
	},
});

async function stop(frm) {
	await frappe.xcall("verenigingen_maintenance.api.stop_recording", { recording: frm.doc.name });
	frappe.show_alert(__("A worker reads it."));
	verenigingen_maintenance.look_again(frm, 120, ({ status }) => status === "Recording"); // reading may take minutes
}
