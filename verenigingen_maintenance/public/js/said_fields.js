// Which fields of each DocType the app writes in English: in forms and their tables they are read in the reader's language.
// What people write (notes, reasons, resolutions of their own) is not among them.
frappe.provide("verenigingen_maintenance");

verenigingen_maintenance.said_fields = {
	"Analytics Component": "title reason description",
	"Analytics Component Event": "note",
	"Checklist Run": "since_last_signed",
	"Checklist Run Box": "box",
	"Checklist Run Finding": "area title text figure unit before",
	"Checklist Run Item":
		"title value target reason unit box task_group step task instructions expected_result escalation_criteria",
	"Checklist Run Note": "label",
	"Checklist Run Time": "task_group",
	"Compliance Area": "title area measured told",
	"Compliance Assessment": "measured",
	"Compliance Gap": "title area told remediation not_measured",
	"Compliance Gap Event": "note",
	"Emergency Contact": "remark",
	"Error Pattern": "kind area",
	"Escalation Level": "title scope",
	"Maintenance Change": "title finding gain measured_how steps steps_back result progress",
	"Maintenance Change Measurement": "what unit problem measured",
	"Maintenance Check": "title unit subject proposal live_reason description",
	"Maintenance Escalation": "title muted_because",
	"Maintenance Escalation Check": "title unit",
	"Maintenance Escalation Event": "note",
	"Maintenance Free Field": "label",
	"Maintenance Incident": "title trigger_text",
	"Maintenance Incident Action": "action result",
	"Maintenance Incident Capture": "why not_read",
	"Maintenance Incident Event": "note",
	"Maintenance Incident Measure": "title",
	"Maintenance Inhibition": "reason",
	"Maintenance Notification": "subject reason waits_because",
	"Maintenance Procedure": "title trigger_text owner_title approver_title review_after review_because boxes",
	"Maintenance Report": "title measured progress_text",
	"Maintenance Report Text": "title",
	"Maintenance Settings": "heartbeat_problem configuration_test",
	"Maintenance Severity Rule": "title",
	"Maintenance Task": "task_group step title box instructions",
	"Maintenance Task Check": "task box",
	"Maintenance Task Group": "title expected_result escalation_criteria deliverables",
	Metric: "title unit reason advice description",
	"Metric Forecast": "unit trend_text recommendation",
	"Monthly Service Level": "availability",
	"Monthly Service Level Figure": "title span value target detail",
	"Notification Target": "problem",
	"Procedure Review": "because",
	"Procedure Version": "reason",
	"Recovery Drill": "title progress",
	"Recovery Drill Step": "title expected found detail",
	"Request Recording": "summary",
	"Security Assessment": "changes",
	"Threshold Proposal": "finding",
	"Training Participant": "access_found",
	"Training Session": "",
};

// Which of them hold what a person wrote, by the document: there only whole sentences of the app are read.
{
	const yes = () => true;
	const by_hand = ({ trigger }) => trigger === "By Hand";
	const proposed = ({ finder }) => !finder;
	const planned = ({ finder, kind }) => !finder && kind === "By Hand";
	const on_escalation = ["Acknowledged", "Answered", "Handed On", "Note", "Resolved", "False Positive", "Closed"];
	const on_incident = ["Opened", "Commander", "Note", "Message", "Mitigated", "Resolved", "Reopened"];
	verenigingen_maintenance.by_people = {
		"Emergency Contact": { remark: yes },
		"Maintenance Change": { title: proposed, finding: proposed, gain: proposed, steps: planned, steps_back: planned },
		"Maintenance Escalation Event": { note: ({ event }) => on_escalation.includes(event) },
		"Maintenance Incident": { title: by_hand, trigger_text: by_hand },
		"Maintenance Incident Event": { note: ({ event, by_user }) => by_user && on_incident.includes(event) },
		"Maintenance Incident Measure": { title: yes },
		"Maintenance Inhibition": { reason: yes },
	};
}

// A field as its reader's language has it; not escaped.
verenigingen_maintenance.said_of = (doc, fieldname, text = doc[fieldname]) => {
	const is_by_people = verenigingen_maintenance.by_people[doc.doctype]?.[fieldname];
	return is_by_people?.(doc) ? verenigingen_maintenance.said_whole(text) : verenigingen_maintenance.said(text);
};

// A form gives Data escaped and a table does not: it is taken off, and put on again behind the translation.
verenigingen_maintenance.said_formatter = (value, df, _options, doc) => {
	if (value == null || value === "") return "";
	const plain = typeof value === "string" ? frappe.utils.unescape_html(value) : value;
	const said = doc?.doctype ? verenigingen_maintenance.said_of(doc, df.fieldname, plain) : verenigingen_maintenance.said(plain);
	const text = frappe.utils.escape_html(said);
	return df.fieldtype === "Code" ? `<pre>${text}</pre>` : text.replaceAll("\n", "<br>");
};

// A document has copies of its fields, and so has each row of its tables: whatever was made before is told too.
verenigingen_maintenance.say_fields = (doctype) => {
	const names = (verenigingen_maintenance.said_fields[doctype] || "").split(" ").filter(Boolean);
	const copies = Object.values(frappe.meta.docfield_copy[doctype] || {});
	for (const fields of [frappe.meta.docfield_map[doctype], ...copies]) {
		for (const name of names) {
			if (fields?.[name]) fields[name].formatter ||= verenigingen_maintenance.said_formatter;
		}
		// Desk puts the time zone behind the description of a moment, and finds no translation of both.
		for (const df of Object.values(fields || {})) {
			if (df.fieldtype === "Datetime" && df.description) df.description = __(df.description);
		}
	}
};

// Desk adds the time zone to what describes a moment before it translates it, and then knows no translation.
const describe_moments = (doctype) => {
	for (const df of frappe.meta.get_docfields(doctype)) {
		if (df.fieldtype === "Datetime" && df.description) df.description = __(df.description, null, doctype);
	}
};

for (const doctype of Object.keys(verenigingen_maintenance.said_fields)) {
	const say = () => {
		describe_moments(doctype);
		verenigingen_maintenance.say_fields(doctype);
		for (const table of frappe.meta.get_table_fields(doctype)) verenigingen_maintenance.say_fields(table.options);
	};
	frappe.ui.form.on(doctype, {
		setup: say,
		onload: say,
		refresh(frm) {
			const field = frm.meta.title_field;
			const is_said = (verenigingen_maintenance.said_fields[doctype] || "").split(" ").includes(field);
			const title = is_said && !frm.is_new() && frm.doc[field];
			if (title) frm.page.set_title(frappe.utils.escape_html(verenigingen_maintenance.said_of(frm.doc, field)));
		},
	});
}
