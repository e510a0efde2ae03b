// What the reports of this app share: texts as text, nothing where nothing is known, words with their colour.
frappe.provide("verenigingen_maintenance");

// The settings of a report: `filters` as Frappe has them; `links` are {field: (row) => path} of what a cell leads to.
verenigingen_maintenance.report = ({ links = {}, ...settings }) => {
	// A text that would be a formula in a spreadsheet comes with an apostrophe.
	const shown = (value) => frappe.utils.escape_html(String(value).replace(/^'(?=[=+\-@\t\r\n])/, ""));

	function formatter(value, row, column, data, format) {
		if (value === null || value === undefined) return "";
		if (column.fieldtype === "Check") return value ? __("Yes") : __("No");
		if (column.fieldtype !== "Data") return format(value, row, column, data);
		const color = data && data[`${column.fieldname}_color`];
		if (color && value) return `<span class="indicator-pill no-indicator-dot ${color}">${shown(value)}</span>`;
		const path = data && links[column.fieldname] && links[column.fieldname](data);
		if (path) return `<a href="${encodeURI(path)}">${shown(value)}</a>`;
		return format(shown(value), row, column, data); // Frappe writes what it is given as HTML
	}

	// For those who hear or tab through a report: Frappe's own fields say nothing, and come before all else.
	function onload({ filters }) {
		for (const field of filters) verenigingen_maintenance.name_filter(field);
	}

	function after_datatable_render({ wrapper }) {
		$(wrapper).find(".dt-paste-target").attr({ "aria-hidden": "true", tabindex: -1 });
		$(wrapper).find(".dt-input").each((_, field) => {
			field.setAttribute("aria-label", field.title || __("Row"));
			field.setAttribute("tabindex", 0);
		});
	}

	return { ...settings, formatter, onload, after_datatable_render };
};
