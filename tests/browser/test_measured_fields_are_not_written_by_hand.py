import pytest

REFUSAL = "Only the notes of a run are written by hand: the rest was measured."


def changed_row(table, **values):
    return lambda run: {table: [{**run[table][0], **values}, *run[table][1:]]}


CHANGES = {
    "verdict of an item": changed_row("items", verdict="OK"),
    "value of an item": changed_row("items", value="1"),
    "target of an item": changed_row("items", target="< 1000"),
    "evidence of an item": changed_row("items", evidence="{}"),
    "thresholds of an item": changed_row("items", rule="{}"),
    "verdict of a box": changed_row("boxes", verdict="OK"),
    "an item left out": lambda run: {"items": run["items"][1:]},
    "an item more": lambda run: {"items": [*run["items"], {"title": "Mine", "verdict": "OK"}]},
    "verdict of the run": lambda _run: {"verdict": "OK"},
    "status of the run": lambda _run: {"status": "Signed"},
    "time of the run": lambda _run: {"measured_at": "2020-01-01 09:00:00"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("user", ["operator", "manager"])
def test_a_put_that_changes_what_was_measured_is_refused(user, change, trouble, api):
    before = read(api, trouble["run"])

    answer = api(user).put(address(trouble["run"]), data=change(before))

    assert answer.status == 417
    assert REFUSAL in answer.text()
    assert read(api, trouble["run"]) == before


def test_a_put_that_writes_a_note_is_taken(trouble, api):
    before = read(api, trouble["run"])

    answer = api("operator").put(address(trouble["run"]), data=changed_row("items", note="seen")(before))

    assert answer.status == 200
    assert read(api, trouble["run"])["items"][0] == before["items"][0] | {
        "note": "seen",
        "modified": answer.json()["data"]["items"][0]["modified"],
        "modified_by": "operator@example.com",
    }


def test_a_single_row_is_not_set_behind_the_back_of_its_run(trouble, api):
    before = read(api, trouble["run"])
    row = {"doctype": "Checklist Run Item", "name": before["items"][0]["name"]}

    answer = api("operator").post(
        "/api/method/frappe.client.set_value", data={**row, "fieldname": "verdict", "value": "OK"}
    )

    assert answer.status == 417
    assert REFUSAL in answer.text()
    assert read(api, trouble["run"]) == before


@pytest.mark.parametrize("user", ["operator", "manager"])
def test_a_run_is_neither_made_nor_deleted_by_hand(user, trouble, api):
    before = read(api, trouble["run"])

    made = api(user).post("/api/resource/Checklist Run", data={**before, "name": "MADE-BY-HAND"})
    deleted = api(user).delete(address(trouble["run"]))

    assert (made.status, deleted.status) == (403, 403)
    assert api(user).get(address("MADE-BY-HAND")).status == 404
    assert read(api, trouble["run"]) == before


def address(run):
    return f"/api/resource/Checklist Run/{run}"


def read(api, run):
    return api("operator").get(address(run)).json()["data"]
