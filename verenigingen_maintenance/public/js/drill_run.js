// Beside the form of a run: that it is a drill, and the words of the procedure that it was made with.
frappe.ui.form.on("Checklist Run", {
	refresh(frm) {
		const version = frm.doc.__onload?.version;
		if (version) {
			const show = () => frappe.set_route("Form", "Procedure Version", version);
			frm.add_custom_button(__("Procedure Version"), show);
		}
		if (!frm.doc.is_drill) return;
		const text = __("Drill: change nothing. Save after each step: its time is kept. What is measured is real.");
		frm.set_intro(`<b class="drill">${text}</b>`, "orange");
	},
});
