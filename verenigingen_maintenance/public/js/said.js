// Stored sentences are English; they are read in the language of whoever reads them. The same as core/language.py:
// tests/core/said_cases.json holds both to one table.
frappe.provide("verenigingen_maintenance");

verenigingen_maintenance.phrases = (() => {
	const HELD = /\{(\d+)\}/g;
	const WORD = /\p{L}+/gu;
	const NUMBER = /^([<>≤≥=~+-]{0,2} ?-?\d{1,15})(\.\d{1,9})?( ?%| (?:ms|s|min|kB|KB|MB|GB|TB))?$/;
	const DAY = /^(\d{4}-\d{2}-\d{2})((?:[ T]\d{2}:\d{2}(?::\d{2})?)?)$/;
	const LED = /^(\S+)(\s+)(\S[^]*)$/;
	const LEADER =
		/^(?:[<>≤≥=~+-]{0,2}\d+(?:\.\d+)?%?|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(?::\d{2})?|[A-Z]{2,}[A-Z0-9]*(?:-[A-Z0-9]+)+|[-•–*])$/;
	const ENDED = /^([^]*\S)( )(\d{4}-(?:W\d{2}|Q\d|\d{2})|\d+(?:\.\d+)?(?: ?%)?)$/;
	const BRACKETS = /^([^()]*[^()\s])( \()([^()]+)(\)[.:]?)$/;
	const NAMED = /^[A-Z]{2,}[A-Z0-9]*(?:-[A-Z0-9]+)+$/;
	const PARTED = /[,;:.] /;
	const QUOTED = /^“[^“”]*”$/;
	const LIMIT = /^[<>≤≥]/;
	const VERSIONS = /\bversions?\b/i;
	const BULLET = /^([-•*])(\s+)(\S[^]*)$/;
	const STRONG = "; ";
	const LONGEST_RUN = [4, 3, 2];
	const SEPARATORS = [STRONG, ". ", ": ", ", ", " and "];
	const [LONGEST, MOST_LINES, DEEPEST, MOST_TRIED, MOST_FITTING, MOST_KEPT] = [6000, 20, 6, 6000, 3, 4000];

	const words = (text) => text.match(WORD) || [];
	const letters = (text) => words(text).reduce((sum, word) => sum + word.length, 0);
	const unknown = (text) => ({ text, known: 0, figure: false });

	// Whether it begins or ends within what somebody said.
	const is_torn = (text) => text.split("“").length !== text.split("”").length;

	// Parts, none of which ends within what somebody said.
	function apart(text, separator) {
		const found = [];
		for (const part of text.split(separator)) {
			if (found.length && is_torn(found[found.length - 1])) found[found.length - 1] += separator + part;
			else found.push(part);
		}
		return found;
	}

	function template(text, translation) {
		const parts = text.split(HELD);
		const pieces = parts.filter((each, at) => at % 2 === 0);
		const found = pieces.flatMap(words);
		return {
			pieces,
			translation,
			has_measures: !pieces.some((piece) => VERSIONS.test(piece)), // a version is none
			places: parts.filter((each, at) => at % 2 === 1),
			letters: found.reduce((sum, word) => sum + word.length, 0),
			words: found.filter((word) => word.length > 1).length,
		};
	}

	// The words of its literal that no figure can grow.
	function whole_words({ pieces }) {
		const found = new Set();
		pieces.forEach((piece, at) => {
			for (const word of piece.matchAll(WORD)) {
				const ends = word.index + word[0].length;
				const begun = word.index || at === 0;
				if (begun && (ends < piece.length || at === pieces.length - 1)) found.add(word[0]);
			}
		});
		return [...found];
	}

	// Each template under the one of its whole words that the fewest have.
	function indexed(templates) {
		const often = new Map();
		const of_each = templates.map((each) => [each, whole_words(each)]);
		of_each.forEach(([, found]) => found.forEach((word) => often.set(word, (often.get(word) || 0) + 1)));
		const rarer = (a, b) => often.get(a) - often.get(b) || b.length - a.length || (a < b ? -1 : 1);
		const index = new Map();
		for (const [each, found] of of_each) {
			if (!found.length) continue;
			const word = found.sort(rarer)[0];
			index.set(word, [...(index.get(word) || []), each]);
		}
		return index;
	}

	// What stands in the places of a template, none empty; null where the text is another sentence.
	function captured({ pieces }, text) {
		const [first, last] = [pieces[0], pieces[pieces.length - 1]];
		const end = text.length - last.length;
		if (first.length >= end || !text.startsWith(first) || !text.endsWith(last)) return null;
		const found = [];
		let at = first.length;
		for (const piece of pieces.slice(1, -1)) {
			const begins = text.indexOf(piece, at + 1);
			if (begins < 0 || begins + piece.length > end) return null;
			found.push(text.slice(at, begins));
			at = begins + piece.length;
		}
		return at < end ? [...found, text.slice(at, end)] : null;
	}

	// A sentence of two words holds names, one of one what is known.
	function may_hold(template, { text, known, figure }) {
		if (known || figure || template.words > 2) return true;
		return template.words === 2 && !PARTED.test(text);
	}

	function filled({ places, translation }, values) {
		return translation.replace(HELD, (held, place) => {
			const at = places.indexOf(place);
			return at < 0 ? held : values[at];
		});
	}

	// Whether the separator stands inside the text, not only at its edges.
	function holds(text, separator) {
		let [begins, ends] = [0, text.length];
		while (begins < ends && separator.includes(text[begins])) begins += 1;
		while (ends > begins && separator.includes(text[ends - 1])) ends -= 1;
		return text.slice(begins, ends).includes(separator);
	}

	return class Phrases {
		// catalogue: translations by the English text; decimal: the reader's sign; day: "2026-11-28" in their form
		constructor(catalogue, { decimal = ".", day = (text) => text } = {}) {
			this.catalogue = catalogue;
			this.decimal = decimal;
			this.day = day;
			const sentences = Object.entries(catalogue).filter(([text, said]) => said && text.search(HELD) >= 0);
			this.by_word = indexed(sentences.map(([text, said]) => template(text, said)));
			this.kept = new Map();
		}

		say(text) {
			if (text.length > LONGEST * MOST_LINES) return text;
			return text.split("\n").map((line) => this.line(line)).join("\n");
		}

		line(text) {
			if (!text || text.length > LONGEST) return text;
			if (!this.kept.has(text)) {
				if (this.kept.size >= MOST_KEPT) this.kept.clear();
				this.kept.set(text, this.read(text, 0, { tried: 0, memory: new Map() }).text);
			}
			return this.kept.get(text);
		}

		word(text) {
			return Object.hasOwn(this.catalogue, text) ? this.catalogue[text] : "";
		}

		exact(text) {
			for (const stop of text.endsWith(".") ? ["", "."] : [""]) {
				const bare = text.slice(0, text.length - stop.length);
				if (this.word(bare)) return this.word(bare) + stop;
				const first = bare.charAt(0);
				const is_capital = first !== first.toLowerCase();
				const other = this.word((is_capital ? first.toLowerCase() : first.toUpperCase()) + bare.slice(1));
				const begins = is_capital ? other.charAt(0).toUpperCase() : other.charAt(0).toLowerCase();
				if (other) return begins + other.slice(1) + stop;
			}
			return "";
		}

		// A number without unit or limit may be a version: it stays, unless it is measured by where it stands.
		local(text, is_measured) {
			const number = text.match(NUMBER);
			if (number && !number[3] && !is_measured && !LIMIT.test(number[1])) return text;
			if (number) return number[1] + (number[2] || "").replace(".", this.decimal) + (number[3] || "");
			const day = text.match(DAY);
			if (day) return this.day(day[1]) + day[2].replace("T", " ");
			return NAMED.test(text) ? text : "";
		}

		read(text, depth, reading, is_measured = false) {
			const bare = text.trim();
			if (!bare) return unknown(text);
			// What was read deeper is read again: it may have been cut short there.
			const key = `${is_measured} ${bare}`;
			if (!(reading.memory.get(key)?.depth <= depth)) {
				reading.memory.set(key, { depth, said: this.read_bare(bare, depth, reading, is_measured) });
			}
			const { said } = reading.memory.get(key);
			if (bare === text) return said;
			const at = text.indexOf(bare);
			return { ...said, text: text.slice(0, at) + said.text + text.slice(at + bare.length) };
		}

		read_bare(text, depth, reading, is_measured) {
			const exact = this.exact(text);
			if (exact) return { text: exact, known: letters(text), figure: false };
			const local = this.local(text, is_measured);
			if (local) return { text: local, known: 0, figure: true };
			if (QUOTED.test(text)) return { text, known: 0, figure: true };
			reading.tried += 1;
			if (depth >= DEEPEST || reading.tried >= MOST_TRIED) return unknown(text);
			const ways = [...this.as_template(text, depth + 1, reading), this.in_parts(text, depth + 1, reading)];
			if (/.[.:]$/.test(text)) ways.push(this.joined([text.slice(0, -1), text.slice(-1)], depth + 1, reading));
			return ways.reduce((best, way) => (way.known > best.known ? way : best));
		}

		candidates(text) {
			const found = [...new Set(words(text))].flatMap((word) => this.by_word.get(word) || []);
			return found.sort((a, b) => b.letters - a.letters || (a.pieces.join("\0") < b.pieces.join("\0") ? -1 : 1));
		}

		as_template(text, depth, reading) {
			const found = [];
			for (const each of this.candidates(text)) {
				reading.tried += 1;
				if (reading.tried > MOST_TRIED || found.length === MOST_FITTING) break;
				const parts = captured(each, text);
				if (!parts || parts.some(is_torn)) continue;
				const values = parts.map((part) => this.read(part, depth, reading, each.has_measures));
				if (!values.every((value) => may_hold(each, value))) continue;
				const known = values.reduce((sum, value) => sum + value.known, each.letters);
				found.push({ text: filled(each, values.map((value) => value.text)), known, figure: false });
			}
			return found;
		}

		in_parts(text, depth, reading) {
			const bullet = text.match(BULLET);
			if (bullet) return this.joined(bullet.slice(1), depth, reading);
			const there = SEPARATORS.filter((each) => holds(text, each));
			if (there[0] === STRONG) return this.joined(this.split(text, STRONG, reading), depth, reading);
			const ways = there.map((each) => this.joined(this.split(text, each, reading), depth, reading));
			// What it is about stands before the first colon, and a whole sentence may follow.
			const [head, ...rest] = text.split(": ");
			if (rest.length > 1 && !is_torn(head)) ways.push(this.joined([head, ": ", rest.join(": ")], depth, reading));
			if (ways.length) return ways.reduce((best, way) => (way.known > best.known ? way : best));
			const led = text.match(LED);
			const found = text.match(BRACKETS) || (led && LEADER.test(led[1]) && led) || text.match(ENDED);
			return found ? this.joined(found.slice(1), depth, reading, found === led) : unknown(text);
		}

		// Parts and what is between them; what the catalogue has whole is one part, and keeps its full stop.
		split(text, separator, reading) {
			const stop = separator === ". " ? "." : "";
			const between = separator.slice(stop.length);
			const parts = apart(text, separator);
			const found = [];
			for (let at = 0; at < parts.length; ) {
				const runs = LONGEST_RUN.map((most) => parts.slice(at, at + most).join(separator));
				const part = runs.find((run) => this.is_whole(run, reading)) || parts[at];
				at += apart(part, separator).length;
				found.push(...(at < parts.length ? [part + stop, between] : [part]));
			}
			return found;
		}

		// Whether it is one text of the catalogue, though it has the sign between parts in it.
		is_whole(text, reading) {
			if (this.exact(text)) return true;
			for (const each of this.candidates(text)) {
				reading.tried += 1;
				if (each.words > 2 && captured(each, text) && reading.tried < MOST_TRIED) return words(each.pieces[0]).length > 0;
			}
			return false;
		}

		joined(parts, depth, reading, is_amount = false) {
			const read = parts.map((each, at) => this.read(each, depth, reading, is_amount && !at));
			const known = read.filter((each, at) => at % 2 === 0).reduce((sum, each) => sum + each.known, 0);
			return { text: (known ? read.map((each) => each.text) : parts).join(""), known, figure: false };
		}
	};
})();

