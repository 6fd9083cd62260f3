"""Who may do what, as data: one table, read by the contexts, the navigation and the pages.

An object of another organization does not exist for anybody: that is answered before any role is looked at.
"""

from typing import Any, Protocol

from lms.errors import NotAllowed, NotFound

ROLES = ("learner", "manager", "author", "instructor", "auditor", "admin")

EVERYBODY = frozenset(ROLES)
SELF = "self"
"""Stands for the person the object is about, whatever their roles."""
TEAM = "team"
"""Stands for a manager of the person the object is about; of what is about nobody, for any manager. A list shows them
what `Person.team` selects."""

RULES: dict[str, dict[str, frozenset[str]]] = {
    "Organization": {"view": EVERYBODY, "edit": frozenset({"admin"})},
    "Department": {"view": EVERYBODY, "edit": frozenset({"admin"})},
    "JobFunction": {"view": EVERYBODY, "edit": frozenset({"admin"})},
    "User": {
        "view": frozenset({"admin", TEAM, "author", "auditor", SELF}),
        "edit": frozenset({"admin"}),
        "edit_profile": frozenset({SELF}),
    },
    "Course": {
        "view": EVERYBODY,
        "view_draft": frozenset({"author", "instructor", "auditor", "admin"}),
        "edit": frozenset({"author", "admin"}),
        "enroll": frozenset({"author", TEAM, "admin"}),
    },
    "Content": {"view": EVERYBODY, "edit": frozenset({"author", "admin"})},
    "Bank": {"view": frozenset({"author", "admin"}), "edit": frozenset({"author", "admin"})},
    "Question": {"view": frozenset({"author", "admin"}), "edit": frozenset({"author", "admin"})},
    "Event": {"view": EVERYBODY, "edit": frozenset({"author", "instructor", "admin"})},
    "Room": {"view": frozenset({"author", "instructor", "admin"}), "edit": frozenset({"author", "admin"})},
    "EventTemplate": {"edit": frozenset({"author", "instructor", "admin"})},
    "Registration": {
        "view": frozenset({"author", "instructor", "auditor", "admin", SELF}),
        "edit": frozenset({"author", "instructor", "admin"}),
        "own": frozenset({SELF}),
        "team": frozenset({TEAM}),
    },
    "Enrollment": {
        "view": frozenset({"author", TEAM, "auditor", "admin", SELF}),
        "end": frozenset({"author", TEAM, "admin"}),
        "learn": frozenset({SELF}),
    },
    "Certificate": {
        "view": frozenset({TEAM, "auditor", "admin", SELF}),
        "revoke": frozenset({"admin"}),
    },
    "ComplianceReport": {"view": frozenset({"auditor", "admin"})},
    "ReminderLetter": {"create": frozenset({"manager", "admin"})},
    "ReminderPlan": {"edit": frozenset({"admin"})},
    "CertificateTemplate": {"edit": frozenset({"admin"})},
    "PackageAttempt": {"view": frozenset({"author", "admin"}), "learn": frozenset({SELF})},
    "MediaFile": {"view": EVERYBODY, "edit": frozenset({"author", "admin"})},
    "Qualification": {"view": EVERYBODY, "edit": frozenset({"author", "admin"})},
    "Requirement": {
        "view": frozenset({"author", "manager", "auditor", "instructor", "admin"}),
        "edit": frozenset({"admin"}),
    },
    "Exemption": {"view": frozenset({TEAM, "auditor", "admin", SELF}), "edit": frozenset({"admin"})},
    "Holding": {
        "view": frozenset({"author", TEAM, "auditor", "instructor", "admin", SELF}),
        "edit": frozenset({"admin"}),
    },
    "Evidence": {
        "view": frozenset({TEAM, "auditor", "instructor", "admin", SELF}),
        "review": frozenset({"instructor", "admin"}),
    },
    "SignOff": {"view": frozenset({TEAM, "auditor", "admin", SELF}), "edit": frozenset({"instructor", "admin"})},
    "Status": {"view": frozenset({TEAM, "auditor", "admin", SELF})},
    "Attempt": {"view": frozenset({"author", TEAM, "auditor", "admin", SELF}), "learn": frozenset({SELF})},
    "Audit": {"view": frozenset({"auditor", "admin"}), "verify": frozenset({"auditor", "admin"})},
    "AuditPlan": {"edit": frozenset({"admin"})},
    "AuditHold": {"edit": frozenset({"admin"})},
    "Activity": {"view": EVERYBODY},
    "Mail": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "Mailing": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "MailTemplate": {"edit": frozenset({"admin"})},
    "StoppedAddress": {"edit": frozenset({"admin"})},
    "Rule": {"view": frozenset({"author", "manager", "admin"}), "edit": frozenset({"author", "admin"})},
    "Result": {"record": frozenset({"instructor", "author", "admin"})},
    "ApiKey": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "LrsConnection": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "WebhookEndpoint": {"view": frozenset({"auditor", "admin"}), "edit": frozenset({"admin"})},
    "IdentityProvider": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "Identity": {"edit": frozenset({"admin"})},
    "Group": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "Import": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "Export": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
    "Delivery": {"view": frozenset({"admin"}), "edit": frozenset({"admin"})},
}


class Person(Protocol):
    """An actor with roles."""

    id: Any
    organization_id: Any

    def has_role(self, role: Any) -> bool:
        """Whether the person has this role."""
        ...

    def looks_after(self, user_id: int) -> bool:
        """Whether somebody is in the person's team."""
        ...


def may(actor: Person, action: str, obj: Any) -> bool:
    """Whether `actor` may do `action` to `obj`: a row, or the name of a type where there is no row yet."""
    allowed = RULES[kind_of(obj)][action]
    if isinstance(obj, str):
        return _by_role(actor, allowed) or (TEAM in allowed and actor.has_role("manager"))
    if getattr(obj, "organization_id", obj.id) != actor.organization_id:
        return False
    about = obj.id if kind_of(obj) == "User" else getattr(obj, "user_id", None)
    if _by_role(actor, allowed) or (SELF in allowed and about == actor.id):
        return True
    return TEAM in allowed and actor.has_role("manager") and (about is None or actor.looks_after(about))


def kind_of(obj: Any) -> str:
    """The name of an object's type, or the name that was given."""
    return obj if isinstance(obj, str) else type(obj).__name__


def _by_role(actor: Person, allowed: frozenset[str]) -> bool:
    return any(actor.has_role(role) for role in allowed if role not in (SELF, TEAM))


def is_everybodys(actor: Person, action: str, kind: str) -> bool:
    """Whether `actor` may do `action` to objects of this kind whoever they are about, not only to a team's."""
    return _by_role(actor, RULES[kind][action])


def is_possible(actor: Person, action: str, kind: str, *, own: bool = True) -> bool:
    """Whether there may be an object of this kind to which `actor` may do `action`; with `own`, their own too."""
    return (own and SELF in RULES[kind][action]) or may(actor, action, kind)


def authorize(actor: Person, action: str, obj: Any) -> None:
    """Raise NotFound if `obj` belongs to another organization, NotAllowed if the actor's roles do not suffice."""
    if may(actor, action, obj):
        return
    if not isinstance(obj, str) and getattr(obj, "organization_id", obj.id) != actor.organization_id:
        raise NotFound("There is no such page, or it was deleted.")
    raise NotAllowed("Your roles do not allow this. Ask an administrator of your organization.")
