"""What a key may be made for, and as whom it then acts: `lms.policy` stays the one place that says who may do what."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

SCOPES: dict[str, tuple[frozenset[str], LazyString]] = {
    "people:read": (frozenset({"auditor"}), _("Read people, departments and job functions")),
    "people:write": (frozenset({"admin"}), _("Change people, departments and job functions")),
    "courses:read": (frozenset({"auditor"}), _("Read courses, subjects, contents and events")),
    "courses:write": (frozenset({"author"}), _("Change courses, subjects, contents and events")),
    "learning:read": (frozenset({"auditor"}), _("Read enrollments and results")),
    "learning:write": (frozenset({"manager", "instructor"}), _("Enroll people and record results")),
    "compliance:read": (frozenset({"auditor"}), _("Read qualifications, what people hold, and compliance")),
    "compliance:write": (frozenset({"admin"}), _("Change qualifications, and record and revoke what people hold")),
    "oversight:read": (frozenset({"auditor"}), _("Read the audit trail, activities and changes")),
    "webhooks:read": (frozenset({"auditor"}), _("Read where webhooks go")),
    "webhooks:write": (frozenset({"admin"}), _("Set up webhooks, which tell of everything that changes")),
    "exchange:write": (frozenset({"admin"}), _("Import and export files, with the scopes of what is in them")),
    "scim": (frozenset({"admin"}), _("Provision people and groups from your directory (SCIM)")),
}
"""By scope: the roles its key acts with, and what it says on the page."""


@dataclass(slots=True)
class KeyActor:
    """A key as the actor of a change. Its id is the key's, negative, so that it is nobody's and still tells whose."""

    id: int
    organization_id: int
    name: str
    scopes: frozenset[str]
    timezone: str = "UTC"
    locale: str = "en"

    def has_role(self, role: str) -> bool:
        """Whether one of its scopes brings this role."""
        return any(role in SCOPES[scope][0] for scope in self.scopes)

    def looks_after(self, user_id: int) -> bool:
        """A key that acts as a manager does so for everybody."""
        return True


def may_use(scopes: Collection[str], scope: str) -> bool:
    """Whether these scopes cover `scope`; who may write something may read it too."""
    area, _colon, what = scope.partition(":")
    return scope in scopes or (what == "read" and f"{area}:write" in scopes)
