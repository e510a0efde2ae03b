"""The probe of the dashboard: every way a web server can answer, and what the four checks say of it."""

import contextvars
import threading
from collections import Counter
from datetime import timedelta

import fake_dashboard
import frappe
import pytest
from frappe.utils import set_request
from frappe.website.serve import get_response

from verenigingen_maintenance.core.judgement import Rule, judge
from verenigingen_maintenance.core.pages import read_page
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.thresholds import Thresholds
from verenigingen_maintenance.operations import measure, probe_user
from verenigingen_maintenance.sources import clock, dashboard, http

KEY = ("0123456789abcde", "f00dfacecafe4f00dfacecafe4f00dfa")
PATIENCE = 0.5
SLOW = 0.35
CHECKS = {
    "accessible": Rule("failures", Thresholds.parse("", "> 0")),
    "load_seconds": Rule("s", Thresholds.parse("> 0.25", "")),
    "summary_missing": Rule("sections", Thresholds.parse("> 0", "")),
    "cards_without_data": Rule("cards", Thresholds.parse("> 0", "")),
}
LOGIN = "answers with the login page: the probe is not logged in"
LATE = "no whole answer within 0.5 s"
OK = ("OK", "")
GOOD = (OK, OK, OK, OK)


def warning(reason):
    return ("WARNING", reason)


def down(reason):
    return (("CRITICAL", reason), *[("UNKNOWN", reason)] * 3)


def unseen(reason):
    return (("UNKNOWN", reason),) * 4


SAYS = '“Executive Summary”: says “Failed to load executive summary: (1054, "no column")”'
NOT_ALLOWED = "HTTP 403: the probe's user may not open it. Give maintenance-probe the role it needs"
NO_KEY = "HTTP 401: the web server does not accept the probe's key. Is it this site's web server?"
TOO_LATE = (("CRITICAL", LATE), warning(LATE), ("UNKNOWN", LATE), ("UNKNOWN", LATE))
MISSING = warning("there is no section “Executive Summary”")
EMPTY = warning("“Executive Summary”: empty")
NOT_MEASURED = warning("“Executive Summary”: not measured")
BROKEN = down("200, but the answer breaks off after 100 bytes")

# The way of the server; verdict and reason of accessible, load_seconds, summary_missing, cards_without_data.
WAYS = {
    "good": GOOD,
    "good, verenigingen's": GOOD,
    "slow": (OK, warning(""), OK, OK),
    "an error in a card": (OK, OK, OK, warning("“Errors (24h)”: says “Error: no connection”")),
    "an empty card": (OK, OK, OK, warning("“Errors (24h)”: empty")),
    "None in a card": (
        OK,
        OK,
        OK,
        warning("“System Metrics”: says “None”; “Active Members”: says “None”"),
    ),
    "an error in the summary": (OK, OK, warning(SAYS), warning(SAYS)),
    "a summary not measured": (OK, OK, NOT_MEASURED, NOT_MEASURED),
    "an empty summary": (OK, OK, EMPTY, EMPTY),
    "no summary": (OK, OK, MISSING, OK),
    "no cards": (OK, OK, MISSING, ("UNKNOWN", "no card was recognised on the page")),
    "401": unseen(NO_KEY),
    "403": unseen(NOT_ALLOWED),
    "200 login page": unseen(LOGIN),
    "redirect to login": unseen(LOGIN),
    "redirect to login elsewhere": unseen(LOGIN),
    "redirect elsewhere": down("HTTP 302, a redirect to /moved"),
    "redirect to the front": down("HTTP 302, a redirect to /"),
    "204": down("HTTP 204"),
    "404": down("HTTP 404"),
    "500": down("HTTP 500"),
    "503": down("HTTP 503"),
    "200 error page": down("200, but an error page: Server Error"),
    "200 not permitted": down("200, but an error page: Not Permitted"),
    "200 traceback": down("200, but an error page: a Python traceback"),
    "empty": down("200, but an error page: an empty page"),
    "json": down("200, but application/json instead of HTML"),
    "huge": down("200, but more than 2 MB"),
    "half a page": BROKEN,
    "half a page in chunks": BROKEN,
    "half a page of unknown length": BROKEN,
    "a page without its last line": down(
        f"200, but the answer breaks off after {len(fake_dashboard.own_page().encode()) - 1} bytes"
    ),
    "hangs up": down("remote end closed connection without response"),
    "no HTTP": down("no answer in HTTP: 220 mail ready"),
    "hangs": TOO_LATE,
    "hangs in the page": TOO_LATE,
    "drips": TOO_LATE,
    "drips in chunks": TOO_LATE,
    "drips headers": TOO_LATE,
}


