// Which page of Desk somebody looks at: one of this app, or another.
frappe.provide("verenigingen_maintenance");

(() => {
	const KINDS = { List: "DocType", Form: "DocType", print: "DocType", "query-report": "Report", Workspaces: "Workspace" };

	verenigingen_maintenance.is_own_page = () => {
		const [view, name, second] = frappe.get_route() || [];
		const pages = frappe.boot.maintenance_pages || {};
		const asked = view === "Workspaces" && name === "private" ? second : name;
		return (pages[KINDS[view] || "Page"] || []).includes(KINDS[view] ? asked : view);
	};
})();
