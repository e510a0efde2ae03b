// Beside the form of an incident: what may be done to the system, one button each, and restarts by hand.
(() => {
	frappe.ui.form.on("Maintenance Incident", {
		refresh(frm) {
			const is_over = !["Open", "Mitigated"].includes(frm.doc.status);
			const may_act = ["Maintenance Manager", "Maintenance Operator"].some((role) => frappe.user.has_role(role));
			if (frm.is_new() || !may_act || frm.doc.status === "Reviewed") return;
			add_what_came_back(frm);
			add_buttons(frm, is_over);
		},
	});

	const esc = (text) => frappe.utils.escape_html(String(text ?? ""));
	const get = async (method, args) => {
		const { message } = await frappe.call({ method: `verenigingen_maintenance.api.${method}`, type: "GET", args });
		return message;
	};

	// Once it is over, only what is still paused is put back.
	async function add_buttons(frm, is_over) {
		const { name } = frm.doc;
		const offered = await get("list_incident_actions", { incident: name });
		if (cur_frm !== frm || frm.doc.name !== name) return;
		const group = __("Do");
		for (const { name: action, label } of offered.actions) frm.add_custom_button(label, () => ask(frm, action), group);
		if (!is_over) frm.add_custom_button(__("Restart by Hand"), () => restart(frm), group);
		show_what_is_left(frm, offered);
	}

	// Of a restart that was begun: also where the web server's own closed this page, or the incident is resolved.
	// Its command stands on the form until then: it is run meanwhile.
	function add_what_came_back(frm) {
		for (const { target, command: text } of begun(frm)) {
			const label = __("{0}: Say What Came Back", [target]);
			frm.add_custom_button(label, () => record(frm, target), __("Do"));
			const told = __("The restart of {0} was begun. Run its command, then {1}.", [target, label]);
			frm.layout.show_message(`<div class="begun-restart">${esc(told)}${text ? command([__("Command"), text]) : ""}</div>`, "orange");
		}
	}

	// What a killed process left, what waits for a worker, and what is still paused.
	function show_what_is_left(frm, { under_way, still_paused }) {
		const running = under_way.map(({ action, target, at, told }) => `${action}${target ? ` (${target})` : ""}, ${at}: ${told}`);
		const lines = [...running, ...still_paused];
		if (lines.length) frm.dashboard.set_headline_alert(lines.map(esc).join("<br>"), "orange");
		const is_queued = under_way.some(({ told }) => told === "Waits for a worker");
		if (is_queued) verenigingen_maintenance.look_again(frm, 12);
	}

	const begun = (frm) => (frm.doc.actions || []).filter(({ action, outcome }) => action === "Restart" && outcome === "Running");

	// Asked for anew: what can be chosen may be other by now than when the form was opened.
	async function ask(frm, name) {
		const offered = await get("list_incident_actions", { incident: frm.doc.name });
		const action = offered.actions.find((each) => each.name === name);
		if (!action) return frm.reload_doc();
		if (action.why_not) return frappe.msgprint({ title: action.label, message: esc(action.why_not) });
		const fields = [told(action, offered.is_drill), ...action.parameters.map(field), reason()];
		const args = { incident: frm.doc.name, action: name };
		const options = { title: action.label, fields, method: "perform_incident_action", args, given };
		return verenigingen_maintenance.ask({ ...options, done: (found) => show(frm, found), refused: () => frm.reload_doc() });
	}

	const given = ({ reason, ...parameters }) => ({ reason, parameters: JSON.stringify(parameters) });

	const reason = () => ({ fieldname: "reason", fieldtype: "Small Text", label: __("Why?"), reqd: 1 });

	function told({ warning, way_back }, is_drill) {
		const drill = is_drill ? `<p><b>${esc(__("Drill: everything is read, and nothing is done."))}</b></p>` : "";
		const back = way_back ? `<p class="text-muted">${esc(way_back)}</p>` : "";
		return { fieldtype: "HTML", fieldname: "told", options: `${drill}<p>${esc(warning)}</p>${back}` };
	}

	// Nothing is chosen beforehand. Frappe writes the label of an option as HTML.
	function field({ name, label, kind, required, help, options }) {
		const choices = [{ value: "", label: "" }, ...options.map((each) => ({ value: each.value, label: esc(each.label) }))];
		if (kind === "Select") return { fieldname: name, fieldtype: kind, label, reqd: required, description: esc(help), options: choices };
		const there = options.map((each) => `<div><code>${esc(each.value)}</code> ${esc(each.label)}</div>`).join("");
		const list = there && `<div style="max-height: 10em; overflow-y: auto">${there}</div>`;
		return { fieldname: name, fieldtype: kind, label, reqd: required, description: esc(help) + list };
	}

	function show(frm, { action, outcome, result }) {
		const indicator = outcome === "Done" ? "green" : "blue";
		frappe.show_alert({ message: esc(`${verenigingen_maintenance.said(action)}: ${__(outcome)}. ${verenigingen_maintenance.said(result)}`), indicator }, 12);
		frm.reload_doc();
	}

	// Restarts: the app shows the commands of this host and runs none.
	async function restart(frm) {
		const services = await get("restart_commands");
		const fields = [
			{ fieldtype: "HTML", fieldname: "commands", options: list(services, frm.doc.is_drill) },
			{ fieldname: "service", fieldtype: "Select", options: ["", ...services.map(({ service }) => service)], label: __("Which one do you restart now?"), reqd: 1 },
			{ fieldname: "command", fieldtype: "Small Text", label: __("Command"), description: __("Empty: the one above that restarts it, or starts it where nothing runs.") },
		];
		const of = (service) => services.find((each) => each.service === service) || {};
		const command_of = (service) => of(service).restart || of(service).start || "";
		const args = { incident: frm.doc.name };
		verenigingen_maintenance.ask({
			title: __("Restart by Hand"),
			button: __("I Restart It Now"),
			fields,
			method: "begin_restart",
			args,
			given: ({ service, command }) => ({ service, command: command || command_of(service) }),
			done: ({ service, command }) => {
				frm.reload_doc();
				record(frm, service, command);
			},
			refused: () => frm.reload_doc(),
		});
	}

	function list(services, is_drill) {
		const drill = is_drill ? `<p><b>${esc(__("Drill: run none of them."))}</b></p>` : "";
		const note = __("Press “I Restart It Now” before you run a command in a shell of this host: what runs now is kept, which proves the restart afterwards.");
		return `${drill}<p>${esc(note)}</p><div class="restart-commands">${services.map(block).join("")}</div>`;
	}

	function block({ service, how, sure, why, as_user, restart, stop, start, processes }) {
		const since = processes.map(({ pid, started }) => `${pid} (${started})`).join(", ") || __("no process seen");
		const by = as_user ? __("As: {0}", [as_user]) : "";
		const more = [why, since, by].filter(Boolean).map((each) => `<div class="text-muted small text-break">${esc(each)}</div>`);
		const verbs = [[__("Restart"), restart], [__("Stop"), stop], [__("Start"), start]];
		const commands = verbs.filter(([, text]) => text).map(command).join("");
		return `<div class="mb-3"><b>${esc(service)}</b> ${esc(`${how} (${sure})`)}${commands}${more.join("")}</div>`;
	}

	function command([verb, text]) {
		const button = `<button type="button" class="btn btn-xs btn-default copy-command" data-command="${esc(text)}">${esc(__("Copy"))}</button>`;
		return `<div>${button} ${esc(verb)}: <code class="text-break">${esc(text)}</code></div>`;
	}

	$(document).on("click", ".copy-command", ({ currentTarget }) => frappe.utils.copy_to_clipboard(currentTarget.dataset.command));

	function record(frm, service, text = begun(frm).find(({ target }) => target === service)?.command) {
		const to_run = text ? `<p>${esc(__("Run it in a shell of this host now. It stands on the form too, until you say what came back."))}</p>${command([__("Command"), text])}` : "";
		const fields = [
			{ fieldname: "to_run", fieldtype: "HTML", options: to_run },
			{ fieldname: "command", fieldtype: "Small Text", label: __("Command That You Ran"), default: text },
			{ fieldname: "came_back", fieldtype: "Small Text", label: __("What Came Back?"), reqd: 1 },
		];
		const args = { incident: frm.doc.name, service };
		const done = ({ restarted, result }) => {
			frappe.show_alert({ message: esc(result), indicator: restarted ? "green" : "orange" }, 12);
			frm.reload_doc();
		};
		const given = ({ command, came_back }) => ({ command: command || "", came_back });
		verenigingen_maintenance.ask({ title: __("{0}: What Came Back?", [service]), button: __("Keep What Came Back"), fields, method: "record_restart", args, given, done });
	}
})();