// The sign between a number and its decimals: a number format without decimals has none, and a value has.
verenigingen_maintenance.decimal_sign = () => {
	const { decimal_str, group_sep } = get_number_format_info(get_number_format());
	return decimal_str || (group_sep === "." ? "," : ".");
};

// A value in the number format of the site, with the decimals that it has; what is no number stays.
verenigingen_maintenance.figure = (value) => {
	const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value ?? "").trim());
	if (!found) return String(value ?? "");
	const [, sign, whole, decimals] = found;
	return sign + format_number(Number(whole), null, 0) + (decimals ? verenigingen_maintenance.decimal_sign() + decimals : "");
};

// What is wanted of a value, such as "< 99.5", in that form.
verenigingen_maintenance.figures_within = (text) => String(text ?? "").replace(/\d+(?:\.\d+)?/g, verenigingen_maintenance.figure);

// A text that core, a source or the runbook wrote, in the language of this user; what is not known stays as it is.
verenigingen_maintenance.said = (() => {
	const CONTEXT = ":Maintenance sentence";
	let phrases;

	function catalogue() {
		const stored = Object.entries(frappe._messages || {}).filter(([text]) => text.endsWith(CONTEXT));
		return Object.fromEntries(stored.map(([text, said]) => [text.slice(0, -CONTEXT.length), said]));
	}

	return (text) => {
		if (!text || typeof text !== "string" || (frappe.boot?.lang || "en") === "en") return text || "";
		const exact = __(text, null, "Maintenance sentence");
		if (exact !== text) return exact;
		phrases ||= new verenigingen_maintenance.phrases(catalogue(), {
			decimal: verenigingen_maintenance.decimal_sign(),
			day: (day) => frappe.datetime.str_to_user(day),
		});
		return phrases.say(text);
	};
})();

// The same as HTML, for what is put into a page: escaped behind the translation.
verenigingen_maintenance.said_html = (text) =>
	frappe.utils.escape_html(verenigingen_maintenance.said(text == null ? "" : String(text)));

// What people may have written: whole sentences that the app wrote are read, line by line, and nothing else is changed.
verenigingen_maintenance.said_whole = (text) => {
	const known = (line) => frappe._messages?.[`${line}:Maintenance sentence`] || line;
	return String(text ?? "").split("\n").map(known).join("\n");
};

// A report that is kept as HTML: each of its texts, but not what people wrote into it.
verenigingen_maintenance.said_within = (element) => {
	const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
		node.parentElement.closest("style, script, pre, code, .remark, .by-people") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT
	);
	while (walker.nextNode()) {
		walker.currentNode.nodeValue = verenigingen_maintenance.said(walker.currentNode.nodeValue);
	}
};
