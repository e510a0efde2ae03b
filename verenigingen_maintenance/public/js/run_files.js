// Photos and files as evidence of a row: chosen, pasted or taken with a phone, and fixed once the run is signed.
const SHOWN = ["png", "jpg", "jpeg", "webp", "gif"];
const KEPT = [...SHOWN, "heic", "pdf", "txt", "log", "csv", "json", "docx", "xlsx", "odt", "ods", "eml", "zip", "gz"];

function files_of(frm, row) {
	return (frm.doc.__onload?.files || []).filter((each) => each.row === row);
}

function files_html(frm, row) {
	const files = files_of(frm, row).map((each) => file_html(frm, each));
	return files.length ? `<ul class="evidence-files">${files.join("")}</ul>` : "";
}

// Only pictures of a known kind are drawn; anything else is a link that downloads it.
function file_html(frm, file) {
	const name = esc(file.file_name);
	const by = esc(__("{0}, {1}, {2}", [person(file.by), local(file.at), file.size])) + signed_html(file);
	if (file.is_gone) {
		return `<li class="file"><span class="name">${name}</span> <b>${esc(__("The site has lost its content."))}</b> <span class="told">${by}</span></li>`;
	}
	const picture = file.is_image ? `<img src="${esc(file.url)}" alt="${name}" loading="lazy">` : `<span class="name">${name}</span>`;
	const how = file.is_image ? `target="_blank" rel="noopener"` : `download="${name}"`;
	const remove = disabled(frm, {})
		? ""
		: `<button type="button" class="btn btn-xs btn-default remove-file" data-file="${esc(file.name)}"
			aria-label="${esc(__("Remove {0}", [file.file_name]))}">${esc(__("Remove"))}</button>`;
	return `<li class="file"><a href="${esc(file.url)}" ${how}>${picture}</a>
		<span class="told">${file.is_image ? `${name}<br>` : ""}${by}</span> ${remove}</li>`;
}

// The first digits of what was signed, to compare with the print; and where it is that no more.
function signed_html(file) {
	const digits = file.sha256 ? `<br>${esc(__("SHA-256 begins with {0}", [file.sha256]))}` : "";
	return digits + (file.is_changed ? `<br><b>${esc(__("It was changed since it was signed."))}</b>` : "");
}

// Those that belong to no row, such as what was attached beside the form.
function files_of_run(frm) {
	const known = new Set(frm.doc.items.map((item) => item.name));
	const others = (frm.doc.__onload?.files || []).filter((each) => !known.has(each.row));
	const list = others.map((each) => file_html(frm, each)).join("");
	const title = esc(__("Files of the whole run"));
	return `<section class="files-of-run" ${list ? "" : "hidden"}><h4>${title}</h4><ul class="evidence-files">${list}</ul></section>`;
}

// Outside of the list: it may be drawn anew while somebody chooses, or takes the photo.
function add_pickers(frm) {
	const pickers = `<input type="file" class="pick-files" multiple hidden accept=".${KEPT.join(",.")}" aria-label="${esc(__("Files"))}">
		<input type="file" class="pick-photo" hidden accept="image/*" capture="environment" aria-label="${esc(__("Photo"))}">`;
	$(pickers).appendTo(frm.wrapper).on("change", async ({ target }) => {
		const [{ run, row }, files] = [frm.picks_for, [...target.files]];
		target.value = "";
		await attach_files(frm, run, row, files);
	});
}

function bind_files(frm, wrapper) {
	wrapper.find(".maintenance-checklist").on("click", ".remove-file", ({ currentTarget }) => {
		remove_file(frm, currentTarget.dataset.file);
	});
}

function choose_files(frm, row, is_photo = false) {
	if (disabled(frm, {})) return;
	frm.picks_for = { run: frm.doc.name, row };
	$(frm.wrapper).find(is_photo ? ".pick-photo" : ".pick-files").trigger("click");
}

// A screenshot that is pasted while a row, or a field of it, has the focus. Text is pasted as ever.
function take_pasted_files(frm) {
	$(frm.wrapper).on("paste", ".item", (event) => {
		const { files } = event.originalEvent.clipboardData || {};
		if (!files?.length || disabled(frm, {})) return;
		event.preventDefault();
		event.stopPropagation();
		attach_files(frm, frm.doc.name, event.currentTarget.dataset.item, [...files]);
	});
}

