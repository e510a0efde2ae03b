"""Words, values and message templates that benchmarks/labelled_errors.py fills its rows with.

A template holds slots. `{lower}` is drawn anew for every row, `{Capital}` once for a cause, and `<a|b>`
is settled once for a cause, so that another seed words the same failure differently.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

SLOT = re.compile(r"\{([a-z]+)\}")
FIXED = re.compile(r"\{([A-Z][a-zA-Z]*)\}|<([^<>|]+(?:\|[^<>|]+)+)>")


def _words(text: str, mark: str | None = None) -> list[str]:
    """The words of a text, or its phrases when a mark stands between them."""
    return text.replace("\n", "" if mark else " ").split(mark)


GIVEN = _words("""Jan Fatima Pieter Sanne Mohammed Anna Youssef Daan Emma Bram Lotte Kees Willem Noor Sem
Tess Gijs Fleur Ruben Eva Lars Iris Thijs Maud Hassan Aisha Joris Femke Wouter Marieke
Dirk Ingrid Mehmet Zeynep Tomasz Agnieszka Hendrik Johanna Cornelis Geertruida""")
FAMILY = _words(
    """de Vries;El Amrani;Jansen;van den Berg;Bakker;van Dijk;Visser;Smit;Meijer;de Boer;Mulder;
de Groot;Bos;Vos;Peters;Hendriks;van Leeuwen;Dekker;Brouwer;de Wit;Dijkstra;Smits;
de Graaf;van der Meer;Kok;Jacobs;de Haan;Vermeulen;van der Linden;Benali;Yilmaz;Kowalski;
van 't Hof;ten Brink;Op den Kamp;Postma;Hoekstra;Ben Haddou;de la Rosa;Sjögren""",
    ";",
)
CITIES = _words(
    """Amsterdam;Den Haag;Utrecht;Groningen;'s-Hertogenbosch;Alphen aan den Rijn;Zwolle;Breda;
Leiden;Nijmegen;Bergen op Zoom;Haarlem;Delft;Sittard-Geleen;Apeldoorn;Almere;
Hoek van Holland;Leeuwarden;Middelburg;Tilburg""",
    ";",
)
WORDS = _words("""spring summer gala board annual ledger draft legacy youth volunteer chapter north south
export invoice reminder welcome letter default archive budget travel pending donation
winter training match archief bestuur ledenlijst vrijwilliger jeugd contributie voorjaar
regio noord bijlage concept""")
NOUNS = _words("""member mandate sepa batch invoice dues chapter volunteer expense donation donor
termination ledger balance mollie webhook newsletter region team board event ticket
contribution payout refund address campaign application import export permission
schedule quota locker roster subscription voucher reminder meeting statement settlement
brochure""")
VERBS = _words("""create update sync validate send process calculate import export reconcile submit cancel
fetch resolve apply notify collect archive merge split renew approve post build load
assign revoke close generate schedule""")
DOCTYPES = _words(
    """Member;Sales Invoice;Payment Entry;SEPA Mandate;Direct Debit Batch;Chapter;Volunteer;
Customer;Journal Entry;Membership;Bank Account;Expense Claim;Donation;Item;Cost Center;
Contact;Address;Event;Membership Type;Payment Request""",
    ";",
)
FIELDS = _words("""iban bic customer membership_type posting_date due_date amount email_id
mandate_reference cost_center birth_date chapter_name batch_no payment_id status
paid_amount company debit_to""")
PREFIXES = _words("SINV MEM ACC-PAY ACC-JV DD-BATCH MNDT VOL EXP DON PREQ CUST MS TERM ACC-SINV-RET BTN")
HOSTS = _words("""api.mollie.com smtp.office365.com mail.vereniging.nl redis-queue bank-gw.rabo.nl
db01.intern sftp.ing.example nextcloud.vereniging.nl hooks.leden.example imap.gmail.com
s3.eu-west-1.example""")
FOLDERS = _words("private/files public/files private/backups logs exports/sepa /var/imports /srv/mt940")
EXTENSIONS = _words("pdf csv xml xlsx jpg sql.gz mt940 eml")

