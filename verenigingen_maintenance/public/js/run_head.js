// The head of a run: how it stands, how far it is, what keeps it from being signed, and what happened before it.

const MOST_NEEDS = 12;

function head(frm) {
	const states = [state_line(frm), progress(frm), still_needed(frm), since(frm)];
	return `<header class="run-head">${states.join("")}</header>`;
}

function state_line(frm) {
	const { doc } = frm;
	const verdict = doc.verdict ? pill(doc.verdict) : doc.measured_at ? pill("To do") : "";
	const parts = [procedure(doc), window_of(doc), measured(doc), signed(doc), before_it(frm)].filter(Boolean);
	const late = frm.doc.__onload?.is_overdue ? overdue(frm) : "";
	const items = parts.map((part) => `<li>${part}</li>`).join("");
	return `<div class="run-state">${verdict} <span class="status">${esc(__(doc.status))}</span> ${late}<ul>${items}</ul></div>`;
}

function procedure({ procedure: name }) {
	return `<a class="procedure" href="/app/maintenance-procedure/${encodeURIComponent(name)}">${esc(said(name))}</a>`;
}

function window_of({ due_from, due_until }) {
	if (!due_from) return esc(__("Outside any slot"));
	const [from, until] = [local(due_from), local(due_until)];
	const [day] = from.split(" ");
	return esc(__("Window: {0} to {1}", [from, until.startsWith(day) ? until.slice(day.length).trim() : until]));
}

function measured({ measured_at, measured_by }) {
	if (!measured_at) return `<b>${esc(__("Not measured yet"))}</b>`;
	const [at, by] = [esc(local(measured_at)), esc(person(measured_by))];
	const time = `<span class="measured-at">${at}</span>`;
	return __("Measured {0} by {1}", [time, `<span class="measured-by">${by}</span>`]);
}

function signed({ status, closed_by, closed_at }) {
	if (status !== "Signed") return "";
	return esc(__("Signed by {0} on {1}", [person(closed_by), local(closed_at)]));
}

// The run whose values stand beside those of this one.
function before_it(frm) {
	const before = frm.doc.__onload?.previous;
	if (!before) return esc(__("No earlier run to compare with"));
	const link = `<a href="/app/checklist-run/${encodeURIComponent(before.run)}">${esc(before.run)}</a>`;
	return __("“before” is {0}", [link]);
}

function overdue(frm) {
	const text = __("Overdue: its window was over at {0}", [local(frm.doc.due_until)]);
	return `<span class="indicator-pill no-indicator-dot red">${esc(text)}</span>`;
}

// --- how far it is; what is measured and on target is settled by itself

function progress(frm) {
	const { settled, all, words } = settled_of(frm);
	if (!all) return "";
	const bar = `<div class="run-progress-bar" role="progressbar" aria-label="${esc(__("Settled"))}" aria-valuemin="0"
		aria-valuemax="${all}" aria-valuenow="${settled}" aria-valuetext="${esc(words)}"><span></span></div>`;
	const left_out = frm.doc.items.filter((item) => item.not_applicable).length;
	const count = left_out ? `<span class="text-muted">${esc(__("Not applicable: {0} rows", [left_out]))}</span>` : "";
	const times = verenigingen_maintenance.review.times(frm);
	return `<div class="run-progress">${bar}<span class="run-progress-words">${esc(words)}</span> ${count} ${times}</div>`;
}

function settled_of(frm) {
	const rows = frm.doc.items.filter((item) => !item.not_applicable).length;
	const asked = (frm.doc.findings || []).filter((each) => ["New", "Worse"].includes(each.since_last)).length;
	const all = rows + asked;
	const settled = frm.doc.status === "Open" ? all - all_needs(frm).length : all;
	return { settled, all, words: __("{0} of {1} settled", [settled, all]) };
}

// --- what keeps it from being signed: by the rules of the server, with what is filled in now

function all_needs(frm) {
	if (frm.doc.status !== "Open") return [];
	const findings = (frm.doc.findings || [])
		.filter((each) => !each.decision && ["New", "Worse"].includes(each.since_last))
		.map((each) => ({ finding: each.name, title: each.title, need: "Accept or Act" }));
	const rows = in_order(frm)
		.map((item) => ({ row: item.name, title: item.title, need: need_of(frm, item) }))
		.filter((each) => each.need);
	return [...findings, ...rows];
}

function need_of(frm, item) {
	const need = frm.doc.__onload?.needs?.[item.name]?.[item.by_hand ? item.result || "" : ""];
	return (item.note || "").trim() ? need?.noted : need?.bare;
}

