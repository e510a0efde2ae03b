"""The controls as data: each has its function, words, a severity, and a line in docs/compliance.md."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from verenigingen_maintenance.core.compliance import Control

ROOT = Path(__file__).parents[2]
APP = ROOT / "verenigingen_maintenance"
AREAS = yaml.safe_load((APP / "runbook" / "compliance.yaml").read_text(encoding="utf-8"))
CONTROLS = {
    f"{area}.{name}": control for area, entry in AREAS.items() for name, control in entry["controls"].items()
}
LINE = re.compile(r"\| `([a-z_]+\.[a-z_]+)` \| (\w+)(, regulatory)? \|")


def functions(area):
    file = APP / "sources" / f"compliance_{area}.py"
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {each.name: each for each in body if isinstance(each, ast.FunctionDef)}


def test_the_areas_are_those_that_are_promised():
    assert list(AREAS) == [
        *("audit_trail", "retention", "access", "backups", "error_handling", "privacy", "sepa", "processes"),
    ]


@pytest.mark.parametrize("key", CONTROLS)
def test_a_control_has_a_function_of_now_a_severity_and_a_remediation(key):
    area, name = key.split(".")
    assert [each.arg for each in functions(area)[name].args.args] == ["now"]
    control = Control(key, **CONTROLS[key])
    assert control.title
    assert control.remediation.endswith((".", "?"))


@pytest.mark.parametrize("area", AREAS)
def test_an_area_reads_nothing_that_no_control_asks(area):
    is_own = {name for name, each in functions(area).items() if [a.arg for a in each.args.args] == ["now"]}
    asked = set(AREAS[area]["controls"])
    assert {name for name in is_own if not name.startswith("_")} == asked


def test_the_report_can_be_narrowed_to_each_area():
    script = (APP / "verenigingen_maintenance" / "report" / "compliance" / "compliance.js").read_text()
    offered = re.search(r'options: \[\s*"",([^\]]*)\]', script)[1]
    assert re.findall('"([^"]+)"', offered) == [area["title"] for area in AREAS.values()]


def test_no_two_controls_share_a_title():
    titles = [control["title"] for control in CONTROLS.values()]
    assert len(titles) == len(set(titles))


def test_the_document_has_each_control_once_with_its_severity():
    text = (ROOT / "docs" / "compliance.md").read_text(encoding="utf-8")
    told = [(key, severity, bool(law)) for key, severity, law in LINE.findall(text)]
    assert told == [
        (key, control["severity"], control.get("regulatory", False)) for key, control in CONTROLS.items()
    ]
