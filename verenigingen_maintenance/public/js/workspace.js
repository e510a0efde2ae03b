// What the workspace Maintenance has beside Frappe's widgets: what a new site needs, charts, and what to do when.
// Each is a Custom HTML Block, which Frappe draws in a shadow root: styles and links of Desk do not reach into it.
frappe.provide("verenigingen_maintenance.workspace");

(() => {
	const METHOD = "verenigingen_maintenance.api.";
	const STYLE = "/assets/verenigingen_maintenance/css/workspace.css";
	const COLOURS = { done: "green", "to do": "orange", "not known": "gray" };
	const esc = (text) => frappe.utils.escape_html(String(text ?? ""));
	const may_change = () => frappe.user.has_role("Maintenance Manager");
	const PARTS = { setup: draw_setup, charts: draw_charts, guide: draw_guide };

	verenigingen_maintenance.workspace.draw = async (part, root) => {
		const place = make_place(root);
		await PARTS[part](place);
		say_whole_names();
	};

	function make_place(root) {
		const place = document.createElement("div");
		place.className = "maintenance-block";
		if (root instanceof ShadowRoot) root.append(style());
		root.append(place);
		place.addEventListener("click", follow);
		return place;
	}

	function style() {
		const link = document.createElement("link");
		link.rel = "stylesheet";
		link.href = STYLE;
		return link;
	}

	// As Desk does with links outside a shadow root: without loading the page anew.
	function follow(event) {
		const link = event.target.closest("a");
		if (!link || event.ctrlKey || event.metaKey || !frappe.router.is_app_route(link.pathname)) return;
		event.preventDefault();
		frappe.route_options = Object.fromEntries(new URLSearchParams(link.search));
		frappe.set_route(decodeURI(link.pathname));
	}

	async function ask(door, args) {
		const { message } = await frappe.call({ method: METHOD + door, type: "GET", args });
		return message;
	}

	// For who cannot see them: Frappe names a shortcut without its count, and on a phone its button New not at all.
	function say_whole_names() {
		document.querySelectorAll(".shortcut-widget-box[aria-label]").forEach((each) => each.removeAttribute("aria-label"));
		document.querySelectorAll(".btn-new-workspace").forEach((each) => each.setAttribute("aria-label", __("New")));
	}

	// --- what a new site needs

	async function draw_setup(place, anew = 0) {
		const found = await ask("setup_steps", { anew });
		const is_done = found.done === found.of;
		const in_workspace = place.getRootNode() instanceof ShadowRoot;
		hide(place, is_done && in_workspace);
		const open = may_change() && !is_done && in_workspace ? "open" : "";
		const count = __("{0} of {1} done", [found.done, found.of]);
		const [done, to_do] = [true, false].map((is) => found.steps.filter((each) => (each.state === "done") === is));
		place.innerHTML = `<details class="setup" ${open}>
			<summary><span class="title">${esc(__("Setting up this site"))}</span>
			<span class="indicator-pill no-indicator-dot ${is_done ? "green" : "orange"}">${esc(count)}</span></summary>
			<p class="note" role="status">${esc(__("Each step is measured: it is done when it is so, and comes back when it is no more."))}</p>
			<ol>${to_do.map(step_html).join("")}</ol>
			<details class="done" ${to_do.length ? "" : "open"}><summary>${esc(__("What is done"))}</summary>
			<ol>${done.map(step_html).join("")}</ol></details>
			${may_change() ? `<button class="btn btn-default btn-sm again">${esc(__("Measure Again"))}</button>` : ""}
		</details>`;
		place.querySelector(".again")?.addEventListener("click", () => draw_setup(place, 1));
		place.querySelector(".test-mail")?.addEventListener("click", () => send_test_mail(place));
	}

	function step_html(step) {
		const word = { done: __("Done"), "to do": __("To do"), "not known": __("Not known") }[step.state];
		const rest = step.state === "done" ? "" : to_do_html(step);
		return `<li data-step="${esc(step.key)}" data-state="${esc(step.state)}">
			<div class="state"><span class="indicator-pill no-indicator-dot ${COLOURS[step.state]}">${esc(word)}</span></div>
			<div><h4>${esc(step.title)}</h4><p>${esc(step.told)}</p>${rest}</div></li>`;
	}

	function to_do_html(step) {
		const command = step.command
			? `<pre tabindex="0" aria-label="${esc(__("To type in a shell"))}"><code>${esc(step.command)}</code></pre>`
			: "";
		const who = __("Who may: {0}", [step.who]);
		const link = step.route ? `<a class="btn btn-default btn-sm" href="${esc(step.route)}">${esc(step.link)}</a>` : "";
		return `<p class="note">${esc(step.why)} ${esc(who)}</p>${command}<div class="actions">${link}${test_html(step)}</div>`;
	}

	function test_html(step) {
		if (!step.may_test || !may_change()) return "";
		return `<button class="btn btn-default btn-sm test-mail">${esc(__("Send Me a Test Message"))}</button>`;
	}

	async function send_test_mail(place) {
		const { message: address } = await frappe.call({ method: `${METHOD}send_test_mail` });
		place.querySelector("[role=status]").textContent = __("Queued for {0}. Measure again in some minutes.", [address]);
	}

	function hide(place, is_hidden) {
		const host = place.getRootNode().host;
		host?.closest(".ce-block")?.toggleAttribute("hidden", is_hidden);
	}

	// --- charts

	async function draw_charts(place) {
		const charts = await ask("get_workspace_charts");
		place.innerHTML = `<ul class="charts">${charts.map(chart_html).join("")}</ul>`;
	}

	// The server draws and escapes the svg; there is none where nothing was measured.
	function chart_html(chart) {
		const label = __("{0}: the figures", [chart.title]);
		const drawn = chart.svg || `<h4>${esc(chart.title)}</h4>`;
		return `<li>${drawn}<p class="note">${esc(chart.told)}</p><a href="${esc(chart.route)}">${esc(label)}</a></li>`;
	}

	// --- what to do when

	async function draw_guide(place) {
		const situations = await ask("what_to_do");
		place.innerHTML = `<div class="situations">${situations.map(situation_html).join("")}</div>`;
	}

	function situation_html(situation) {
		const links = situation.links.map(({ label, route }) => `<li><a href="${esc(route)}">${esc(label)}</a></li>`);
		return `<section><h4>${esc(situation.title)}</h4><p>${esc(situation.first)}</p><ul>${links.join("")}</ul></section>`;
	}
})();
