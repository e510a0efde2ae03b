import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.pages import read_page


def whole(body, title="Maintenance Dashboard"):
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>\n"


def own(inside, title="Active Members", more=""):
    """A card of this app's own page."""
    return whole(f'<section data-card="{title}" {more}><h2>{title}</h2>{inside}</section>')


def metric(inside, label="Active Members"):
    """A card of verenigingen's page."""
    return f'<div class="metric-card"><div class="metric-label">{label}</div>{inside}</div>'


def sections(*titled):
    """Sections of verenigingen's page, as title and what stands between it and the next."""
    parts = "".join(f'<h2 class="section-header">{title}</h2><div>{inside}</div>' for title, inside in titled)
    return whole(f'<div class="monitoring-dashboard">{parts}</div><div class="auto-refresh">ON</div>')


def problems(html):
    return {card.title: card.problem for card in read_page(html).cards}


def test_a_card_of_the_own_page_has_its_title_text_and_data():
    page = read_page(own('<p class="value">41 members</p><p>Target &gt; 0</p>'))
    (card,) = page.cards
    assert (card.title, card.text, card.problem) == ("Active Members", "41 members Target > 0", "")
    assert (page.title, page.is_login, page.is_error_page) == ("Maintenance Dashboard", False, "")
    assert page.is_whole


HONEST = [
    "0",
    "No errors in the last 24 hours",
    "None in the last 24 hours.",
    "Error Logs: 12",
    "Error rate: 0.3 %",
    "Error: 12",
    "12 errors",
    "Error budget: 99 %",
    "Error-free for 12 days",
    "Server errors: 4",
    "Last error: 5 minutes ago",
    "Last error: Failed to load the mandate",
    "TimeoutError: 12",
    "Failed: 3",
    "Failed to collect: 3 members",
    "Recent Query Issues: 0",
    "unknown",
    "Errors (24h): CRITICAL, 51 errors",
]
FAILURES = [
    "error",
    "Error",
    "ERROR!",
    "Unknown error",
    "Internal Server Error",
    "Error: no connection",
    "Error - no connection",
    "Error 500",
    "Error code: 503",
    "Error loading the members",
    "Failed to load system metrics: (1054, \"Unknown column 'user'\")",
    "Failed to load executive summary",
    "Unable to fetch data",
    "Could not be loaded",
    "An error occurred",
    "An unexpected error has occurred.",
    "There was an error building this page",
    "Something went wrong",
    "OperationalError: (1054, 'x')",
    "pymysql.err.OperationalError(1054, 'x')",
    "Cache Status: error",
    "Errors (24h): error",
    "Cache Status: Error: no connection",
    "Traceback (most recent call last): File x",
]
NOTHING = ["N/A", "n/a", "None", "None%", "undefined", "NaN", "NaN ms", "null", "Loading…", "—"]
NOTHING += ["Total: None"]


@pytest.mark.parametrize("text", HONEST)
def test_what_only_speaks_of_errors_is_data(text):
    titled = own(f"<p>{text}</p>", title="Errors (24h)")
    assert problems(titled) == {"Errors (24h)": ""}
    assert problems(own(f'<p class="value">{text}</p>')) == {"Active Members": ""}
    assert problems(sections(("Recent Errors", f"<p>{text}</p>"))) == {"Recent Errors": ""}


@pytest.mark.parametrize("text", FAILURES)
def test_a_statement_of_failure_is_a_problem_beside_data_too(text):
    said = {"Active Members": f"says “{text}”"}
    assert problems(own(f'<p class="value">{text}</p>')) == said
    assert problems(own(f'<p class="value">12</p><p>{text}</p>')) == said
    assert problems(own(f"<p>12</p><p>{text[:5]}\n  {text[5:]}</p>")).keys() == said.keys()
    assert problems(whole(metric(f'<div class="metric-number">12</div><small>{text}</small>'))) == said
    assert problems(own(f"<p>12<br>{text}</p>")) == said


