"""The catalogue is what the files say, Dutch is complete, and the words are those of the glossary."""

import io
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import translations  # noqa: E402

from verenigingen_maintenance.gettext import extractors  # noqa: E402
from verenigingen_maintenance.gettext.faults import GLOSSARY, faults_of  # noqa: E402
from verenigingen_maintenance.gettext.runbook_texts import texts  # noqa: E402
from verenigingen_maintenance.gettext.sentences import sentences  # noqa: E402

WOVEN = """def f(x):
    who = f", as {x} said" if x else ""
    return f"{x} GB{who}"
"""


@pytest.fixture(scope="module")
def now():
    return translations.template()


def test_the_template_is_what_the_files_say(now):
    kept = translations.keys(translations.read(translations.LOCALE / "main.pot"))
    said = translations.keys(now)
    assert (said - kept, kept - said) == (set(), set()), "run ./dev translations"


def test_dutch_is_complete(now):
    assert list(translations.problems(now, "nl"))[:20] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('reason = f"{count} errors in {hours} h"', ["{0} errors in {1} h"]),
        ('reason = "nothing was measured"', ["nothing was measured"]),
        ("reason = f\"{n} row{'s' if n > 1 else ''} left\"", ["{0} rows left", "{0} row left"]),
        ("x = f\"{a}{f' since {b}' if b else ''} is open\"", ["{0} since {1} is open", "{0} is open"]),
        ('x = "at " + where + " of the site"', ["at {0} of the site"]),
        ('x = "{0} was changed by {1}".format(a, b)', ["{0} was changed by {1}"]),
        ('x = "{} was changed".format(a)', ["{0} was changed"]),
        ('x = f" (week {number})"', ["week {0}"]),
        ('x = f"{a}{b} are left"', ["{0} are left"]),
        (WOVEN, ["{0} GB, as {1} said", "{0} GB"]),
        (
            'def f():\n    "What it does."\n    return frappe.get_all("ToDo", order_by="creation desc")',
            [],
        ),
        ('frappe.db.sql("select name from `tabUser` where enabled = 1")', []),
        ('QUERY = "select count(*) from information_schema.tables"', []),
        ('x = re.compile("the word (a|b)")', []),
        ('if state == "not measured": pass', []),
        ('x = {"not a text": 1}["not a text"]', []),
        ('x = "name_of_a_check"', []),
        ('x = "rows"', []),
        ('x = phrase("rows")', ["rows"]),
        ('refuse(_("Name a subject"))', []),
        ('logger.info("a line of the log")', []),
        ('x = "bench --site x migrate"', []),
        ('x = "/app/query-report/Error Patterns"', []),
        ('x = "doctype:Maintenance Escalation"', []),
        ('x = "set-config -p monitor 1"', []),
        ('x = "1. bench --site SITE set-config monitor 1"', []),
        ('x = "name, creation, modified"', []),
        ('x = {"continues_in": ("is", "not set")}', []),
        ('with lock(f"error counts {day}", PATIENCE): pass', []),
        ('x = Finding(f"slow {name}", f"{name} is slow", text)', ["{0} is slow"]),
        ('x = found(key=f"retention {name}", title="Keep less of it")', ["Keep less of it"]),
        ('key = f"pattern {name}"', []),
        ('def _key(name):\n    return f"by hand {name}"', []),
        ('x = tag("div", class_="keep new-page")', []),
        ('x = f", {n} times as many"', ["{0} times as many"]),
    ],
)
def test_sentences_for_people_are_told_from_what_is_for_machines(code, expected):
    assert [text for _, text in sentences(code)] == expected


def test_states_and_names_of_doctypes_are_left_to_the_doctypes():
    code = 'x = "Error Log"\ny = "Open the Error Log"'
    assert [text for _, text in sentences(code, has_keys=True)] == ["Open the Error Log"]


def test_the_names_of_captured_figures_are_read_too():
    code = 'x = {"disk used (%)": 1, "pid": 2}'
    assert [text for _, text in sentences(code, shows_keys=True)] == ["disk used (%)"]
    assert [text for _, text in sentences(code)] == []


def test_a_word_that_desk_uses_otherwise_is_translated_for_this_app_alone():
    code = b'__("Share"); __("Account", null, "Maintenance sentence"); __("Sign {0}", [name])'
    found = [(function, text) for _, function, text, _ in extractors.javascript(io.BytesIO(code), (), (), {})]
    assert found == [("pgettext", ("Maintenance sentence", "Account")), ("_", "Sign {0}")]
    code = b'_("Share"); _("Read", context="Maintenance sentence"); _("Sign {0}").format(x)'
    found = [(function, text) for _, function, text, _ in extractors.python(io.BytesIO(code), (), (), {})]
    assert found == [("pgettext", ("Maintenance sentence", "Read")), ("_", "Sign {0}")]


def test_a_text_within_a_template_literal_is_read_too():
    code = b"const html = `<b>${__(\"Not measured: {0}\", [why])}</b> ${__('Keys')}`;"
    found = [text for _, _, text, _ in extractors.javascript(io.BytesIO(code), (), (), {})]
    assert found == ["Not measured: {0}", "Keys"]


def test_of_the_runbook_the_words_are_read_and_not_the_keys():
    entry = {
        "disk_used": {
            "title": "Disk used",
            "source": "host.disk",
            "unit": "%",
            "command": "df -h",
            "box": "A\nBy hand",
        }
    }
    assert [text for text, _ in texts(entry)] == ["Disk used", "By hand"]


@pytest.mark.parametrize(
    ("text", "translation", "fault"),
    [
        ("{0} of {1} rows", "{1} rijen", "other figures"),
        ("<b>Open</b> it", "Open het", "other tags"),
        ("Open it", "", "not translated"),
        (" and more", "en meer", "other space at its edges"),
        ("Open the form", "Open the form", "still English"),
        ("The check is broken", "De check is kapot", "“check” is “controle” here"),
        ("{0} of {1} rows", "van {1} rijen {0}", None),
        ("Redis", "Redis", None),
    ],
)
def test_a_translation_that_loses_something_is_found(text, translation, fault):
    assert faults_of(text, translation) == ([fault] if fault else [])


def test_the_glossary_of_the_checks_is_the_one_that_translators_read():
    told = (ROOT / "docs" / "translations.md").read_text().lower()
    missing = [dutch for _, _, dutch in GLOSSARY if dutch.lower() not in told]
    assert missing == []
    assert not re.search(r"\bje\b|\bjouw\b", told), "the reader is addressed with u"
