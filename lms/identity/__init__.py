"""Identity: people from a directory, groups and what they bring, and signing in at the organization's provider."""

from lms.identity.addresses import Unanswered
from lms.identity.arrivals import arrive, identity_of, separate
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
from lms.identity.openid import Relying, Untrusted
from lms.identity.people import PersonAttrs, Taken, change, directory_row, provision, remove
from lms.identity.providers import (
    ProviderAttrs,
    may_use_password,
    organization_for,
    provider_at,
    provider_of,
    relying,
    save_provider,
)

__all__ = [
    "DirectoryPerson",
    "Group",
    "GroupAttrs",
    "GroupMember",
    "Identity",
    "IdentityProvider",
    "MappingAttrs",
    "PersonAttrs",
    "ProviderAttrs",
    "Relying",
    "Taken",
    "Unanswered",
    "Untrusted",
    "arrive",
    "change",
    "create_group",
    "delete_group",
    "directory_row",
    "find_group",
    "groups_of",
    "identity_of",
    "may_use_password",
    "member_ids",
    "organization_for",
    "provider_at",
    "provider_of",
    "provision",
    "relying",
    "remove",
    "save_provider",
    "separate",
    "set_members",
    "update_group",
]
