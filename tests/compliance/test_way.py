"""From a completed course to a status, through the subscriber."""

from datetime import timedelta

from lms import compliance, courses, results
from lms.compliance import Holding, Qualification
from lms.courses import Enrollment
from lms.db import db
from lms.events import EventCenter
from lms.results import Outcome
from tests import factories
from tests.compliance.world import TODAY, completed, day, differences, qualification, requirement, settle, states


def pass_all(enrollment: Enrollment, actor):
    for subject in enrollment.course.subjects:
        results.record(enrollment, subject, Outcome(passed=True), "quiz", actor)


def test_a_completed_course_gives_the_qualification_and_with_it_compliance(admin, learner, author):
    course = factories.open_course(author, subjects=1)
    bls = qualification(admin, "BLS", course, counting="completion", period="1 years")
    requirement(admin, bls)
    settle()
    assert states(learner) == {"BLS": "missing"}
    [enrollment] = courses.enroll(course, [learner.id], admin)
    pass_all(enrollment, admin)
    with EventCenter.listen() as heard:
        settle()
    assert [(one.action, one.object_type) for one in heard] == [("created", "Holding")]
    assert states(learner) == {"BLS": "compliant"}
    holding = db.session.query(Holding).one()
    assert (holding.achieved_on, holding.source, holding.source_id) == (TODAY, "courses", enrollment.id)
    assert differences(learner) == []


def test_a_renewal_is_a_round_of_its_own_and_the_earlier_results_stay(admin, learner, author):
    course = factories.open_course(author, subjects=1)
    bls = qualification(admin, "BLS", course, counting="previous", period="12 months", window="3 months")
    requirement(admin, bls)
    first = completed(learner, course, day(-340), admin)
    settle()
    assert states(learner) == {"BLS": "expiring"}
    [second] = compliance.start_renewal(bls, learner, learner)
    assert (second.round, first.round) == (2, 1)
    assert courses.enrollment_of(learner, course).id == second.id
    pass_all(second, admin)
    settle()
    old, new = sorted(db.session.query(Holding).all(), key=lambda row: row.id)
    assert old.valid_until < new.valid_until
    assert new.counted == "previous"
    assert new.valid_until - old.valid_until >= timedelta(days=365)
    assert first.completed_at is not None
    assert states(learner) == {"BLS": "compliant"}
    assert differences(learner) == []


def test_another_organization_is_not_concerned(admin, learner, stranger, author):
    bls = qualification(admin, "BLS")
    requirement(admin, bls)
    settle()
    assert states(stranger) == {}
    assert db.session.get(Qualification, bls.id).organization_id == admin.organization_id
