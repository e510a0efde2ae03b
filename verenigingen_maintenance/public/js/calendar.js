// The calendars of this app: they show, and nothing is moved or made in them.
frappe.provide("verenigingen_maintenance");

{
	const COLORS = ["red", "orange", "green", "blue", "gray"];

	verenigingen_maintenance.calendar = () => ({
		// A day is the same for everybody: only moments are read in the zone of the user.
		// Frappe lets whoever may write a document drag it, unless the field that is asked for says no.
		field_map: { id: "key", start: "start", end: "end", title: "title", allDay: "all_day", editable: "movable", convertToUserTz: "is_moment" },
		get_events_method: "verenigingen_maintenance.api.calendar_events",
		get options() {
			return {
				...{ editable: false, eventStartEditable: false, eventDurationEditable: false, selectable: false },
				...{ displayEventEnd: false, eventLimit: 6, height: "auto", firstDay: 1, timeFormat: "HH:mm", slotLabelFormat: "HH:mm", defaultView: first_view() },
				noEventsMessage: __("Nothing in this time."),
				eventRender: draw,
				eventAfterAllRender: explain,
			};
		},
	});

	// A month has no room on a telephone.
	const first_view = () => (window.innerWidth < 768 ? "listWeek" : localStorage.getItem("cal_defaultView") || "month");

	function draw(event, element) {
		const color = COLORS.includes(event.color) ? event.color : "gray";
		const is_row = element.is("tr");
		const link = is_row ? element.find("a").first() : element;
		element.attr("title", event.title);
		if (!is_row) element.css({ backgroundColor: `var(--bg-${color})`, color: `var(--text-on-${color})` });
		element.find(".fc-event-dot").css({ backgroundColor: `var(--text-on-${color})` });
		link.attr({ tabindex: 0, role: "link" }).on("keydown", ({ key }) => key === "Enter" && element.trigger("click"));
	}

	// Where Frappe says that an event is made by dragging.
	function explain() {
		const { calendar, $result } = cur_list || {};
		if (!calendar || !calendar.footnote_area) return;
		$result.addClass("maintenance-calendar");
		const button = calendar.footnote_area.find(".btn-weekend").detach();
		const told = __("Each entry says its state in words, and leads to its document. Nothing can be moved here.");
		calendar.footnote_area.text(told).append(" ", button);
	}
}
