// The review in the form of a run: findings to accept or to act upon, open actions, and minutes.
frappe.provide("verenigingen_maintenance.review");

(() => {
	const SINCE_COLORS = { New: "orange", Worse: "red", Unknown: "gray", Better: "green", Over: "green", Same: "gray" };
	const CHANGED = ["New", "Worse", "Unknown", "Better", "Over"];

	verenigingen_maintenance.review.html = (frm) => {
		const findings = frm.doc.findings || [];
		const changed = findings.filter((each) => CHANGED.includes(each.since_last));
		const same = findings.filter((each) => each.since_last === "Same");
		const parts = [section(frm, "changed", __("What changed since the last run"), changed)];
		if (same.length) parts.push(folded(frm, same));
		return (findings.length ? parts.join("") : "") + actions(frm);
	};

	verenigingen_maintenance.review.bind = (frm, wrapper) => {
		wrapper.find(".accept-finding").on("click", (event) => accept(frm, name_of(event)));
		wrapper.find(".act-on-finding").on("click", (event) => act(frm, name_of(event)));
		wrapper.find(".add-action").on("click", () => add(frm));
		wrapper.find(".finding-note").on("input", (event) => keep_note(frm, name_of(event), event.target.value));
		// Enter would press the first button that Desk has in its form.
		wrapper.find("input[type=text]").on("keydown", (event) => {
			if (event.key !== "Enter" || event.ctrlKey) return;
			event.preventDefault();
			// A key that is held down must not accept the next one too, which nobody read.
			const is_held = event.originalEvent?.repeat;
			if (event.currentTarget.matches(".finding-note") && !is_held) accept(frm, name_of(event));
		});
	};

	// Estimated beside real minutes; what a person writes comes before what was measured.
	verenigingen_maintenance.review.times = (frm) => {
		const rows = frm.doc.__onload?.times || [];
		if (!rows.length) return "";
		const total = rows[rows.length - 1];
		const summary =
			total.spent === null
				? __("Minutes: {0} estimated, not measured yet", [total.estimated])
				: __("Minutes: {0} estimated, {1} spent", [total.estimated, total.spent]);
		const lines = frm.doc.times.map((row) => time(frm, row)).join("");
		const heads = [__("Task Group"), __("Estimated"), __("Measured"), __("Spent")].map((each) => `<th scope="col">${each}</th>`);
		return `<details class="times"><summary>${summary}</summary><table><tr>${heads.join("")}</tr>${lines}</table></details>`;
	};

	function time(frm, row) {
		const attributes = `data-name="${esc(row.name)}" data-field="spent" ${disabled(frm, row)}`;
		const label = esc(__("Minutes spent: {0}", [said(row.task_group)]));
		const input = `<input type="text" inputmode="numeric" aria-label="${label}" value="${esc(row.spent)}" ${attributes}>`;
		const measured = row.measured ? row.measured : `<span class="text-muted">${__("not measured")}</span>`;
		return `<tr><td>${esc(said(row.task_group))}</td><td>${row.estimated || ""}</td><td>${measured}</td><td>${input}</td></tr>`;
	}

	function section(frm, kind, title, findings) {
		const rows = findings.map((each) => finding(frm, each)).join("");
		const none = `<p class="text-muted">${__("Nothing changed.")}</p>`;
		return `<section class="review ${kind}"><h4>${title}</h4>${rows || none}</section>`;
	}

	function folded(frm, findings) {
		const title = __("As before: {0}", [findings.length]);
		const rows = findings.map((each) => finding(frm, each)).join("");
		return `<section class="review same"><details><summary>${title}</summary>${rows}</details></section>`;
	}

	function finding(frm, each) {
		const needed = asks(each) ? "needed" : "";
		const severity = each.since_last === "Over" ? "" : pill(each.severity);
		const since = `<span class="indicator-pill no-indicator-dot ${SINCE_COLORS[each.since_last]}">${__(each.since_last)}</span>`;
		return `<div class="review-finding ${needed}" data-finding="${esc(each.name)}">
			<div>${since} ${severity}</div>
			<div><span class="text-muted">${esc(said(each.area))}</span> ${about(each)} <b>${figures(each)}</b>
				<div class="text">${esc(said(each.text))}</div></div>
			<div class="decision">${decision(frm, each)}</div>
		</div>`;
	}

	function asks(each) {
		return !each.decision && ["New", "Worse"].includes(each.since_last);
	}

	function about(each) {
		if (!each.link_doctype || !each.link_name) return esc(said(each.title));
		const href = frappe.utils.get_form_link(each.link_doctype, each.link_name);
		return `<a href="${esc(href)}">${esc(said(each.title))}</a>`;
	}

	function figures(each) {
		const now = each.figure ? in_words(each.figure, each.unit) : "";
		const before = each.before ? __("before: {0}", [verenigingen_maintenance.figure(each.before)]) : "";
		return esc([now, before].filter(Boolean).join(", "));
	}

	function decision(frm, each) {
		const made = each.decision ? decided(each) : "";
		const is_settled = each.since_last === "Over" || each.decision === "Action" || each.key.startsWith("not read: ");
		if (is_settled || disabled(frm, each)) return made;
		const button = (kind, text) =>
			`<button type="button" class="btn btn-xs btn-default ${kind}" data-name="${esc(each.name)}">${text}</button>`;
		if (each.decision) return `${made} ${button("act-on-finding", __("Act"))}`;
		const label = esc(__("Note: {0}", [said(each.title)]));
		const note = `<input type="text" class="finding-note" autocomplete="off" aria-label="${label}" placeholder="${__("Note")}"
			data-name="${esc(each.name)}" value="${esc(frm.finding_notes?.[each.name])}">`;
		return `${note} ${button("accept-finding", __("Accept"))} ${button("act-on-finding", __("Act"))}`;
	}

	function decided(each) {
		const note = each.note ? `: ${esc(each.note)}` : "";
		const todo = each.todo ? ` <a href="/app/todo/${encodeURIComponent(each.todo)}">${esc(each.todo)}</a>` : "";
		return `<span>${__(each.decision)} (${esc(each.decided_by)})${note}${todo}</span>`;
	}

	function actions(frm) {
		const rows = frm.doc.__onload?.actions || [];
		const may_add = frm.doc.findings?.length && !disabled(frm, {});
		if (!rows.length && !may_add) return "";
		const button = may_add
			? `<button type="button" class="btn btn-xs btn-default add-action">${__("Add an Action")}</button>`
			: "";
		return `<section class="review actions"><h4>${__("Actions")} ${button}</h4>${rows.map((row) => action(frm, row)).join("")}</section>`;
	}

	function action(frm, row) {
		const late = row.is_late ? ` <span class="indicator-pill no-indicator-dot red">${__("Overdue")}</span>` : "";
		const color = row.state === "Open" ? "orange" : row.state === "Closed" ? "green" : "gray";
		const due = row.due ? frappe.datetime.str_to_user(row.due) : __("no date");
		const from = row.from_run === frm.doc.name ? "" : ` <span class="text-muted">${__("from {0}", [esc(row.from_run)])}</span>`;
		return `<div class="review-action" data-todo="${esc(row.todo)}">
			<span class="indicator-pill no-indicator-dot ${color}">${__(row.state)}</span>
			<a href="/app/todo/${encodeURIComponent(row.todo)}">${esc(row.title)}</a>
			<span>${esc(row.allocated_to)}, ${due}</span>${late}${from}
		</div>`;
	}

	function name_of(event) {
		return event.currentTarget.dataset.name;
	}

	function keep_note(frm, name, text) {
		frm.finding_notes = { ...frm.finding_notes, [name]: text };
	}

	// Once, whoever presses twice.
	function accept(frm, name) {
		if (frm.accepts === name) return;
		frm.accepts = name;
		const args = { run: frm.doc.name, finding: name, note: frm.finding_notes?.[name] || "" };
		frappe.call({
			method: "verenigingen_maintenance.api.accept_finding",
			args,
			callback: () => go_on(frm, name),
			error: () => delete frm.accepts,
		});
	}

	function act(frm, name) {
		const { title, text } = frm.doc.findings.find((each) => each.name === name);
		const note = (frm.finding_notes?.[name] || "").trim();
		const what = [note, [title, text].filter(Boolean).join(": ")].filter(Boolean).join("\n");
		ask(frm, __("Act on {0}", [title]), what, "act_on_finding", { run: frm.doc.name, finding: name }, name);
	}

	function add(frm) {
		ask(frm, __("Add an Action"), "", "add_action", { run: frm.doc.name });
	}

	function ask(frm, title, what, method, args, name) {
		const in_a_week = frappe.datetime.add_days(frappe.datetime.get_today(), 7);
		const fields = [
			{ fieldname: "what", fieldtype: "Small Text", label: __("What is to be done"), reqd: 1, default: what },
			{ fieldname: "owner", fieldtype: "Link", options: "User", label: __("Owner"), reqd: 1, default: frappe.session.user },
			{ fieldname: "date", fieldtype: "Date", label: __("Until"), reqd: 1, default: in_a_week },
		];
		verenigingen_maintenance.ask({ title: esc(title), button: __("Assign"), fields, method, args, done: () => go_on(frm, name) });
	}

	// What was typed elsewhere stays; the next one that somebody decides on has the focus.
	async function go_on(frm, name) {
		const names = frm.doc.findings.map((each) => each.name);
		await reload_and_keep_what_was_typed(frm);
		const later = frm.doc.findings.filter((each) => asks(each) && names.indexOf(each.name) > names.indexOf(name));
		if (later.length) frm.fields_dict.checklist.$wrapper.find(`.finding-note[data-name="${later[0].name}"]`).focus();
	}
})();
