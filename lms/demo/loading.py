"""Loads the demo data in one transaction, and its trail through the real subscribers.

What happened in the past is broadcast with its own time. Audits and activities are delivered right here;
notifications and analytics are noted as dealt with, so that nobody gets a thousand mails.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from flask_security import hash_password
from sqlalchemy import insert, select, update

from lms.accounts import Department, JobFunction, Organization, User
from lms.classroom import Event, Session
from lms.content import Content, ContentPage, ContentVersion
from lms.courses import DRAFT, PUBLISHED, Course, Enrollment, Subject
from lms.db import db, snapshot, transaction, utcnow
from lms.deliveries import Delivery, deliver
from lms.demo import authoring, certificates, classroom, compliance, exchange, packages, questions, rules
from lms.demo.texts import BODY, FIRST, HOSPITAL, LAST, LOGISTICS, PASSWORD
from lms.events import Change, EventCenter
from lms.results import Result

SIGN_INS = [
    ("author", "author@harbour.example", PASSWORD),
    ("learner", "learner@harbour.example", PASSWORD),
    ("admin", "admin@harbour.example", PASSWORD),
    ("manager", "manager@harbour.example", PASSWORD),
    ("instructor", "instructor@harbour.example", PASSWORD),
    ("auditor", "auditor@harbour.example", PASSWORD),
    ("admin of the other organization", "admin@northway.example", PASSWORD),
]
"""Role, address and password of the people to sign in as."""

PEOPLE = 100
"""People per organization."""
SPECIAL = ("admin", "author", "manager", "instructor", "auditor", "learner")
NOT_HERE = ("notifications", "analytics", "reminders")
PARTS: tuple[Callable[[Callable[[str], None]], None], ...] = (
    questions.add, authoring.add, packages.add, compliance.add, certificates.add, classroom.add, rules.add,
    exchange.add,
)  # fmt: skip
"""What the larger parts of the product add, each in a file of its own."""


def is_loaded() -> bool:
    """Whether the demo data is in the database."""
    return db.session.scalar(select(User.id).where(User.email == SIGN_INS[0][1])) is not None


def load(say: Callable[[str], None]) -> None:
    """Load everything; `say` is told what is going on."""
    publish, EventCenter.publish = EventCenter.publish, staticmethod(lambda ids: None)
    try:
        changes: list[Change] = []
        with transaction():
            for number, words in enumerate((HOSPITAL, LOGISTICS)):
                say(f"demo: {words['name']}")
                changes += _Organization(words, Random(number)).make()
            changes.sort(key=lambda change: change.created_at)
            db.session.add_all(changes)
        _deliver(say)
        for add in PARTS:
            add(say)
        _deliver(say)
    finally:
        EventCenter.publish = publish


def _deliver(say: Callable[[str], None]) -> None:
    while ids := list(db.session.scalars(select(Change.id).where(Change.settled_at.is_(None)).order_by(Change.id))):
        say(f"demo: the trail of {len(ids)} changes")
        _deliver_some(ids)


def _deliver_some(ids: list[int]) -> None:
    """What subscribers broadcast in their turn is left for the next round."""
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        for name in EventCenter.subscribers.keys() - set(NOT_HERE):
            deliver(EventCenter.subscribers[name], chunk)
        with transaction() as session:
            session.execute(
                insert(Delivery), [{"change_id": id, "subscriber": name} for id in chunk for name in NOT_HERE]
            )
            session.execute(update(Change).where(Change.id.in_(chunk)).values(settled_at=utcnow()))


class _Organization:
    """Makes one organization; `random` is seeded, so that it comes out the same."""

    def __init__(self, words: dict[str, Any], random: Random) -> None:
        self.words = words
        self.random = random
        self.now = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
        self.people: list[User] = []
        self.changes: list[Change] = []
        self.author: User

    def make(self) -> list[Change]:
        """Everything; returns the changes, which are to be saved in the order in which they happened."""
        self.organization = Organization(name=self.words["name"], slug=self.words["name"].split()[0].lower())
        self._add(self.organization, 366, None)
        self._make_departments()
        self._make_people()
        for number, (title, topics) in enumerate(self.words["courses"].items()):
            self._make_course(number, title, topics)
        return self.changes

    def _broadcast(self, moment: datetime, *arguments: Any) -> None:
        EventCenter.broadcast(*arguments)
        [change] = EventCenter.forget()
        change.created_at = moment
        self.changes.append(change)

    def _add(self, row: Any, days_ago: float, actor: User | None) -> Any:
        moment = self.now - timedelta(days=days_ago)
        if not isinstance(row, Organization):
            row.organization_id = self.organization.id
        row.created_at = row.updated_at = moment
        db.session.add(row)
        self._broadcast(moment, "created", row, actor)
        return row

    def _make_departments(self) -> None:
        self.departments = []
        for name, parts in self.words["departments"].items():
            parent = self._add(Department(name=name), 365, None)
            self.departments += [self._add(Department(name=part, parent_id=parent.id), 365, None) for part in parts]
        self.jobs = [self._add(JobFunction(name=name), 365, None) for name in self.words["job_functions"]]

    def _make_people(self) -> None:
        password = hash_password(PASSWORD)
        for number in range(PEOPLE):
            role = SPECIAL[number] if number < len(SPECIAL) else "learner"
            first = FIRST[number % len(FIRST)]
            last = LAST[(number * 7 + number // len(FIRST)) % len(LAST)]
            local = role if number < len(SPECIAL) else f"{first}.{last}.{number}".lower().replace(" ", "")
            address = f"{local.encode('ascii', 'ignore').decode()}@{self.words['domain']}"
            user = User(
                name=f"{first} {last}",
                email=address,
                roles=["learner"] if role == "learner" else ["learner", role],
                locale="nl" if number % 5 == 4 else "en",
                timezone="Europe/Amsterdam",
                department_id=self.random.choice(self.departments).id,
                job_function_id=self.random.choice(self.jobs).id,
                password=password,
                active=number % 33 != 32,
            )
            self.people.append(self._add(user, 364 - number * 3, self.people[0] if self.people else None))
        self.author = self.people[1]

    def _make_course(self, number: int, title: str, topics: tuple[str, ...]) -> None:
        age = 340 - number * 25
        course = Course(
            title=title,
            summary=f"{title} for everybody at {self.words['name']}",
            description=f"<p>{title}: {len(topics)} short subjects, at your own pace.</p>",
            status=DRAFT,
            self_enrollment=number % 3 == 1,
        )
        self._add(course, age, self.author)
        subjects = [
            self._make_subject(course, position, topic, is_last=position == len(topics), age=age)
            for position, topic in enumerate(topics, start=1)
        ]
        if number == len(self.words["courses"]) - 1 and self.words is LOGISTICS:
            return
        previous = snapshot(course)
        course.status, course.published_at = PUBLISHED, self.now - timedelta(days=age - 3)
        self._broadcast(course.published_at, "updated", previous, course, self.author)
        learner = self.people[SPECIAL.index("learner")]
        others = [user for user in self.people if user is not learner]
        for user in [*self.random.sample(others, 45), learner]:
            self._make_enrollment(course, user, subjects, age - 4)

    def _make_subject(self, course: Course, position: int, topic: str, *, is_last: bool, age: int) -> Subject:
        subject = Subject(course_id=course.id, position=position, title=topic)
        if is_last and position > 3:
            starts = self.now + timedelta(days=self.random.randint(3, 60), hours=self.random.randint(0, 6))
            event = Event(title=f"{course.title}: {topic}", location=f"Room {position}.{self.random.randint(10, 40)}",
                          starts_at=starts, ends_at=starts + timedelta(hours=2))  # fmt: skip
            subject.event_id = self._add(event, age - 1, self.author).id
            self._add(Session(event_id=event.id, starts_at=event.starts_at, ends_at=event.ends_at,
                              timezone="Europe/Amsterdam", location=event.location), age - 1, self.author)  # fmt: skip
        else:
            subject.content_id = self._make_content(course, topic, age - 1).id
        return self._add(subject, age - 2, self.author)

    def _make_content(self, course: Course, topic: str, age: int) -> Content:
        content = self._add(Content(title=f"{course.title}: {topic}", summary=topic), age, self.author)
        frozen = []
        for number, heading in enumerate((topic, "In practice"), start=1):
            html = BODY.format(topic=topic, course=course.title)
            blocks = [{"id": f"{content.id:06}{number}", "kind": "text", "html": html}]
            page = ContentPage(content_id=content.id, position=number, title=heading, blocks=blocks)
            self._add(page, age, self.author)
            frozen.append({"id": page.id, "title": heading, "blocks": blocks})
        previous, moment = snapshot(content), self.now - timedelta(days=age)
        content.version, content.published_at, content.has_changes, content.updated_at = 1, moment, False, moment
        version = ContentVersion(
            content_id=content.id, number=1, title=content.title, pages=frozen, quiz={},
            published_by_id=self.author.id, organization_id=self.organization.id, created_at=moment,
        )  # fmt: skip
        db.session.add(version)
        self._broadcast(moment, "created", version, self.author)
        self._broadcast(moment, "updated", previous, content, self.author)
        return content

    def _make_enrollment(self, course: Course, user: User, subjects: list[Subject], longest: int) -> None:
        days_ago = self.random.uniform(1, max(2, longest))
        enrollment = Enrollment(course_id=course.id, user_id=user.id, enrolled_by_id=self.author.id)
        self._add(enrollment, days_ago, self.author)
        is_special = user.email == SIGN_INS[1][1]
        done = self.random.randint(0, len(subjects) - (2 if is_special else 0))
        for position, subject in enumerate(subjects[:done], start=1):
            ago = days_ago * (1 - position / (len(subjects) + 1))
            result = Result(
                enrollment_id=enrollment.id, subject_id=subject.id, course_id=course.id, user_id=user.id, passed=True,
                finished_at=self.now - timedelta(days=ago), source="instructor" if subject.event_id else "learner",
            )  # fmt: skip
            self._add(result, ago, user if subject.content_id else self.author)
        if done == len(subjects):
            previous = snapshot(enrollment)
            enrollment.completed_at = self.now - timedelta(days=days_ago / (len(subjects) + 1))
            self._broadcast(enrollment.completed_at, "updated", previous, enrollment, user)
