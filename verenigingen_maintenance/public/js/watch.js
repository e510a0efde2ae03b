// On every page of this app: how old the samples are, and why none come. Nothing inside can say so when the
// scheduler or its worker is dead, so the page asks the web server.
(() => {
	const METHOD = "verenigingen_maintenance.api.watcher";
	const EVERY = 5 * 60_000;

	async function show() {
		if (!verenigingen_maintenance.is_own_page() || document.hidden) return;
		const route = frappe.get_route_str();
		const state = await ask();
		if (route === frappe.get_route_str()) draw(state);
	}

	// Not by frappe.call, which opens a dialog for an error.
	async function ask() {
		try {
			const answer = await fetch(`/api/method/${METHOD}`, { headers: { Accept: "application/json" } });
			if (answer.ok) return (await answer.json()).message;
			return silent(__("The web server answers {0}.", [answer.status]));
		} catch {
			return silent(__("The web server does not answer."));
		}
	}

	function silent(reason) {
		return { is_late: true, seconds: null, head: __("How old the samples are is not known."), why: [reason] };
	}

	function draw(state) {
		const page = frappe.container.page;
		const place = page && page.querySelector(".page-body, .layout-main, .print-preview-wrapper");
		if (!place) return;
		page.querySelectorAll(".maintenance-watch").forEach((each) => each.remove());
		const line = document.createElement("div");
		line.className = `maintenance-watch ${state.is_late ? "late" : "in-time"}`;
		line.setAttribute("role", state.is_late ? "alert" : "status");
		const told = [...(state.why || []), ...(state.problems || [])].map(verenigingen_maintenance.said);
		line.textContent = [head(state), ...told].join(" ");
		line.classList.toggle("has-problems", Boolean(state.problems && state.problems.length));
		place.prepend(line);
	}

	function head(state) {
		if (state.head) return state.head;
		if (state.seconds === null) return __("Nothing was sampled yet.");
		const minutes = Math.floor(state.seconds / 60);
		const age = minutes ? __("{0} min", [minutes]) : __("{0} s", [state.seconds]);
		if (state.is_late) return __("Last measured {0} ago: what this app shows may be out of date.", [age]);
		return __("Sampled {0} ago. Live checks: {1}.", [age, verenigingen_maintenance.said(state.verdict)]);
	}

	$(document).on("app_ready page-change", () => setTimeout(show, 300));
	setInterval(show, EVERY);
})();
