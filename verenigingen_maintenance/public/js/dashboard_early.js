// Who comes straight to the dashboard waits for its contents while Desk starts, and not after that.
(() => {
	if (location.pathname.replace(/\/$/, "") !== "/app/maintenance-dashboard") return;
	frappe.provide("verenigingen_maintenance");
	const first = fetch("/api/method/verenigingen_maintenance.api.dashboard?stamp=", {
		headers: { Accept: "application/json" },
		cache: "no-store",
		signal: AbortSignal.timeout(20_000),
	});
	first.catch(() => {}); // the page that awaits it says so
	verenigingen_maintenance.first_dashboard = first;
})();
