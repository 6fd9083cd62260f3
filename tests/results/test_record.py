"""Results of a subject: the best outcome counts, and the last subject passed completes the course."""

import pytest

from lms import courses, results
from lms.courses import Enrollment
from lms.errors import NotFound
from lms.events import EventCenter, assert_received
from lms.results import Outcome
from tests import factories


@pytest.fixture
def enrollment(author, learner) -> Enrollment:
    return courses.enroll(factories.open_course(author, subjects=2), [learner.id], author)[0]


def test_a_failed_outcome_is_kept_and_a_better_one_takes_its_place(enrollment, learner):
    subject = enrollment.course.subjects[0]
    first = results.record(enrollment, subject, Outcome(passed=False, score=40, seconds=90), "quiz", learner)
    with EventCenter.listen() as heard:
        second = results.record(enrollment, subject, Outcome(passed=True, score=80, version=2), "quiz", learner)
    assert (second.id, second.passed, second.score, second.version) == (first.id, True, 80, 2)
    assert_received(heard, "updated", second, learner)


def test_a_worse_outcome_changes_nothing_and_is_not_broadcast(enrollment, learner):
    subject = enrollment.course.subjects[0]
    results.record(enrollment, subject, Outcome(passed=True, score=80), "quiz", learner)
    with EventCenter.listen() as heard:
        result = results.record(enrollment, subject, Outcome(passed=False, score=95), "quiz", learner)
    assert (result.passed, result.score, heard) == (True, 80, [])


def test_only_passed_subjects_complete_the_course(enrollment, learner):
    first, second = enrollment.course.subjects
    results.record(enrollment, first, Outcome(passed=True), "learner", learner)
    results.record(enrollment, second, Outcome(passed=False, score=10), "quiz", learner)
    assert enrollment.completed_at is None
    results.record(enrollment, second, Outcome(passed=True, score=60), "quiz", learner)
    assert enrollment.completed_at is not None


def test_a_subject_of_another_course_is_not_part_of_it(enrollment, author, learner):
    elsewhere = factories.open_course(author, subjects=1, title="Elsewhere").subjects[0]
    with pytest.raises(NotFound):
        results.record(enrollment, elsewhere, Outcome(passed=True), "learner", learner)
