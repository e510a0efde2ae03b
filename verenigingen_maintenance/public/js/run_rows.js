// The list of a run: its sections, and a row for each thing that is measured or answered.

function sections(frm) {
	return boxes_with_rows(frm)
		.map(([box, items]) => section(frm, box, items))
		.join("");
}

// Under the boxes in the order of the paper; what belongs to none comes last.
function boxes_with_rows(frm) {
	const { boxes, items } = frm.doc;
	const known = new Set(boxes.map((box) => box.box));
	const others = items.filter((item) => !known.has(item.box));
	const found = boxes.map((box) => [box, items.filter((item) => item.box === box.box)]);
	return others.length ? [...found, [{ box: "Further steps", is_rest: true }, others]] : found;
}

function in_order(frm) {
	return boxes_with_rows(frm).flatMap(([, items]) => items);
}

function section(frm, box, items) {
	const tick = box.is_rest ? "" : `<span aria-hidden="true">${box.verdict === "OK" ? "☑" : "☐"}</span>`;
	const state = box.is_rest ? "" : pill(box.not_applicable ? "Not applicable" : box.verdict || "To do");
	const rows = items.map((item) => `<li>${row(frm, item)}</li>`).join("");
	return `<section class="box" data-box="${esc(box.box)}" aria-label="${esc(said(box.box))}">
		<h4>${tick} ${esc(said(box.box))} ${state}</h4><ul class="rows">${rows}</ul></section>`;
}

function row(frm, item) {
	const [id, ui] = [esc(item.name), ui_of(frm)];
	const need = need_of(frm, item);
	const is_busy = ui.measuring.has(item.name);
	return `<div class="item ${need ? "needed" : ""}" data-item="${id}" role="group" tabindex="-1" aria-busy="${is_busy}"
			aria-labelledby="title-${id} verdict-${id}" aria-describedby="finding-${id} need-${id}">
		<div class="what"><span class="title" id="title-${id}">${esc(said(item.title))}</span>${instructions(item)}</div>
		<div class="verdict" id="verdict-${id}">${pill(verdict_of(item))}</div>
		<div class="value"><div class="finding" id="finding-${id}">${item.by_hand ? answer(frm, item) : finding(item)}</div>
			${before(frm, item)}</div>
		<div class="note">${note(frm, item)}<div class="need" id="need-${id}">${need_in_words(need)}</div></div>
		<div class="acts">${acts(frm, item)}</div>
		<div class="files">${files_html(frm, item.name)}</div>
		<div class="more" id="more-${id}" ${ui.open.has(item.name) ? "" : "hidden"}>${ui.open.has(item.name) ? details(frm, item) : ""}</div>
	</div>`;
}

// What nobody measured yet is no task for anybody: it says so.
function verdict_of(item) {
	if (item.not_applicable) return "Not applicable";
	return item.verdict || (item.by_hand ? "To do" : "Not measured");
}

function need_in_words(need) {
	return need ? esc(__("Needed: {0}", [said(need)])) : "";
}

// A step that a person does has its instructions at hand; of what is measured they are folded.
function instructions(item) {
	return item.by_hand && item.instructions ? `<p class="instructions">${esc(said(item.instructions))}</p>` : "";
}

// Where nothing was measured, the reason stands in the value's place.
function finding(item) {
	const value = item.value ? in_words(item.value, item.unit) : "";
	const has_target = value && item.target && item.verdict !== "OK";
	const measured = has_target ? __("{0} (target {1})", [value, verenigingen_maintenance.figures_within(item.target)]) : value;
	const escalation = item.escalation
		? ` <a href="/app/maintenance-escalation/${encodeURIComponent(item.escalation)}">${esc(item.escalation)}</a>`
		: "";
	return esc([measured, told(item.reason)].filter(Boolean).join(": ")) + escalation;
}

// A unit such as "healthy/at risk/critical" is a scale: the value is a step of it.
function in_words(value, unit) {
	const steps = (unit || "").split("/");
	if (steps.length > 2 && steps[Number(value)]) return said(steps[Number(value)]);
	const one = Number(value) === 1 && (frappe.boot.maintenance_one || {})[unit];
	return one ? said(one) : `${verenigingen_maintenance.figure(value)} ${said(unit || "")}`.trim();
}

// --- what the run before had

const CHANGES = { Better: __("better"), Worse: __("worse"), Same: __("unchanged") };

function before(frm, item) {
	const previous = frm.doc.__onload?.previous?.rows?.[item.name];
	if (!previous || item.not_applicable) return "";
	return `<div class="before">${esc(before_in_words(item, previous))}${change(item, previous)}</div>`;
}

function before_in_words(item, previous) {
	if (previous.is_new) return __("before: there was no such row");
	if (previous.not_applicable) return __("before: not applicable");
	if (item.by_hand) return previous.result ? __("before: {0}", [__(previous.result)]) : __("before: not answered");
	return previous.value ? __("before: {0}", [in_words(previous.value, previous.unit)]) : __("before: not measured");
}

function change(item, previous) {
	if (!CHANGES[previous.change]) return "";
	const [now, then] = [Number(item.value), Number(previous.value)];
	const arrow = now > then ? "▲" : now < then ? "▼" : "=";
	return ` <span class="change ${previous.change.toLowerCase()}"><span aria-hidden="true">${arrow}</span> ${CHANGES[previous.change]}</span>`;
}

// --- what a person fills in

function answer(frm, item) {
	if (disabled(frm, item)) return answered(item);
	const choices = ["Done", "Failed"].map((result) => {
		const checked = item.result === result ? "checked" : "";
		const attributes = `data-name="${esc(item.name)}" data-field="result" ${checked}`;
		return `<label><input type="radio" name="${esc(item.name)}" value="${result}" ${attributes}> ${__(result)}</label>`;
	});
	return `<span class="answer" role="radiogroup" aria-label="${esc(said(item.title))}">${choices.join("")}</span>`;
}