@pytest.fixture(autouse=True)
def probe(monkeypatch):
    """A probe with a key and little patience, that remembers nothing."""
    monkeypatch.setattr(dashboard, "PATIENCE", PATIENCE)
    monkeypatch.setattr(dashboard, "probe_key", lambda: KEY)
    dashboard.forget()
    yield
    dashboard.forget()


@pytest.fixture
def server(monkeypatch):
    with fake_dashboard.serving() as server:
        server.delay = SLOW
        probe_at(monkeypatch, server.address)
        yield server


def probe_at(monkeypatch, address):
    monkeypatch.setattr(http, "address", lambda: address)


def ask_all():
    return {name: getattr(dashboard, name)(clock.now()) for name in CHECKS}


def verdicts(answers):
    judged = [judge(answers[name], rule) for name, rule in CHECKS.items()]
    return tuple((str(each.verdict.value), each.reason) for each in judged)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_answer_has_its_verdicts_and_reasons(server, way):
    server.way = way
    answers = ask_all()
    assert verdicts(answers) == WAYS[way]
    assert len(server.seen) == 1, "one request for four sources, and no redirect followed"
    for answer in answers.values():
        assert not any(part in str(answer) for part in KEY)
        assert redact(str(answer)) == str(answer), "nothing of it is lost when it is redacted"


def test_a_page_that_hangs_is_late_also_where_the_timer_is(server, monkeypatch):
    monkeypatch.setattr(http._Deadline, "_end", lambda _self: None)
    server.way = "hangs in the page"
    assert verdicts(ask_all()) == TOO_LATE


def test_a_refused_connection_says_so(monkeypatch):
    probe_at(monkeypatch, fake_dashboard.closed_address())
    assert verdicts(ask_all()) == down("connection refused")


def test_a_value_has_its_provenance(server):
    answers = ask_all()
    page = len(fake_dashboard.own_page().encode())
    for answer in answers.values():
        assert answer.source == f"own request to {server.address}{dashboard.path()}"
        assert answer.evidence["HTTP status"] == 200
        assert answer.evidence["bytes"] == page
        assert answer.evidence["user"] == "maintenance-probe"
    assert 0 < answers["load_seconds"].value == answers["accessible"].evidence["seconds"]
    assert answers["cards_without_data"].evidence["cards"] == [
        {"title": "Executive Summary", "text": "healthy", "problem": ""},
        {"title": "Errors (24h)", "text": "3 errors", "problem": ""},
    ]


def test_texts_of_cards_are_cut(server, monkeypatch):
    monkeypatch.setitem(fake_dashboard.PAGES, "good", fake_dashboard.own_page(f"<p>{'x' * 200}</p>"))
    (summary, _errors) = ask_all()["cards_without_data"].evidence["cards"]
    assert summary["text"] == "x" * 80


def test_of_many_cards_without_data_three_are_named(server, monkeypatch):
    cards = "".join(f'<section data-card="Card {each}"></section>' for each in range(5))
    html = f"{fake_dashboard.HEAD.format('Dashboard')}<p>Welcome</p>{cards}{fake_dashboard.END}"
    monkeypatch.setitem(fake_dashboard.PAGES, "good", html)
    reading = dashboard.cards_without_data(clock.now())
    assert reading.value == 5
    assert reading.detail == "“Card 0”: empty; “Card 1”: empty; “Card 2”: empty and 2 more"


def test_an_unanswered_request_is_at_least_as_slow_as_it_was_waited_for(server):
    server.way = "drips"
    reading = dashboard.load_seconds(clock.now())
    assert (reading.value, reading.at_least) == (PATIENCE, LATE)
    assert PATIENCE <= reading.evidence["seconds"] < PATIENCE + 0.3


