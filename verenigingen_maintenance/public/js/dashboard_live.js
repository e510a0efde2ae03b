// Keeps the dashboard up to date, in Desk and as a page: asks again, says how old it is, and when nobody answers.
// Focus, scroll and what was unfolded stay as they are.
// eslint-disable-next-line no-unused-vars
class MaintenanceBoard {
	// `ask(stamp, signal)` answers {as_of, stamp, html} or {as_of, stamp, unchanged}, and throws where nobody answers;
	// `words` have {0} and {1}. `is_told` says whether changes are told without asking.
	constructor(place, { ask, words, as_of = "", every = 30_000, is_told = () => false }) {
		Object.assign(this, { ask, words, as_of, is_told, stamp: "", turn: 0, read_at: as_of && Date.now() });
		this.contents = place.querySelector(".contents");
		this.age = place.querySelector(".as-of");
		this.alarm = place.querySelector(".silent");
		setInterval(() => this.say_age(), 1000);
		setInterval(() => this.turn_over(), every);
		document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
	}

	// Who is told of changes needs to ask only for the ages, half as often.
	turn_over() {
		this.turn += 1;
		if (!document.hidden && this.is_shown() && !(this.is_told() && this.turn % 2)) this.refresh();
	}

	is_shown() {
		return this.contents.isConnected && this.contents.offsetParent !== null;
	}

	// What asks meanwhile may know of something newer: it is asked once more. Nobody is waited for without end.
	async refresh() {
		if (this.is_asking) {
			this.is_asked_meanwhile = true;
			return;
		}
		Object.assign(this, { is_asking: true, is_asked_meanwhile: false });
		try {
			const found = await this.ask(this.stamp, AbortSignal.timeout(20_000));
			if (!found.unchanged) this.show(found.html);
			Object.assign(this, { stamp: found.stamp || "", as_of: found.as_of, read_at: Date.now() });
			this.warn("");
		} catch (error) {
			this.warn(this.words.silent.replace("{0}", error.message));
		} finally {
			this.is_asking = false;
			this.say_age();
		}
		if (this.is_asked_meanwhile) this.refresh();
	}

	warn(text) {
		if (this.alarm.textContent !== text) this.alarm.textContent = text;
		this.alarm.hidden = !text;
	}

	say_age() {
		if (!this.read_at) return;
		const seconds = Math.max(Math.round((Date.now() - this.read_at) / 1000), 0);
		const ago = seconds < 60 ? this.words.seconds : this.words.minutes;
		const age = ago.replace("{0}", seconds < 60 ? seconds : Math.floor(seconds / 60));
		this.age.textContent = this.words.shown.replace("{0}", this.as_of).replace("{1}", age);
	}

	show(html) {
		if (html === this.shown) return;
		const unfolded = [...this.contents.querySelectorAll("details[open]")].map((each) => each.dataset.key);
		const focused = this.trace(document.activeElement);
		const [left, top] = [window.scrollX, window.scrollY];
		this.contents.innerHTML = this.shown = html;
		for (const each of this.contents.querySelectorAll("details"))
			each.open = unfolded.includes(each.dataset.key);
		this.find(focused)?.focus({ preventScroll: true });
		window.scrollTo(left, top);
	}

	// Where an element is: which of its kind with the same text, in the same part.
	trace(element) {
		if (!element || !this.contents.contains(element)) return null;
		const part = element.closest("[data-part], [data-card]");
		const key = part && (part.dataset.part || part.dataset.card);
		return { key, tag: element.tagName, text: element.textContent, href: element.getAttribute("href") };
	}

	find(traced) {
		if (!traced) return null;
		const alike = [...this.contents.querySelectorAll(traced.tag)].filter((each) => this.trace(each).key === traced.key);
		const same = (each) => each.getAttribute("href") === traced.href && each.textContent === traced.text;
		return alike.find(same) || alike.find((each) => each.getAttribute("href") === traced.href);
	}
}
