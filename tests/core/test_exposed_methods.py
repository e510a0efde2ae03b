"""Whitelisted methods are judged by reading their code: what each does before it asks who may."""

import textwrap

import pytest

from verenigingen_maintenance.core.code_modules import Library
from verenigingen_maintenance.core.exposed_methods import Kind, find

HEAD = "import frappe\nfrom frappe import _\n"


def library(**modules):
    """Modules of an app by their names; “__” is a dot."""
    texts = {name.replace("__", "."): HEAD + textwrap.dedent(text) for name, text in modules.items()}
    return Library(lambda name: (texts[name], False) if name in texts else None)


def judged(body, decorator="@frappe.whitelist()", head="", arguments="name", **modules):
    """What one method with such a body is."""
    body = textwrap.indent(textwrap.dedent(body), "    ")
    code = f"{textwrap.dedent(head)}\n{decorator}\ndef method({arguments}):\n{body}\n"
    (found,) = [each for each in find(library(app=code, **modules), ["app"]) if each.path == "app.method"]
    return found


GUEST = "@frappe.whitelist(allow_guest=True)"
WRITE = "frappe.db.set_value('User', name, 'enabled', 0)"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (WRITE, Kind.WRITES),
        ("frappe.get_doc('User', name).db_set('enabled', 0)", Kind.WRITES),
        ("frappe.db.sql('''\n  update tabUser set enabled = 0''')", Kind.WRITES),
        ("frappe.db.sql(f'delete from `tab{name}`')", Kind.WRITES),
        ("frappe.db.sql('update tabUser set x = %s' % name)", Kind.WRITES),
        ("frappe.delete_doc('User', name, ignore_permissions=True)", Kind.WRITES),
        ("doc = frappe.get_doc('User', name)\ndoc.save(ignore_permissions=True)", Kind.WRITES),
        ("doc = frappe.get_doc('User', name)\ndoc.flags.ignore_permissions = True\ndoc.save()", Kind.WRITES),
        ("frappe.get_doc({'doctype': 'User'}).insert(ignore_permissions=True)", Kind.WRITES),
        ("frappe.get_doc({'doctype': 'User'}).insert(True)", Kind.WRITES),
        ("frappe.get_doc('User', name).save(True)", Kind.WRITES),
        ("frappe.get_doc('User', name).save(False)", Kind.CHECKED),
        ("query = 'update tabUser set enabled = 0'\nfrappe.db.sql(query)", Kind.WRITES),
        ("query = 'select * from tabUser'\nreturn frappe.db.sql(query)", Kind.READS),
        ("frappe.qb.update(frappe.qb.DocType('User')).set('enabled', 0).run()", Kind.WRITES),
        ("query = frappe.qb.into('User').insert(1)\nquery.run()", Kind.WRITES),
        ("frappe.set_user('Administrator')", Kind.WRITES),
        ("frappe.sendmail(recipients=[name])", Kind.WRITES),
        ("open(name, 'w').write('x')", Kind.WRITES),
        ("open('x', mode=name).write('x')", Kind.UNDECIDED),
        ("open('x').read()", Kind.HARMLESS),
        ("return frappe.get_all('User')", Kind.READS),
        ("return frappe.db.sql('select * from tabUser')", Kind.READS),
        ("return frappe.db.get_value('User', name, 'api_key')", Kind.READS),
        ("return frappe.get_doc('User', name)", Kind.READS),
        ("return frappe.get_list('User', ignore_permissions=True)", Kind.READS),
        ("query = frappe.qb.from_('User').select('*')\nreturn query.run()", Kind.READS),
        ("frappe.get_attr(name)()", Kind.UNDECIDED),
        ("return frappe.get_cached_module(name).do_it()", Kind.UNDECIDED),
        ("things[name].launch()", Kind.UNDECIDED),
        ("exec(name)", Kind.UNDECIDED),
        ("getattr(frappe, name)()", Kind.UNDECIDED),
        ("HANDLERS[name]()", Kind.UNDECIDED),
        ("handler = getattr(frappe.db, name)\nhandler('User')", Kind.UNDECIDED),
        ("name('User')", Kind.UNDECIDED),
        ("frappe.get_doc({'doctype': 'ToDo'}).insert()\ngetattr(frappe, name)()", Kind.UNDECIDED),
        ("frappe.enqueue_doc('User', name, 'wipe')", Kind.UNDECIDED),
        ("frappe.db.multisql({'mariadb': 'delete from tabUser'})", Kind.UNDECIDED),
        ("key = lambda each: each.strip()\nreturn key('x')", Kind.HARMLESS),
        ("frappe.local.db.sql('delete from tabUser')", Kind.WRITES),
        ("frappe.db.sql(query='delete from tabUser')", Kind.WRITES),
        ("frappe.db.sql('/* all */ delete from tabUser')", Kind.WRITES),
        ("doc = frappe.get_doc('User', name)\ndoc.flags['ignore_permissions'] = 1\ndoc.save()", Kind.WRITES),
        (
            "doc = frappe.get_doc('User', name)\ndoc.flags.update({'ignore_permissions': True})\ndoc.save()",
            Kind.WRITES,
        ),
        (
            "doc = frappe.get_doc('User')\nif name:\n    doc.flags.ignore_permissions = True\ndoc.save()",
            Kind.WRITES,
        ),
        ("return {'pong': name.strip()}", Kind.HARMLESS),
        ("return frappe.get_list('User')", Kind.CHECKED),
        ("frappe.delete_doc('User', name)", Kind.CHECKED),
        ("doc = frappe.get_doc('User', name)\ndoc.enabled = 0\ndoc.save()", Kind.CHECKED),
        ("frappe.get_doc({'doctype': 'ToDo'}).insert()", Kind.CHECKED),
        ("return frappe.get_doc({'doctype': 'ToDo'}).as_dict()", Kind.HARMLESS),
        ("return frappe.get_doc(dict(doctype='ToDo')).as_dict()", Kind.HARMLESS),
        ("[].insert(0, name)\nreturn 1", Kind.HARMLESS),
    ],
)
def test_what_a_method_does_unasked(body, kind):
    assert judged(body).kind is kind


