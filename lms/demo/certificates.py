"""The demo's own design of certificates; its qualifications, unless another part has made some; and its past days."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import func, insert, select

from lms import certificates, compliance
from lms.accounts import JobFunction, Organization, User
from lms.certificates import TemplateAttrs
from lms.compliance import DailyTally, QualificationAttrs, RequirementAttrs, SignOffAttrs
from lms.courses import Course
from lms.db import db, transaction

DESIGNS = {
    "Harbour Hospital": TemplateAttrs(
        heading="Certificate of competence", text="has shown to master", colour="#0f6b5c",
        signatory="Dr. M. Vermeer", signatory_role="Head of the academy",
    ),
    "Northway Logistics": TemplateAttrs(
        heading="Certificate", text="has met every requirement of", colour="#a3480b", signatory="S. de Wit",
        signatory_role="Safety manager",
    ),
}  # fmt: skip
QUALIFICATIONS = {
    "Harbour Hospital": (
        ("Basic life support", "Basic life support", "12 months", None),
        ("Fire safety", "Fire safety", "24 months", None),
        ("Hand hygiene", "Hand hygiene", "12 months", None),
        ("Medication safety", "Medication safety", "36 months", "Nurse"),
        ("Lifting and moving", "Lifting and moving", "12 months", "Care assistant"),
    ),
    "Northway Logistics": (("Forklift certificate", "Forklift refresher", "36 months", "Forklift driver"),),
}
"""Title, course, how long it is valid, and the job function of which it is asked: None asks it of everybody."""
SIGNED_OFF = "Harbour Hospital"
"""Where an instructor signed off much of it; the others begin."""
DAYS = 90


def add(say: Callable[[str], None]) -> None:
    """For each organization, as its administrator."""
    say("demo: designs of certificates, qualifications")
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        if organization.name not in DESIGNS:
            continue
        people = db.session.scalars(
            select(User).where(User.organization_id == organization.id).order_by(User.id)
        ).all()
        admin = next(user for user in people if user.has_role("admin"))
        certificates.save_template(DESIGNS[organization.name], admin)
        if not compliance.qualifications(organization.id):
            with transaction():
                _require(organization, admin)
                if organization.name == SIGNED_OFF:
                    _sign_off(organization, people)


def _sign_off(organization: Organization, people: Sequence[User]) -> None:
    """What an instructor saw over the last year and a half, so that most are in order and some are not."""
    random, today = Random(organization.name), compliance.today_of(organization.id)
    instructor = next(user for user in people if user.has_role("instructor"))
    jobs = {title: job for title, _course, _period, job in QUALIFICATIONS[organization.name]}
    for qualification in compliance.qualifications(organization.id):
        longest, job = qualification.rule.period.number * 31, jobs[qualification.title]
        for user in people:
            is_asked = user is not instructor and job in (None, user.job_function and user.job_function.name)
            if is_asked and random.random() < 0.82:
                day = today - timedelta(days=random.randint(1, int(longest * 1.08)))
                attrs = SignOffAttrs(user_id=user.id, qualification_id=qualification.id, signed_on=day)
                compliance.sign_off(attrs, instructor)


def _require(organization: Organization, admin: User) -> None:
    today = compliance.today_of(organization.id)
    courses = dict(
        db.session.execute(select(Course.title, Course.id).where(Course.organization_id == organization.id)).all()
    )
    jobs = dict(
        db.session.execute(
            select(JobFunction.name, JobFunction.id).where(JobFunction.organization_id == organization.id)
        ).all()
    )
    for title, course, period, job in QUALIFICATIONS[organization.name]:
        qualification = compliance.create_qualification(
            QualificationAttrs(
                title=title, counting="previous", period=period, window="3 months", first_courses=[courses[course]],
                grace="1 months" if job else "", accepts_evidence=job is None, accepts_sign_off=True,
            ),
            admin,
        )  # fmt: skip
        compliance.create_requirement(
            RequirementAttrs(
                qualification_id=qualification.id, target="job_function" if job else "organization",
                job_function_id=jobs[job] if job else None, starts_on=today - timedelta(days=300), comply_days=60,
            ),
            admin,
        )  # fmt: skip


def add_past_days(say: Callable[[str], None]) -> None:
    """Figures of days gone by, so that the line over time is there at once."""
    say("demo: figures of the last days")
    compliance.sweeps.run()
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        if organization.name in DESIGNS and not _has_past(organization.id):
            _count_back(organization.id)


def _has_past(organization_id: int) -> bool:
    statement = select(func.count(DailyTally.day.distinct())).where(DailyTally.organization_id == organization_id)
    return (db.session.scalar(statement) or 0) > 1


def _count_back(organization_id: int) -> None:
    """As it is known now, day by day."""
    today = compliance.today_of(organization_id)
    rows = []
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        counts = dict(compliance.counts_as_of(organization_id, day))
        for (id, state), number in counts.items():
            rows.append(
                {
                    "organization_id": organization_id, "day": day, "kind": "organization", "target_id": 0,
                    "qualification_id": id, "state": state, "number": number,
                }
            )  # fmt: skip
    if rows:
        with transaction() as session:
            session.execute(insert(DailyTally), rows)
