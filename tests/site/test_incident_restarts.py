"""What a person restarts by hand in an incident: the commands of this host, and the proof that it was."""

import subprocess
import sys
from contextlib import contextmanager

import frappe
import pytest
from conftest import fresh
from incident_actions_on_site import INCIDENT, OPERATOR, resolve

from verenigingen_maintenance import api
from verenigingen_maintenance.sources import services


@contextmanager
def socketio():
    """A process that looks like this bench's, until it is ended."""
    path = f"{services.facts().bench.path}/apps/frappe/socketio.js"
    waits = "import sys; print(flush=True); sys.stdin.read()"
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", waits, path], **options) as process:
        process.stdout.readline()
        yield process
        process.stdin.close()


def test_a_restart_by_hand_is_proven_by_the_processes_before_and_after(incident):
    frappe.set_user(OPERATOR)
    with socketio() as process:
        begun = api.begin_restart(incident, "Socket.IO", "sudo supervisorctl restart x")
        assert [each["pid"] for each in begun["before"]] == [process.pid]
        assert begun["command"] == "sudo supervisorctl restart x", "it is run once this was pressed"
        with pytest.raises(frappe.ValidationError, match="was begun at"):
            api.begin_restart(incident, "Socket.IO")
    with pytest.raises(frappe.ValidationError, match="Paste what came back"):
        api.record_restart(incident, "Socket.IO", "", " ")
    with socketio() as process:
        told = api.record_restart(incident, "Socket.IO", "", "x: stopped\nx: started, token=abcdef123")
        assert (told["restarted"], told["after"][0]["pid"]) == (True, process.pid)
        again = api.record_restart(incident, "Socket.IO", "x", "Nothing")
        assert (again["restarted"], again["before"]) == (None, None), "nobody looked before"
    document = fresh(INCIDENT, incident)
    assert "token" not in document.events[-2].note, "the timeline has the proof, the row what was pasted"
    row = document.actions[0]
    assert (row.outcome, row.command) == ("By Hand", "sudo supervisorctl restart x")
    assert row.result.endswith("x: stopped\nx: started, token=***")


def test_each_service_of_this_host_has_its_command_or_why_there_is_none(incident, monkeypatch):
    found = {each["service"]: each for each in api.restart_commands()}
    assert next(iter(found)) == "Web Server"
    assert found["MariaDB"]["processes"], "the database of this site runs here"
    assert all(each["restart"] or each["why"] for each in found.values())
    monkeypatch.setitem(frappe.conf, "db_host", "db.example.com")
    found = {each["service"]: each for each in api.restart_commands()}
    assert found["MariaDB"]["why"] == "It is on db.example.com: restart it there."
    api.begin_restart(incident, "MariaDB", "systemctl restart mariadb")
    resolve(incident)
    told = api.record_restart(incident, "MariaDB", "", "It runs")
    assert (told["restarted"], told["result"]) == (None, "It is on another host: not seen from here.")
