// Frappe draws fields, boxes and buttons that have no name for a screen reader. On the pages of this app they get
// the one that a person with eyes sees; and the order of the Tab key is that of the page.
(() => {
	const WITHOUT_NAME = ["select", "textarea", "button", "input:not([type=hidden])"]
		.map((each) => `${each}:not([aria-label]):not([aria-labelledby])`)
		.join(", ");
	const BUTTONS = { "scroll-to-top": __("Scroll to top"), "grid-delete-row": __("Delete") };

	function mend() {
		const is_own = verenigingen_maintenance.is_own_page();
		document.body.classList.toggle("maintenance-page", is_own);
		if (!is_own) return;
		for (const root of document.querySelectorAll(".modal.show, .page-container")) {
			if (root.offsetParent || root.matches(".modal")) mend_in(root);
		}
	}

	function mend_in(root) {
		for (const element of root.querySelectorAll(WITHOUT_NAME)) {
			const name = has_name(element) ? "" : name_of(element);
			if (name) element.setAttribute("aria-label", name);
		}
		for (const element of root.querySelectorAll("[tabindex]:not([tabindex='0']):not([tabindex^='-'])")) {
			element.setAttribute("tabindex", "0");
		}
		for (const element of root.querySelectorAll(":is(.widget[role=link], .page-head button)[aria-label]")) {
			if (seen_text(element)) element.removeAttribute("aria-label"); // its text says more
		}
		root.querySelectorAll("a[aria-haspopup]:not([role])").forEach((each) => each.setAttribute("role", "button"));
		root.querySelectorAll(".form-grid-container:not([tabindex])").forEach((each) => each.setAttribute("tabindex", "0")); // it scrolls
		for (const element of root.querySelectorAll("img:not([alt])")) element.setAttribute("alt", "");
		for (const list of root.querySelectorAll("ul.sidebar-menu:not([role])")) {
			list.setAttribute("role", "none");
			list.querySelectorAll("li").forEach((each) => each.setAttribute("role", "none"));
		}
	}

	function has_name(element) {
		return Boolean(element.labels?.length && text_of(element.labels[0])) || (element.matches("button") && Boolean(seen_text(element)));
	}

	function name_of(element) {
		if (element.matches(".list-row-checkbox")) return __("Select {0}", [element.dataset.name]);
		if (element.matches(".list-check-all")) return __("Select All");
		if (element.matches(".grid-row-check")) return name_of_row_check(element);
		if (element.matches("button")) return name_of_button(element);
		if (element.matches(".disabled-selected, .disabled-deselected")) return element.matches(".disabled-selected") ? __("Yes") : __("No");
		if (element.matches(".dt-paste-target")) return __("Paste");
		return name_of_field(element);
	}

	function name_of_row_check(element) {
		const { idx } = element.closest(".grid-row")?.dataset || {};
		return idx ? __("Select row {0}", [idx]) : __("Select All");
	}

	function name_of_button(element) {
		const known = Object.keys(BUTTONS).find((each) => element.classList.contains(each));
		return titled(element) || BUTTONS[known] || text_of(element) || text_of(element.closest("li, .sidebar-section, .form-sidebar-items")) || __("Button");
	}

	function name_of_field(element) {
		if (element.matches(".current-page-number")) return __("Page");
		const control = element.closest(".frappe-control, .form-group, [data-fieldname]");
		const label = control && text_of(control.querySelector(".control-label, label"));
		const seen = label || titled(element) || (control && titled(control)) || element.placeholder || element.dataset.name;
		return seen || filter_of(element) || column_of(element) || __("Search");
	}

	// Above a long table: named by the title in the same place of the row of titles.
	function filter_of(element) {
		const cell = element.closest(".filter-row > *");
		const titles = cell && element.closest(".grid-heading-row").querySelector(".data-row:not(.filter-row)");
		const title = titles && text_of(titles.children[[...cell.parentElement.children].indexOf(cell)]);
		return title ? __("Filter by {0}", [title]) : "";
	}

	// In a row of a table that is being written: the label of its field.
	function column_of(element) {
		const grid = element.closest("[data-fieldtype=Table]");
		const field = element.dataset.fieldname || element.closest("[data-fieldname]")?.dataset.fieldname;
		const doctype = grid ? window.cur_frm?.fields_dict[grid.dataset.fieldname]?.df.options : window.cur_frm?.doctype;
		return __(doctype && frappe.meta.get_docfield(doctype, field)?.label);
	}

	function titled(element) {
		return element.dataset.originalTitle || element.title || "";
	}

	// On a phone Frappe hides the text of some buttons.
	function seen_text(element) {
		return element.innerText.trim();
	}

	function text_of(element) {
		return (element?.textContent || "").replace(/\s+/g, " ").trim();
	}

	let is_planned = false;
	function plan() {
		if (is_planned) return;
		is_planned = true;
		requestAnimationFrame(() => {
			is_planned = false;
			mend();
		});
	}

	$(document).on("app_ready page-change", plan);
	$(() => new MutationObserver(plan).observe(document.body, { childList: true, subtree: true }));
})();
