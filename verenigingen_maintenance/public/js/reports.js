// What the reports of this app share: texts as text, nothing where nothing is known, words with their colour.
frappe.provide("verenigingen_maintenance");

// The settings of a report: `filters` as Frappe has them; `links` are {field: (row) => path} of what a cell leads to.
verenigingen_maintenance.report = ({ links = {}, ...settings }) => {
	// A text that would be a formula in a spreadsheet comes with an apostrophe.
	const shown = (value) => frappe.utils.escape_html(String(value).replace(/^'(?=[=+\-@\t\r\n])/, ""));

	function formatter(value, row, column, data, format) {
		if (value === null || value === undefined) return "";
		if (column.fieldtype !== "Data") return format(value, row, column, data);
		const color = data && data[`${column.fieldname}_color`];
		if (color && value) return `<span class="indicator-pill no-indicator-dot ${color}">${shown(value)}</span>`;
		const path = data && links[column.fieldname] && links[column.fieldname](data);
		if (path) return `<a href="${encodeURI(path)}">${shown(value)}</a>`;
		return format(shown(value), row, column, data); // Frappe writes what it is given as HTML
	}

	return { ...settings, formatter };
};
