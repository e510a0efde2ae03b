"""What pictures show and a fresh demo does not have, because people do it. Changes the site."""

from __future__ import annotations

import time
from contextlib import suppress

from camera import NothingToShow, latest
from playwright.sync_api import APIRequestContext

DOORS = "/api/method/verenigingen_maintenance.api"
DAILY = "Daily Maintenance"
NOTE = "A new site: nothing to compare with yet."


def open_run(requests: APIRequestContext, procedure: str = DAILY) -> str:
    """A run, measured: the one that is open, or another one beside the signed."""
    run = post(requests, "open_run", procedure=procedure)["run"]
    for _ in range(90):
        if read(requests, "Checklist Run", run).get("measured_at"):
            return run
        time.sleep(1)
    raise NothingToShow(f"{run} was not measured in time")


def signed_run(requests: APIRequestContext) -> str:
    """A signed run, which an operator filled in just now where there is none."""
    try:
        return latest(requests, "Checklist Run", procedure=DAILY, status="Signed")
    except NothingToShow:
        run = open_run(requests)
    rows = read(requests, "Checklist Run", run)["items"]
    for row in rows:
        if row["by_hand"]:
            row["result"] = "Done"
        elif row["verdict"] == "UNKNOWN":
            row["note"] = NOTE
        elif row["verdict"] == "CRITICAL":
            row["note"] = "Jobs that fail; the developers are told."
    answer = requests.put(f"/api/resource/Checklist Run/{run}", data={"items": rows, "docstatus": 1})
    if not answer.ok:
        raise NothingToShow(f"{run} was not signed: {answer.text()[:200]}")
    return run


def closed_escalation(requests: APIRequestContext) -> str:
    """An escalation with its review; one that is open is handled and closed where there is none."""
    try:
        return latest(requests, "Maintenance Escalation", subject="Error Log", status="Closed")
    except NothingToShow:
        is_open = ("in", ["Open", "Acknowledged"])
        name = latest(requests, "Maintenance Escalation", subject="Error Log", status=is_open)
    if read(requests, "Maintenance Escalation", name)["status"] == "Open":
        post(requests, "acknowledge", escalation=name, note="I look at it")
    post(
        requests,
        "add_note",
        escalation=name,
        note="Three kinds of requests fail since the upgrade of this morning",
    )
    post(requests, "resolve", escalation=name, note="The upgrade was taken back; no errors since")
    review = "Try an upgrade on the test site first, with the requests of a working day"
    post(requests, "close_escalation", escalation=name, outcome="Real", review=review)
    return name


def open_incident(requests: APIRequestContext) -> str:
    """An incident in progress; it begins now where there is none."""
    try:
        return latest(requests, "Maintenance Incident", status="Open")
    except NothingToShow:
        seen, procedure = "Members see an error after they log in", "Critical System Failure"
        name = post(requests, "start_incident", seen=seen, procedure=procedure, severity="Critical")[
            "incident"
        ]
    post(requests, "take_command", incident=name)
    post(
        requests,
        "note_in_incident",
        incident=name,
        note="The board is told; the next word is in half an hour",
    )
    time.sleep(60)  # a worker captures the state of the site
    return name


def security_assessment(requests: APIRequestContext) -> str:
    """The newest one; a worker makes it where there is none."""
    post(requests, "assess_security")
    for _ in range(60):
        with suppress(NothingToShow):
            return latest(requests, "Security Assessment")
        time.sleep(1)
    raise NothingToShow("security was not assessed within a minute")


def changed_procedure(requests: APIRequestContext) -> str:
    """The version that a manager's change of a procedure made."""
    tasks = read(requests, "Maintenance Procedure", "Monthly Maintenance")["tasks"]
    tasks[0]["instructions"] = f"{tasks[0]['instructions']} Tell the board what came of it."
    reason = "The board asked for it on Monday"
    address = "/api/resource/Maintenance Procedure/Monthly Maintenance"
    requests.put(address, data={"tasks": tasks, "change_reason": reason})
    return latest(requests, "Procedure Version", procedure="Monthly Maintenance")


def proposed_change(requests: APIRequestContext) -> str:
    """A change that waits for a manager; an operator proposes one where there is none."""
    with suppress(NothingToShow):
        return latest(requests, "Maintenance Change", status="Proposed")
    told = {
        "finding": "The list of members takes 4 seconds on Monday mornings, when everybody opens it.",
        "gain": "Answers in less than a second",
        "steps": "Show 20 rows instead of 500 in the list of members (List Settings)",
        "steps_back": "Show 500 rows again",
        "metric": "traffic.p95_time",
    }
    title = "Shorter list of members"
    return post(requests, "propose_change", title=title, kind="By Hand", **told)["change"]


def weekly_rotation(requests: APIRequestContext) -> str:
    """The first level with two people whose weeks take turns."""
    people = [{"user": f"{name}@example.com"} for name in ("operator", "manager")]
    requests.put("/api/resource/Escalation Level/level-1", data={"rotation": people})
    return "level-1"


def post(requests: APIRequestContext, door: str, **arguments: object) -> dict:
    answer = requests.post(f"{DOORS}.{door}", data=arguments)
    if not answer.ok:
        raise NothingToShow(f"{door}: {answer.text()[:200]}")
    return answer.json().get("message") or {}


def read(requests: APIRequestContext, doctype: str, name: str) -> dict:
    return requests.get(f"/api/resource/{doctype}/{name}").json()["data"]