function answered(item) {
	if (!item.result) return "";
	const by = item.done_by ? person(item.done_by) : "";
	return esc(by ? __("{0} ({1}, {2})", [__(item.result), by, local(item.done_at)]) : __(item.result));
}

function note(frm, item) {
	if (item.not_applicable) return "";
	const label = esc(__("Note: {0}", [said(item.title)]));
	if (disabled(frm, item)) return written(label, item.note);
	const attributes = `data-name="${esc(item.name)}" data-field="note" placeholder="${esc(__("Note"))}"`;
	const box = `<textarea rows="1" aria-label="${label}" ${attributes}>\n${esc(item.note)}</textarea>`;
	const others = alike(frm, item);
	if (!(frm.doc.items.indexOf(item) < frm.doc.items.indexOf(others[0]))) return box;
	const text =
		others.length === 1
			? __("Same note for the other with this reason")
			: __("Same note for {0} others with this reason", [others.length]);
	return `${box}<button type="button" class="btn btn-xs btn-default same-note" data-name="${esc(item.name)}">${esc(text)}</button>`;
}

function written(label, text) {
	return text ? `<div class="written" role="group" aria-label="${label}">${esc(text)}</div>` : "";
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

function free_fields(frm) {
	const fields = frm.doc.notes.map((each) => {
		const label = said(each.label);
		if (disabled(frm, each)) {
			return `<div class="free-label">${esc(label)}</div>${written(esc(label), each.text) || `<div>–</div>`}`;
		}
		return `<label class="free-label" for="${esc(each.name)}">${esc(label)}</label>
			<textarea id="${esc(each.name)}" data-name="${esc(each.name)}" data-field="text">\n${esc(each.text)}</textarea>`;
	});
	return fields.length ? `<section class="free" aria-label="${esc(__("In words"))}">${fields.join("")}</section>` : "";
}

// --- what stands behind a row, on demand

function details(frm, item) {
	const parts = [
		[__("Step"), [said(item.task_group), said(item.step)].filter(Boolean).join(", ")],
		[__("Instructions"), !item.by_hand && said(item.instructions)],
		[__("Command"), item.command, "command"],
		[__("Expected result"), said(item.expected_result)],
		[__("Escalate when"), said(item.escalation_criteria)],
		[__("Priority"), said(item.priority)],
		[__("Minutes"), item.minutes],
		[__("Target"), item.target && `${verenigingen_maintenance.figures_within(item.target)} ${said(item.unit || "")}`],
		[__("Source"), said(item.source)],
		[__("Observed at"), local(item.observed_at)],
		[__("By"), item.done_by && __("{0} on {1}", [person(item.done_by), local(item.done_at)])],
		[__("Measured before"), earlier(item)],
		[__("Evidence"), item.evidence, "raw"],
		[__("Thresholds"), item.rule, "raw"],
	];
	const shown = parts.filter(([, text]) => text).map(([label, text, kind]) => detail(item, label, String(text), kind));
	return `<dl>${shown.join("")}</dl>`;
}

function detail(item, label, text, kind) {
	const copy = `<button type="button" class="btn btn-xs btn-default copy">${esc(__("Copy"))}</button>`;
	const warning = item.changes_system ? `<b class="changes">${esc(__("This changes the system."))}</b>` : "";
	const shown = {
		command: `<code>${esc(text)}</code> ${copy} ${warning}`,
		raw: `<pre tabindex="0" aria-label="${esc(label)}">${esc(text)}</pre>`,
	};
	return `<div class="detail ${kind || ""}"><dt>${esc(label)}</dt><dd>${shown[kind] || esc(text)}</dd></div>`;
}

function earlier(item) {
	const rows = JSON.parse(item.earlier || "[]").reverse();
	const lines = rows.map((each) => {
		const what = [each.value && in_words(each.value, each.unit), told(each.reason)].filter(Boolean).join(": ");
		return __("{0}: {1}, {2}", [local(each.observed_at), each.verdict || __("To do"), what]);
	});
	return lines.join("\n");
}

function bind_rows(frm, wrapper) {
	wrapper.find("[data-field]").on("change", (event) => take(frm, event.target));
	wrapper.find(".same-note").on("click", (event) => same_note(frm, event.target.dataset.name));
	wrapper.find(".item").on("focusin", ({ currentTarget }) => set_current(frm, currentTarget.dataset.item));
	wrapper.find("textarea[data-field=note]").on("keydown", (event) => {
		if (event.key !== "Escape") return;
		event.stopPropagation(); // Desk would leave the row
		focus_row(frm, event.target.dataset.name);
	});
	wrapper.find("input[type=radio]").on("keydown", (event) => {
		if (event.key === "Enter" && !event.ctrlKey) event.preventDefault(); // it would press a button of Desk
	});
	wrapper.find(".more").on("click", ".copy", ({ target }) => {
		frappe.utils.copy_to_clipboard(target.parentElement.querySelector("code").textContent);
	});
	wrapper.find(".acts").on("click", "button", ({ currentTarget }) => {
		act_on_row(frm, currentTarget.dataset.act, currentTarget.closest(".item").dataset.item);
	});
}

function toggle_details(frm, item) {
	const { open } = ui_of(frm);
	const is_open = !open.has(item.name);
	is_open ? open.add(item.name) : open.delete(item.name);
	const element = row_element(frm, item.name);
	$(element).find(".more").html(is_open ? details(frm, item) : "").prop("hidden", !is_open);
	$(element).find("[data-act=evidence]").attr("aria-expanded", is_open);
}
