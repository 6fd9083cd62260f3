"""Addresses made from the rules of the application: which table an id in one is of."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from werkzeug.routing import Rule

from tests.rights.world import World

BY_NAME = {
    "course_id": "courses", "subject_id": "subjects", "enrollment_id": "enrollments", "event_id": "events",
    "bank_id": "question_banks", "page_id": "content_pages", "template_id": "event_templates",
    "registration_id": "registrations", "qualification_id": "qualifications", "user_id": "users",
    "unit_id": "package_units", "attempt_id": "attempts", "change_id": "changes",
}  # fmt: skip
"""Tables by the name of the argument, where that is enough."""
BY_PAGE = {
    "api.people": "users", "api.contents": "contents", "api.courses": "courses", "api.departments": "departments",
    "api.enrollments": "enrollments", "api.events": "events", "api.job-functions": "job_functions",
    "api.registrations": "registrations", "api.results": "results", "api.subjects": "subjects",
    "api.webhook-endpoints": "webhook_endpoints", "api.activities": "activities", "api.audits": "audits",
    "api.changes": "changes", "api.imports": "imports", "api.exports": "exports",
    "api.qualifications": "qualifications", "api.requirements": "requirements", "api.exemptions": "exemptions",
    "api.holdings": "holdings", "api.evidence": "evidence", "api.compliance": "status_periods",
    "attachments": "event_files", "attendance": "sessions", "attendance.close": "events", "authoring": "contents",
    "bank_files": "question_imports", "bank_questions": "questions", "banks": "question_banks",
    "certificates": "certificates", "chain": "audit_holds",
    "contents": "contents", "courses": "courses", "departments": "departments",
    "departments.delete_job_function": "job_functions", "departments.edit_job_function": "job_functions",
    "enrollments": "enrollments", "events": "events", "evidence": "evidence", "exemptions": "exemptions",
    "exports": "exports", "exports.unschedule": "export_schedules", "holdings": "holdings",
    "holdings.index": "qualifications", "identity": "groups", "identity.separate": "users",
    "imports": "imports", "keys": "api_keys", "lrs": "lrs_activities",
    "mailings": "mailings", "mails": "mails", "mails.lift": "stopped_addresses", "media": "media_files",
    "notifications": "notifications", "oneroster": "roster_imports", "packages": "contents", "people": "users",
    "qualifications": "qualifications", "registrations": "registrations", "requirements": "requirements",
    "rooms": "rooms", "rules": "rules", "sessions": "sessions", "subjects": "subjects", "webhooks": "webhook_endpoints",
    "webhooks.message": "webhook_messages", "webhooks.replay": "webhook_messages",
}  # fmt: skip
"""Tables of `id` by the page or its blueprint."""
FIELDS = BY_NAME | {
    "department_id": "departments", "parent_id": "departments", "job_function_id": "job_functions",
    "content_id": "contents",
}  # fmt: skip
"""Tables by the name of a field that is sent to the API."""
WORDS = {
    "name": "a-file", "format": "csv", "kind": "people", "language": "en", "subscriber": "audits", "act": "",
}  # fmt: skip
"""What else stands in an address."""
NOT_GENERATED = {
    "mailtemplates.edit": "a kind of mail and a language: no id",
    "mailtemplates.preview": "a kind of mail and a language: no id",
    "mailtemplates.reset": "a kind of mail and a language: no id",
    "exports.now": "a resource and a format: no id",
    "api.exports-now": "a resource and a format: no id",
}
"""Pages with something else in their address, and why nothing of another organization can stand there."""


def table_of(rule: Rule, argument: str) -> str | None:
    """The table of which an argument names a row; None for a word. Raises KeyError for what is not known yet."""
    if rule.endpoint.startswith("packages.") and argument == "attempt_id":
        return "package_attempts"
    if argument == "id":
        page = rule.endpoint
        for name in (page, page.rsplit("-", 2)[0], page.rsplit("-", 1)[0], page.split(".")[0]):
            if name in BY_PAGE:
                return BY_PAGE[name]
        raise KeyError(f"tests/rights/addresses.py does not say what `id` is of in {rule.endpoint}")
    return BY_NAME[argument] if argument in BY_NAME else None if argument in WORDS else BY_NAME[argument]


def ids(rule: Rule) -> dict[str, str]:
    """Its arguments that name a row, with the table of each."""
    found = {argument: table_of(rule, argument) for argument in sorted(rule.arguments - (rule.defaults or {}).keys())}
    return {argument: table for argument, table in found.items() if table is not None}


def addresses(rule: Rule, ours: World, theirs: World) -> Iterator[str]:
    """Each address in which at least one id is of the other organization, and the others are of ours."""
    tables = ids(rule)
    for owners in product((theirs, ours), repeat=len(tables)):
        if theirs in owners:
            pairs = zip(owners, tables.items(), strict=True)
            yield address(rule, {name: owner.id_of(table) for owner, (name, table) in pairs})


def address(rule: Rule, given: dict[str, Any]) -> str:
    """The address with these ids; words are filled in."""
    words = {name: WORDS[name] for name in rule.arguments - (rule.defaults or {}).keys() - given.keys()}
    for name, converter in rule._converters.items():
        if name in words and getattr(converter, "items", None):
            words[name] = sorted(converter.items)[0]
    built = rule.build({**words, **given}, append_unknown=False)
    assert built is not None, rule
    return built[1]