TITLES = {
    "pay": ("Mollie webhook", "Payment failed", "SEPA incasso", "Mollie payment sync"),
    "mail": ("E-mail bounce", "Nieuwsbrief", "Outgoing e-mail", "Mailbox sync"),
    "net": ("Integration error", "API request failed", "Koppeling", "Nightly sync"),
    "mem": ("Ledenadministratie", "Membership renewal", "Member import", "Chapter sync"),
    "acc": ("Boekhouding", "Invoice generation", "Period closing", "Bank import"),
    "sys": ("Scheduler", "Backup", "File storage", "Background job", "Security notice"),
}

# One tuple is one family: a topic and templates that are near misses of one another, yet other causes.
FAMILIES: tuple[tuple[str, ...], ...] = (
    (
        "pay",
        "Payment {id} failed for {name}: insufficient funds",
        "Payment {id} failed for {name}: account closed",
        "Payment {id} failed for {name}: mandate revoked by debtor",
    ),
    (
        "acc",
        "<Could not|Unable to> create Sales Invoice for {name}",
        "<Could not|Unable to> create Payment Entry for {name}",
        "<Could not|Unable to> create Journal Entry for {name}",
    ),
    (
        "mail",
        "Mail to {email} bounced: <mailbox full|quota exceeded>",
        "Mail to {email} bounced: <unknown user|no such recipient>",
        "Mail to {email} bounced: message rejected as spam",
    ),
    (
        "net",
        "Connection to {host} <refused|was refused> after {small} attempts",
        "Connection to {host} timed out after {small} attempts",
    ),
    (
        "pay",
        "Incasso {id} van {amount} voor {name} is gestorneerd: <saldo ontoereikend|onvoldoende saldo>",
        "Incasso {id} van {amount} voor {name} is gestorneerd: rekening opgeheven",
    ),
    (
        "mem",
        "Lid {name} uit {city} heeft geen <geldig e-mailadres|bruikbaar e-mailadres>",
        "Lid {name} uit {city} heeft geen geldig IBAN",
        "Lid {name} uit {city} heeft geen <afdeling|actieve afdeling>",
    ),
    (
        "mem",
        "Membership {id} of {name} expired on {date} without renewal",
        "Membership {id} of {name} cancelled on {date} without reason",
    ),
    (
        "acc",
        "Factuur {id} kan niet worden <geboekt|ingediend>: periode {date} is gesloten",
        "Factuur {id} kan niet worden geannuleerd: periode {date} is gesloten",
    ),
    (
        "pay",
        "Mollie payment {hash} has status expired for order {id}",
        "Mollie payment {hash} has status canceled for order {id}",
        "Mollie payment {hash} has status failed for order {id}",
    ),
    (
        "sys",
        "Bestand {path} <kan niet worden gelezen|is niet leesbaar>",
        "Bestand {path} kan niet worden verwijderd",
        "Bestand {path} is leeg",
    ),
    (
        "acc",
        "Bank statement line of {date} matches no invoice ({amount}, {iban})",
        "Bank statement line of {date} matches several invoices ({amount}, {iban})",
    ),
    (
        "mail",
        "Kan nieuwsbrief {quoted} niet versturen naar {email}",
        "Kan herinnering {quoted} niet versturen naar {email}",
        "Kan factuurmail {quoted} niet versturen naar {email}",
    ),
    (
        "sys",
        "User {email} <has no|lacks> permission to read {quoted}",
        "User {email} <has no|lacks> permission to export {quoted}",
    ),
    (
        "net",
        "Webhook {url} returned <an unexpected body|a body that is not JSON>",
        "Webhook {url} returned an expired certificate",
    ),
    (
        "mem",
        "Chapter {quoted} not found for {name} in {city}",
        "Chapter {quoted} has no board for {name} in {city}",
    ),
    ("mem", "Import row {n}: <birth date|date of birth> {date} lies in the future"),
    ("mem", "Import row {n}: postcode missing for {name}"),
    ("mem", "Duplicate member found: {name} and {name} share {email}"),
    ("mem", "Opzegging van {name} per {date} overlapt met lopend lidmaatschap {id}"),
    ("mem", "Vrijwilliger {name} is niet <gekoppeld aan|verbonden met> een lid"),
    ("mem", "No membership type matches age {small} of applicant {name}"),
    ("mem", "Aanmelding {id} wacht al {n} dagen op goedkeuring"),
    ("mem", "Adres van {name} in {city} kon niet worden <gevonden|gecontroleerd>"),
    ("mem", "Skipping dues schedule {id}: next invoice date {date} is in the past"),
    ("mem", "Contributie voor {name} niet berekend: tarief {quoted} ontbreekt"),
    ("mem", "Team {quoted} exceeds its maximum of {n} volunteers"),
    ("pay", "Mandate {id} of {name} is not active, skipped in batch {id}"),
    ("pay", "SEPA batch {id} contains {n} transactions without mandate"),
    ("pay", "Ongeldig IBAN {iban} bij machtiging {id}"),
    ("pay", "IBAN {iban} of {name} belongs to <a foreign bank|a bank outside SEPA>"),
    ("pay", "Refund of {amount} to {iban} was rejected by the bank"),
    ("pay", "Terugboeking {amount} ontvangen op {date} zonder bijbehorende factuur"),
    ("pay", "Payment amount {amount} differs from invoice amount {amount} on {id}"),
    ("pay", "Payment gateway returned error code {n} for {id}"),
    ("pay", "Batch {id} totaal {amount} wijkt af van controlegetal {amount}"),
    ("pay", "Pre-notification for {name} sent fewer than {n} days ahead"),
    ("pay", "Settlement {uuid} could not be <reconciled|matched> with ledger on {date}"),
    ("acc", "Geen kostenplaats ingesteld voor afdeling {quoted} te {city}"),
    ("acc", "Exchange rate missing for {date}, using last known rate"),
    ("acc", "Rounding difference of {amount} written off on {id}"),
    ("acc", "Debit and credit differ by {amount} in voucher {id}"),
    ("acc", "Fiscal year for {date} is not defined in company {quoted}"),
    ("acc", "Grootboekrekening {quoted} is geblokkeerd sinds {date}"),
    ("acc", "MT940 file {path} holds {n} unreadable lines"),
    ("acc", "Donation {id} from {name} lacks an ANBI agreement"),
    ("acc", "Declaratie {id} van {name} overschrijdt budget met {amount}"),
    ("acc", "Opening balance at {datetime} does not match closing balance {amount}"),
    ("mail", "SMTP login failed for {email} at {host}"),
    ("mail", "Attachment {path} is too large to send ({n} MB)"),
    ("mail", "Verzendlimiet van {n} berichten per uur bereikt om {datetime}"),
    ("mail", "Template {quoted} refers to unknown field {quoted}"),
    ("mail", "Unsubscribe link opened from {ip} for unknown address {email}"),
    ("mail", "E-mail queue {hash} is older than {n} hours"),
    ("mail", "Geen e-mailaccount gevonden voor afzender {email}"),
    ("mail", "Incoming message {hash} from {email} could not be linked"),
    ("mail", "Uitnodiging voor {quoted} op {date} niet bezorgd bij {name}"),
    ("net", "HTTP {status} from {url} while fetching subscriptions"),
    ("net", "Rate limit reached for {host}, retry after {n} seconds"),
    ("net", "Certificate of {host} expires on {date}"),
    ("net", "DNS-opzoeking van {host} mislukt"),
    ("net", "Response {uuid} from {host} has an invalid signature"),
    ("net", "Synchronisatie met {url} <afgebroken|gestopt> na {n} records"),
    ("net", "OAuth access for client {hash} was revoked at {datetime}"),
    ("net", "Address lookup for {city} gave no result"),
    ("net", "Webhook call {uuid} from {ip} was ignored: unknown source"),
    ("net", "Kalenderkoppeling {url} levert geen afspraken meer"),
    ("net", "Nextcloud folder {path} no longer exists"),
    ("sys", "Backup {path} finished with {n} warnings at {datetime}"),
    ("sys", "Back-up van {datetime} is kleiner dan verwacht ({n} MB)"),
    ("sys", "Job {uuid} exceeded its time limit of {n} seconds"),
    ("sys", "Taak {quoted} is sinds {datetime} niet meer gestart"),
    ("sys", "Worker {hash} lost its connection to {host}"),
    ("sys", "Too many login attempts for {email} from {ip}"),
    ("sys", "Aanmelding geweigerd voor {email} vanaf {ip} om {datetime}"),
    ("sys", "Disk usage is {percent} percent on {host}"),
    ("sys", "Checksum of {path} changed to {hash}"),
    ("sys", "Report {quoted} was stopped after {n} rows"),
    ("sys", "Print format {quoted} could not be rendered for {id}"),
    ("sys", "Setting {quoted} is deprecated since {date}"),
    ("sys", "Cache entry {hash} held stale permissions for {email}"),
    ("sys", "Slow query: {n} ms on list view of <Sales Invoice|Member>"),
    ("sys", "Server script {quoted} switched off by {name}"),
    ("sys", "Vertaling voor {quoted} ontbreekt in het Nederlands"),
    ("sys", "Conflicterende wijziging van {id} door {name} om {datetime}"),
)

