import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.tracebacks import Failure, Frame, failure_of

# Except where they are built from parts, these are what Python 3.11 and traceback_with_variables printed.
SEPA = "verenigingen.utils.sepa"
HEADER = "Traceback (most recent call last):\n"
THROWN = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 33, in with_helpers
    frappe.throw(f"Member {name} has no mandate")
  File "apps/frappe/frappe/__init__.py", line 6, in throw
    msgprint(msg, exc)
  File "apps/frappe/frappe/__init__.py", line 13, in msgprint
    _raise_exception()
  File "apps/frappe/frappe/__init__.py", line 11, in _raise_exception
    raise raise_exception(msg)
frappe.ValidationError: Member Jan has no mandate
"""
THROWN_WITH_VARIABLES = """Traceback with variables (most recent call last):
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 33, in with_helpers
    frappe.throw(f"Member {name} has no mandate")
      name = 'Jan'
  File "apps/frappe/frappe/__init__.py", line 6, in throw
    msgprint(msg, exc)
      msg = 'Member Jan has no mandate'
      exc = <class 'frappe.ValidationError'>
  File "apps/frappe/frappe/__init__.py", line 13, in msgprint
    _raise_exception()
      msg = 'Member Jan has no mandate'
      raise_exception = <class 'frappe.ValidationError'>
      _raise_exception = <function msgprint.<locals>._raise_exception at 0x7fc503a744a0>
  File "apps/frappe/frappe/__init__.py", line 11, in _raise_exception
    raise raise_exception(msg)
      msg = 'Member Jan has no mandate'
      raise_exception = <class 'frappe.ValidationError'>
frappe.ValidationError: Member Jan has no mandate"""
THROWN_BY = Failure(
    "ValidationError", Frame("verenigingen", SEPA, "with_helpers"), "Member Jan has no mandate"
)
FIRST = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 55, in caused
    create_batch({})
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 28, in create_batch
    total = invoice["total"]
            ~~~~~~~^^^^^^^^^
KeyError: 'total'
"""
CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"
GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "apps/verenigingen/verenigingen/utils/sepa.py", line 111, in group
  |     raise ExceptionGroup("some failed", [sub(1), ValueError("b")])
  | ExceptionGroup: some failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "apps/verenigingen/verenigingen/utils/sepa.py", line 108, in sub
    |     create_batch({})
    |   File "apps/verenigingen/verenigingen/utils/sepa.py", line 28, in create_batch
    |     total = invoice["total"]
    |             ~~~~~~~^^^^^^^^^
    | KeyError: 'total'
    +---------------- 2 ----------------
    | ValueError: b
    +------------------------------------
"""
GROUP_BY = Failure("ExceptionGroup", Frame("verenigingen", SEPA, "group"), "some failed (2 sub-exceptions)")
QUOTED_IN_A_LOCAL = """Traceback with variables (most recent call last):
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 73, in local_with_traceback
    return int("a")
      log = Traceback (most recent call last):
        File "apps/erpnext/erpnext/x.py", line 3, in other
          boom()
      KeyError: 'x'
      
      During handling of the above exception, another exception occurred:
      
      Traceback (most recent call last):
        File "apps/erpnext/erpnext/y.py", line 3, in worse
      OSError: y
