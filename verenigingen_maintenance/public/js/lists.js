// What the lists of this app share: their columns, filters of one click, decisions on several rows, empty lists.
frappe.provide("verenigingen_maintenance");

{
	const MOST = 100;
	const esc = frappe.utils.escape_html;
	const said = (text) => verenigingen_maintenance.said(text);

	verenigingen_maintenance.may = (...roles) => roles.some((role) => frappe.user.has_role(`Maintenance ${role}`));

	// Dates are those of the site, whatever the zone of the user.
	verenigingen_maintenance.site_today = () => frappe.datetime.system_datetime().slice(0, 10);

	// The settings of a list. `columns`: fields behind the title, what matters first. `quick`: {label, filters, empty},
	// filters as [field, operator, value]. `bulk`: {label, roles, method, names, fields, given}. `stored_title` is
	// English that is read in the reader's language, `stored` are such columns, `people` columns of users.
	verenigingen_maintenance.list = ({ columns = [], quick = [], bulk = [], stored_title, stored = [], people = [], ...settings }) => {
		const { onload, formatters } = settings;
		return {
			...settings,
			add_fields: [...(settings.add_fields || []), ...columns],
			formatters: { ...formatters_of(stored_title, stored, people), ...formatters },
			onload(list) {
				if (list.view_name === "List") set_up(list, columns, quick, bulk);
				if (list.view_name === "Report") show_markup_as_text(list);
				if (onload) onload(list);
			},
			refresh(list) {
				if (list.view_name !== "List") return;
				if (list.maintenance_quick) mark_quick_filters(list);
				name_what_has_no_name(list);
			},
		};
	};

	function set_up(list, columns, quick, bulk) {
		if (columns.length) show_columns(list, columns);
		if (quick.length) add_quick_filters(list, quick);
		for (const each of bulk) add_to_actions(list, each);
	}

	verenigingen_maintenance.show_list_anew = (list) => {
		list.last_args = null; // Frappe refreshes a list once in three seconds
		list.refresh();
	};

	// A filter says what it is to everybody: also when it is filled, and in a colour that can be read.
	verenigingen_maintenance.name_filter = ({ df, $input, $wrapper }) => {
		if ($input) $input.attr({ "aria-label": __(df.label), title: __(df.label) });
		if ($wrapper) $wrapper.find(".placeholder").removeClass("text-extra-muted");
	};

	// A cell as Frappe makes them: what it holds is its filter too.
	verenigingen_maintenance.list_cell = (text, { fieldname, label }, value, more = "") =>
		`<span class="ellipsis" title="${esc(`${__(label)}: ${text}`)}">
			<a class="filterable ellipsis ${more}" data-filter="${fieldname},=,${esc(String(value))}">${esc(text)}</a>
		</span>`;

	// Frappe writes the first column as text, and the others as HTML.
	function formatters_of(stored_title, stored, people) {
		const cell = verenigingen_maintenance.list_cell;
		const as_said = (value, df, doc) => (value ? cell(said(title_of(value, df, doc)), df, value) : "");
		const as_person = (value, df) => (value ? cell(frappe.user.full_name(value), df, value) : "");
		return {
			...(stored_title ? { [stored_title]: (value, { parent }, doc) => verenigingen_maintenance.said_of({ ...doc, doctype: parent }, stored_title, value) } : {}),
			...Object.fromEntries(stored.map((field) => [field, as_said])),
			...Object.fromEntries(people.map((field) => [field, as_person])),
		};
	}

	// Of a link: Frappe asks for the title of what it leads to with the list.
	function title_of(value, { fieldname, fieldtype, options }, doc) {
		const meta = fieldtype === "Link" && frappe.get_meta(options);
		return (meta && doc[`${fieldname}_${meta.title_field}`]) || value;
	}

	// What Frappe shows of these in a list: texts as HTML, a dot for no choice, and the seconds of each moment.
	const WORDS = {
		...{ Critical: "red", High: "red", Medium: "orange", Low: "blue", Major: "orange", Minor: "blue" },
		...{ OK: "green", WARNING: "orange", CRITICAL: "red", UNKNOWN: "gray", Better: "green", Worse: "red", Same: "gray" },
	};
	const as_text = (value, df) => (value ? verenigingen_maintenance.list_cell(value, df, value) : "");
	const OF_TYPE = {
		...{ Data: as_text, "Small Text": as_text, Code: as_text },
		Select(value, df) {
			const pill = WORDS[value] ? `indicator-pill no-indicator-dot ${WORDS[value]}` : "";
			return value ? verenigingen_maintenance.list_cell(__(value), df, value, pill) : "";
		},
		Datetime: (value, df) => (value ? verenigingen_maintenance.list_cell(to_the_minute(value), df, value) : ""),
	};
	const to_the_minute = (value) => frappe.datetime.str_to_user(value).replace(/(\d?\d:\d\d):\d\d/, "$1");

	// In their order, as many as the window has room for, unless the user chose others in the list's settings.
	function show_columns(list, names) {
		list.$result.addClass("maintenance-list");
		const dfs = names.map((name) => frappe.meta.get_docfield(list.doctype, name)).filter(Boolean);
		for (const { fieldname, fieldtype } of list.meta.fields) {
			if (OF_TYPE[fieldtype] && fieldname !== list.meta.title_field) list.settings.formatters[fieldname] ||= OF_TYPE[fieldtype];
		}
		const { fields, total_fields } = list.list_view_settings;
		if (fields || total_fields) return;
		const width = document.body.classList.contains("full-width") ? window.innerWidth : Math.min(window.innerWidth, 1320);
		const first = list.columns.filter(({ type }) => type !== "Field");
		const last = list.columns.filter(({ type, df }) => type === "Field" && df.fieldname === "name");
		const room = Math.max(2, Math.floor((width - 860) / 130) - last.length);
		const chosen = dfs.slice(0, room).map((df) => ({ type: "Field", df }));
		list.columns = [...first, ...chosen, ...last];
		list.render_header(true);
	}

	// For those who hear or tab through a list: Frappe's own boxes say nothing, and its rows come before all else.
	function name_what_has_no_name({ $result, page }) {
		$result.find(".list-row-checkbox").each((_, box) => box.setAttribute("aria-label", __("Choose {0}", [box.dataset.name])));
		$result.find(".list-check-all").attr("aria-label", __("Select All"));
		$result.find(".list-row-container[tabindex='1']").attr("tabindex", 0);
		page.page_form.find(".filter-button").attr("aria-label", __("Filter"));
		Object.values(page.fields_dict).forEach(verenigingen_maintenance.name_filter);
	}

	// Frappe's report view writes what it reads as HTML, and titles of errors are whatever somebody sent.
	function show_markup_as_text(report) {
		const [prepare, update] = [report.prepare_data.bind(report), report.update_row.bind(report)];
		const row_of = (row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [field, text(value)]));
		const text = (value) =>
			Array.isArray(value) ? value.map(row_of) : typeof value === "string" && value.includes("<") ? esc(value) : value;
		report.prepare_data = (answer) => {
			prepare(answer);
			report.data = report.data.map(row_of);
		};
		report.update_row = (row, flash) => update(row_of(row), flash); // somebody changed it while it is shown
	}

	// --- filters of one click

	function add_quick_filters(list, quick) {
		const all = { label: __("All"), filters: list.settings.filters || [] };
		const group = $(`<div class="maintenance-quick" role="group">`).attr("aria-label", __("Quick Filters"));
		list.maintenance_quick = [...quick, all].map((each) => {
			const button = $(`<button type="button" class="btn btn-default btn-sm" aria-pressed="false">`).text(each.label);
			button.on("click", () => choose(list, values_of(each))).appendTo(group);
			return { ...each, button };
		});
		group.insertBefore(list.page.page_form);
		say_why_it_is_empty(list);
	}

	const values_of = ({ filters }) => (typeof filters === "function" ? filters() : filters);

	async function choose(list, filters) {
		await list.filter_area.clear(false);
		if (filters.length) return list.filter_area.set(filters.map((each) => [list.doctype, ...each]));
		verenigingen_maintenance.show_list_anew(list);
	}

	function mark_quick_filters(list) {
		const chosen = chosen_of(list);
		for (const each of list.maintenance_quick) {
			each.button.attr("aria-pressed", String(each === chosen)).toggleClass("chosen", each === chosen);
		}
	}

	function chosen_of(list) {
		const present = shape(list.filter_area.get().map(([, ...filter]) => filter));
		return list.maintenance_quick.find((each) => shape(values_of(each)) === present);
	}

	// Filters whatever their order; a moment is any, for "overdue" asks for another one each time.
	function shape(filters) {
		const plain = (value) => String(value).replace(/\s*,\s*/g, ",").replace(/^\d{4}-\d\d-\d\d \d.*$/, "now");
		return filters.map(([field, operator, value]) => `${field} ${operator} ${plain(value)}`).sort().join("\n");
	}

	function say_why_it_is_empty(list) {
		const usual = list.get_no_result_message.bind(list);
		list.get_no_result_message = () => {
			const { empty } = chosen_of(list) || {};
			return empty ? `<div class="msg-box no-border"><p>${esc(empty)}</p></div>` : usual();
		};
	}

	// --- decisions on several rows

	function add_to_actions(list, { label, roles, ...asked }) {
		if (!verenigingen_maintenance.may(...roles)) return;
		const item = list.page.add_actions_menu_item(label, () => ask_for_all(list, label, asked), false);
		item.closest("li").prependTo(list.page.actions);
	}

	function ask_for_all(list, label, { method, names, fields, given }) {
		const chosen = list.get_checked_items(true);
		if (chosen.length > MOST) {
			return frappe.msgprint(__("Choose up to {0} at a time: these are {1}.", [MOST, chosen.length]));
		}
		verenigingen_maintenance.ask({
			title: __("{0} (chosen: {1})", [label, chosen.length]),
			button: label,
			fields,
			method,
			given,
			args: { [names]: chosen },
			done: (answer) => tell(list, answer),
			refused: () => verenigingen_maintenance.show_list_anew(list),
		});
	}

	function tell(list, { done, refused }) {
		list.clear_checked_items();
		verenigingen_maintenance.show_list_anew(list);
		if (!refused.length) return frappe.show_alert({ message: __("Done: {0}", [done.length]), indicator: "green" });
		const rows = refused.map(({ name, reason }) => `<li>${reason.includes(name) ? "" : `<b>${esc(name)}</b>: `}${esc(reason)}</li>`);
		frappe.msgprint({
			title: __("Done: {0}. Refused: {1}.", [done.length, refused.length]),
			message: `<ul class="maintenance-refused">${rows.join("")}</ul>`,
			indicator: "orange",
		});
	}
}