VALUED_TITLES = (
    "Error processing {id}",
    "Sync failed for {email}",
    "{id}: submit failed",
    "Fout bij verwerken van {id} voor {name}",
    "Background task {hash} stopped",
)
CONSTANT_TITLES = (
    "SEPA batch failed",
    "Dues invoicing failed",
    "Member sync error",
    "Error",
    "Payment processing error",
    "Nachtelijke taak mislukt",
    "Volunteer expense error",
    "Termination workflow error",
    "API error",
    "Import error",
)
ODD_TEXTS = (
    "Scheduler is inactive",
    "Geen actieve boekjaren",
    "Nightly dues run: nothing to do",
    "Mollie API key missing",
    "E-Boekhouden session expired",
)


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

LOCALS = _words("""doc name row amount iban email query rows payload tb settings url member today response
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


class Values:
    """The vocabulary of one seed, and the values that fill the slots of a template."""

    def __init__(self, rng: random.Random) -> None:
        """Draw the words this seed may use."""
        self.rng = rng
        self.pools = {
            name: rng.sample(words, max(4, round(len(words) * 0.55)))
            for name, words in {
                "given": GIVEN,
                "family": FAMILY,
                "city": CITIES,
                "word": WORDS,
                "Noun": NOUNS,
                "Verb": VERBS,
                "DocType": DOCTYPES,
                "Field": FIELDS,
                "prefix": PREFIXES,
                "hostname": HOSTS,
                "folder": FOLDERS,
                "ext": EXTENSIONS,
            }.items()
        }
        self.makers: dict[str, Callable[[], str]] = {
            name: getattr(self, name)
            for name in _words("id n amount date datetime email ip host iban uuid hash path url quoted name")
        }
        self.makers["city"] = lambda: self.pick("city")
        self.makers["small"] = lambda: str(rng.randint(1, 12))
        self.makers["percent"] = lambda: str(rng.randint(85, 100))
        self.makers["status"] = lambda: rng.choice(("400", "404", "429", "500", "502", "503"))
        self.makers["float"] = lambda: f"{rng.uniform(1, 900):.{rng.choice((1, 2, 9))}f}"

    def pick(self, pool: str) -> str:
        """One word out of a pool of this seed."""
        return self.rng.choice(self.pools[pool])

    def fill(self, template: str) -> str:
        """The template with every row's own slots filled."""
        return SLOT.sub(lambda found: self.makers[found[1]](), template)

    def settle(self, template: str, bound: dict[str, str]) -> str:
        """The template with what belongs to the cause filled; `bound` remembers the choices."""

        def choose(found: re.Match[str]) -> str:
            if found[0] not in bound:
                bound[found[0]] = self.rng.choice(found[2].split("|")) if found[2] else self.pick(found[1])
            return bound[found[0]]

        return FIXED.sub(choose, template)

    def id(self) -> str:
        """A document name, mostly out of a naming series."""
        rng = self.rng
        serial = f"{rng.randint(1, 99999):05d}"
        forms = (f"{rng.randint(2023, 2027)}-{serial}", serial, f"{rng.randint(23, 27)}-{serial[1:]}-1")
        if rng.random() < 0.08:
            return self.hash()[:10]
        return f"{self.pick('prefix')}-{rng.choices(forms, (8, 2, 1))[0]}"

    def n(self) -> str:
        """A whole number of any size."""
        return str(self.rng.randint(1, 10 ** self.rng.randint(1, 5)))

    def amount(self) -> str:
        """An amount with its currency, in Dutch, English or ISO notation."""
        plain = f"{self.rng.uniform(0.5, 10 ** self.rng.randint(1, 4)):,.2f}"
        dutch = plain.translate(str.maketrans(",.", ".,"))
        return self.rng.choice((f"€ {dutch}", f"€{plain}", f"EUR {plain}", f"{dutch} euro", f"{plain} EUR"))

    def date(self) -> str:
        """A date as a database, a Dutchman or a letter writes it."""
        year, month, day = self.rng.randint(1950, 2027), self.rng.randint(1, 12), self.rng.randint(1, 28)
        names = "januari februari maart april mei juni juli augustus september oktober november december"
        written = f"{day} {names.split()[month - 1]} {year}"
        iso = f"{year}-{month:02d}-{day:02d}"
        return self.rng.choices(
            (iso, f"{day:02d}-{month:02d}-{year}", f"{day}/{month}/{year}", written), (6, 3, 1, 1)
        )[0]

    def datetime(self) -> str:
        """A moment, with or without fraction, zone or T."""
        rng = self.rng
        day = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
        seconds = f"{clock}:{rng.randint(0, 59):02d}"
        micro = f"{rng.randint(0, 999999):06d}"
        return rng.choice(
            (f"{day} {seconds}.{micro}", f"{day} {seconds}", f"{day}T{seconds}+02:00", f"{day} {clock}")
        )

    def email(self) -> str:
        """An e-mail address."""
        user = (
            f"{self.pick('given')}.{self.pick('family').split()[-1]}".lower()
            .replace("'", "")
            .replace("ö", "o")
        )
        extra = self.n() if self.rng.random() < 0.3 else ""
        return (
            f"{user}{extra}@{self.rng.choice(('gmail.com', 'ziggo.nl', 'vereniging.nl', 'mail.example.org'))}"
        )

    def ip(self) -> str:
        """An IP address, seldom of version 6."""
        if self.rng.random() < 0.15:
            return f"2001:db8:{self.rng.getrandbits(16):x}::{self.rng.getrandbits(16):x}"
        return ".".join(str(self.rng.randint(1, 254)) for _ in range(4))

    def host(self) -> str:
        """A host or an address with a port."""
        host = self.rng.choice(
            (self.pick("hostname"), ".".join(str(self.rng.randint(1, 254)) for _ in range(4)))
        )
        return f"{host}:{self.rng.choice((443, 587, 993, 6379, 13000))}"

    def iban(self) -> str:
        """An account number, at times written in groups of four."""
        number = f"NL{self.rng.randint(10, 99)}{self.rng.choice(('INGB', 'RABO', 'ABNA', 'TRIO'))}"
        number += f"{self.rng.randint(0, 10**10 - 1):010d}"
        grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
        return grouped if self.rng.random() < 0.2 else number

    def uuid(self) -> str:
        """A uuid of version 4."""
        raw = f"{self.rng.getrandbits(128):032x}"
        return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"

    def hash(self) -> str:
        """A hexadecimal hash of one of the usual lengths."""
        return f"{self.rng.getrandbits(256):064x}"[: self.rng.choice((10, 16, 32, 40))]

    def path(self) -> str:
        """A file path; about one in six has a space in its file name."""
        stem = self.rng.choice(("_", "_", "-", "-", "", " ")).join((self.pick("word"), self.n()))
        return f"{self.pick('folder')}/{stem}.{self.pick('ext')}"

    def url(self) -> str:
        """A URL, at times with a query."""
        query = f"?page={self.n()}&ref={self.id()}" if self.rng.random() < 0.4 else ""
        return f"https://{self.pick('hostname')}/{self.pick('word')}/{self.hash()}{query}"

    def quoted(self) -> str:
        """One to five words between single or double quotes."""
        mark = self.rng.choice("''\"")
        words = " ".join(self.pick("word") for _ in range(self.rng.randint(1, 5)))
        return f"{mark}{self.rng.choice((words, words.title(), words.capitalize()))}{mark}"

    def name(self) -> str:
        """A person's name of two to four words."""
        family = self.pick("family")
        second = f"{self.pick('given')} " if len(family.split()) < 3 and self.rng.random() < 0.15 else ""
        return f"{self.pick('given')} {second}{family}"


def draw_templates(values: Values, count: int) -> list[tuple[str, str]]:
    """`count` pairs of a topic and a template whose wording is settled, near misses together."""
    drawn: list[tuple[str, str]] = []
    for topic, *templates in values.rng.sample(FAMILIES, len(FAMILIES)):
        bound: dict[str, str] = {}
        drawn += [(topic, values.settle(template, bound)) for template in templates]
    return drawn[:count]
