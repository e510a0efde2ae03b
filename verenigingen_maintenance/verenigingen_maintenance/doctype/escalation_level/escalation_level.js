frappe.ui.form.on("Escalation Level", {
	setup() {
		const as_text = (value) => frappe.utils.escape_html(value || "");
		frappe.meta.get_docfield("Maintenance Stand-in", "reason").formatter = as_text;
	},
	async refresh(frm) {
		frm.dashboard.clear_headline();
		if (frm.is_new()) return;
		const name = frm.doc.name;
		const args = { level: name };
		const { message: told } = await frappe.call({
			method: "verenigingen_maintenance.api.on_duty",
			type: "GET",
			args,
		});
		if (frm.doc.name === name) show_duty(frm, told);
	},
});

function show_duty(frm, told) {
	frm.dashboard.clear_headline();
	const lines = [who_is_told(told), ...told.gaps.map(as_gap)].map((line) => `<div>${line}</div>`);
	const color = told.gaps.length ? "orange" : "blue";
	frm.dashboard.set_headline(`<div class="on-duty">${lines.join("")}</div>`, color);
}

function who_is_told({ on_duty, next, users, why }) {
	if (!on_duty || !on_duty.user) {
		const people = users.join(", ") || __("nobody");
		return __("Told in Desk: {0} ({1})", [people, why].map(verenigingen_maintenance.said_html));
	}
	const now = __("On duty: {0} ({1})", [person(on_duty), verenigingen_maintenance.said_html(on_duty.why)]);
	const until = on_duty.until ? __("until {0}", [by_the_clock(on_duty.until)]) : __("for good");
	const then = next ? __("then {0}", [next.user ? person(next) : __("nobody")]) : "";
	return [now, until, then].filter(Boolean).join(", ");
}

function person({ user, name }) {
	return `<b>${frappe.utils.escape_html(name || user)}</b>`;
}

function as_gap(gap) {
	return `<span class="gap">${verenigingen_maintenance.said_html(gap)}</span>`;
}

// The site's own clock: “2026-12-07T09:00:00+01:00” as Desk shows times.
function by_the_clock(moment) {
	return frappe.datetime.str_to_user(moment.slice(0, 16).replace("T", " "));
}