@pytest.mark.parametrize("text", NOTHING)
def test_a_word_for_nothing_is_a_problem_where_it_is_the_only_value(text):
    said = f"says “{text.removeprefix('Total: ')}”"
    assert problems(own(f"<p>{text}</p>")) == {"Active Members": said}
    assert problems(own(f"<p>Paid: 12</p><p>Open: {text}</p>")) == {"Active Members": ""}


def test_the_value_of_a_card_is_judged_without_its_remarks():
    none = '<div class="metric-number">None</div><small>Total: 5</small>'
    assert problems(whole(metric(none))) == {"Active Members": "says “None”"}
    blank = '<div class="metric-number"> </div><small>Total: 5</small>'
    assert problems(whole(metric(blank))) == {"Active Members": "empty"}


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<p class='value'></p>",
        "<script>load()</script><!-- 12 --><style>p {}</style>",
        "<p>Total:</p>",
        "<table><thead><tr><th>Error Summary</th><th>Count</th></tr></thead><tbody></tbody></table>",
        "<dl><dt>Members</dt><dd></dd></dl>",
    ],
)
def test_a_card_without_text_beside_its_title_and_labels_is_empty(inside):
    assert problems(own(inside)) == {"Active Members": "empty"}


def test_a_card_that_is_marked_so_is_not_measured():
    html = own('<p class="value">12</p>', more='data-state="not-measured"')
    assert problems(html) == {"Active Members": "not measured"}


@pytest.mark.parametrize(
    "rows",
    [
        "<table><tr><td><code>Error: payment refused</code></td><td>12</td></tr></table>",
        "<table><tr><td>Traceback (most recent call last): …</td></tr></table>",
        "<ol><li>Error: payment refused</li><li>TypeError: x</li></ol>",
        "<pre>Traceback (most recent call last)\n  File x</pre>",
    ],
)
def test_the_errors_that_a_card_lists_are_its_data(rows):
    page = read_page(own(rows, title="Recent Errors"))
    assert [card.problem for card in page.cards] == [""]
    assert page.is_error_page == ""


def test_in_a_card_that_is_not_about_errors_a_list_may_state_a_failure():
    html = own("<ul><li>Members: 12</li><li>Failed to load invoices</li></ul>", title="Executive Summary")
    assert problems(html) == {"Executive Summary": "says “Failed to load invoices”"}


def test_a_long_error_is_cut():
    (card,) = read_page(own(f"<p>Error: {'x' * 200}</p>")).cards
    assert card.problem == f"says “Error: {'x' * 72}…”"


def test_sections_and_their_cards_are_cards_of_verenigingens_page():
    html = sections(
        ("System Metrics", metric('<div class="metric-number">7</div>') + metric("<p>3</p>", "Errors (24h)")),
        ("Recent Errors (Last 24 Hours)", '<div class="metric-card"><p>No errors</p></div>'),
        ("Performance", '<div class="metric-card"><h5>Database</h5><p>Error Logs: 12</p></div>'),
    )
    titles = ["System Metrics", "Active Members", "Errors (24h)", "Recent Errors (Last 24 Hours)"]
    assert problems(html) == dict.fromkeys([*titles, "Performance", "Database"], "")


def test_a_section_reaches_to_the_next_header_and_not_beyond_the_dashboard():
    html = sections(("Alerts", ""), ("Forecasts", ""))
    assert problems(html) == {"Alerts": "empty", "Forecasts": "empty"}


def test_an_alert_of_a_section_is_a_failure_whatever_it_says():
    alert = '<div class="alert alert-danger"><i></i> (1054, "no column")</div>'
    assert problems(sections(("System Metrics", alert))) == {"System Metrics": 'says “(1054, "no column")”'}


def test_a_card_with_a_problem_is_told_once_unless_its_section_has_nothing_else():
    bad, good = metric("<p>error</p>"), metric("<p>7</p>", "Volunteers")
    assert problems(sections(("Metrics", bad + good)))["Metrics"] == ""
    assert problems(sections(("Metrics", bad)))["Metrics"] == "says “error”"


