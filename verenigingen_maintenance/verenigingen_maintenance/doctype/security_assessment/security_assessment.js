// Changes first, then findings, what is not known, and the parts. All of it is text of others, and escaped.
const MOST_ROWS = 50;
const COLORS = { Critical: "red", High: "orange", Medium: "yellow", Low: "gray" };
const esc = (text) => frappe.utils.escape_html(String(text ?? ""));
const said_html = (text) => verenigingen_maintenance.said_html(text);

frappe.ui.form.on("Security Assessment", {
	refresh(frm) {
		const found = frm.doc.data ? JSON.parse(frm.doc.data) : null;
		const verdicts = { OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "purple" };
		frm.page.set_indicator(__(frm.doc.verdict), verdicts[frm.doc.verdict]);
		frm.fields_dict.told.$wrapper.html(found ? told(found) : "");
		if (frm.doc.evidence) frm.add_custom_button(__("Evidence"), () => window.open(frm.doc.evidence));
	},
});

function told(found) {
	return [changes(found), findings(found.findings), missing(found), parts(found.parts)].join("");
}

function section(name, title, body) {
	return `<section data-part="${name}" style="margin-bottom: 2em"><h4>${esc(title)}</h4>${body}</section>`;
}

function changes(found) {
	if (!found.changes) {
		return section("changes", __("Changes"), muted(__("There is no assessment before this one to compare with.")));
	}
	const title = __("Changes since {0}", [found.previous]);
	const items = found.changes.map(
		(each) => `<li>${pill(each.is_worse ? "orange" : "green", __(each.kind))} ${said_html(each.told)}</li>`
	);
	return section("changes", title, items.length ? `<ul>${items.join("")}</ul>` : muted(__("Nothing changed.")));
}

function findings(all) {
	const items = all.map(
		(each) => `<li data-finding="${esc(each.key)}">
			${pill(COLORS[each.severity], __(each.severity))} ${each.is_new ? pill("blue", __("New")) : ""}
			<b>${said_html(each.title)}</b>${each.count > 1 ? ` (${esc(each.count)})` : ""}: ${said_html(each.told)}
			<div class="text-muted">${said_html(each.remediation)}</div></li>`
	);
	return section("findings", __("Findings"), items.length ? `<ul>${items.join("")}</ul>` : muted(__("None.")));
}

function missing(found) {
	const rows = [
		...found.not_measured.map((each) => [each, __("Not measured")]),
		...found.not_compared.map((each) => [each, __("Not compared")]),
	];
	const items = rows.map(([each, what]) => `<li>${esc(what)}: ${said_html(each.title)}: ${said_html(each.reason)}</li>`);
	return rows.length ? section("missing", __("Not Known"), `<ul>${items.join("")}</ul>`) : "";
}

function parts(all) {
	const items = Object.entries(all).map(([key, part]) => {
		const count = part.rows ? part.rows.length : __("not measured");
		return `<details data-part-of="${esc(key)}"><summary>${said_html(part.title)} (${esc(count)})</summary>
			<p class="text-muted">${esc(__("Read from {0}, {1}", [part.source, part.observed_at]))}</p>
			<p>${said_html(in_words(part.figures))}</p>${table(part.rows || [])}</details>`;
	});
	return section("parts", __("What Was Read"), items.join(""));
}

function table(rows) {
	if (!rows.length) return "";
	const columns = [...new Set(rows.slice(0, MOST_ROWS).flatMap(Object.keys))].filter((each) => each !== "mark");
	const cells = (row) => columns.map((each) => `<td>${esc(in_words(row[each]))}</td>`).join("");
	const head = columns.map((each) => `<th>${said_html(each)}</th>`).join("");
	const body = rows.slice(0, MOST_ROWS).map((row) => `<tr>${cells(row)}</tr>`).join("");
	const left = rows.length - MOST_ROWS;
	const more = left > 0 ? muted(__("{0} more are in the evidence.", [left])) : "";
	return `<div style="overflow-x: auto"><table class="table table-bordered small">
		<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${more}`;
}

function in_words(value) {
	if (Array.isArray(value)) return value.join(", ");
	if (value === true || value === false) return value ? __("yes") : __("no");
	if (value && typeof value === "object") {
		return Object.entries(value)
			.map(([key, inner]) => `${key}: ${in_words(inner)}`)
			.join("; ");
	}
	return value ?? "";
}

function pill(color, text) {
	return `<span class="indicator-pill ${color}">${esc(text)}</span>`;
}

function muted(text) {
	return `<p class="text-muted">${esc(text)}</p>`;
}