@pytest.mark.parametrize(
    "ask",
    [
        "frappe.only_for('System Manager')",
        "frappe.has_permission('User', throw=True)",
        "frappe.has_permission('User', 'write', name, throw=name)",
        "frappe.get_doc('User', name).check_permission('write')",
        "if not frappe.has_permission('User'):\n    frappe.throw('no')",
        "if not frappe.has_permission('User'):\n    return",
        "if 'System Manager' not in frappe.get_roles():\n    raise frappe.PermissionError",
        "roles = frappe.get_roles()\nif 'X' not in roles:\n    raise ValueError",
        "allowed = frappe.has_permission('User')\nif not allowed:\n    frappe.throw('no')",
        "if frappe.db.get_value('User', name, 'owner') != frappe.session.user:\n    frappe.throw('no')",
        "if name != 'me':\n    frappe.throw(_('no'), frappe.PermissionError)",
        "assert frappe.has_permission('User')",
        "if not frappe.session.user == name:\n    frappe.throw('no')",
        "if kind_of(frappe.session.user) == 'Website User':\n    frappe.throw('no')",
        "if name:\n    frappe.only_for('A')\nelse:\n    frappe.only_for('B')",
        "with frappe.utils.lock():\n    frappe.only_for('A')",
        "try:\n    frappe.only_for('A')\nfinally:\n    pass",
        "try:\n    frappe.only_for('A')\nexcept Exception:\n    return",
        "try:\n    frappe.only_for('A')\nexcept Exception:\n    frappe.log_error()\n    raise",
        "if 'A' not in frappe.get_roles(frappe.session.user):\n    frappe.throw('no')",
        "if not name or not frappe.has_permission('User', name):\n    frappe.throw('no')",
        "if frappe.session.user != 'x' and not frappe.has_permission('User'):\n    frappe.throw('no')",
        "if not (frappe.flags.in_test or frappe.has_permission('User')):\n    return",
        "if not (frappe.has_permission('User') or 'A' in frappe.get_roles()):\n    frappe.throw('no')",
    ],
)
def test_who_asks_first_is_checked(ask):
    assert judged(f"{ask}\n{WRITE}").kind is Kind.CHECKED
    assert judged(f"{WRITE}\n{ask}").kind is Kind.WRITES, "what is done before is done"


