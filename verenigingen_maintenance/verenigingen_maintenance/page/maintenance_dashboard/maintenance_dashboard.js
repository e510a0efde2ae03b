{% include "verenigingen_maintenance/public/js/dashboard_live.js" %}

frappe.pages["maintenance-dashboard"].on_page_load = (wrapper) => {
	const METHOD = "verenigingen_maintenance.api.dashboard";
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Maintenance Dashboard"),
		single_column: true,
	});
	const place = document.createElement("div");
	place.className = "maintenance-dashboard";
	place.innerHTML = `<p class="live"><span class="as-of muted"></span>
		<a href="/maintenance_dashboard" target="_blank">${frappe.utils.escape_html(__("For a wall"))}</a>
		<strong class="silent" role="alert" hidden></strong></p><div class="contents" aria-busy="true"></div>`;
	page.main[0].append(place);

	// What was asked for while Desk started (dashboard_early.js) is the first answer.
	async function ask(stamp, signal) {
		const asked = verenigingen_maintenance.first_dashboard || ask_anew(stamp, signal);
		verenigingen_maintenance.first_dashboard = null;
		const answer = await asked;
		if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
		place.querySelector(".contents").removeAttribute("aria-busy");
		return (await answer.json()).message;
	}

	// Not by frappe.call, which opens a dialog for an error.
	function ask_anew(stamp, signal) {
		return fetch(`/api/method/${METHOD}?stamp=${encodeURIComponent(stamp)}`, {
			headers: { Accept: "application/json" },
			cache: "no-store",
			signal,
		});
	}

	const board = new MaintenanceBoard(place, {
		ask,
		is_told: () => Boolean(frappe.realtime.socket && frappe.realtime.socket.connected),
		words: {
			shown: __("Shown as of {0}, {1}."),
			seconds: __("{0} s ago"),
			minutes: __("{0} min ago"),
			silent: __("The server did not answer ({0}): what is shown here may be out of date."),
		},
	});
	page.set_secondary_action(__("Refresh"), () => board.refresh(), { icon: "refresh", size: "sm" });
	page.btn_secondary.attr("aria-label", __("Refresh")); // a phone shows its icon alone
	frappe.realtime.on("maintenance_changed", () => {
		if (board.is_shown()) board.refresh();
	});
	// A connection that was lost left its rooms, and what was told meanwhile was not heard.
	frappe.realtime.on("connect", () => {
		if (!board.is_shown()) return;
		frappe.realtime.doctype_subscribe("Maintenance Escalation");
		board.refresh();
	});
	wrapper.maintenance_board = board;
};

// Lists leave the room of their DocType when they are left: it is entered each time.
frappe.pages["maintenance-dashboard"].on_page_show = (wrapper) => {
	frappe.realtime.doctype_subscribe("Maintenance Escalation");
	wrapper.maintenance_board.refresh();
};
