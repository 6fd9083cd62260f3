"""Rooms, a full event with a waiting list, one to approve, a series, and one whose attendance is to be marked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms import classroom, courses, registrations
from lms.accounts import Organization, User
from lms.classroom import Event, EventAttrs, RoomAttrs, SessionAttrs
from lms.courses import Course
from lms.db import db, transaction, utcnow

ZONE = ZoneInfo("Europe/Amsterdam")
ROOMS = (("Skills lab", "Harbour", 12), ("Lecture room 2", "Harbour", 60), ("Room 3.14", "Quayside", 20))


def add(say: Callable[[str], None]) -> None:
    """Plan it for the first organization; its people come through the same doors as everybody."""
    organization = db.session.scalars(select(Organization).order_by(Organization.id).limit(1)).one()
    say(f"demo: classroom events of {organization.name}")
    with transaction():
        _Planner(organization, Random(5)).plan()


class _Planner:
    def __init__(self, organization: Organization, random: Random) -> None:
        people = list(
            db.session.scalars(
                select(User).where(User.organization_id == organization.id, User.active).order_by(User.id)
            )
        )
        self.admin, self.author, self.manager, self.instructor = people[:4]
        self.learner = next(user for user in people if user.email.startswith("learner@"))
        self.others = [user for user in people[6:] if user is not self.learner]
        self.random = random
        self.random.shuffle(self.others)
        self.rooms = [
            classroom.create_room(RoomAttrs(name=name, site=site, capacity=seats), self.admin)
            for name, site, seats in ROOMS
        ]

    def plan(self) -> None:
        """Everything."""
        full = self._event("Resuscitation, practice day", 15, 9, 3, room=0, capacity=8, minimum=4)
        registrations.register_people(full, [user.id for user in self.others[:8]], self.author)
        for user in [*self.others[8:11], self.learner]:
            registrations.register_self(full, user)

        asked = self._event("Leadership in the team", 24, 13, 4, room=1, capacity=16, approval=True)
        team = [user for user in self.others if user.department_id == self.manager.department_id][:2]
        for user in team or self.others[12:14]:
            registrations.register_self(asked, user)

        fitting = self._event("Mask fitting", 9, 10, 1, room=2, capacity=6)
        registrations.register_self(fitting, self.learner)
        registrations.register_people(fitting, [user.id for user in self.others[14:17]], self.author)
        classroom.repeat_event(fitting, "week", 3, self.author)
        classroom.save_template(fitting, "Mask fitting, an hour", self.author)
        self._past()

    def _past(self) -> None:
        event = self._event("Fire extinguishers, practice", -1, 14, 2, room=2, capacity=12)
        come = [*self.others[20:27], self.learner]
        registrations.register_people(event, [user.id for user in come], self.author, reason="Entered afterwards")
        course = db.session.scalars(
            select(Course)
            .where(Course.organization_id == event.organization_id, Course.status == courses.PUBLISHED)
            .order_by(Course.id)
            .limit(1)
        ).one()
        attrs = courses.SubjectAttrs(title="Practice with extinguishers", event_id=event.id)
        courses.add_subject(course, attrs, self.author)

    def _event(
        self, title: str, days: int, hour: int, hours: int, *, room: int, capacity: int, minimum: int = 0,
        approval: bool = False,
    ) -> Event:  # fmt: skip
        day = utcnow().astimezone(ZONE) + timedelta(days=days)
        starts_at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
        attrs = EventAttrs(
            title=title, timezone="Europe/Amsterdam", capacity=capacity, minimum=minimum, approval=approval,
            cost_centre="4100", description="<p>Wear comfortable shoes. Coffee is there from a quarter before.</p>",
        )  # fmt: skip
        session = SessionAttrs(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), room_id=self.rooms[room].id,
            instructor_ids=[self.instructor.id],
        )  # fmt: skip
        return classroom.create_event(attrs, self.author, [session])
