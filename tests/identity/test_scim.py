"""SCIM as Entra ID and Okta speak it, and what becomes of people and groups here."""

import pytest
from sqlalchemy import select

from lms import accounts
from lms.accounts import Department, User
from lms.audits.subscriber import record
from lms.db import db
from lms.events import Change, EventCenter
from lms.identity import DirectoryPerson
from tests import factories

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def of_entra(user_name="Nora@Harbour.example", **more):
    """A person as Entra ID creates one."""
    return {
        "schemas": [USER, ENTERPRISE], "externalId": "5f1a", "userName": user_name, "active": True,
        "displayName": "Nora Night", "emails": [{"primary": True, "type": "work", "value": user_name}],
        "meta": {"resourceType": "User"}, "name": {"formatted": "N. Night", "familyName": "Night", "givenName": "Nora"},
        "title": "Nurse", "phoneNumbers": [{"type": "work", "value": "1"}],
        ENTERPRISE: {"employeeNumber": "0012", "department": "Ward 3"}, **more,
    }  # fmt: skip


def person(answer):
    db.session.expire_all()
    return db.session.get(User, int(answer.json["id"]))


def test_a_person_is_created_with_number_department_and_the_organizations_language(directory, organization):
    answer = directory.post("/Users", of_entra())
    assert answer.status_code == 201, answer.text
    assert answer.mimetype == "application/scim+json"
    nora = person(answer)
    assert answer.headers["Location"].endswith(f"/scim/v2/Users/{nora.id}")
    assert (nora.name, nora.email, nora.external_id) == ("Nora Night", "nora@harbour.example", "5f1a")
    assert (nora.personnel_number, nora.department.name, nora.password) == ("0012", "Ward 3", None)
    assert (list(nora.roles), nora.timezone) == (["learner"], organization.timezone)
    assert answer.json["userName"] == "Nora@Harbour.example"
    assert answer.json["name"] == {"givenName": "Nora", "familyName": "Night"}


def test_okta_leaves_out_the_display_name_and_the_parts_say_it(directory):
    sent = of_entra("olaf@harbour.example")
    for name in ("displayName", "emails", "active"):
        del sent[name]
    sent["name"] = {"givenName": "Olaf", "familyName": "Okta"}
    answer = directory.post("/Users", sent)
    assert (person(answer).name, person(answer).email, person(answer).active) == (
        "Olaf Okta", "olaf@harbour.example", True,
    )  # fmt: skip


def test_the_trail_says_which_key_did_it(directory):
    nora = person(directory.post("/Users", of_entra()))
    changes = db.session.scalars(select(Change).where(Change.object_type == "User", Change.object_id == nora.id)).all()
    record(changes)
    assert accounts.names({changes[0].actor_id}) == {changes[0].actor_id: "API key Entra"}
    assert changes[0].via == "scim"


def test_entras_patch_with_capitals_and_booleans_as_texts_deactivates_and_activates(directory):
    nora = person(directory.post("/Users", of_entra()))
    assert (
        directory.patch(f"/Users/{nora.id}", {"op": "Replace", "path": "active", "value": "False"}).status_code == 204
    )
    db.session.expire_all()
    assert not nora.active
    directory.patch(f"/Users/{nora.id}", {"op": "Add", "value": {"active": "True"}})
    db.session.expire_all()
    assert nora.active


def test_a_patch_changes_what_it_names_and_leaves_the_rest(directory, admin):
    answer = directory.post("/Users", of_entra())
    nora, boss = (
        person(answer),
        person(directory.post("/Users", of_entra("b@harbour.example", externalId="b", **{ENTERPRISE: {}}))),
    )
    done = directory.patch(
        f"/Users/{nora.id}?attributes=userName",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "n.night@harbour.example"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": str(boss.id)},
        {"op": "Replace", "path": "name.familyName", "value": "Day"},
        {"op": "Remove", "path": f"{ENTERPRISE}:department"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "2"},
    )
    assert done.status_code == 200, done.text
    db.session.expire_all()
    assert (nora.email, nora.department_id, nora.personnel_number) == ("n.night@harbour.example", None, "0012")
    row = db.session.scalar(select(DirectoryPerson).where(DirectoryPerson.user_id == nora.id))
    assert (row.family_name, row.given_name, row.manager_id) == ("Day", "Nora", boss.id)
    assert directory.get(f"/Users/{nora.id}").json[ENTERPRISE]["manager"]["$ref"].endswith(f"/Users/{boss.id}")


