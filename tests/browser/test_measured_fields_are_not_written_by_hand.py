import pytest

REFUSAL = "Only results, notes and free fields are written by hand: the rest was measured."
MEASURED, BY_HAND = "Errors in 24 hours", "Check Error Patterns"
ERROR_COUNT = 3  # of the boxes


def changed_row(table, row=0, /, **values):
    def change(run):
        rows = [dict(each) for each in run[table]]
        rows[row].update(values)
        return {table: rows}

    return change


def changed_item(title, /, **values):
    def change(run):
        return changed_row("items", [item["title"] for item in run["items"]].index(title), **values)(run)

    return change


REFUSED = {
    "verdict of an item": changed_item(MEASURED, verdict="OK"),
    "value of an item": changed_item(MEASURED, value="1"),
    "target of an item": changed_item(MEASURED, target="< 1000"),
    "evidence of an item": changed_item(MEASURED, evidence="{}"),
    "thresholds of an item": changed_item(MEASURED, rule="{}"),
    "escalation of an item": changed_item(MEASURED, escalation=None),
    "an item that does not apply": changed_item(MEASURED, not_applicable=1),
    "a measured item by hand": changed_item(MEASURED, by_hand=1, result="Done"),
    "verdict of an item by hand": changed_item(BY_HAND, verdict="OK"),
    "title of an item by hand": changed_item(BY_HAND, title="Mine"),
    "who did an item by hand": changed_item(BY_HAND, done_by="Administrator"),
    "an item left out": lambda run: {"items": run["items"][1:]},
    "an item more": lambda run: {"items": [*run["items"], {"title": "Mine", "verdict": "OK"}]},
    "verdict of a box": changed_row("boxes", ERROR_COUNT, verdict="OK"),
    "name of a box": changed_row("boxes", box="Mine"),
    "draft of a free field": changed_row("notes", draft="Mine"),
    "label of a free field": changed_row("notes", label="Mine"),
    "a free field left out": lambda run: {"notes": run["notes"][1:]},
    "verdict of the run": lambda _run: {"verdict": "OK"},
    "status of the run": lambda _run: {"status": "Signed"},
    "time of the run": lambda _run: {"measured_at": "2020-01-01 09:00:00"},
    "what happened since": lambda _run: {"since_last_signed": "nothing"},
    "who closed the run": lambda _run: {"closed_by": "Administrator"},
}
TAKEN = {
    "note of a measured item": ("items", changed_item(MEASURED, note="seen"), {"note": "seen"}),
    "note of an item by hand": ("items", changed_item(BY_HAND, note="read"), {"note": "read"}),
    "free field": ("notes", changed_row("notes", text="Nothing else"), {"text": "Nothing else"}),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("user", ["operator", "manager"])
def test_a_put_that_changes_what_was_measured_is_refused(user, change, trouble, api):
    before = read(api, trouble["run"])

    answer = api(user).put(address(trouble["run"]), data=change(before))

    assert answer.status == 417
    assert REFUSAL in answer.text()
    assert read(api, trouble["run"]) == before


def test_a_measured_item_takes_no_result(trouble, api):
    before = read(api, trouble["run"])

    answer = api("operator").put(address(trouble["run"]), data=changed_item(MEASURED, result="Done")(before))

    assert answer.status == 200
    assert contents(read(api, trouble["run"])) == contents(before)


@pytest.mark.parametrize(("table", "change", "values"), TAKEN.values(), ids=TAKEN.keys())
def test_a_put_that_writes_a_note_is_taken_and_changes_nothing_else(table, change, values, trouble, api):
    before = read(api, trouble["run"])

    answer = api("operator").put(address(trouble["run"]), data=change(before))

    assert answer.status == 200
    changes = differences(contents(before)[table], contents(read(api, trouble["run"]))[table])
    assert changes == [values]


def test_the_result_of_a_row_by_hand_is_taken_with_who_did_it(trouble, api):
    before = read(api, trouble["run"])

    answer = api("operator").put(address(trouble["run"]), data=changed_item(BY_HAND, result="Failed")(before))

    assert answer.status == 200
    after = read(api, trouble["run"])
    (changed,) = differences(contents(before)["items"], contents(after)["items"])
    assert changed.pop("done_at")
    assert changed == {"result": "Failed", "verdict": "WARNING", "done_by": "operator@example.com"}


def test_a_single_row_is_not_set_behind_the_back_of_its_run(trouble, api):
    before = read(api, trouble["run"])
    (name,) = (item["name"] for item in before["items"] if item["title"] == MEASURED)
    row = {"doctype": "Checklist Run Item", "name": name}

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


def differences(before, after):
    """What is new in each row that is not as it was."""
    return [
        {key: value for key, value in row.items() if value != former.get(key)}
        for former, row in zip(before, after, strict=True)
        if row != former
    ]


def contents(run):
    """A run without the marks that each saving leaves."""
    marks = ("modified", "modified_by")
    kept = {key: value for key, value in run.items() if key not in marks}
    for table in (key for key, value in kept.items() if isinstance(value, list)):
        kept[table] = [{key: row[key] for key in row if key not in marks} for row in run[table]]
    return kept


def address(run):
    return f"/api/resource/Checklist Run/{run}"


def read(api, run):
    return api("operator").get(address(run)).json()["data"]
