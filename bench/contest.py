"""Two ways to deal with many changes: a subject is added to a course in which one person is enrolled."""

import time
from collections.abc import Callable
from typing import Any, Self

from flask_migrate import upgrade
from flask_security import hash_password
from sqlalchemy import func, select, text

from bench import rival
from lms import courses, create_app
from lms.activities import Activity
from lms.audits import Audit
from lms.courses import Subject
from lms.db import db, transaction, utcnow
from lms.deliveries import Delivery
from lms.events import Change, EventCenter
from lms.notifications import Mail
from lms.policy import authorize
from tests import factories

PASSWORD = "bench and bench"  # noqa: S105 - of a person who lives for a minute
EFFECT_TABLES = ("rival_audits", "rival_activities", "rival_mails", "rival_events")


class Contest:
    """An application on the bench's database and broker, with one course."""

    def __enter__(self) -> Self:
        """Make tables, people and the course."""
        self.context = create_app().app_context()
        self.context.push()
        upgrade()
        self.publish, EventCenter.publish = EventCenter.publish, staticmethod(lambda ids: None)
        organization = factories.organization()
        self.author = factories.user(organization, "Arthur Author", "author")
        self.author.password = hash_password(PASSWORD)
        self.course = factories.open_course(self.author, subjects=1)
        courses.enroll(self.course, [factories.user(organization).id], self.author)
        self.content_id = db.session.scalars(select(Subject.content_id)).one() or 0
        self.settle()
        EventCenter.publish = staticmethod(self.publish)
        with rival.engine.begin() as connection:
            for table in rival.TABLES:
                connection.execute(text(table))
        return self

    def __exit__(self, *error: Any) -> None:
        """Let go of the database."""
        db.session.remove()
        db.engine.dispose()
        rival.engine.dispose()
        self.context.pop()

    def settle(self) -> None:
        """Regard all changes so far as dealt with."""
        db.session.execute(text("UPDATE changes SET settled_at = now()"))
        db.session.commit()

    def work(self, broadcast: bool) -> Subject:
        """What the request is for: check, write, commit."""
        authorize(self.author, "edit", self.course)
        with transaction() as session:
            last = session.scalar(select(func.max(Subject.position)).where(Subject.course_id == self.course.id)) or 0
            subject = Subject(
                organization_id=self.course.organization_id, course_id=self.course.id, position=last + 1,
                title="One more", content_id=self.content_id, created_at=utcnow(),
            )  # fmt: skip
            session.add(subject)
            session.flush()
            if broadcast:
                EventCenter.broadcast("created", subject, self.author)
        return subject

    def payload(self, subject: Subject) -> dict[str, Any]:
        """What a user would hand to the tasks."""
        return {"id": subject.id, "title": subject.title, "actor": self.author.name, "to": "somebody@localhost"}

    def request_with_delay(self) -> None:
        """(b) The work and four tasks."""
        rival.delay(self.payload(self.work(broadcast=False)))

    def request_with_broadcast(self) -> None:
        """(c) The work and a broadcast."""
        self.payload(self.work(broadcast=True))

    def rival_done(self) -> int:
        """How many changes have all four of their effects, with (b)."""
        counts = [db.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in EFFECT_TABLES]  # noqa: S608
        db.session.rollback()
        return min(counts)

    def we_done(self) -> int:
        """How many changes have all four of their effects, with (c)."""
        return min(self.our_effects().values())

    def our_effects(self) -> dict[str, int]:
        """Rows of the trail and the activities, mails sent, changes that Mixpanel has taken."""
        analytics = select(func.count()).select_from(Delivery).where(Delivery.subscriber == "analytics")
        counts = {
            "audits": db.session.scalar(select(func.count()).select_from(Audit)) or 0,
            "activities": db.session.scalar(select(func.count()).select_from(Activity)) or 0,
            "mails": db.session.scalar(select(func.count()).select_from(Mail).where(Mail.state == "sent")) or 0,
            "analytics": db.session.scalar(analytics.where(Delivery.state == "done")) or 0,
        }
        db.session.rollback()
        return counts

    def rate_of_delay(self, number: int) -> float:
        """Changes per second until all effects of `number` changes are committed, with (b)."""
        return self._rate(number, self.request_with_delay, self.rival_done)

    def rate_of_broadcast(self, number: int) -> float:
        """The same with (c)."""
        return self._rate(number, self.request_with_broadcast, self.we_done)

    def _rate(self, number: int, request: Callable[[], None], done: Callable[[], int]) -> float:
        target, start = done() + number, time.perf_counter()
        for _ in range(number):
            request()
        self._wait_until(lambda: done() >= target)
        return number / (time.perf_counter() - start)

    def wait_for_rival(self, target: int) -> None:
        """Until so many changes have had their effects with (b)."""
        self._wait_until(lambda: self.rival_done() >= target)

    def wait_for_us(self, target: int) -> None:
        """The same with (c)."""
        self._wait_until(lambda: self.we_done() >= target)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"not done: {self.rival_done()} and {self.our_effects()} of {self._changes()}")
            time.sleep(0.02)

    def _changes(self) -> int:
        return db.session.scalar(select(func.count()).select_from(Change)) or 0