def test_a_department_given_by_hand_stays_while_the_directory_says_nothing_of_it(directory, admin):
    answer = directory.post("/Users", of_entra(**{ENTERPRISE: {"employeeNumber": "1"}}))
    nora, care = person(answer), factories.department(admin, "Care")
    accounts.place_user(nora, list(nora.roles), care.id, admin)
    directory.patch(f"/Users/{nora.id}", {"op": "replace", "path": "displayName", "value": "Nora N."})
    assert person(answer).department_id == care.id


def test_a_department_that_is_there_already_is_taken_whatever_its_capitals(directory, admin):
    ward = factories.department(admin, "ward 3")
    assert person(directory.post("/Users", of_entra())).department_id == ward.id
    assert len(db.session.scalars(select(Department)).all()) == 1


def test_a_person_who_was_here_before_the_directory_is_found_by_address_and_taken_on(directory, learner):
    assert directory.found("/Users", f'userName eq "{learner.email.upper()}"') == [str(learner.id)]
    directory.patch(f"/Users/{learner.id}", {"op": "Add", "path": "externalId", "value": "77"})
    assert directory.found("/Users", 'externalId eq "77"') == [str(learner.id)]


def test_deleted_is_deactivated_and_gone_for_the_directory(directory):
    nora = person(directory.post("/Users", of_entra()))
    assert directory.call("DELETE", f"/Users/{nora.id}").status_code == 204
    db.session.expire_all()
    assert not nora.active
    assert directory.get(f"/Users/{nora.id}").status_code == 404
    assert directory.call("DELETE", f"/Users/{nora.id}").status_code == 404
    assert directory.found("/Users", 'userName eq "nora@harbour.example"') == []


def test_who_was_deleted_and_comes_again_is_the_same_person(directory):
    nora = person(directory.post("/Users", of_entra()))
    directory.call("DELETE", f"/Users/{nora.id}")
    again = directory.post("/Users", of_entra())
    assert (again.status_code, again.json["id"]) == (201, str(nora.id))
    assert person(again).active


def test_who_is_activated_here_after_a_deletion_is_there_again(directory, admin):
    nora = person(directory.post("/Users", of_entra()))
    directory.call("DELETE", f"/Users/{nora.id}")
    db.session.expire_all()
    accounts.activate_user(nora, admin)
    assert directory.get(f"/Users/{nora.id}").status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "type"),
    [
        ({"externalId": "other"}, 409, "uniqueness"),
        ({"userName": "x" * 255, "externalId": "o"}, 400, "invalidValue"),
        ({"userName": "new", "externalId": "x" * 60, "emails": [{"value": "n@h.example"}]}, 400, "invalidValue"),
        ({"userName": "new", "emails": [{"value": "nobody"}]}, 400, "invalidValue"),
        ({"userName": "new", "emails": []}, 400, "invalidValue"),
        ({"userName": 12}, 400, "invalidValue"),
    ],
)
def test_what_is_refused_is_refused_in_scims_words(directory, change, status, type):
    directory.post("/Users", of_entra())
    answer = directory.post("/Users", of_entra() | change)
    assert (answer.status_code, answer.json.get("scimType")) == (status, type), answer.text
    assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert answer.json["detail"]


def test_an_address_of_another_organization_is_taken_and_nothing_of_the_request_stays(directory, stranger):
    answer = directory.post("/Users", of_entra(emails=[{"value": stranger.email, "type": "work"}]))
    assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")
    assert db.session.scalars(select(Department)).all() == []


def test_the_only_administrator_cannot_be_removed(directory, admin):
    answer = directory.call("DELETE", f"/Users/{admin.id}")
    assert (answer.status_code, answer.mimetype) == (409, "application/scim+json")
    assert "only administrator" in answer.json["detail"]


def test_filters_combine_and_respect_parentheses(directory, admin):
    ann = directory.post(
        "/Users", of_entra("ann@harbour.example", displayName="Ann", externalId="A1", **{ENTERPRISE: {}})
    )
    bob = directory.post(
        "/Users",
        of_entra(
            "bob@harbour.example",
            displayName="Bob",
            externalId="b2",
            active=False,
            **{ENTERPRISE: {"department": "Lab_1"}},
        ),
    )
    a, b, me = ann.json["id"], bob.json["id"], str(admin.id)
    for filter, ids in (
        ('userName sw "ANN"', [a]),
        ('displayName co "o" and active eq false', [b]),
        ('displayName eq "ann" or displayName eq "bob"', [a, b]),
        ('externalId pr and not (displayName eq "Bob")', [a]),
        ('externalId eq "a1"', []),
        (f'{ENTERPRISE}:department eq "lab_1"', [b]),
        (f'{ENTERPRISE}:department sw "labX"', []),
        ('emails[type eq "work" and value ew "example"]', [me, a, b]),
        ('emails.value eq "bob@harbour.example"', [b]),
        (f'id eq "{a}"', [a]),
        ('meta.lastModified gt "2099-01-01T00:00:00Z"', []),
        ('(userName eq "ann@harbour.example" or externalId eq "b2") and active eq true', [a]),
        ('externalId eq null', [me]),
    ):  # fmt: skip
        assert directory.found("/Users", filter) == ids, filter