def test_it_asks_for_the_site_with_the_key_and_for_html(server):
    ask_all()
    ((path, headers),) = server.seen
    assert path == dashboard.path()
    assert headers["Host"] == frappe.local.site
    assert headers["Authorization"] == f"token {KEY[0]}:{KEY[1]}"
    assert headers["Accept"] == "text/html"


def test_an_answer_serves_for_twenty_seconds_with_its_own_time(server, monkeypatch):
    first, later = clock.now(), clock.now() + timedelta(seconds=19)
    assert dashboard.accessible(first).observed_at == first
    server.way = "503"
    assert dashboard.accessible(later) == dashboard.accessible(first)
    monkeypatch.setattr(dashboard, "KEPT_SECONDS", 0)
    assert dashboard.accessible(later).value == 1
    assert len(server.seen) == 2


def test_what_was_kept_can_be_forgotten_and_is_of_one_address(server, monkeypatch):
    dashboard.accessible(clock.now())
    dashboard.forget()
    dashboard.accessible(clock.now())
    monkeypatch.setattr(dashboard, "path", lambda: "/other")
    dashboard.accessible(clock.now())
    assert [path for path, _headers in server.seen][-1] == "/other"
    assert len(server.seen) == 3


def test_four_measurements_at_once_make_one_request(server):
    server.way = "slow"
    reads = [(contextvars.copy_context(), f"dashboard.{name}") for name in CHECKS]
    threads = [threading.Thread(target=context.run, args=(measure.read, name, 10)) for context, name in reads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.seen) == 1


def test_measured_like_any_source_it_still_says_what_to_do(server):
    server.way = "403"
    assert measure.read("dashboard.accessible", 10).reason == NOT_ALLOWED
    dashboard.forget()
    server.way = "good"
    assert measure.read("dashboard.cards_without_data", 10).value == 0


def test_inside_a_web_request_nothing_is_asked(server, monkeypatch):
    monkeypatch.setattr(frappe.local, "request", object(), raising=False)
    for name in CHECKS:
        answer = measure.read(f"dashboard.{name}", 10)
        assert answer.reason == "an own request is made by a worker or from the shell, not inside a request"
    assert server.seen == []


# --- the key


def test_a_key_is_sent_to_no_other_host(server, monkeypatch):
    other = server.address.replace("127.0.0.1", "0.0.0.0")
    probe_at(monkeypatch, other)
    for answer in ask_all().values():
        assert isinstance(answer, Unknown)
        assert answer.reason.startswith(f"“{other}” is not an address of this site")
        assert "maintenance_web_servers" in answer.reason
        assert redact(answer.reason) == answer.reason
    assert server.seen == []
    monkeypatch.setitem(frappe.conf, "maintenance_web_servers", ["0.0.0.0"])
    assert dashboard.accessible(clock.now()).value == 0


def test_a_path_makes_no_other_host_of_an_address(server, monkeypatch):
    monkeypatch.setattr(dashboard, "path", lambda: "@0.0.0.0/maintenance_dashboard")
    assert "is not the path of a page" in dashboard.accessible(clock.now()).reason
    assert server.seen == []


