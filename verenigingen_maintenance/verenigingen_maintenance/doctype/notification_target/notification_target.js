frappe.ui.form.on("Notification Target", {
	refresh(frm) {
		if (frm.doc.problem) frm.set_intro(verenigingen_maintenance.said_html(frm.doc.problem), "orange");
		if (frm.is_new() || !frappe.user.has_role("Maintenance Manager")) return;
		frm.add_custom_button(__("Send a Test"), () => send_test(frm));
	},
});

async function send_test(frm) {
	if (frm.is_dirty()) await frm.save();
	if (frm.is_dirty()) return; // it was refused, and says why
	const { message: answer } = await frappe.call({
		method: "verenigingen_maintenance.api.test_target",
		args: { target: frm.doc.name },
		freeze: true,
		freeze_message: __("Sending a test message…"),
	});
	const said = answer.taken ? __("It was taken. Look whether it arrived.") : __("It was not taken: {0}", [verenigingen_maintenance.said(answer.reason)]);
	frappe.msgprint({
		title: __("Test"),
		message: frappe.utils.escape_html(said),
		indicator: answer.taken ? "green" : "red",
	});
	frm.reload_doc();
}
