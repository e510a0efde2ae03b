"""Message templates of free texts, in families of near misses, for benchmarks/labelled_errors.py."""

from __future__ import annotations

from benchmarks.labelled_values import Values

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


def draw_templates(values: Values, count: int) -> list[tuple[str, str]]:
    """`count` pairs of a topic and a template whose wording is settled, near misses together."""
    drawn: list[tuple[str, str]] = []
    for topic, *templates in values.rng.sample(FAMILIES, len(FAMILIES)):
        bound: dict[str, str] = {}
        drawn += [(topic, values.settle(template, bound)) for template in templates]
    return drawn[:count]
