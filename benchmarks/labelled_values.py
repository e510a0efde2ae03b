"""Words and values of all kinds for the rows of benchmarks/labelled_errors.py.

A template holds slots. `{lower}` is drawn anew for every row, `{Capital}` once for a cause, and `<a|b>`
is settled once for a cause, so that another seed words the same failure differently.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

SLOT = re.compile(r"\{([a-z]+)\}")
FIXED = re.compile(r"\{([A-Z][a-zA-Z]*)\}|<([^<>|]+(?:\|[^<>|]+)+)>")


def words_of(text: str, mark: str | None = None) -> list[str]:
    """The words of a text, or its phrases when a mark stands between them."""
    return text.replace("\n", "" if mark else " ").split(mark)


GIVEN = words_of("""Jan Fatima Pieter Sanne Mohammed Anna Youssef Daan Emma Bram Lotte Kees Willem Noor Sem
Tess Gijs Fleur Ruben Eva Lars Iris Thijs Maud Hassan Aisha Joris Femke Wouter Marieke
Dirk Ingrid Mehmet Zeynep Tomasz Agnieszka Hendrik Johanna Cornelis Geertruida""")
FAMILY = words_of(
    """de Vries;El Amrani;Jansen;van den Berg;Bakker;van Dijk;Visser;Smit;Meijer;de Boer;Mulder;
de Groot;Bos;Vos;Peters;Hendriks;van Leeuwen;Dekker;Brouwer;de Wit;Dijkstra;Smits;
de Graaf;van der Meer;Kok;Jacobs;de Haan;Vermeulen;van der Linden;Benali;Yilmaz;Kowalski;
van 't Hof;ten Brink;Op den Kamp;Postma;Hoekstra;Ben Haddou;de la Rosa;Sjögren""",
    ";",
)
CITIES = words_of(
    """Amsterdam;Den Haag;Utrecht;Groningen;'s-Hertogenbosch;Alphen aan den Rijn;Zwolle;Breda;
Leiden;Nijmegen;Bergen op Zoom;Haarlem;Delft;Sittard-Geleen;Apeldoorn;Almere;
Hoek van Holland;Leeuwarden;Middelburg;Tilburg""",
    ";",
)
WORDS = words_of("""spring summer gala board annual ledger draft legacy youth volunteer chapter north south
export invoice reminder welcome letter default archive budget travel pending donation
winter training match archief bestuur ledenlijst vrijwilliger jeugd contributie voorjaar
regio noord bijlage concept""")
NOUNS = words_of("""member mandate sepa batch invoice dues chapter volunteer expense donation donor
termination ledger balance mollie webhook newsletter region team board event ticket
contribution payout refund address campaign application import export permission
schedule quota locker roster subscription voucher reminder meeting statement settlement
brochure""")
VERBS = words_of("""create update sync validate send process calculate import export reconcile submit cancel
fetch resolve apply notify collect archive merge split renew approve post build load
assign revoke close generate schedule""")
DOCTYPES = words_of(
    """Member;Sales Invoice;Payment Entry;SEPA Mandate;Direct Debit Batch;Chapter;Volunteer;
Customer;Journal Entry;Membership;Bank Account;Expense Claim;Donation;Item;Cost Center;
Contact;Address;Event;Membership Type;Payment Request""",
    ";",
)
FIELDS = words_of("""iban bic customer membership_type posting_date due_date amount email_id
mandate_reference cost_center birth_date chapter_name batch_no payment_id status
paid_amount company debit_to""")
PREFIXES = words_of("SINV MEM ACC-PAY ACC-JV DD-BATCH MNDT VOL EXP DON PREQ CUST MS TERM ACC-SINV-RET BTN")
HOSTS = words_of("""api.mollie.com smtp.office365.com mail.vereniging.nl redis-queue bank-gw.rabo.nl
db01.intern sftp.ing.example nextcloud.vereniging.nl hooks.leden.example imap.gmail.com
s3.eu-west-1.example""")
FOLDERS = words_of("private/files public/files private/backups logs exports/sepa /var/imports /srv/mt940")
EXTENSIONS = words_of("pdf csv xml xlsx jpg sql.gz mt940 eml")

MADE = "id n amount date datetime email ip host iban uuid hash path url quoted name"


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
            for name in words_of(
                "id n amount date datetime email ip host iban uuid hash path url quoted name"
            )
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
