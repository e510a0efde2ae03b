// A restore drill is begun from the list and from the form of an earlier one.
frappe.provide("verenigingen_maintenance");

verenigingen_maintenance.start_restore_drill = (backup) => {
	const told = __("The backup is restored into the scratch database and compared with this site. This site is only read. It takes minutes, and a worker does it.");
	const fields = [
		{ fieldtype: "HTML", fieldname: "told", options: `<p>${told}</p>` },
		{ fieldname: "backup", fieldtype: "Data", label: __("Backup"), description: __("The name of a file in the folder of backups. Empty: the newest one"), default: backup },
		{ fieldname: "free_gb", fieldtype: "Data", label: __("Free Space (GB)"), description: __("Of the database server's disk, where it is another host; else it is measured") },
	];
	const done = ({ drill }) => frappe.set_route("Form", "Recovery Drill", drill);
	verenigingen_maintenance.ask({ title: __("Start a Restore Drill"), fields, method: "start_restore_drill", given: without_told, done });
};

const without_told = ({ backup, free_gb }) => ({ backup: backup || "", free_gb: free_gb || "" });
