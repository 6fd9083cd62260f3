"""Identity: people from a directory, groups and what they bring, and signing in at the organization's provider."""

from lms.identity.groups import (
    GroupAttrs,
    MappingAttrs,
    create_group,
    delete_group,
    find_group,
    groups_of,
    member_ids,
    set_members,
    update_group,
)
from lms.identity.models import DirectoryPerson, Group, GroupMember, Identity, IdentityProvider
from lms.identity.people import PersonAttrs, Taken, change, directory_row, provision, remove

__all__ = [
    "DirectoryPerson",
    "Group",
    "GroupAttrs",
    "GroupMember",
    "Identity",
    "IdentityProvider",
    "MappingAttrs",
    "PersonAttrs",
    "Taken",
    "change",
    "create_group",
    "delete_group",
    "directory_row",
    "find_group",
    "groups_of",
    "member_ids",
    "provision",
    "remove",
    "set_members",
    "update_group",
]
