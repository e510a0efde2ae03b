const VERDICT_COLORS = { OK: "green", WARNING: "yellow", CRITICAL: "red", UNKNOWN: "gray" };
const POLL_EVERY_MS = 1000;
const POLL_AT_MOST = 60;

frappe.ui.form.on("Checklist Run", {
	onload(frm) {
		frm.show_submit_message = () => {};
		frappe.require("/assets/verenigingen_maintenance/css/checklist.css");
	},

	refresh(frm) {
		if (!frm.is_dirty()) frm.as_saved = filled_in(frm);
		show_checklist(frm);
		if (frm.doc.measured_at && !frm.is_dirty()) {
			const verdict = frm.doc.verdict || __("To do");
			frm.page.set_indicator(`${__(frm.doc.status)}, ${verdict}`, VERDICT_COLORS[verdict] || "gray");
		}
		if (frm.doc.status !== "Open") frm.disable_save();
		offer_signing(frm);
		if (frm.doc.__onload?.may_be_measured && may_work(frm)) {
			frm.add_custom_button(__("Measure Again"), () => measure_again(frm));
			wait_for_first_measurement(frm);
		}
		if (frm.doc.verdict === "CRITICAL") {
			frm.add_custom_button(__("Open Escalations"), show_open_escalations);
		}
		if (frm.doc.status === "Missed" && frappe.user.has_role("Maintenance Manager")) {
			frm.add_custom_button(__("Accept as Missed"), () => accept_missed(frm));
		}
	},
});

// Signing is submitting. Ctrl+Down goes from row to row that needs something, Ctrl+Enter saves and signs.
function offer_signing(frm) {
	if (!may_sign(frm)) return;
	if (!frm.is_dirty()) frm.page.set_primary_action(__("Sign"), () => sign(frm));
	add_key(frm, "ctrl+down", __("Next row that needs something"), go_to_next_needed);
	add_key(frm, "ctrl+enter", __("Save and sign"), sign);
}

// Not while somebody writes a comment or searches.
function add_key(frm, shortcut, description, act) {
	const action = () => {
		const input = document.activeElement?.closest("input, textarea, [contenteditable]");
		if (!input || frm.layout.wrapper[0].contains(input)) act(frm);
	};
	frappe.ui.keys.add_shortcut({ shortcut, description, action, page: frm.page, ignore_inputs: true });
}

function go_to_next_needed(frm) {
	const rows = frm.fields_dict.checklist.$wrapper.find(".needed").get();
	const here = document.activeElement?.closest(".item, .review-finding");
	const row = rows.find((each) => !here || is_behind(here, each)) || rows[0];
	const waits_for_note = row?.querySelector("input:checked");
	row?.querySelector(waits_for_note ? "textarea" : "input, textarea").focus();
}

