"""Frames, kinds of exceptions, locals and places for the tracebacks of benchmarks/labelled_errors.py."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.labelled_values import words_of

SITE = "env/lib/python3.11/site-packages"
FRAPPE = "apps/frappe/frappe"


@dataclass(frozen=True)
class Frame:
    """One frame of a traceback."""

    path: str
    line: int
    function: str
    source: str


@dataclass(frozen=True)
class Kind:
    """A type of exception, what it says, the source that raises it and the frames below that source."""

    type: str
    messages: tuple[str, ...]
    sources: tuple[str, ...]
    below: str = ""


def frames(text: str) -> tuple[Frame, ...]:
    """Frames written one a line as path, line, function and source, with ~ and @ for the usual folders."""
    rows = [line.strip().split("|", 3) for line in text.strip().splitlines()]
    return tuple(
        Frame(path.replace("~", FRAPPE).replace("@", SITE), int(line), function, source)
        for path, line, function, source in rows
    )


DOCUMENT = """~/model/document.py|337|save|return self._save(*args, **kwargs)
~/model/document.py|373|_save|self.run_before_save_methods()
~/model/document.py|1082|run_before_save_methods|self.run_method("validate")
~/model/document.py|958|run_method|out = Document.hook(fn)(self, *args, **kwargs)
~/model/document.py|1318|composer|return composed(self, method, *args, **kwargs)
~/model/document.py|1304|runner|add_to_return_value(self, fn(self, *args, **kwargs))
~/model/document.py|955|fn|return method_object(*args, **kwargs)"""
_WEB = """~/app.py|114|application|response = frappe.api.handle(request)
~/api/__init__.py|49|handle|data = endpoint(**arguments)
~/api/v1.py|36|handle_rpc_call|return frappe.handler.handle()
~/handler.py|50|handle|data = execute_cmd(cmd)
~/handler.py|86|execute_cmd|return frappe.call(method, **frappe.form_dict)
~/__init__.py|1775|call|return fn(*args, **newargs)
~/utils/typing_validations.py|31|wrapper|return func(*args, **kwargs)"""
OUTER = {
    "web": frames(_WEB),
    "old web": frames("~/app.py|110|application|frappe.handler.handle()") + frames(_WEB)[3:6],
    "job": frames("~/utils/background_jobs.py|221|execute_job|retval = method(**kwargs)"),
    "scheduler": frames(
        "~/core/doctype/scheduled_job_type/scheduled_job_type.py|143|execute|frappe.get_attr(self.method)()"
    ),
    "console": frames("~/commands/utils.py|281|execute|ret = frappe.get_attr(method)(*args, **kwargs)"),
    "event": frames(_WEB) + frames("~/desk/form/save.py|39|savedocs|doc.save()") + frames(DOCUMENT),
    "job event": frames("~/utils/background_jobs.py|221|execute_job|retval = method(**kwargs)"),
}
BELOW = {
    "": (),
    "throw": frames("""~/__init__.py|645|throw|msgprint(
~/__init__.py|610|msgprint|_raise_exception()
~/__init__.py|561|_raise_exception|raise exc"""),
    "link": frames("""~/model/document.py|337|save|return self._save(*args, **kwargs)
~/model/document.py|369|_save|self._validate_links()
~/model/document.py|918|_validate_links|frappe.throw(_("Could not find {0}").format(msg), exc)
~/__init__.py|645|throw|msgprint(
~/__init__.py|610|msgprint|_raise_exception()
~/__init__.py|561|_raise_exception|raise exc"""),
    "mandatory": frames("""~/model/document.py|296|insert|self._validate()
~/model/document.py|592|_validate|self._validate_mandatory()
~/model/document.py|860|_validate_mandatory|raise frappe.MandatoryError("""),
    "stamp": frames("""~/model/document.py|337|save|return self._save(*args, **kwargs)
~/model/document.py|365|_save|self.check_if_latest()
~/model/document.py|771|check_if_latest|frappe.msgprint(
~/__init__.py|610|msgprint|_raise_exception()
~/__init__.py|561|_raise_exception|raise exc"""),
    "missing": frames("""~/__init__.py|1245|get_doc|doc = frappe.model.document.get_doc(*args, **kwargs)
~/model/document.py|81|get_doc|return controller(*args, **kwargs)
~/model/document.py|132|__init__|self.load_from_db()
~/model/document.py|175|load_from_db|frappe.throw(
~/__init__.py|645|throw|msgprint(
~/__init__.py|610|msgprint|_raise_exception()
~/__init__.py|561|_raise_exception|raise exc"""),
    "sql": frames("""~/database/database.py|227|sql|self._cursor.execute(query, values)
@/pymysql/cursors.py|153|execute|result = self._query(query)
@/pymysql/cursors.py|322|_query|conn.query(q)
@/pymysql/connections.py|558|query|self._affected_rows = self._read_query_result(unbuffered=unbuffered)
@/pymysql/protocol.py|221|raise_for_error|err.raise_mysql_exception(self._data)
@/pymysql/err.py|143|raise_mysql_exception|raise errorclass(errno, errval)"""),
    "http": frames("""@/requests/api.py|59|request|return session.request(method=method, url=url, **kwargs)
@/requests/sessions.py|589|request|resp = self.send(prep, **send_kwargs)
@/requests/adapters.py|519|send|raise ConnectionError(e, request=request)"""),
    "status": frames(
        "@/requests/models.py|1021|raise_for_status|raise HTTPError(http_error_msg, response=self)"
    ),
    "json": frames("""/usr/lib/python3.11/json/__init__.py|346|loads|return _default_decoder.decode(s)
/usr/lib/python3.11/json/decoder.py|337|decode|obj, end = self.raw_decode(s, idx=_w(s, 0).end())
/usr/lib/python3.11/json/decoder.py|355|raw_decode|raise JSONDecodeError("Expecting value", s, err.value)"""),
    "smtp": frames("/usr/lib/python3.11/smtplib.py|887|sendmail|raise SMTPRecipientsRefused(senderrs)"),
    "jinja": frames("""~/utils/jinja.py|81|render_template|return env.from_string(template).render(context)
@/jinja2/environment.py|1301|render|self.environment.handle_exception()
@/jinja2/environment.py|936|handle_exception|raise rewrite_traceback_stack(source=source)
<template>|3|top-level template code|"""),
    "timeout": frames("@/rq/timeouts.py|63|handle_death_penalty|raise self._exception("),
    "redis": frames("@/redis/connection.py|707|connect|raise ConnectionError(self._error_message(e))"),
}

KINDS = (
    Kind(
        "frappe.exceptions.ValidationError",
        (
            "{DocType} {id} is already <submitted|cancelled|closed>",
            "Row #{n}: {DocType} <b>{id}</b> has no {Field}",
            "Amount {amount} exceeds the outstanding amount of {amount} for {name}",
            "{name} heeft nog {n} openstaande facturen; eerst {DocType} {id} afhandelen",
            "Invalid IBAN {iban} for {DocType} {id}",
            "Date {date} must be after {date}",
            "{DocType} for {email} cannot be processed:\n- {Field} is missing\n- {quoted} is not allowed",
            "<Not allowed|Niet toegestaan>",
        ),
        ('frappe.throw(_("{DocType} {0} is not valid").format(self.name))', "frappe.throw("),
        "throw",
    ),
    Kind(
        "frappe.exceptions.LinkValidationError",
        ("Could not find {DocType}: {id}", "Could not find Row #{n}: {DocType}: {id}"),
        ("{Noun}.save(ignore_permissions=True)", "doc.save()"),
        "link",
    ),
    Kind(
        "frappe.exceptions.MandatoryError",
        ("[{DocType}, {id}]: {Field}", "[{DocType}, {hash}]: {Field}, company"),
        ("{Noun}.insert()", "{Noun}.insert(ignore_permissions=True)"),
        "mandatory",
    ),
    Kind(
        "frappe.exceptions.TimestampMismatchError",
        (
            "Error: Document has been modified after you have opened it "
            "({datetime}, {datetime}). Please refresh to get the latest document.",
        ),
        ("self.save()", "doc.save(ignore_permissions=True)"),
        "stamp",
    ),
    Kind(
        "frappe.exceptions.DoesNotExistError",
        ("{DocType} {id} not found", "{DocType} {name} not found"),
        ('{Noun} = frappe.get_doc("{DocType}", {Noun}_name)', 'doc = frappe.get_doc("{DocType}", name)'),
        "missing",
    ),
    Kind(
        "frappe.exceptions.PermissionError",
        ("User <b>{email}</b> does not have access to {DocType} {id}", "Not permitted"),
        ('frappe.throw(_("Not permitted"), frappe.PermissionError)', "frappe.throw("),
        "throw",
    ),
    Kind(
        "pymysql.err.OperationalError",
        (
            "(1213, 'Deadlock found when trying to get lock; try restarting transaction')",
            "(1205, 'Lock wait timeout exceeded; try restarting transaction')",
            "(1054, \"Unknown column 'tab{DocType}.{Field}' in 'SELECT'\")",
            "(2013, 'Lost connection to MySQL server during query ([Errno 104] Connection reset by peer)')",
        ),
        ("rows = frappe.db.sql(query, params, as_dict=True)", "frappe.db.sql("),
        "sql",
    ),
    Kind(
        "pymysql.err.IntegrityError",
        (
            "(1062, \"Duplicate entry '{id}' for key 'PRIMARY'\")",
            "(1048, \"Column '{Field}' cannot be null\")",
        ),
        ('frappe.db.sql("insert into `tab{DocType}` values %s", values)', "frappe.db.sql("),
        "sql",
    ),
    Kind("KeyError", ("'{Field}'", "'{id}'"), ('{Field} = row["{Field}"]', 'return mapping[row["{Field}"]]')),
    Kind(
        "AttributeError",
        ("'NoneType' object has no attribute '{Field}'", "'{Noun}' object has no attribute '{Field}'"),
        ("{Field} = {Noun}.{Field}", "total = compute({Noun}.{Field}, rate)"),
    ),
    Kind(
        "TypeError",
        (
            "unsupported operand type(s) for +: 'NoneType' and 'float'",
            "{Verb}_{Noun}() got an unexpected keyword argument '{Field}'",
            "'<' not supported between instances of 'str' and 'datetime.date'",
        ),
        ("total = {Verb}_{Noun}(doc, {Field}=value)", "return {Verb}_{Noun}("),
    ),
    Kind(
        "ValueError",
        (
            "could not convert string to float: '{amount}'",
            "time data '{date}' does not match format '%Y-%m-%d'",
            "invalid literal for int() with base 10: {quoted}",
        ),
        ("value = parse(row.{Field})", "parsed = [parse(part) for part in {Field}.split(sep)]"),
    ),
    Kind(
        "ZeroDivisionError",
        ("float division by zero",),
        ("share = amount / {Field}", "return amount / len(rows)"),
    ),
    Kind(
        "IndexError",
        ("list index out of range",),
        ("first = {Noun}_list[0]", "return {Noun}_list[0].{Field}"),
    ),
    Kind(
        "FileNotFoundError",
        ("[Errno 2] No such file or directory: '{path}'",),
        ("with open(path) as {Noun}:",),
    ),
    Kind(
        "UnicodeDecodeError",
        ("'utf-8' codec can't decode byte 0xe9 in position {n}: invalid continuation byte",),
        ('text = content.decode("utf-8")', "return content.decode()"),
    ),
    Kind(
        "requests.exceptions.ConnectionError",
        (
            "HTTPSConnectionPool(host='api.mollie.com', port=443): "
            "Max retries exceeded with url: /v2/payments/{hash}",
        ),
        ("response = requests.get(url, headers=headers, timeout=30)", "response = requests.get("),
        "http",
    ),
    Kind(
        "requests.exceptions.HTTPError",
        (
            "404 Client Error: Not Found for url: {url}",
            "503 Server Error: Service Unavailable for url: {url}",
        ),
        ("response.raise_for_status()",),
        "status",
    ),
    Kind(
        "json.decoder.JSONDecodeError",
        ("Expecting value: line 1 column {n} (char {n})",),
        ("payload = json.loads(body)", "return json.loads(response.text)"),
        "json",
    ),
    Kind(
        "smtplib.SMTPRecipientsRefused",
        ("{'{email}': (550, b'5.1.1 <{email}>: Recipient address rejected')}",),
        ("session.sendmail(sender, recipients, message)", "session.sendmail("),
        "smtp",
    ),
    Kind(
        "jinja2.exceptions.UndefinedError",
        ("'{Noun}' is undefined", "'None' has no attribute '{Field}'"),
        ("html = frappe.render_template(template, context)", "return frappe.render_template("),
        "jinja",
    ),
    Kind(
        "rq.timeouts.JobTimeoutException",
        ("Task exceeded maximum timeout value ({n} seconds)",),
        ("for {Noun} in {Noun}_list:", "{Verb}_{Noun}({Noun})"),
        "timeout",
    ),
    Kind(
        "redis.exceptions.ConnectionError",
        ("Error 111 connecting to {host}. Connection refused.",),
        ("frappe.cache.set_value({Field}, value)", "frappe.cache.set_value("),
        "redis",
    ),
    Kind("AssertionError", ("",), ("assert {Noun}.{Field}", "assert len({Noun}_list) == 1")),
    Kind("frappe.exceptions.QueryTimeoutError", ("",), ("raise frappe.QueryTimeoutError",)),
    Kind(
        "{App}.exceptions.{Title}Error",
        (
            "{DocType} {id} of {name}: {Field} rejected with code {n}",
            "{quoted} -> {amount} ({iban})",
            "{uuid}",
        ),
        ("raise {Title}Error(message)", "raise {Title}Error(message) from None"),
    ),
)

LOCALS = words_of("""doc name row amount iban email query rows payload tb settings url member today response
total kwargs html error args batch data broken""")
LOCAL_VALUES = {
    "name": "'{id}'",
    "member": "<Member: {id}>",
    "doc": "<SalesInvoice: {id} docstatus=1>",
    "amount": "{float}",
    "total": "Decimal('{float}')",
    "iban": "'{iban}'",
    "email": "'{email}'",
    "url": "'{url}'",
    "today": "datetime.date(2026, {small}, 1)",
    "response": "<Response [{status}]>",
    "html": "'<p class=\"x\">Beste {name},</p>\\n<p>Uw contributie van {amount} ...</p>'",
    "query": "\"\\n\\t\\tselect name, iban from `tabMember`\\n\\t\\twhere name = '{id}' and amount > {n}\"",
    "row": "{'name': '{id}', 'full_name': \"{name}\", 'amount': {float}, 'date': '{date}'}",
    "payload": "{'id': 'tr_{hash}', 'details': {'error': 'KeyError: {n}', 'at': '{datetime}'}}",
    "error": "ValueError({quoted})",
    "tb": '\'Traceback (most recent call last):\\n  File "apps/erpnext/erpnext/x.py", line {n}, in y\\n'
    "KeyError: {n}\\n'",
    "args": "()",
    "kwargs": "{'token': '********', 'user': '{email}', 'job_id': '{uuid}'}",
    "settings": "<MollieSettings: Mollie Settings>",
    "batch": "<DirectDebitBatch: {id}>",
    "data": "         iban   amount\n0  {iban}  {float}\n1  {iban}  {float}",
    "broken": "<exception while printing> Traceback (most recent call last):\n"
    '    File "env/lib/python3.11/site-packages/traceback_with_variables/core.py", '
    "line 290, in _to_cropped_str\n"
    "      raw = print_(obj)\n            ^^^^^^^^^^^\n"
    "  AttributeError: 'Member' object has no attribute '_meta'\n  ",
}
APPS = {"verenigingen": 6, "erpnext": 3, "payments": 1, "hrms": 1, "frappe": 2}
PLACES = (
    "apps/{App}/{App}/utils/{Stem}.py",
    "apps/{App}/{App}/api/{Stem}.py",
    "apps/{App}/{App}/{Module}/doctype/{Stem}/{Stem}.py",
    "apps/{App}/{App}/tasks/{Stem}.py",
    "apps/{App}/{App}/{Module}/{Stem}.py",
)
COMMON_NAMES = ("validate", "execute", "on_submit", "before_save", "process", "get_data", "on_update", "run")
