"""What there is at the other end; a test holds this against the OpenAPI document."""

READ = ("list", "show")
WRITE = (*READ, "create", "change", "delete")

RESOURCES: dict[str, tuple[str, ...]] = {
    "people": (*READ, "create", "change", "invite", "deactivate", "activate"),
    "departments": WRITE,
    "job-functions": WRITE,
    "courses": (*WRITE, "publish", "archive", "reopen"),
    "subjects": WRITE,
    "contents": WRITE,
    "events": WRITE,
    "enrollments": (*READ, "create", "delete"),
    "results": (*READ, "create"),
    "registrations": (*READ, "create", "cancel"),
    "qualifications": (*WRITE, "archive", "unarchive"),
    "requirements": (*READ, "create", "change", "withdraw"),
    "exemptions": READ,
    "holdings": (*READ, "create", "revoke", "reinstate", "suspend", "resume", "change-expiry"),
    "evidence": (*READ, "accept", "refuse"),
    "compliance": READ,
    "webhook-endpoints": WRITE,
    "audits": READ,
    "activities": READ,
    "changes": READ,
}
"""By resource: what can be done with it, as the document names its operations (`list-people`)."""

KINDS = ("people", "departments", "courses", "enrollments", "results", "qualifications")
"""What can be in a file that is imported."""

FORMATS = ("csv", "jsonl")
"""In which all of a resource can be streamed."""


def actions(resource: str) -> tuple[str, ...]:
    """What can be done with one of them besides reading, making, changing and removing it."""
    return tuple(name for name in RESOURCES[resource] if name not in WRITE)