function is_behind(here, row) {
	return Boolean(here.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
}

async function sign(frm) {
	if (!may_sign(frm) || frm.is_signing || document.body.classList.contains("modal-open")) return;
	document.activeElement?.blur?.();
	frm.is_signing = true;
	if (frm.is_dirty()) await frm.save();
	frm.is_signing = false;
	if (frm.is_dirty()) return; // it could not be saved, and Desk has said why
	const needed = frm.doc.__onload?.still_needed || [];
	if (needed.length) {
		const items = needed.map((each) => `<li>${esc(each)}</li>`).join("");
		frappe.msgprint({ title: __("Before it can be signed"), message: `<ul>${items}</ul>`, indicator: "orange" });
		return;
	}
	frm.savesubmit();
}

function may_work(frm) {
	return Boolean(frm.perm[0]?.write);
}

function may_sign(frm) {
	return frm.doc.status === "Open" && frm.doc.docstatus === 0 && Boolean(frm.perm[0]?.submit);
}

// --- the list: everything in it is text of other people, and escaped

function show_checklist(frm) {
	const wrapper = frm.fields_dict.checklist.$wrapper;
	const writing = field_in_use(frm);
	const { review } = verenigingen_maintenance;
	const parts = [head(frm), review.html(frm), since(frm), sections(frm), free_fields(frm)];
	wrapper.html(`<div class="maintenance-checklist">${parts.join("")}</div>`);
	review.bind(frm, wrapper);
	wrapper.find("[data-field]").on("change", (event) => take(frm, event.target));
	wrapper.find(".same-note").on("click", (event) => same_note(frm, event.target.dataset.name));
	if (writing) go_on_in(frm, writing);
}

function head(frm) {
	const left_out = frm.doc.items.filter((item) => item.not_applicable).length;
	const count = left_out ? `<p class="text-muted">${__("Not applicable: {0} rows", [left_out])}</p>` : "";
	const needed = frm.doc.__onload?.still_needed?.length;
	const keys = __("Ctrl+Down goes to the next of them, Ctrl+Enter saves and signs.");
	const text = frm.doc.findings?.length
		? __("{0} findings and rows still need something before it can be signed.", [needed])
		: __("{0} rows still need something before it can be signed.", [needed]);
	const rows = needed ? `<p class="still-needed">${text} ${may_sign(frm) ? keys : ""}</p>` : "";
	const late = frm.doc.__onload?.is_overdue ? `<p>${overdue(frm)}</p>` : "";
	return late + rows + verenigingen_maintenance.review.times(frm) + count;
}

function overdue(frm) {
	const until = frappe.datetime.str_to_user(frm.doc.due_until);
	return `<span class="indicator-pill no-indicator-dot red">${__("Overdue: its window was over at {0}", [until])}</span>`;
}

function since(frm) {
	const lines = [frm.doc.date_note, frm.doc.since_last_signed].filter(Boolean).join("\n");
	return lines ? `<pre class="since">${esc(lines)}</pre>` : "";
}

function sections(frm) {
	const known = new Set(frm.doc.boxes.map((box) => box.box));
	const others = frm.doc.items.filter((item) => !known.has(item.box));
	const rest = others.length ? section(frm, { box: __("Further steps") }, others, false) : "";
	return (
		frm.doc.boxes
			.map((box) => section(frm, box, frm.doc.items.filter((item) => item.box === box.box), true))
			.join("") + rest
	);
}

function section(frm, box, items, is_box) {
	const tick = is_box ? (box.verdict === "OK" ? "☑" : "☐") : "";
	const state = box.not_applicable ? pill(__("Not applicable")) : is_box && !box.verdict ? pill(__("To do")) : pill(box.verdict);
	const rows = items.map((item) => row(frm, item)).join("");
	return `<section data-box="${esc(box.box)}"><h5>${tick} ${esc(box.box)} ${state}</h5>${rows}</section>`;
}

function row(frm, item) {
	const needed = needs_something(frm, item) ? "needed" : "";
	const state = item.not_applicable ? pill(__("Not applicable")) : pill(item.verdict) || pill(__("To do"));
	return `<div class="item ${needed}" data-item="${esc(item.name)}">
		<details><summary tabindex="-1">${esc(item.title)}</summary></details>
		<div class="verdict">${state}</div>
		<div class="finding">${item.by_hand ? answer(frm, item) : finding(item)}</div>
		<div class="note">${note(frm, item)}</div>
		<div class="more">${details(item)}</div>
	</div>`;
}

function needs_something(frm, item) {
	return (frm.doc.__onload?.still_needed || []).some((need) => need.startsWith(`${item.title}: `));
}

// Where nothing was measured, the reason stands in the value's place.
function finding(item) {
	const target = item.target && item.verdict !== "OK" ? ` (${__("target")} ${item.target})` : "";
	const measured = item.value ? in_words(item) + target : "";
	const escalation = item.escalation
		? ` <a href="/app/maintenance-escalation/${encodeURIComponent(item.escalation)}">${esc(item.escalation)}</a>`
		: "";
	return esc([measured, item.reason].filter(Boolean).join(": ")) + escalation;
}

// A unit such as "healthy/at risk/critical" is a scale: the value is a step of it.
function in_words(item) {
	const steps = (item.unit || "").split("/");
	return (steps.length > 2 && steps[Number(item.value)]) || `${item.value} ${item.unit || ""}`;
}

function answer(frm, item) {
	const choices = ["Done", "Failed"].map((result) => {
		const checked = item.result === result ? "checked" : "";
		const attributes = `data-name="${esc(item.name)}" data-field="result" ${checked} ${disabled(frm, item)}`;
		return `<label><input type="radio" name="${esc(item.name)}" value="${result}" ${attributes}> ${__(result)}</label>`;
	});
	return `<span class="answer" role="radiogroup" aria-label="${esc(item.title)}">${choices.join("")}</span>`;
}

function note(frm, item) {
	if (item.not_applicable) return "";
	const label = `${__("Note")}: ${item.title}`;
	const attributes = `data-name="${esc(item.name)}" data-field="note" ${disabled(frm, item)}`;
	const box = `<textarea rows="1" aria-label="${esc(label)}" ${attributes}>\n${esc(item.note || "")}</textarea>`;
	const others = alike(frm, item);
	const is_first = frm.doc.items.indexOf(item) < frm.doc.items.indexOf(others[0]);
	if (!is_first || disabled(frm, item)) return box;
	const text = __("Same note for {0} others with this reason", [others.length]);
	return `${box}<button type="button" class="btn btn-xs btn-default same-note" data-name="${esc(item.name)}">${text}</button>`;
}

function alike(frm, item) {
	if (item.verdict !== "UNKNOWN" || !item.reason) return [];
	return frm.doc.items.filter((other) => other !== item && other.verdict === "UNKNOWN" && other.reason === item.reason);
}

function same_note(frm, name) {
	const item = frm.doc.items.find((each) => each.name === name);
	for (const other of alike(frm, item)) {
		if (item.note && !other.note) set_text(frm, other, "note", item.note);
	}
}

function details(item) {
	const command = item.command && item.changes_system ? `${item.command}\n# ${__("This changes the system.")}` : item.command;
	const parts = [
		[__("Step"), [item.task_group, item.step].filter(Boolean).join(", ")],
		[__("Instructions"), item.instructions],
		[__("Command"), command],
		[__("Expected result"), item.expected_result],
		[__("Escalate when"), item.escalation_criteria],
		[__("Priority"), item.priority],
		[__("Minutes"), item.minutes],
		[__("Target"), item.target && `${item.target} ${item.unit || ""}`],
		[__("Source"), item.source],
		[__("Observed at"), item.observed_at && frappe.datetime.str_to_user(item.observed_at)],
		[__("By"), item.done_by],
		[__("Evidence"), item.evidence],
		[__("Thresholds"), item.rule],
	];
	return parts.filter(([, text]) => text).map(([label, text]) => `<b>${label}</b><pre>${esc(String(text))}</pre>`).join("");
}

function free_fields(frm) {
	const fields = frm.doc.notes.map((each) => {
		const attributes = `data-name="${esc(each.name)}" data-field="text" ${disabled(frm, each)}`;
		return `<label for="${esc(each.name)}">${esc(each.label)}</label>
			<textarea id="${esc(each.name)}" ${attributes}>\n${esc(each.text || "")}</textarea>`;
	});
	return fields.length ? `<section class="free">${fields.join("")}</section>` : "";
}

function disabled(frm, row) {
	return frm.doc.status === "Open" && may_work(frm) && !row.not_applicable ? "" : "disabled";
}

function pill(text) {
	return text
		? `<span class="indicator-pill no-indicator-dot ${VERDICT_COLORS[text] || "gray"}">${esc(text)}</span>`
		: "";
}

function esc(text) {
	return frappe.utils.escape_html(text || "");
}

// --- what the buttons do

async function measure_again(frm) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall("verenigingen_maintenance.api.measure", { run: frm.doc.name });
	frappe.show_alert({ message: __("A worker is measuring."), indicator: "blue" });
	if (await wait_for_measurement(frm)) return;
	frappe.msgprint(__("Nothing was measured within a minute. Are the background workers running?"));
}

