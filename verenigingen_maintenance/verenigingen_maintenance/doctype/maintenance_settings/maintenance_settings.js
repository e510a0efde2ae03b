frappe.ui.form.on("Maintenance Settings", {
	async refresh(frm) {
		const method = "verenigingen_maintenance.api.still_to_fill";
		const { message: to_fill } = await frappe.call({ method, type: "GET" });
		const items = to_fill.map((each) => `<li>${frappe.utils.escape_html(each)}</li>`).join("");
		const text = `<b>${__("Still to fill in or decide")}</b><ul class="still-to-fill">${items}</ul>`;
		const wrapper = frm.fields_dict.still_to_fill.$wrapper;
		wrapper.html(to_fill.length ? text : __("Nothing is left to fill in."));
		verenigingen_maintenance.workspace.draw("setup", wrapper[0]);
		show_health_address(frm);
		add_switch(frm);
	},
});

function add_switch(frm) {
	if (!frappe.user.has_role("Maintenance Manager")) return;
	if (frm.doc.escalation_active) {
		frm.add_custom_button(__("Deactivate Escalation"), () => deactivate(frm));
	} else {
		frm.add_custom_button(__("Activate Escalation"), () => activate(frm));
	}
}

function activate(frm) {
	const question = __("From now on, what nobody acknowledges in time goes to the next level. Activate?");
	// A refusal is shown by Frappe, and nothing follows from it.
	const method = "verenigingen_maintenance.api.activate_escalation";
	frappe.confirm(question, () => frappe.call({ method, callback: () => frm.reload_doc() }));
}

function deactivate(frm) {
	const field = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Why is escalation switched off?"),
		description: __("Nothing goes to the next level by itself until it is activated again"),
		reqd: 1,
	};
	const title = __("Deactivate Escalation");
	const done = () => frm.reload_doc();
	verenigingen_maintenance.ask({ title, fields: [field], method: "deactivate_escalation", done });
}

function show_health_address(frm) {
	const address = `${window.location.origin}/api/method/verenigingen_maintenance.api.health`;
	const wrapper = frm.fields_dict.health_token.$wrapper.empty();
	const is_manager = frappe.user.has_role("Maintenance Manager");
	const exists = Boolean(frm.doc.health_token_hash);
	const made = exists ? __("A token was made.") : __("No token was made: it answers 403.");
	const state = is_manager ? made : "";
	$(`<p class="control-label">${__("Health Address for a Monitor Outside")}</p>`).appendTo(wrapper);
	$("<p class='small text-muted text-break'></p>").text(`${address}  ${state}`).appendTo(wrapper);
	if (!is_manager) return;
	$(`<button class="btn btn-xs btn-default new-health-token">${__("Make a Token")}</button>`)
		.appendTo(wrapper)
		.on("click", () => (exists ? frappe.confirm(__("The present token opens nothing any more."), make) : make()));

	async function make() {
		const { message: token } = await frappe.call({ method: "verenigingen_maintenance.api.new_health_token" });
		const told = __("Keep it now: it is not shown again. Send it as the header X-Maintenance-Token, or as ?token=");
		frappe.msgprint({
			title: __("Token of the Health Address"),
			message: `${told}<br><code class="health-token">${frappe.utils.escape_html(token)}</code>`,
		});
		frm.reload_doc();
	}
}
