// The configuration as one file, from Maintenance Settings: exported, compared and imported, tested.
frappe.ui.form.on("Maintenance Settings", {
	refresh(frm) {
		if (!frappe.user.has_role(["Maintenance Manager", "Maintenance Operator"])) return;
		const group = __("Configuration");
		frm.add_custom_button(__("Test Configuration Backup"), () => test(frm), group);
		if (!frappe.user.has_role("Maintenance Manager")) return;
		frm.add_custom_button(__("Export"), () => window.open(`${API}.export_configuration`), group);
		frm.add_custom_button(__("Compare and Import"), () => ask_for_file(frm), group);

		function test(frm) {
			const question = __(
				"A copy is kept and brought back into an emptied configuration, which is then taken back: nothing changes. It takes some seconds. Test?"
			);
			frappe.confirm(question, () =>
				frappe.call({
					method: `${METHODS}.test_configuration_backup`,
					freeze: true,
					callback({ message: found }) {
						const good = __("Brought back and identical, in {0} s.", [found.seconds]);
						show_text(__("Test of the Configuration Backup"), found.identical ? good : found.differences);
						frm.reload_doc();
					},
				})
			);
		}
	},
});

const METHODS = "verenigingen_maintenance.api";
const API = `/api/method/${METHODS}`;
const LEGEND = () => __("Left and “-” is what is here, right and “+” what the file has.");
const OPTIONS = ["edited", "without_users", "delete_others"];

function ask_for_file(frm) {
	let content = null;
	let digest = null;
	const check = (fieldname, label, description) => {
		return { fieldname, fieldtype: "Check", label, description, change: forget };
	};
	const dialog = new frappe.ui.Dialog({
		title: __("Compare and Import a Configuration"),
		size: "large",
		fields: [
			{ fieldname: "file", fieldtype: "HTML" },
			check("edited", __("It was changed on purpose since it was exported")),
			check("without_users", __("Leave out people who are not on this site")),
			check("delete_others", __("Delete contacts, metrics, targets and own checks that it does not have")),
			{ fieldname: "found", fieldtype: "HTML" },
		],
		primary_action_label: __("Compare"),
		primary_action: () => compare(),
	});
	const $file = $(`<input type="file" accept=".json,application/json" class="configuration-file">`);
	dialog.fields_dict.file.$wrapper.append($file);
	$file.on("change", async ({ target }) => {
		content = target.files.length ? await target.files[0].text() : null;
		forget();
	});
	dialog.show();

	function forget() {
		digest = null;
		dialog.fields_dict.found.$wrapper.empty();
		dialog.set_primary_action(__("Compare"), compare);
	}

	function args() {
		const values = dialog.get_values();
		return { content, ...Object.fromEntries(OPTIONS.map((each) => [each, values[each] || 0])) };
	}

	// A refusal is shown by Frappe, and nothing follows from it.
	function call(name, more, callback) {
		const btn = dialog.get_primary_btn();
		frappe.call({ method: `${METHODS}.${name}`, args: { ...args(), ...more }, btn, callback: ({ message }) => callback(message) });
	}

	function compare() {
		if (content === null) frappe.show_alert(__("Choose a file first."));
		else call("compare_configuration", {}, show);
	}

	function show(found) {
		const missing = found.missing.length ? `${__("Not on this site:")}\n${found.missing.join("\n")}\n\n` : "";
		const told = found.identical ? __("It is what is here already.") : `${missing}${found.text}\n\n${LEGEND()}`;
		dialog.fields_dict.found.$wrapper.empty().append(as_text(told));
		if (found.identical) return;
		digest = found.digest;
		dialog.set_primary_action(__("Import"), bring_in);
	}

	function bring_in() {
		call("import_configuration", { expected: digest }, tell);
	}

	function tell(done) {
		dialog.hide();
		const parts = ["created", "changed", "deleted", "left"].filter((each) => done[each].length);
		const lines = parts.map((each) => `${__(frappe.unscrub(each))}: ${done[each].join(", ")}`);
		if (done.by_hand.length) lines.push(`${__("To be set by hand")}: ${done.by_hand.join(", ")}`);
		lines.push(__("What was before is attached to this page: {0}", [done.before]));
		show_text(__("Imported"), lines.join("\n"));
		frm.reload_doc();
	}
}

function as_text(text) {
	return $("<pre class='configuration-found' style='white-space: pre-wrap'></pre>").text(
		text.split("\n").map(verenigingen_maintenance.said).join("\n")
	);
}

function show_text(title, text) {
	frappe.msgprint({ title, message: as_text(text).prop("outerHTML") });
}
