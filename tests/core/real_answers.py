"""What functions of the app verenigingen answered on a real site (`claimed/`; its users have other names)."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from verenigingen_maintenance.core.claims import Case, judge

FOLDER = Path(__file__).with_name("claimed")
NOW = datetime(2026, 11, 24, 0, 25, 5, tzinfo=ZoneInfo("Europe/Amsterdam"))
MEASURED = {
    "errors.last_24_hours": 203,
    "errors.last_hour": 73,
    "errors.most_repeated": 43,
    "error_reviews.mean_of_7_days": 28571,
    "error_reviews.mean_of_30_days": 6668,
    "verenigingen.active_members": 4405,
    "verenigingen.pending_members": 12,
    "verenigingen.active_mandates": 3600,
    "mariadb.response_time": 0.2,
}
HEAD = "| function | section | worth | claimed | measured | why |\n| --- | --- | --- | --- | --- | --- |\n"


def files():
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def answer(file):
    return json.loads((FOLDER / f"{file}.json").read_text())


def function(file):
    """The name by which `core.claim_shapes` knows the function of a file."""
    module, name, *_ = file.split(".")
    return f"{module}.{name}" if name == "get_system_health" else name


def sections(file, measured=None):
    found = judge(function(file), Case(answer(file), NOW, MEASURED if measured is None else measured))
    return {section.name: section for section in found}


def table():
    """What each section of each answer became, as Markdown."""
    return HEAD + "".join(_row(file, each) for file in files() for each in sections(file).values())


def _row(file, section):
    why = section.reason + (f" ({section.differs})" if section.differs not in ("", section.reason) else "")
    cells = (file, section.name, section.standing, section.claimed, section.measured, why)
    return f"| {' | '.join(' '.join(str(cell).replace('|', '/').split()) for cell in cells)} |\n"


if __name__ == "__main__":
    print(table(), end="")
