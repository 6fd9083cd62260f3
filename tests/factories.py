"""Rows for tests, made through the contexts, so that they are what the product makes."""

from datetime import timedelta
from itertools import count
from typing import Any

from lms import accounts, compliance, content, courses, results, transfer
from lms.accounts import (
    Department,
    DepartmentAttrs,
    JobFunction,
    JobFunctionAttrs,
    Organization,
    OrganizationAttrs,
    User,
    UserAttrs,
)
from lms.classroom import EventAttrs
from lms.compliance import ExemptionAttrs, Qualification, RecordAttrs
from lms.content import Content, ContentAttrs, PageAttrs, Quiz, new_id
from lms.courses import Course, CourseAttrs, Enrollment, Subject, SubjectAttrs
from lms.db import utcnow
from lms.results import Outcome, Result

_numbers = count(1)


def organization(name: str = "Harbour Hospital") -> Organization:
    """An organization."""
    return accounts.create_organization(OrganizationAttrs(name=name))


def user(owner: Organization, name: str = "Some Body", *roles: str) -> User:
    """A person who has a password."""
    email = f"person{next(_numbers)}@{owner.slug}.example"
    attrs = UserAttrs(name=name, email=email, roles=list(roles or ("learner",)))
    return accounts.create_user(attrs, owner.id, "x", None)


def course(author: User, title: str = "Fire safety", **attrs: Any) -> Course:
    """A draft."""
    return courses.create_course(CourseAttrs(title=title, **attrs), author)


def some_content(author: User, title: str = "Extinguishers") -> Content:
    """A published content of one page."""
    row = content.create_content(ContentAttrs(title=title), author)
    content.add_page(row, PageAttrs(title="First", blocks=[text_block()]), author)
    content.publish_content(row, author)
    return row


def text_block(html: str = "<p>Read this.</p>") -> dict[str, Any]:
    """A block of text."""
    return {"id": new_id(), "kind": "text", "html": html}


def event_attrs(title: str = "Fire drill") -> EventAttrs:
    """An event next week."""
    starts = utcnow() + timedelta(days=7)
    return EventAttrs(title=title, location="Yard", starts_at=starts, ends_at=starts + timedelta(hours=2))


def subject(course: Course, author: User, title: str = "Extinguishers") -> Subject:
    """A subject that points to a content of its own."""
    return courses.add_subject(course, SubjectAttrs(title=title, content_id=some_content(author, title).id), author)


def open_course(author: User, subjects: int = 2, title: str = "Fire safety", **attrs: Any) -> Course:
    """A published course."""
    row = course(author, title, **attrs)
    for number in range(subjects):
        subject(row, author, f"Subject {number + 1}")
    return courses.publish_course(row, author)


SINGLE = {
    "kind": "single", "text": "<p>What do you use?</p>", "points": 2,
    "options": [{"text": "A blanket", "correct": True}, {"text": "Water", "correct": False}],
    "feedback": {"correct": "<p>It takes the air away.</p>", "incorrect": "<p>It splashes.</p>"},
}  # fmt: skip
NUMERIC = {"kind": "numeric", "text": "<p>Which number?</p>", "points": 1, "numbers": [{"value": 2222, "tolerance": 0}]}


def question_block(definition: dict[str, Any]) -> dict[str, Any]:
    """A block that asks a question."""
    return {"id": new_id(), "kind": "question", "definition": definition}


def quiz(author: User, title: str = "Quiz", blocks: list[dict[str, Any]] | None = None, **settings: Any) -> Content:
    """A published content of one page that asks two questions of 2 and 1 points, or has these blocks."""
    row = content.create_content(ContentAttrs(title=title), author)
    asked = [question_block(SINGLE), question_block(NUMERIC)] if blocks is None else blocks
    content.add_page(row, PageAttrs(title="Questions", blocks=asked), author)
    content.set_quiz(row, Quiz(**settings), author)
    content.publish_content(row, author)
    return row


def enrolled(author: User, learner: User, row: Content) -> tuple[Enrollment, Subject]:
    """Somebody's enrollment in a published course with this content as its subject."""
    owner = course(author, "A course with a quiz")
    step = courses.add_subject(owner, SubjectAttrs(title=row.title, content_id=row.id), author)
    courses.publish_course(owner, author)
    return courses.enroll(owner, [learner.id], author)[0], step
def department(admin: User, name: str = "Care", parent_id: int | None = None) -> Department:
    """A department."""
    return accounts.create_department(DepartmentAttrs(name=name, parent_id=parent_id), admin)


def job_function(admin: User, name: str = "Nurse") -> JobFunction:
    """A job function."""
    return accounts.create_job_function(JobFunctionAttrs(name=name), admin)


def exemption_attrs(user: User, of: Qualification) -> ExemptionAttrs:
    """Somebody is let off for a week, until yesterday."""
    today = compliance.today_of(user.organization_id)
    return ExemptionAttrs(
        user_id=user.id, qualification_id=of.id, reason="Leave", starts_on=today - timedelta(days=8),
        ends_on=today - timedelta(days=1),
    )  # fmt: skip


def record_attrs(user: User, of: Qualification, **attrs: Any) -> RecordAttrs:
    """Somebody obtained it a month ago, unless said otherwise."""
    day = compliance.today_of(user.organization_id) - timedelta(days=30)
    return RecordAttrs(**{"user_id": user.id, "qualification_id": of.id, "obtained_on": day, **attrs})


def result(enrollment: Enrollment, subject: Subject, actor: User, *, passed: bool = True) -> Result:
    """A result."""
    return results.record(enrollment, subject, Outcome(passed=passed), "instructor", actor)


def started_import(admin: User) -> transfer.Import:
    """An import that a worker has checked and that is to be carried out."""
    job = transfer.upload("courses", "courses.csv", [b"title\nLifting\n"], admin, 1000)
    transfer.check(job, None, admin)
    while transfer.work({}):
        pass
    transfer.start(job, admin)
    return job
