frappe.ui.form.on("Analytics Component", {
	refresh(frm) {
		if (frm.doc.reason) frm.set_intro(verenigingen_maintenance.said_html(frm.doc.reason), "orange");
		const may_act = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
		if (may_act && frm.doc.state === "Switched Off") {
			frm.add_custom_button(__("Restore"), () => restore(frm));
		}
	},
});

async function restore(frm) {
	const method = "verenigingen_maintenance.api.restore_component";
	await frappe.xcall(method, { component: frm.doc.name });
	frappe.show_alert(__("It is computed in the background, and watched for three refreshes."));
	frm.reload_doc();
}