function still_needed(frm) {
	return `<section class="still-needed" aria-label="${esc(__("Before it can be signed"))}">${needs_html(frm)}</section>`;
}

function needs_html(frm) {
	const needs = all_needs(frm);
	if (frm.doc.status !== "Open") return "";
	const keys = may_sign(frm)
		? `<button type="button" class="btn btn-xs btn-default show-keys" data-key="?">${esc(__("Keys"))}</button>`
		: "";
	if (!needs.length) {
		return `<h4><span aria-hidden="true">✓</span> ${esc(__("Nothing keeps it from being signed."))} ${keys}</h4>`;
	}
	const links = needs.map(({ row, finding, title, need }) => {
		const text = esc(__("{0}: {1}", [said(title), said(need)]));
		return `<li><a href="#" data-row="${esc(row)}" data-finding-row="${esc(finding)}">${text}</a></li>`;
	});
	const title =
		needs.length === 1
			? __("One thing is needed before it can be signed")
			: __("{0} things are needed before it can be signed", [needs.length]);
	const [first, others] = [links.slice(0, MOST_NEEDS), links.slice(MOST_NEEDS)];
	const rest = `<details ${ui_of(frm).all_needs ? "open" : ""}><summary>${esc(__("{0} more", [others.length]))}</summary>
		<ul>${others.join("")}</ul></details>`;
	return `<h4>${esc(title)} ${keys}</h4><ul>${first.join("")}</ul>${others.length ? rest : ""}`;
}

function bind_head(frm, wrapper) {
	draw_progress(frm, wrapper);
	wrapper.find(".still-needed").on("click", "a", (event) => {
		event.preventDefault();
		const { row, findingRow } = event.currentTarget.dataset;
		if (row) return go_to_need(frm, row);
		wrapper.find(`[data-finding="${findingRow}"]`)[0]?.querySelector("input, button")?.focus();
	});
	wrapper.find(".still-needed").on("click", "summary", (event) => {
		ui_of(frm).all_needs = !event.currentTarget.parentElement.open; // it opens after this
	});
	wrapper.find(".still-needed").on("click", ".show-keys", () => frappe.ui.keys.show_keyboard_shortcut_dialog());
	wrapper.find(".run-bar .save").on("click", () => frm.save());
	wrapper.find(".run-bar .sign").on("click", () => sign(frm));
}

// While somebody fills it in, the head and the bar count along; the list is not drawn anew for that.
function renew_head(frm) {
	const wrapper = frm.fields_dict.checklist.$wrapper;
	wrapper.find(".still-needed").html(needs_html(frm));
	draw_progress(frm, wrapper);
}

function draw_progress(frm, wrapper) {
	const { settled, all, words } = settled_of(frm);
	wrapper.find(".run-progress-words").text(words);
	wrapper.find(".run-progress-bar").attr({ "aria-valuenow": settled, "aria-valuetext": words });
	wrapper.find(".run-progress-bar span").css("width", `${all ? (100 * settled) / all : 100}%`);
}

function show_what_is_needed(frm) {
	const [first] = frm.fields_dict.checklist.$wrapper.find(".still-needed a");
	first?.focus();
	first?.closest("section").scrollIntoView({ block: "center" });
	const { length } = all_needs(frm);
	announce(frm, __("Not signed: {0} things are needed first.", [length]));
	frappe.show_alert({ message: __("Not signed: {0} things are needed first.", [length]), indicator: "orange" });
}

// --- what happened since the last signed run: a line for its head, and one for each thing

function since(frm) {
	const [title, ...lines] = (frm.doc.since_last_signed || "").split("\n");
	const note = frm.doc.date_note ? `<p>${esc(told(frm.doc.date_note))}</p>` : "";
	if (!title) return note && `<section class="since">${note}</section>`;
	const items = lines.map((line) => `<li>${esc(told(line.replace(/^- /, "")))}</li>`);
	const list = items.length ? `<ul>${items.join("")}</ul>` : "";
	return `<section class="since"><h4>${esc(told(title.replace(/:$/, "")))}</h4>${list}${note}</section>`;
}

// --- on a phone: how far it is, and what to press, always at hand

function bar(frm) {
	if (!may_sign(frm)) return "";
	return `<div class="run-bar" role="group" aria-label="${esc(__("Save and sign"))}"><span class="run-progress-words"></span>
		<button type="button" class="btn btn-default save">${esc(__("Save"))}</button>
		<button type="button" class="btn btn-primary sign">${esc(__("Sign"))}</button></div>`;
}

function local(datetime) {
	return datetime ? frappe.datetime.str_to_user(datetime) : "";
}