@pytest.mark.parametrize("filter", ["userName", "userName eq", 'nickName eq "x"', "active gt true", 'id co "1"', "((("])
def test_a_filter_that_cannot_be_answered_says_so(directory, filter):
    answer = directory.client.get(
        "/scim/v2/Users", query_string={"filter": filter}, headers={"Authorization": f"Bearer {directory.bearer}"}
    )
    if answer.status_code != 200:
        assert (answer.status_code, answer.json["scimType"]) == (400, "invalidFilter"), answer.text
    else:
        assert (filter, answer.json["totalResults"]) == ('nickName eq "x"', 0)


def test_lists_come_in_pages_and_in_order(directory):
    for name in ("c", "a", "b"):
        directory.post(
            "/Users", of_entra(f"{name}@harbour.example", displayName=name, externalId=name, **{ENTERPRISE: {}})
        )
    asked = "sortBy=displayName&sortOrder=descending&startIndex=2&count=2&filter=externalId%20pr"
    page = directory.get(f"/Users?{asked}").json
    assert [one["displayName"] for one in page["Resources"]] == ["b", "a"]
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 2)
    assert directory.get("/Users?count=0").json["totalResults"] == 4
    found = directory.post("/.search", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": 'displayName eq "a"',
    })  # fmt: skip
    assert found.json["totalResults"] == 1


def test_who_has_not_seen_the_latest_does_not_change_it(directory):
    answer = directory.post("/Users", of_entra())
    path, seen = f"/Users/{answer.json['id']}", answer.headers["ETag"]
    assert directory.get(path, If_None_Match=seen).status_code == 304
    replace = {"op": "replace", "path": "displayName", "value": "Nora N."}
    assert directory.patch(path, replace, If_Match=seen).status_code == 204
    assert directory.patch(path, {**replace, "value": "N."}, If_Match=seen).status_code == 412


def test_without_a_key_for_scim_nobody_gets_in(app, directory_of, admin, directory):
    assert app.test_client().get("/scim/v2/Users").status_code == 401
    assert app.test_client().get("/scim/v2/Users").headers["WWW-Authenticate"].startswith("Bearer")
    refused = directory_of(admin, "people:write").get("/Users")
    assert (refused.status_code, refused.json["status"]) == (403, "403")
    headers = {"Authorization": f"Bearer {directory.bearer}"}
    assert app.test_client().get("/api/v1/people", headers=headers).status_code == 403


def test_another_organizations_people_and_groups_do_not_exist(directory, directory_of, stranger, learner):
    theirs = directory_of(stranger)
    group = directory.post("/Groups", {"schemas": [GROUP], "displayName": "Nurses"}).json["id"]
    assert theirs.get(f"/Users/{learner.id}").status_code == 404
    assert theirs.get(f"/Groups/{group}").status_code == 404
    assert theirs.call("DELETE", f"/Groups/{group}").status_code == 404
    assert directory.patch(
        f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": str(stranger.id)}]}
    ).status_code == 400  # fmt: skip


def test_what_is_not_there_is_told_as_scim_tells_it(directory):
    for method, path, status in (
        ("GET", "/Users/nobody", 404), ("GET", "/Robots", 404), ("POST", "/Bulk", 501), ("GET", "/Me", 501),
        ("PUT", "/Users", 405),
    ):  # fmt: skip
        answer = directory.call(method, path, {} if method != "GET" else None)
        assert (answer.status_code, answer.mimetype) == (status, "application/scim+json"), path
    config = directory.client.get("/scim/v2/ServiceProviderConfig").json
    assert (config["bulk"]["supported"], config["patch"]["supported"]) == (False, True)
    headers = {"Authorization": f"Bearer {directory.bearer}"}
    assert directory.client.post("/scim/v2/Users", data="{", headers=headers).status_code == 400


def test_nothing_is_broadcast_where_nothing_changes(directory):
    answer = directory.post("/Users", of_entra())
    with EventCenter.listen() as heard:
        assert directory.call("PUT", f"/Users/{answer.json['id']}", of_entra()).status_code == 200
    assert heard == []