builtins.ValueError: invalid literal for int() with base 10: 'a'"""  # noqa: W293
QUOTED_IN_THE_MESSAGE = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 68, in send
    raise MandateError
verenigingen.utils.sepa.MandateError: no mandate
Traceback (most recent call last):
  File "apps/erpnext/erpnext/x.py", line 3, in other
    boom()
KeyError: 'x'
"""
NOT_COMPILED = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/utils/sepa.py", line 135, in syntax
    return importlib.import_module("verenigingen.broken")
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1206, in _gcd_import
  File "apps/verenigingen/verenigingen/broken.py", line 1
    x = (
        ^
SyntaxError: '(' was never closed
"""
SERVER_SCRIPT = """Traceback with variables (most recent call last):
  File "apps/frappe/frappe/utils/safe_exec.py", line 99, in safe_exec
    exec(compile_restricted(script, filename=filename), exec_globals, _locals)
      script = 'f()'
  File "<serverscript>: notify_members", line 4, in <module>
      f = <function f at 0x7fc503719620>
  File "<serverscript>: notify_members", line 2, in f
builtins.ZeroDivisionError: division by zero"""


def frames(*places, exception="KeyError: 'x'"):
    """A traceback through these (path, function)."""
    lines = [f'  File "{path}", line 7, in {function}\n    call()\n' for path, function in places]
    return HEADER + "".join(lines) + exception + "\n"


def place_of(text):
    return failure_of(text).frame


@pytest.mark.parametrize("text", [THROWN, THROWN_WITH_VARIABLES])
def test_type_function_and_message_are_read_from_either_form_and_helpers_that_throw_are_passed_over(text):
    assert failure_of(text) == THROWN_BY


def test_neither_line_numbers_nor_the_layout_of_a_source_line_matter():
    moved = re.sub(r"line \d+", "line 900", THROWN).replace(
        "frappe.throw(f", "frappe.throw(  title=None, msg=f"
    )
    without_sources = "".join(line for line in THROWN.splitlines(True) if not line.startswith("    "))
    with_marks = THROWN.replace('mandate")\n', 'mandate")\n    ^^^^^^^^^^^^^\n', 1)
    assert moved != THROWN != with_marks
    assert {failure_of(each) for each in (moved, without_sources, with_marks)} == {THROWN_BY}


@pytest.mark.parametrize("bench", ["/home/frappe/frappe-bench/", "/srv/my bench/", "C:/bench/"])
def test_it_does_not_matter_where_the_bench_is(bench):
    assert failure_of(THROWN.replace('File "apps/', f'File "{bench}apps/')) == THROWN_BY


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(
    "text", [THROWN, THROWN_WITH_VARIABLES, FIRST + CAUSED + THROWN, GROUP, NOT_COMPILED]
)
def test_it_does_not_matter_how_lines_end(text, end):
    assert failure_of(text.replace("\n", end)) == failure_of(text)


@pytest.mark.parametrize("joint", [CAUSED, DURING])
def test_of_a_chain_the_last_exception_counts(joint):
    assert failure_of(FIRST + joint + THROWN) == THROWN_BY
    assert failure_of(THROWN + joint + FIRST + joint + THROWN) == THROWN_BY
    assert failure_of(THROWN + joint + FIRST) == failure_of(FIRST) != THROWN_BY


def test_the_innermost_function_of_an_app_is_named_and_not_the_library_below_it():
    text = frames(
        ("apps/verenigingen/verenigingen/utils/sepa.py", "outer"),
        ("apps/erpnext/erpnext/accounts/party.py", "get_party"),
        ("apps/frappe/frappe/model/document.py", "save"),
        ("env/lib/python3.11/site-packages/requests/api.py", "get"),
    )
    assert place_of(text) == Frame("erpnext", "erpnext.accounts.party", "get_party")


def test_without_an_app_frappe_is_named_and_without_frappe_the_library():
    frappe = ("apps/frappe/frappe/model/document.py", "save")
    library = ("env/lib/python3.11/site-packages/requests/api.py", "get")
    assert place_of(frames(frappe, library)) == Frame("frappe", "frappe.model.document", "save")
    assert place_of(frames(library)).app == ""
    assert place_of(frames(("/usr/lib/python3.11/json/decoder.py", "decode"))).module == "json.decoder"


@pytest.mark.parametrize("folder", ["env/lib/python3.11/site-packages", "/usr/lib/python3.11/dist-packages"])
def test_a_library_is_named_alike_wherever_it_is_installed(folder):
    assert place_of(frames((f"{folder}/requests/api.py", "get"))) == Frame("", "requests.api", "get")


@pytest.mark.parametrize("helper", ["throw", "msgprint", "_raise_exception"])
def test_only_frappes_own_helpers_are_passed_over(helper):
    caller = ("apps/frappe/frappe/model/document.py", "save")
    assert place_of(frames(caller, ("apps/frappe/frappe/__init__.py", helper))).function == "save"
    own = ("apps/verenigingen/verenigingen/api.py", helper)
    assert place_of(frames(caller, own)) == Frame("verenigingen", "verenigingen.api", helper)


@pytest.mark.parametrize("inner", ["<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>", "<lambda>"])
def test_a_comprehension_or_lambda_has_the_name_of_the_function_around_it(inner):
    file = "apps/verenigingen/verenigingen/utils/sepa.py"
    assert place_of(frames((file, "totals"), (file, inner))).function == "totals"


def test_the_body_of_a_module_is_a_place():
    text = frames(("apps/verenigingen/verenigingen/hooks.py", "<module>"))
    assert place_of(text) == Frame("verenigingen", "verenigingen.hooks", "<module>")
    assert place_of(frames(("apps/crm/crm/__init__.py", "start"))).module == "crm"


def test_an_exception_group_is_told_by_itself_and_not_by_what_it_holds():
    assert failure_of(GROUP) == GROUP_BY


def test_a_group_that_follows_upon_another_exception_counts():
    assert failure_of(FIRST + CAUSED + GROUP) == GROUP_BY


def test_a_chain_inside_a_group_is_not_followed():
    chain = "".join(f"    | {line}\n" for line in (DURING + THROWN).splitlines())
    text = GROUP.replace("    +---------------- 2", f"{chain}    +---------------- 2")
    assert failure_of(text) == GROUP_BY


@pytest.mark.parametrize("size", [len(HEADER), len(HEADER) + 20])
def test_of_a_traceback_cut_off_in_its_first_frame_nothing_is_known(size):
    assert failure_of(THROWN[:size]) == Failure("", None, "")


def test_of_a_traceback_cut_off_before_its_exception_the_place_is_known():
    cut = THROWN[: THROWN.index("frappe.ValidationError")]
    assert failure_of(cut) == Failure("", THROWN_BY.frame, "")


@pytest.mark.parametrize("text", [THROWN, THROWN_WITH_VARIABLES, FIRST + DURING + THROWN])
def test_of_a_traceback_whose_beginning_was_cut_off_the_end_is_read(text):
    assert failure_of(text[len(HEADER) - 30 :]) == THROWN_BY
    assert failure_of("… " + text[len(HEADER) + 60 :]).exception == THROWN_BY.exception


def test_a_frame_at_the_very_beginning_is_read():
    assert failure_of(THROWN[len(HEADER) :]) == THROWN_BY
    assert failure_of(NOT_COMPILED[NOT_COMPILED.index('  File "apps/verenigingen/verenigingen/b') :]).frame


def test_a_traceback_inside_json_is_read():
    assert failure_of(json.dumps({"exc": THROWN, "exc_type": "ValidationError"})) == THROWN_BY
    assert failure_of(json.dumps([FIRST + DURING + THROWN])) == THROWN_BY


def test_a_traceback_inside_an_answer_of_frappe_is_read():
    answer = {"exc": json.dumps([THROWN]), "exc_type": "ValidationError"}
    assert failure_of(json.dumps(answer)) == THROWN_BY


def test_a_file_that_does_not_compile_is_the_place():
    frame = Frame("verenigingen", "verenigingen.broken", "")
    assert failure_of(NOT_COMPILED) == Failure("SyntaxError", frame, "'(' was never closed")


def test_a_server_script_is_an_app_of_its_own_and_its_name_the_module():
    assert place_of(SERVER_SCRIPT) == Frame("Server Script", "notify_members", "f")
    nameless = SERVER_SCRIPT.replace("<serverscript>: notify_members", "<serverscript>")
    assert place_of(nameless) == Frame("Server Script", "Server Script", "f")


@pytest.mark.parametrize(
    "before", ["Could not send.\n\n", 'a: "b"\n  File "apps/x/x.py", line 1, in y\n', "\n", "E "]
)
def test_what_is_written_before_a_traceback_is_passed_over(before):
    assert failure_of(before + THROWN) == THROWN_BY


def test_a_traceback_that_is_the_value_of_a_local_is_no_part_of_the_chain():
    failure = failure_of(QUOTED_IN_A_LOCAL)
    assert (failure.exception, failure.frame.function) == ("ValueError", "local_with_traceback")


def test_a_traceback_that_is_quoted_in_the_message_is_not_the_failure():
    failure = failure_of(QUOTED_IN_THE_MESSAGE)
    assert failure == Failure("MandateError", Frame("verenigingen", SEPA, "send"), "no mandate")


def test_a_chain_that_is_quoted_in_the_message_is_not_followed_where_the_form_shows_no_chains():
    assert failure_of(THROWN_WITH_VARIABLES + "\n" + FIRST + DURING + FIRST) == THROWN_BY


@pytest.mark.parametrize(
    ("line", "exception", "message"),
    [
        ("KeyError", "KeyError", ""),
        ("builtins.ValueError: ", "ValueError", ""),
        ("app.errors.Outer.Inner: why", "Inner", "why"),
        ("app.errors.make.<locals>.Local: why: so", "Local", "why: so"),
        ("ValueError: first\nsecond: line\n\nfourth", "ValueError", "first"),
        ("ValueError: noted\na note\nof two", "ValueError", "noted"),
        ("<not a type>: x", "", "<not a type>: x"),
    ],
)
def test_the_type_is_short_and_the_message_its_first_line(line, exception, message):
    failure = failure_of(frames(("apps/crm/crm/api.py", "get"), exception=line))
    assert (failure.exception, failure.message) == (exception, message)


@pytest.mark.parametrize(
    "text", ["", "Payment failed", 'File "apps/a/b.py", line 3, in c', "Traceback", "\r\n"]
)
def test_without_a_traceback_there_is_no_failure(text):
    assert failure_of(text) is None


def test_a_folder_of_an_app_may_be_called_apps():
    path = "apps/crm/crm/apps/sms/api.py"
    assert {place_of(frames((each + path, "get"))).app for each in ("", "/srv/bench/")} == {"crm"}


@pytest.mark.parametrize(
    ("path", "app", "module"),
    [
        ("/srv/apps/bench/apps/verenigingen/verenigingen/api.py", "verenigingen", "verenigingen.api"),
        ("env/lib/python3.11/site-packages/google/apps/script/types.py", "", "google.apps.script.types"),
    ],
)
def test_a_folder_that_is_called_apps_by_chance_makes_no_app(path, app, module):
    assert place_of(frames((path, "get"))) == Frame(app, module, "get")


PARTS = st.sampled_from(
    [HEADER, "Exception Group ", "  File ", '"apps/a/a.py"', ", line 3", ", in f", "\n", "\r", DURING]
)


@given(st.text() | st.lists(PARTS | st.text(max_size=5), max_size=20).map("".join))
def test_any_text_can_be_read(text):
    failure = failure_of(text)
    assert failure is None or (isinstance(failure.exception, str) and "\n" not in failure.message)


@given(st.integers(0, len(FIRST + CAUSED + THROWN)))
def test_a_traceback_can_be_cut_off_anywhere(size):
    failure = failure_of((FIRST + CAUSED + THROWN)[:size])
    assert (failure is None) == (size < len(HEADER) - 1)