def test_a_card_without_a_title_and_section_is_still_a_card():
    assert problems(whole('<div class="metric-card"></div>')) == {"(without a title)": "empty"}


def test_a_section_is_found_by_its_title_in_capitals_or_not():
    page = read_page(own("<p>healthy</p>", title="EXECUTIVE  summary"))
    assert page.section("Executive Summary").text == "healthy"
    assert page.section("Analytics Summary") is None


@pytest.mark.parametrize(
    "body",
    [
        '<form action="/login"><input name="usr"><input type="password"></form>',
        '<form><div><input type="PASSWORD"></div></form>',
        '<section class="for-login"><form><button>Login with LDAP</button></form></section>',
        '<section class="for-login"><p class="page-card-head"><b class="indicator">Off</b></p></section>',
    ],
)
def test_a_login_form_is_a_login_page_and_no_error_page(body):
    page = read_page(whole(body, "Login"))
    assert page.is_login
    assert page.is_error_page == ""


MESSAGE = '<div class="page-card"><h5 class="page-card-head"><span class="indicator red">{}</span></h5></div>'
ERROR_PAGES = [
    (whole(MESSAGE.format("Server Error"), "Server Error"), "Server Error"),
    (whole(MESSAGE.format("Geen toegang"), "Geen toegang"), "Geen toegang"),
    (whole(MESSAGE.format("") + "<p>Status: 500</p>"), "a message without text"),
    (whole('<div class="error-page"><h2>There is nothing here</h2></div>', "X"), "There is nothing here"),
    (whole("<p>Something</p>", "Not Permitted"), "Not Permitted"),
    (whole("<p>Something</p>", "Page Missing"), "Page Missing"),
    (whole("<p>Something</p>", "Session Expired"), "Session Expired"),
    (whole("<center>nginx</center>", "502 Bad Gateway"), "502 Bad Gateway"),
    ("Internal Server Error", "Internal Server Error"),
    (whole("<pre>Traceback (most recent call last):\n  File x</pre>"), "a Python traceback"),
    (whole("<pre><b>Traceback with variables (most recent call last):</b></pre>"), "a Python traceback"),
    ("Traceback (most recent call last):\n  File x", "a Python traceback"),
    ("", "an empty page"),
    (" \n", "an empty page"),
    (whole("<script>render()</script>"), "an empty page"),
    ("<![x[", "HTML that cannot be read"),
]


@pytest.mark.parametrize(("html", "why"), ERROR_PAGES)
def test_an_error_page_says_which(html, why):
    assert read_page(html).is_error_page == why


@pytest.mark.parametrize("title", ["Errors", "Error Dashboard", "Not Found Pages", "Monitoring"])
def test_a_page_about_errors_is_no_error_page(title):
    assert read_page(whole(f"<h1>{title}</h1><p>Error Logs: 12</p>", title)).is_error_page == ""


def test_half_a_page_is_not_whole():
    html = own("<p>12</p>")
    assert read_page(html + "\n\n").is_whole
    assert not read_page(html[: len(html) // 2]).is_whole


@given(st.text(st.sampled_from("<>/!-[]= \"'&;ahpx2\n") | st.characters(), max_size=200))
def test_any_text_is_read_and_is_at_most_one_kind_of_page(text):
    page = read_page(f"<{text}")
    assert not (page.is_login and page.is_error_page)
    assert all(card.title for card in page.cards)
    assert not page.is_whole or text.rstrip().lower().endswith("</html>")


@given(st.text(" \n\t", max_size=20))
def test_a_text_without_a_word_is_an_error_page(text):
    assert read_page(text).is_error_page == "an empty page"


PIECES = ["<div class='metric-card'>", "<h2 class=section-header>", "<section data-card>", "<h5>"]
PIECES += ["</section>", "</div>", "<p>", "<br>", "x", "Error: x", "<dt>", "<table>", "<pre>"]
PIECES += ["<script>", "<!--", "-->", "<title>"]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_heap_of_tags_is_read(pieces):
    for card in read_page("".join(pieces)).cards:
        assert card.text or card.problem