// Whether it came within a minute, or nobody looks at this run any more.
async function wait_for_measurement(frm) {
	const run = frm.doc.name;
	for (let count = 0; count < POLL_AT_MOST; count++) {
		await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
		if (frm.doc.name !== run) return true;
		const { message } = await frappe.db.get_value("Checklist Run", run, "measured_at");
		if ((message.measured_at || "") === (frm.doc.measured_at || "")) continue;
		await reload_and_keep_what_was_typed(frm);
		return true;
	}
	return false;
}

// Who opens a run by hand is there before its first values are.
function wait_for_first_measurement(frm) {
	if (frm.doc.measured_at || frm.waits_for === frm.doc.name) return;
	frm.waits_for = frm.doc.name;
	wait_for_measurement(frm);
}

function show_open_escalations() {
	frappe.set_route("List", "Maintenance Escalation", { status: ["in", ["Open", "Acknowledged"]] });
}

function accept_missed(frm) {
	const field = { fieldname: "comment", fieldtype: "Small Text", label: __("Why was it missed?"), reqd: 1 };
	const [title, args] = [__("Accept as Missed"), { run: frm.doc.name }];
	const done = () => frm.reload_doc();
	verenigingen_maintenance.ask({ title, fields: [field], method: "accept_missed", args, done });
}
