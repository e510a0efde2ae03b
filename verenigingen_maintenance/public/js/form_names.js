// Frappe's forms show a label beside a field, but do not tie it to the input: who cannot see it hears “edit text”.
// Here each input of this app's forms is named, also those that appear later, when they get the focus.
(() => {
	const INPUTS = "input, select, textarea";

	function is_own(doctype) {
		return ((frappe.boot.maintenance_pages || {}).DocType || []).includes(doctype);
	}

	function name(input) {
		if (input.hasAttribute("aria-label") || input.labels?.length || input.type === "file") return;
		const label = name_of_row(input) || name_of_page(input) || name_of_filter(input) || name_of_field(input);
		if (label) input.setAttribute("aria-label", label);
	}

	function name_of_row(input) {
		if (!input.classList.contains("grid-row-check")) return "";
		const row = input.closest(".grid-row");
		return row?.dataset.idx ? __("Choose row {0}", [row.dataset.idx]) : __("Choose all rows");
	}

	function name_of_page(input) {
		return input.classList.contains("current-page-number") ? __("Page") : "";
	}

	// Of a long table: the column of the same place in the row of titles.
	function name_of_filter(input) {
		const cell = input.closest(".filter-row > *");
		if (!cell) return "";
		const titles = input.closest(".grid-heading-row").querySelector(".data-row:not(.filter-row)");
		const title = titles.children[[...cell.parentElement.children].indexOf(cell)];
		return __("Filter by {0}", [title.textContent.trim()]);
	}

	function name_of_field(input) {
		const place = input.closest("[data-fieldname]:not(input, select, textarea)");
		const field = input.dataset.fieldname || place?.dataset.fieldname;
		const grid = input.closest("[data-fieldtype=Table]");
		const doctype = grid ? cur_frm.fields_dict[grid.dataset.fieldname]?.df.options : cur_frm.doctype;
		return __(frappe.meta.get_docfield(doctype, field)?.label || place?.title || "");
	}

	$(document).on("form-refresh", (_event, frm) => {
		if (!is_own(frm.doctype)) return;
		frm.$wrapper.addClass("maintenance-form");
		setTimeout(() => frm.$wrapper.find(INPUTS).each((_index, input) => name(input)), 500);
	});
	$(document).on("focusin", ".maintenance-form", ({ target }) => target.matches(INPUTS) && name(target));
})();
