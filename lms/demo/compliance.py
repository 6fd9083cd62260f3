"""Qualifications of both organizations, who must hold them, and a year of how it stood; every state occurs."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from lms import compliance
from lms.accounts import Department, JobFunction, Organization, User
from lms.compliance import (
    EvidenceAttrs,
    ExemptionAttrs,
    Holding,
    Qualification,
    QualificationAttrs,
    RequirementAttrs,
    SignOffAttrs,
    daily,
    sweeps,
)
from lms.courses import Course
from lms.db import db, transaction
from lms.deliveries import deliver
from lms.demo.qualifications import DOCUMENT, HOSPITAL, LOGISTICS
from lms.events import Change, EventCenter


def add(say: Callable[[str], None]) -> None:
    """Make them, work everything out, and count the year."""
    say("demo: qualifications and who holds them")
    both = enumerate((HOSPITAL, LOGISTICS))
    with transaction():
        demos = [_Demo(words, Random(60 + number)) for number, words in both]
        for demo in demos:
            demo.make()
    _settle()
    with transaction():
        for demo in demos:
            demo.change_by_hand()
    _settle()
    for demo in demos:
        demo.count_the_year()


def _settle() -> None:
    """Deliver what compliance is owed, and go through what it left for later."""
    ids = list(db.session.scalars(select(Change.id).where(Change.settled_at.is_(None)).order_by(Change.id)))
    for start in range(0, len(ids), 500):
        deliver(EventCenter.subscribers["compliance"], ids[start : start + 500])
    sweeps.run()


class _Demo:
    """One organization's part; `random` is seeded, so that it comes out the same."""

    def __init__(self, words: dict[str, Any], random: Random) -> None:
        self.words, self.random = words, random
        self.organization = db.session.scalars(
            select(Organization).where(Organization.slug == words["organization"])
        ).one()
        self.id = self.organization.id
        self.today = compliance.today_of(self.id)
        self.people = list(
            db.session.scalars(select(User).where(User.organization_id == self.id, User.active).order_by(User.id))
        )
        self.admin = self._by_role("admin")
        self.instructor = self._by_role("instructor")

    def _by_role(self, role: str) -> User:
        return next(user for user in self.people if user.has_role(role))

    def _ids(self, model: Any, column: Any) -> dict[str, int]:
        rows = db.session.execute(select(model.id, column).where(model.organization_id == self.id))
        return {name: id for id, name in rows}

    def day(self, days_ago: float) -> date:
        """So many days ago."""
        return self.today - timedelta(days=int(days_ago))

    def make(self) -> None:
        """Qualifications, requirements, evidence, sign-offs and exemptions."""
        courses = self._ids(Course, Course.title)
        made: dict[str, Qualification] = {}
        for title, values in self.words["qualifications"].items():
            attrs = dict(values)
            for field in ("first_courses", "renewal_courses"):
                attrs[field] = [courses[name] for name in attrs.get(field, ())]
            attrs["includes"] = [made[name].id for name in attrs.get("includes", ())]
            if "base_on" in attrs:
                attrs["base_on"] = self.today.replace(month=1, day=1)
            made[title] = compliance.create_qualification(QualificationAttrs(title=title, **attrs), self.admin)
        self._require(made)
        for title, row in made.items():
            if row.accepts_sign_off:
                self._sign_off(row, self.words["signed"].get(title, 12))
            if row.accepts_evidence:
                self._hand_in(row)
        for row in self.random.sample(list(made.values()), 3):
            for user in self.random.sample(self.people[6:], 2):
                attrs_of_leave = ExemptionAttrs(
                    user_id=user.id, qualification_id=row.id, starts_on=self.day(20),
                    ends_on=self.day(-self.random.randint(10, 90)), reason=self.random.choice(self.words["reasons"]),
                )  # fmt: skip
                compliance.exempt(attrs_of_leave, self.admin)

    def _require(self, made: dict[str, Qualification]) -> None:
        jobs, departments = self._ids(JobFunction, JobFunction.name), self._ids(Department, Department.name)
        for title, target, name, days_ago, comply_days in self.words["requirements"]:
            values: dict[str, Any] = {"department_id": departments.get(name), "job_function_id": jobs.get(name)}
            attrs = RequirementAttrs(
                qualification_id=made[title].id, target=target, starts_on=self.day(days_ago), comply_days=comply_days,
                **values,
            )  # fmt: skip
            compliance.create_requirement(attrs, self.admin)

    def _sign_off(self, row: Qualification, number: int) -> None:
        for user in self.random.sample(self.people, number):
            if user is self.instructor:
                continue
            signed_on = self.day(self.random.triangular(5, 480, 60))
            attrs = SignOffAttrs(user_id=user.id, qualification_id=row.id, signed_on=signed_on, note="Seen in practice")
            compliance.sign_off(attrs, self.instructor)

    def _hand_in(self, row: Qualification) -> None:
        for number, user in enumerate(self.random.sample(self.people[6:], 8)):
            attrs = EvidenceAttrs(
                qualification_id=row.id, obtained_on=self.day(self.random.randint(20, 400)),
                issuer=self.random.choice(self.words["issuers"]),
            )  # fmt: skip
            evidence = compliance.hand_in(attrs, io.BytesIO(DOCUMENT), "certificate.pdf", user)
            if number == 0:
                compliance.refuse_evidence(evidence, "The name on the certificate is not yours.", self.admin)
            elif number < 5:
                compliance.accept_evidence(evidence, "", self.admin)

    def change_by_hand(self) -> None:
        """One revoked, one suspended, a few with another last day."""
        rows = list(
            db.session.scalars(
                select(Holding)
                .where(Holding.organization_id == self.id, Holding.valid_until > self.day(-100))
                .order_by(Holding.id)
            )
        )
        first, second, *others = self.random.sample(rows, 5)
        compliance.revoke(first, self.day(9), "The certificate turned out to be somebody else's", self.admin)
        compliance.suspend(second, self.day(30), "Absent since the spring", self.admin)
        compliance.change_expiry([row.id for row in others], self.day(-40), "The trainer was not certified", self.admin)

    def count_the_year(self) -> None:
        """The counts of the days before counting began: every two weeks, and daily for the last ten."""
        for days_ago in [*range(364, 10, -14), *range(10, 0, -1)]:
            daily.count_past_day(self.id, self.day(days_ago))
        daily.move(self.id, self.today)