// One after another: each is kept or refused by itself, and what was typed is not touched.
async function attach_files(frm, run, row, files) {
	for (const file of files) {
		const name = fit_name(file);
		const refusal = why_not(file, name);
		if (refusal) {
			frappe.msgprint({ title: __("Not attached"), message: esc(refusal), indicator: "red" });
			continue;
		}
		announce(frm, __("Attaching {0}.", [name]));
		const kept = await upload(run, row, file, name);
		if (kept && frm.doc.name === run) await show_files(frm, __("{0} is attached.", [kept.file_name]));
	}
}

function fit_name(file) {
	const name = (file.name || "").replace(/[<>"'`&\\/%#?\x00-\x1f\x7f]/g, "_").trim();
	const now = frappe.datetime.now_datetime().replace(/[: ]/g, "-");
	const is_pasted = !name || name === "image.png";
	return is_pasted ? `${__("Screenshot")} ${now}.${(file.type.split("/")[1] || "png").replace("jpeg", "jpg")}` : name;
}

function why_not(file, name) {
	const most = frappe.boot.max_file_size || 25 * 1024 * 1024;
	if (!is_kept(name.toLowerCase().split("."))) {
		return __("{0} is not of a kind that is kept as evidence. Those are: {1}.", [name, KEPT.join(", ")]);
	}
	const mb = (size) => verenigingen_maintenance.figure((size / 1024 / 1024).toFixed(1));
	return file.size > most ? __("{0} has {1} MB, and at most {2} MB are kept. Make it smaller first.", [name, mb(file.size), mb(most)]) : "";
}

// Of what is packed, what is in it counts: notes.txt.gz, logs.tar.gz.
function is_kept(parts) {
	const [ending, rest] = [parts.at(-1), parts.slice(0, -1)];
	if (ending !== "gz") return KEPT.includes(ending);
	return rest.length > 1 && (rest.at(-1) === "tar" || is_kept(rest));
}

async function upload(run, row, file, name) {
	const body = new FormData();
	body.append("file", file, name);
	const about = { doctype: "Checklist Run", docname: run, fieldname: row || "", is_private: 1, folder: "Home/Attachments" };
	for (const [key, value] of Object.entries(about)) body.append(key, value);
	const headers = { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" };
	const lost = __("It could not be sent. Is the connection there? It is not attached.");
	try {
		const answer = await fetch("/api/method/upload_file", { method: "POST", body, headers });
		if (answer.ok) return (await answer.json()).message;
		const message = answer.status === 413 ? __("{0} is too large for this server.", [name]) : refusal_of(await answer.json(), lost);
		frappe.msgprint({ title: __("Not attached"), message, indicator: "red" });
	} catch {
		frappe.msgprint({ title: __("Not attached"), message: lost, indicator: "red" });
	}
	return null;
}

// What the server says is escaped by it where it quotes.
function refusal_of({ _server_messages }, otherwise) {
	const [first] = JSON.parse(_server_messages || "[]");
	return first ? JSON.parse(first).message : otherwise;
}

async function remove_file(frm, name) {
	const file = frm.doc.__onload.files.find((each) => each.name === name);
	const run = frm.doc.name;
	if (!file) return;
	frappe.confirm(__("Remove {0}? It is deleted.", [esc(file.file_name)]), async () => {
		await frappe.call({ method: "frappe.desk.form.utils.remove_attach", type: "DELETE", args: { fid: name } });
		if (frm.doc.name === run) await show_files(frm, __("{0} is removed.", [file.file_name]));
	});
}

// As they are now, those of no row too; only they are drawn anew, so that nobody is disturbed who writes.
async function show_files(frm, news) {
	frm.doc.__onload.files = await frappe.xcall("verenigingen_maintenance.api.list_run_files", { run: frm.doc.name });
	for (const element of rows_shown(frm)) {
		element.querySelector(".files").innerHTML = files_html(frm, element.dataset.item);
	}
	frm.fields_dict.checklist.$wrapper.find(".files-of-run").replaceWith(files_of_run(frm));
	announce(frm, news);
	frm.sidebar.reload_docinfo();
}