@pytest.mark.parametrize(
    "ask",
    [
        "frappe.has_permission('User')",
        "frappe.get_roles()",
        "if name == 'x':\n    frappe.only_for('A')",
        "if frappe.has_permission('User'):\n    name = 1",
        "try:\n    name.strip()\nexcept ValueError:\n    frappe.only_for('A')",
        "def inner():\n    frappe.only_for('A')",
        "if name and not frappe.has_permission('User', name):\n    frappe.throw('no')",
        "if not (name == 'x' or frappe.has_permission('User')):\n    frappe.throw('no')",
        "if frappe.session.user != 'x':\n    name = 1",
        "if frappe.session.user != 'x' and name:\n    frappe.throw('no')",
        "match name:\n    case 'x':\n        frappe.only_for('A')\n    case _:\n        pass",
        "frappe.has_permission('User', throw=False)",
        "if not name:\n    frappe.throw('A name is needed')",
        "try:\n    frappe.only_for('A')\nexcept Exception:\n    frappe.log_error()",
        "try:\n    name = int(name)\n    frappe.only_for('A')\nexcept ValueError:\n    pass",
        "with contextlib.suppress(frappe.PermissionError):\n    frappe.only_for('A')",
        "if 'A' not in frappe.get_roles(name):\n    frappe.throw('no')",
        "frappe.has_permission('User', user=name, throw=True)",
        "if frappe.db.get_value('User', name, 'owner') == frappe.session.user:\n    frappe.throw('your own')",
        "if frappe.session.user in ('a', 'b'):\n    raise frappe.PermissionError",
    ],
)
def test_asking_without_a_consequence_is_no_check(ask):
    assert judged(f"{ask}\n{WRITE}").kind is Kind.WRITES


@pytest.mark.parametrize(
    "body",
    [
        "user = name or frappe.session.user\nfrappe.db.set_value('User', user, 'enabled', 0)",
        "frappe.db.set_value('User', name or frappe.session.user, 'enabled', 0)",
        f"if not name:\n    name = frappe.session.user\n{WRITE}",
        "user = frappe.session.user\nuser = name\nfrappe.db.set_value('User', user, 'enabled', 0)",
        "frappe.db.set_value('User', name if name else frappe.session.user, 'enabled', 0)",
    ],
)
def test_whom_the_caller_may_name_is_not_the_caller(body):
    assert judged(body).kind is Kind.WRITES


def test_what_is_done_in_the_same_attempt_after_asking_is_checked():
    assert (
        judged(f"try:\n    frappe.only_for('A')\n    {WRITE}\nexcept Exception:\n    pass").kind
        is Kind.CHECKED
    )
    about_them = "user = frappe.session.user\n    frappe.db.set_value('User', user, 'theme', name)"
    assert judged(f"try:\n    {about_them}\nexcept Exception:\n    pass").kind is Kind.CHECKED


def test_what_stands_in_the_branch_that_may_is_checked():
    assert judged(f"if frappe.has_permission('User'):\n    {WRITE}").kind is Kind.CHECKED


def test_what_stands_in_a_branch_for_some_users_is_not_checked():
    assert judged(f"if frappe.session.user != 'x':\n    {WRITE}").kind is Kind.WRITES


def test_what_is_read_before_it_asks_harms_nobody():
    body = (
        "owner = frappe.db.get_value('User', name)\nif not frappe.has_permission('User', owner):\n    return"
    )
    assert judged(body).kind is Kind.CHECKED


@pytest.mark.parametrize(
    "body",
    [
        "return frappe.get_all('ToDo', {'owner': frappe.session.user})",
        "user = frappe.session.user\nfrappe.db.set_value('User', user, 'theme', name)",
        "frappe.db.sql('delete from x where user = %s', frappe.session.user)",
    ],
)
def test_what_is_about_the_caller_alone_is_checked(body):
    assert judged(body).kind is Kind.CHECKED


