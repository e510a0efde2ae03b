const POLL_EVERY_MS = 1500;
const COLORS = { Queued: "gray", Drafting: "blue", Draft: "orange", Approved: "green", Failed: "red" };

frappe.ui.form.on("Maintenance Report", {
	onload(frm) {
		frappe.realtime.off("maintenance_report_progress");
		frappe.realtime.on("maintenance_report_progress", ({ name, progress, text }) => {
			if (name === frm.doc.name && is_under_way(frm)) show_progress(frm, progress, text);
		});
	},

	refresh(frm) {
		frm.page.set_indicator(__(frm.doc.status), COLORS[frm.doc.status]);
		if (frm.doc.status !== "Draft") frm.disable_save();
		show_report(frm);
		show_editor(frm);
		if (is_under_way(frm)) {
			show_progress(frm, frm.doc.progress, frm.doc.progress_text);
			wait_for_draft(frm);
		}
		add_buttons(frm);
	},
});

function is_under_way(frm) {
	return ["Queued", "Drafting"].includes(frm.doc.status);
}

// Frappe takes the first message of a bar as HTML, and each later one as text.
function show_progress(frm, progress, text) {
	for (const message of ["", verenigingen_maintenance.said(text)]) {
		frm.dashboard.show_progress(__("Drafting"), Math.max(progress || 0, 2), message);
	}
}

// The socket may be away: asking is what ends the wait.
function wait_for_draft(frm) {
	clearTimeout(frm.asks_again);
	frm.asks_again = setTimeout(async () => {
		if (cur_frm !== frm || !is_under_way(frm)) return;
		const method = "verenigingen_maintenance.api.get_report";
		const { message: found } = await frappe.call({ method, type: "GET", args: { report: frm.doc.name } });
		if (["Queued", "Drafting"].includes(found.status)) {
			show_progress(frm, found.progress, found.progress_text);
			wait_for_draft(frm);
		} else {
			frm.dashboard.hide_progress();
			frm.reload_doc();
		}
	}, POLL_EVERY_MS);
}

// Rendered on the server, where all that is in it was escaped. Desk takes a link to a heading for a page.
function show_report(frm) {
	const wrapper = frm.fields_dict.report.$wrapper.empty();
	if (!frm.doc.html) return;
	const shown = $(`<div class="shown-report"></div>`).html(frm.doc.html).appendTo(wrapper);
	verenigingen_maintenance.said_within(shown[0]);
	shown.on("click", "a[href^='#']", (event) => {
		event.preventDefault();
		event.stopPropagation();
		heading_of(frm, event.target.getAttribute("href").slice(1))[0]?.scrollIntoView();
	});
}

function heading_of(frm, section) {
	return frm.fields_dict.report.$wrapper.find(`h2[id="${section}"]`);
}

// Below the heading of each section; of a section that is not there any more, at the end.
function show_editor(frm) {
	const rest = frm.fields_dict.editor.$wrapper.empty();
	if (frm.doc.status !== "Draft" || !frm.perm[0]?.write) return;
	for (const row of frm.doc.texts || []) {
		const heading = heading_of(frm, row.section);
		heading.nextAll(".remark").remove();
		const field = $(`<textarea class="form-control" rows="2"></textarea>`)
			.attr({ "data-section": row.section, "aria-label": verenigingen_maintenance.said(row.title) })
			.attr("placeholder", __("Remarks on {0}: they stay when the report is drafted again", [verenigingen_maintenance.said(row.title)]))
			.val(row.text || "")
			.on("change", (event) => frappe.model.set_value(row.doctype, row.name, "text", event.target.value));
		heading.length ? heading.after(field) : rest.append(field);
	}
}

function add_buttons(frm) {
	const is_manager = frappe.user.has_role("Maintenance Manager");
	const may_work = Boolean(frm.perm[0]?.write);
	const is_drafted = Boolean(frm.doc.html) && !is_under_way(frm);
	if (is_drafted) frm.add_custom_button(__("PDF"), () => open_pdf(frm));
	if (may_work && ["Draft", "Failed"].includes(frm.doc.status)) {
		frm.add_custom_button(__("Draft Again"), () => draft_again(frm));
	}
	if (is_manager && frm.doc.status === "Draft") {
		frm.add_custom_button(__("Approve"), () => approve(frm)).addClass("btn-primary");
	}
	if (may_work && frm.doc.status === "Approved" && !frm.doc.mailed_at) {
		frm.add_custom_button(__("Mail"), () => mail(frm));
	}
	if (frm.doc.mailed_at) show_mail(frm);
}

function open_pdf(frm) {
	const report = encodeURIComponent(frm.doc.name);
	window.open(`/api/method/verenigingen_maintenance.api.report_pdf?report=${report}`);
}

async function draft_again(frm) {
	if (refuse_unsaved(frm)) return;
	const args = { kind: frm.doc.kind, period: frm.doc.period };
	await frappe.call({ method: "verenigingen_maintenance.api.draft_report", args });
	frm.reload_doc();
}

function approve(frm) {
	if (refuse_unsaved(frm)) return;
	const question = __("Once approved, the report and its data stay as they are. Approve as {0}?", [verenigingen_maintenance.said_html(frm.doc.approver_title)]);
	const method = "verenigingen_maintenance.api.approve_report";
	const args = { report: frm.doc.name, seen: frm.doc.sha256 };
	frappe.confirm(question, () => frappe.call({ method, args, callback: () => frm.reload_doc() }));
}

function mail(frm) {
	const method = "verenigingen_maintenance.api.mail_report";
	const args = { report: frm.doc.name };
	const question = __("Mail it to those that Maintenance Settings name for it? That is done once.");
	frappe.confirm(question, () => frappe.call({ method, args, freeze: true, callback: () => frm.reload_doc() }));
}

async function show_mail(frm) {
	const method = "verenigingen_maintenance.api.get_report";
	const { message: found } = await frappe.call({ method, type: "GET", args: { report: frm.doc.name } });
	frm.set_intro(esc(__("Mailed to {0}: {1}", [frm.doc.mailed_to, verenigingen_maintenance.said(found.mail.status)])), "blue");
}

function refuse_unsaved(frm) {
	if (frm.is_dirty()) frappe.msgprint(__("Save what you wrote first."));
	return frm.is_dirty();
}

function esc(text) {
	return frappe.utils.escape_html(text || "");
}