def test_neither_proxy_nor_netrc_changes_what_is_sent(server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", fake_dashboard.closed_address())
    assert dashboard.accessible(clock.now()).value == 0
    assert server.seen[0][1]["Authorization"] == f"token {KEY[0]}:{KEY[1]}"


def test_a_key_that_no_header_can_carry_is_not_repeated(server, monkeypatch):
    monkeypatch.setattr(dashboard, "probe_key", lambda: (KEY[0], "bad\nkey"))
    answer = measure.read("dashboard.accessible", 10)
    assert answer.reason == "ValueError: no request can be made: InvalidHeader"
    assert server.seen == []


def test_without_a_probe_user_nothing_is_asked(server, monkeypatch):
    monkeypatch.setattr(dashboard, "probe_key", lambda: None)
    assert verdicts(ask_all()) == unseen("there is no probe user with a key; run bench migrate")
    assert server.seen == []


@pytest.mark.parametrize(
    ("base", "is_own"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://127.8.0.1", True),
        ("http://[::1]:8000", True),
        ("http://LOCALHOST", True),
        ("http://127.0.0.1:8000/", True),
        ("http://the.site:8000", True),
        ("http://www.example.com", True),
        ("http://members.example.com", True),
        ("http://leden.example.com", True),
        ("http://web_1:8000", True),
        ("http://example.com", False),
        ("http://0.0.0.0:8000", False),
        ("http://10.0.0.1", False),
        ("http://127.1", False),
        ("http://2130706433", False),
        ("http://127.0.0.1.example.com", False),
        ("http://[::ffff:10.0.0.1]", False),
        ("ftp://127.0.0.1", False),
        ("127.0.0.1:8000", False),
        ("http://admin:x@127.0.0.1", False),
        ("http://127.0.0.1@example.com", False),
        ("http://127.0.0.1\\@example.com", False),
        ("http://127.0.0.1#@example.com", False),
        ("http://127.0.0.1?x=1", False),
        ("http://127.0.0.1/path", False),
        ("http://127.0.0.1:8000\n", False),
        ("http://127.0.0.1:x", False),
        ("http://", False),
        ("", False),
    ],
)
def test_an_own_address_is_a_host_of_this_site_and_nothing_more(monkeypatch, base, is_own):
    monkeypatch.setattr(frappe.local, "site", "the.site")
    monkeypatch.setitem(frappe.conf, "host_name", "https://www.example.com")
    monkeypatch.setitem(frappe.conf, "domains", ["members.example.com", {"domain": "leden.example.com"}])
    monkeypatch.setitem(frappe.conf, "maintenance_web_servers", ["web_1"])
    assert http.is_own_address(base) is is_own


# --- on a site


def test_the_key_is_that_of_the_probe_user_while_it_is_enabled(monkeypatch):
    monkeypatch.undo()
    probe_user.ensure()
    key, secret = dashboard.probe_key()
    assert (len(key), len(secret)) == (15, 32)
    frappe.db.set_value("User", dashboard.PROBE_USER, "enabled", 0)
    assert dashboard.probe_key() is None
    frappe.db.set_value("User", dashboard.PROBE_USER, {"enabled": 1, "api_key": None})
    assert dashboard.probe_key() is None


def test_without_a_setting_the_page_is_verenigingens_where_it_is_installed(monkeypatch):
    assert dashboard.path() == "/maintenance_dashboard"
    monkeypatch.setattr(frappe, "get_installed_apps", lambda: ["frappe", "verenigingen"])
    assert dashboard.path() == "/monitoring_dashboard"
    frappe.db.set_single_value("Maintenance Settings", "dashboard_path", "/wall")
    assert dashboard.path() == "/wall"


@pytest.fixture
def page_of(monkeypatch):
    """What Frappe itself renders for a path, for a user."""
    monkeypatch.setattr(frappe.local, "request", None, raising=False)

    def render(path, user):
        frappe.set_user(user)
        set_request(method="GET", path=path)
        return read_page(get_response(path).data.decode())

    return render


def test_frappes_own_login_and_error_pages_are_recognised(page_of, monkeypatch):
    assert page_of("login", "Guest").is_login
    assert page_of("no-such-page", "Guest").is_error_page.startswith("There's nothing here")
    assert page_of("maintenance_dashboard", "nobody@example.com").is_error_page == "Not Permitted"
    monkeypatch.setattr(
        "verenigingen_maintenance.www.maintenance_dashboard.describe_dashboard", "no function"
    )
    error = page_of("maintenance_dashboard", "Administrator").is_error_page
    assert error == "Uncaught Server Exception"


def test_the_own_dashboard_is_a_whole_page_with_cards(page_of):
    page = page_of("maintenance_dashboard", "Administrator")
    assert page.is_whole
    assert (page.is_login, page.is_error_page) == (False, "")
    assert page.section("Executive Summary").problem == "not measured", "no run was measured yet"
    assert len(page.cards) > 10


def test_all_ways_of_the_server_are_in_the_table():
    named = Counter([*fake_dashboard.PAGES, *fake_dashboard.STATUSES, *fake_dashboard.REDIRECTS])
    assert set(named) <= set(WAYS)
    assert max(named.values()) == 1


def test_what_is_answered_is_a_reading_or_unknown(server):
    assert {type(answer) for answer in ask_all().values()} <= {Reading, Unknown}