@pytest.mark.parametrize(
    ("decorator", "body", "kind"),
    [
        (GUEST, WRITE, Kind.GUEST_WRITES),
        ("@frappe.whitelist(True)", WRITE, Kind.GUEST_WRITES),
        ("@frappe.whitelist(methods=['POST'], allow_guest=SOME)", WRITE, Kind.GUEST_WRITES),
        ("@frappe.whitelist(allow_guest=False)", WRITE, Kind.WRITES),
        (GUEST, "return frappe.get_all('User')", Kind.GUEST_READS),
        (GUEST, "getattr(frappe, name)()", Kind.GUEST_UNDECIDED),
        (GUEST, "frappe.only_for('A')\n" + WRITE, Kind.CHECKED),
        (GUEST, f"if frappe.session.user == 'Guest':\n    frappe.throw('Log in')\n{WRITE}", Kind.WRITES),
        (GUEST, f"if not hmac.compare_digest(name, token()):\n    return\n{WRITE}", Kind.CHECKED),
        ("@frappe.whitelist", WRITE, Kind.WRITES),
        ("@whitelist()", WRITE, Kind.WRITES),
        ("@opened(allow_guest=True)", WRITE, Kind.GUEST_WRITES),
    ],
)
def test_guests(decorator, body, kind):
    head = "from frappe import whitelist\nfrom frappe import whitelist as opened\nimport hmac"
    found = judged(body, decorator, head=head)
    assert found.kind is kind
    assert found.is_guest is (kind is not Kind.WRITES)


class TestHelpers:
    def test_of_the_same_file_are_followed_both_ways(self):
        asks = "def only_managers():\n    frappe.only_for('A')\n"
        assert judged(f"only_managers()\n{WRITE}", head=asks).kind is Kind.CHECKED
        answers = "def may():\n    return 'A' in frappe.get_roles()\n"
        assert judged(f"if not may():\n    return\n{WRITE}", head=answers).kind is Kind.CHECKED
        assert judged(f"may()\n{WRITE}", head=answers).kind is Kind.WRITES
        writes = f"def disable(name):\n    {WRITE}\n"
        found = judged("disable(name)", head=writes)
        assert found.kind is Kind.WRITES
        assert found.why == "frappe.db.set_value (line 4, in app.disable)"

    def test_of_other_files_are_found_by_their_imports(self):
        door = "def only(role):\n    if role not in frappe.get_roles():\n        frappe.throw('no')\n"
        for head, call in (
            ("from app.door import only", "only('A')"),
            ("from app import door", "door.only('A')"),
            ("import app.door as d", "d.only('A')"),
            ("import app.door", "app.door.only('A')"),
            ("from .door import only as o", "o('A')"),
        ):
            module = {"app__door": door, "app": ""}
            code = f"{head}\n@frappe.whitelist()\ndef method(name):\n    {call}\n    {WRITE}\n"
            texts = {
                **{key.replace("__", "."): HEAD + text for key, text in module.items()},
                "app.api": HEAD + code,
            }
            (found,) = find(
                Library(lambda name, texts=texts: (texts[name], False) if name in texts else None),
                ["app.api"],
            )
            assert found.kind is Kind.CHECKED, head

    def test_of_a_file_of_which_all_is_imported_are_followed(self):
        helpers = f"def wipe(name):\n    {WRITE}\ndef ask():\n    frappe.only_for('A')\n"
        head = "from helpers import *"
        assert judged("wipe(name)", head=head, helpers=helpers).kind is Kind.WRITES
        assert judged(f"ask()\n{WRITE}", head=head, helpers=helpers).kind is Kind.CHECKED
        assert judged("gone(name)", head=head, helpers=helpers).kind is Kind.HARMLESS

    def test_deeper_ones_than_are_followed_leave_it_undecided(self):
        deep = f"def a(name):\n    b(name)\ndef b(name):\n    c(name)\ndef c(name):\n    {WRITE}\n"
        assert judged("a(name)", head=deep).kind is Kind.UNDECIDED
        assert judged("b(name)", head=deep).kind is Kind.WRITES

    def test_one_that_calls_itself_ends(self):
        assert (
            judged("return again(name)", head="def again(name):\n    return again(name)\n").kind
            is Kind.HARMLESS
        )

    def test_what_is_enqueued_is_done_unasked(self):
        job = f"def job(name):\n    {WRITE}\n"
        assert judged("frappe.enqueue(job, name=name)", head=job).kind is Kind.WRITES
        assert judged("frappe.enqueue('app.job', name=name)", head=job).kind is Kind.WRITES
        assert judged("frappe.only_for('A')\nfrappe.enqueue(job)", head=job).kind is Kind.CHECKED
        refusing = f"def job(name):\n    frappe.only_for('A')\n    {WRITE}\n"
        assert judged("frappe.enqueue(job)", head=refusing).kind is Kind.CHECKED
        assert judged(f"frappe.enqueue(job)\n{WRITE}", head=refusing).kind is Kind.WRITES
        assert judged("frappe.enqueue(name)").kind is Kind.UNDECIDED

    def test_a_decorator_that_refuses_is_a_check_and_one_that_does_not_is_none(self):
        guard = """
            def for_managers(function):
                def call(*arguments):
                    frappe.only_for("A")
                    return function(*arguments)
                return call
            def roles(*names):
                def decorate(function):
                    def call(*arguments):
                        if not set(names) & set(frappe.get_roles()):
                            frappe.throw("no")
                        return function(*arguments)
                    return call
                return decorate
            def timed(function):
                def call(*arguments):
                    return function(*arguments)
                return call
        """
        for decorator, kind in (
            ("@for_managers", Kind.CHECKED),
            ("@roles('A', 'B')", Kind.CHECKED),
            ("@timed", Kind.WRITES),
            ("@of_some_library()", Kind.WRITES),
        ):
            assert judged(WRITE, f"@frappe.whitelist()\n{decorator}", guard).kind is kind, decorator


