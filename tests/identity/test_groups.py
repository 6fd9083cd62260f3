"""Groups: what an administrator lets them mean, and what becomes of who is in them."""

import pytest

from lms import identity
from lms.db import db
from lms.errors import Invalid, NotAllowed
from lms.events import EventCenter
from lms.identity import GroupAttrs, MappingAttrs
from tests import factories


def roles_of(user):
    db.session.expire_all()
    return list(user.roles)


def test_members_have_the_roles_and_the_department_of_their_group(admin, learner):
    care = factories.department(admin)
    group = identity.create_group(MappingAttrs(name="Authors", roles=["author"], department_id=care.id), admin)
    identity.set_members(group, [learner.id], admin)
    assert (roles_of(learner), learner.department_id) == (["learner", "author"], care.id)


def test_a_new_mapping_holds_for_members_at_once_and_its_end_too(admin, learner):
    group = identity.create_group(GroupAttrs(name="Authors"), admin, [learner.id])
    identity.update_group(group, MappingAttrs(name="Authors", roles=["author", "manager"]), admin)
    assert roles_of(learner) == ["learner", "manager", "author"]
    identity.update_group(group, MappingAttrs(name="Authors", roles=["author"]), admin)
    assert roles_of(learner) == ["learner", "author"]
    identity.delete_group(group, admin)
    assert roles_of(learner) == ["learner"]


def test_roles_that_no_group_brings_stay_as_given_by_hand(admin, organization):
    both = factories.user(organization, "Both", "instructor", "author")
    group = identity.create_group(MappingAttrs(name="Authors", roles=["author"]), admin, [both.id])
    identity.set_members(group, [], admin)
    assert roles_of(both) == ["instructor"]


def test_a_role_of_two_groups_goes_with_the_last(admin, learner):
    one, two = (identity.create_group(MappingAttrs(name=name, roles=["author"]), admin, [learner.id]) for name in "ab")
    identity.set_members(one, [], admin)
    assert "author" in roles_of(learner)
    identity.set_members(two, [], admin)
    assert "author" not in roles_of(learner)


def test_the_only_administrator_stays_one_whatever_groups_say(admin):
    group = identity.create_group(MappingAttrs(name="Admins", roles=["admin"]), admin, [admin.id])
    identity.set_members(group, [], admin)
    assert "admin" in roles_of(admin)


def test_every_membership_and_every_change_of_roles_is_broadcast_once(admin, learner):
    group = identity.create_group(MappingAttrs(name="Authors", roles=["author"]), admin)
    with EventCenter.listen() as heard:
        identity.set_members(group, [learner.id], admin)
        identity.set_members(group, [learner.id], admin)
    assert [(one.action, one.object_type) for one in heard] == [("created", "GroupMember"), ("updated", "User")]


def test_groups_are_for_administrators_of_the_organization(admin, author, stranger, other_organization):
    with pytest.raises(NotAllowed):
        identity.create_group(GroupAttrs(name="Authors"), author)
    group = identity.create_group(GroupAttrs(name="Authors"), admin)
    with pytest.raises(Invalid):
        identity.set_members(group, [stranger.id], admin)
    theirs = factories.department(stranger)
    with pytest.raises(Invalid):
        identity.update_group(group, MappingAttrs(name="A", department_id=theirs.id), admin)


def test_a_directory_fills_a_group_with_add_remove_and_replace(directory, organization, admin):
    ids = [str(factories.user(organization, name).id) for name in ("A", "B", "C")]
    made = directory.post("/Groups", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Nurses", "externalId": "g-1",
        "members": [{"value": ids[0]}],
    })  # fmt: skip
    path = f"/Groups/{made.json['id']}"

    def members():
        return [one["value"] for one in directory.get(path).json.get("members", [])]

    directory.patch(
        path, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": ids[1]}, {"value": ids[2]}]}
    )
    assert members() == ids
    directory.patch(path, {"op": "Remove", "path": "members", "value": [{"value": ids[0]}]})
    directory.patch(path, {"op": "remove", "path": f'members[value eq "{ids[1]}"]'})
    assert members() == [ids[2]]
    directory.patch(path, {"op": "replace", "path": "members", "value": [{"value": ids[0]}]})
    assert members() == [ids[0]]
    assert directory.get(f"/Users/{ids[0]}").json["groups"][0]["display"] == "Nurses"
    assert directory.found("/Groups", f'members.value eq "{ids[0]}"') == [made.json["id"]]
    assert directory.found("/Users", 'groups.display eq "nurses"') == [ids[0]]
    assert directory.found("/Groups", 'displayName eq "Nurses" and externalId eq "g-1"') == [made.json["id"]]
    assert "members" not in directory.get(f"{path}?excludedAttributes=members").json
    assert (
        directory.patch(path, {"op": "replace", "path": "displayName", "value": "Nurses of ward 3"}).status_code == 204
    )
    assert directory.call("DELETE", path).status_code == 204
    assert directory.get(path).status_code == 404


def test_a_directory_cannot_take_the_mapping_away(directory, admin, learner):
    group = identity.create_group(MappingAttrs(name="Authors", roles=["author"]), admin)
    directory.call("PUT", f"/Groups/{group.id}", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Writers",
        "members": [{"value": str(learner.id)}],
    })  # fmt: skip
    assert roles_of(learner) == ["learner", "author"]
    assert (group.name, group.roles) == ("Writers", ["author"])
