"""Whatever happens, told in any order: what was worked out step by step is what a full recomputation gives.

And what was known at a moment about any day stays the answer for that moment.
"""

from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from lms import accounts, compliance
from lms.accounts import DepartmentAttrs, JobFunctionAttrs
from lms.compliance import ExemptionAttrs, QualificationAttrs, RequirementAttrs, SignOffAttrs, daily, sweeps
from lms.compliance.models import Evidence, Exemption, Holding, Requirement, SignOff
from lms.compliance.models.holdings import REFUSED
from lms.courses import Enrollment
from lms.db import db, transaction, utcnow
from lms.deliveries import deliver
from lms.events import EventCenter
from tests import factories
from tests.compliance.world import TODAY, completed, completed_on, day, move, qualification

OFFSETS = st.integers(-900, 200)
PAST = st.integers(-900, 0)
THREE = st.integers(0, 2)
numbers = count(1)


class World(RuleBasedStateMachine):
    """Three people, three departments in a line, two jobs, three courses, three qualifications that include others."""

    def __init__(self):
        super().__init__()
        self.owed: list[int] = []
        self.noted: list[tuple[int, object, list]] = []
        EventCenter.publish = staticmethod(self.owed.extend)
        organization = factories.organization(f"Organization {next(numbers)}")
        self.admin = factories.user(organization, "Ada Admin", "admin", "instructor", "author")
        self.people = [factories.user(organization, f"Person {number}") for number in range(3)]
        self.departments = []
        for name in ("Care", "Ward", "Room"):
            parent_id = self.departments[-1].id if self.departments else None
            self.departments.append(
                accounts.create_department(DepartmentAttrs(name=name, parent_id=parent_id), self.admin)
            )
        self.jobs = [
            accounts.create_job_function(JobFunctionAttrs(name=name), self.admin) for name in ("Nurse", "Cook")
        ]
        courses = [factories.open_course(self.admin, subjects=1, title=f"Course {number}") for number in range(3)]
        self.courses = courses
        both = {"accepts_evidence": True, "accepts_sign_off": True}
        self.qualifications = [
            qualification(self.admin, "First aid", courses[0], counting="completion", period="12 months",
                          grace="30 days", **both),
            qualification(self.admin, "BLS", courses[1], counting="previous", period="1 years", window="3 months",
                          renewal_courses=[courses[2].id], **both),
            qualification(self.admin, "ALS", courses[0], courses[1], first_needed=0, counting="forever", **both),
        ]  # fmt: skip

    def some(self, data, model):
        rows = db.session.scalars(
            select(model).where(model.organization_id == self.admin.organization_id).order_by(model.id)
        ).all()
        return data.draw(st.sampled_from(rows)) if rows else None

    @rule(person=THREE, course=THREE, offset=PAST)
    def somebody_completes_a_course(self, person, course, offset):
        if self.people[person].active:
            completed(self.people[person], self.courses[course], day(offset), self.admin)

    @rule(data=st.data(), offset=st.none() | PAST)
    def a_completion_is_corrected(self, data, offset):
        enrollment = self.some(data, Enrollment)
        if enrollment:
            completed_on(enrollment, None if offset is None else day(offset), self.admin)

    @rule(person=THREE, of=THREE, offset=PAST, days=st.none() | st.integers(0, 600))
    def evidence_is_accepted(self, person, of, offset, days):
        evidence = Evidence(
            organization_id=self.admin.organization_id, user_id=self.people[person].id, obtained_on=day(offset),
            qualification_id=self.qualifications[of].id, expires_on=None if days is None else day(offset + days),
        )  # fmt: skip
        with transaction() as session:
            session.add(evidence)
            EventCenter.broadcast("created", evidence, self.people[person])
        compliance.accept_evidence(evidence, "", self.admin)

    @rule(data=st.data())
    def accepted_evidence_turns_out_to_be_false(self, data):
        evidence = self.some(data, Evidence)
        if evidence and evidence.state != REFUSED:
            compliance.refuse_evidence(evidence, "forged", self.admin)

    @rule(person=THREE, of=THREE, offset=PAST)
    def an_instructor_signs_off(self, person, of, offset):
        attrs = SignOffAttrs(
            user_id=self.people[person].id, qualification_id=self.qualifications[of].id, signed_on=day(offset)
        )
        compliance.sign_off(attrs, self.admin)

    @rule(data=st.data())
    def a_sign_off_is_withdrawn(self, data):
        row = self.some(data, SignOff)
        if row:
            compliance.withdraw_sign_off(row, self.admin)

    @rule(person=THREE, department=st.none() | THREE, job=st.none() | st.integers(0, 1))
    def somebody_moves(self, person, department, job):
        place = {
            "department_id": None if department is None else self.departments[department].id,
            "job_function_id": None if job is None else self.jobs[job].id,
        }
        move(self.people[person], self.admin, **place)

    @rule(person=THREE, offset=st.integers(-700, -2), days=st.integers(0, 300), department=THREE, job=st.integers(0, 1))
    def it_turns_out_where_somebody_was(self, person, offset, days, department, job):
        until = min(offset + days, -1)
        compliance.correct_place(
            self.people[person], day(offset), day(until), self.departments[department].id, self.jobs[job].id, self.admin
        )

    @rule(person=THREE)
    def somebody_leaves_or_comes_back(self, person):
        user = self.people[person]
        (accounts.deactivate_user if user.active else accounts.activate_user)(user, self.admin)

    @rule(under=st.none() | st.just(0))
    def a_department_moves(self, under):
        ward = self.departments[1]
        parent_id = None if under is None else self.departments[under].id
        accounts.update_department(ward, DepartmentAttrs(name=ward.name, parent_id=parent_id), self.admin)

    def requirement_attrs(self, data, qualification_id):
        target = data.draw(st.sampled_from(("organization", "department", "job_function", "person")))
        starts = data.draw(OFFSETS)
        ends = data.draw(st.none() | st.integers(0, 400))
        return RequirementAttrs(
            qualification_id=qualification_id, target=target,
            department_id=data.draw(st.sampled_from(self.departments)).id,
            job_function_id=data.draw(st.sampled_from(self.jobs)).id,
            user_id=data.draw(st.sampled_from(self.people)).id,
            below=data.draw(st.booleans()), starts_on=day(starts), ends_on=None if ends is None else day(starts + ends),
            comply_days=data.draw(st.sampled_from((0, 30))),
        )  # fmt: skip

    @rule(data=st.data(), of=THREE)
    def something_is_required(self, data, of):
        compliance.create_requirement(self.requirement_attrs(data, self.qualifications[of].id), self.admin)

    @rule(data=st.data(), withdraw=st.booleans())
    def a_requirement_changes(self, data, withdraw):
        row = self.some(data, Requirement)
        if row and withdraw:
            compliance.withdraw_requirement(row, self.admin)
        elif row:
            compliance.update_requirement(row, self.requirement_attrs(data, row.qualification_id), self.admin)

    @rule(person=THREE, of=THREE, offset=OFFSETS, days=st.integers(0, 200))
    def somebody_is_exempted(self, person, of, offset, days):
        attrs = ExemptionAttrs(
            user_id=self.people[person].id, qualification_id=self.qualifications[of].id, starts_on=day(offset),
            ends_on=day(offset + days), reason="leave",
        )  # fmt: skip
        compliance.exempt(attrs, self.admin)

    @rule(data=st.data(), offset=OFFSETS)
    def an_exemption_ends_earlier(self, data, offset):
        row = self.some(data, Exemption)
        if row:
            compliance.end_exemption(row, day(offset), self.admin)

    @rule(data=st.data(), act=st.sampled_from(("revoke", "suspend", "expiry")), offset=st.integers(0, 500))
    def a_holding_is_changed_by_hand(self, data, act, offset):
        row = self.some(data, Holding)
        if row is None or row.withdrawn:
            return
        on = day((row.achieved_on - TODAY).days + offset)
        if act == "expiry":
            compliance.change_expiry([row.id], on, "a mistake", self.admin)
        elif act == "revoke" and row.revoked_on:
            compliance.reinstate(row, self.admin)
        elif act == "revoke":
            compliance.revoke(row, on, "fraud", self.admin)
        elif row.is_suspended:
            compliance.resume(row, on, self.admin)
        else:
            compliance.suspend(row, on, "absent", self.admin)

    @rule(grace=st.sampled_from(("", "2 weeks")), expiring=st.sampled_from((0, 90)), includes=st.booleans())
    def a_qualification_changes(self, grace, expiring, includes):
        als, bls = self.qualifications[2], self.qualifications[1]
        attrs = QualificationAttrs(
            title="ALS", counting="completion", period="2 years", grace=grace, expiring_days=expiring, first_needed=0,
            first_courses=[course.id for course in self.courses[:2]], includes=[bls.id] if includes else [],
            accepts_evidence=True, accepts_sign_off=True,
        )  # fmt: skip
        compliance.update_qualification(als, attrs, self.admin)

    @precondition(lambda self: self.owed)
    @rule(data=st.data(), stays=st.booleans())
    def some_changes_arrive(self, data, stays):
        ids = data.draw(st.lists(st.sampled_from(self.owed), unique=True, max_size=6))
        for id in ids:
            deliver(EventCenter.subscribers["compliance"], [id])
        if not stays:
            self.owed[:] = [id for id in self.owed if id not in ids]

    @rule(offset=OFFSETS)
    def somebody_asks_how_it_stood(self, offset):
        self.noted.append((offset, utcnow(), self.answer(offset, utcnow())))

    @rule()
    def the_day_is_counted(self):
        daily.move(self.admin.organization_id, TODAY)

    def answer(self, offset, known_at):
        rows = [tuple(row) for row in compliance.as_of(self.admin.organization_id, day(offset), known_at)]
        db.session.rollback()
        return rows

    def teardown(self):
        while self.owed:
            outcome = deliver(EventCenter.subscribers["compliance"], [self.owed.pop()])
            assert (outcome.waiting, outcome.dead) == ([], [])
        sweeps.run()
        assert list(compliance.check(self.admin.organization_id)) == []
        for offset, known_at, rows in self.noted:
            assert self.answer(offset, known_at) == rows


def test_step_by_step_is_the_same_as_all_at_once(app, monkeypatch):
    monkeypatch.setattr(EventCenter, "publish", EventCenter.publish)
    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=5, stateful_step_count=20, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