def test_a_method_of_a_document_may_be_called_by_who_reads_it():
    code = """
        class Thing(Document):
            @frappe.whitelist()
            def shown(self):
                return frappe.get_all("User")
            @frappe.whitelist()
            def done(self):
                self.db_set("done", 1)
            @frappe.whitelist()
            def saved(self):
                self.save()
            @frappe.whitelist()
            def helped(self):
                self._ask()
                self.db_set("done", 1)
            def _ask(self):
                self.check_permission("write")
    """
    found = {each.path: each.kind for each in find(library(app=code), ["app"])}
    assert found == {
        "app.Thing.done": Kind.WRITES_FOR_READERS,
        "app.Thing.shown": Kind.CHECKED,
        "app.Thing.saved": Kind.CHECKED,
        "app.Thing.helped": Kind.CHECKED,
    }


def test_async_ones_are_read_nested_ones_cannot_be_called_and_what_is_not_whitelisted_is_none():
    code = f"""
        @frappe.whitelist()
        async def later(name):
            {WRITE}
        def outer():
            @frappe.whitelist()
            def inner(name):
                {WRITE}
        def plain(name):
            {WRITE}
        if True:
            @frappe.whitelist()
            def sometimes(name):
                {WRITE}
    """
    found = find(library(app=code), ["app"])
    assert [(each.path, each.kind) for each in found] == [
        ("app.later", Kind.WRITES),
        ("app.sometimes", Kind.WRITES),
    ]


def test_the_worst_comes_first_and_a_file_that_is_no_python_is_none():
    code = (
        f"{GUEST}\ndef b(name):\n    {WRITE}\n@frappe.whitelist()\ndef a(name):\n    frappe.only_for('A')\n"
    )
    there = library(app=code)
    assert [each.path for each in find(there, ["app", "gone"])] == ["app.b", "app.a"]
    broken = Library(lambda name: ("def (:", False))
    assert find(broken, ["app"]) == []
    assert broken.module("app") is None
