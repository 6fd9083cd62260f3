"""The rules of attempts: how many, when, how long, what counts, and what a learner gets to know."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms import content, courses, learning, questions
from lms.content import PageDraft
from lms.db import db, transaction, utcnow
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from lms.learning import Answer, Attempt
from lms.questions import BankAttrs, QuestionAttrs, QuestionVersion
from lms.results import Result
from tests import factories


@pytest.fixture
def begin(author, learner):
    """Begins an attempt at a quiz with these settings."""

    def begin(blocks=None, **settings):
        enrollment, subject = factories.enrolled(author, learner, factories.quiz(author, blocks=blocks, **settings))
        return learning.start(enrollment, subject, learner)

    return begin


def right(attempt: Attempt, number: int):
    definition = db.session.get(QuestionVersion, attempt.questions[number]["id"]).definition
    return questions.right_answer(definition)


def say(attempt, number, raw, client_id="a1"):
    return learning.answer(attempt, attempt.questions[number]["key"], raw, client_id, attempt.user)


def past(attempt: Attempt, **ago) -> None:
    """As if the attempt had begun so much earlier."""
    with transaction():
        attempt.started_at -= timedelta(**ago)
        if attempt.deadline:
            attempt.deadline -= timedelta(**ago)
        if attempt.finished_at:
            attempt.finished_at -= timedelta(**ago)


def test_starting_and_finishing_are_heard_and_the_result_names_score_time_and_version(begin, learner):
    with EventCenter.listen() as heard:
        attempt = begin(pass_mark=60)
        past(attempt, minutes=5)
        say(attempt, 0, right(attempt, 0))
        say(attempt, 1, "7")
        learning.keep_place(attempt, 0, 90, learner)
        learning.finish(attempt, learner)
    assert_received(heard, "created", attempt, learner)
    assert_received(heard, "updated", attempt, learner)
    result = db.session.scalars(select(Result)).one()
    assert (result.score, result.passed, result.seconds, result.version) == (66, True, 90, 1)
    assert result.source == "quiz"


@pytest.mark.parametrize(("mark", "passed"), [(66, True), (67, False), (None, True)])
def test_a_score_is_a_share_of_all_points_and_the_pass_mark_decides(begin, learner, mark, passed):
    attempt = begin(pass_mark=mark)
    say(attempt, 0, right(attempt, 0))
    learning.finish(attempt, learner)
    assert (attempt.points, attempt.of, attempt.score, attempt.passed) == (2, 3, 66, passed)


def test_finishing_twice_changes_nothing(begin, learner):
    attempt = begin()
    learning.finish(attempt, learner)
    with EventCenter.listen() as heard:
        learning.finish(attempt, learner)
    assert heard == []


def test_an_answer_that_is_sent_twice_is_kept_once(begin):
    attempt = begin(feedback="end")
    key = attempt.questions[1]["key"]
    say(attempt, 1, "1", "first")
    say(attempt, 1, "2222", "second")
    assert say(attempt, 1, "1", "first").answer == 2222
    assert db.session.scalars(select(Answer.answer).where(Answer.key == key)).all() == [2222]


def test_where_feedback_follows_each_answer_the_first_one_stands(begin):
    attempt = begin(feedback="answer")
    assert say(attempt, 1, "1", "first").grade.correct is False
    again = say(attempt, 1, "2222", "second")
    assert (again.answer, again.grade.correct) == (1, False)


@pytest.mark.parametrize(("feedback", "now", "afterwards"), [("answer", 1, 1), ("end", 0, 1), ("never", 0, 0)])
def test_what_was_right_is_told_when_the_author_says(begin, learner, feedback, now, afterwards):
    attempt = begin(feedback=feedback)
    told = say(attempt, 0, right(attempt, 0))
    assert (told.grade is not None) == bool(now)
    learning.finish(attempt, learner)
    assert [row.grade is not None for row in learning.answered(attempt).values()] == [bool(afterwards)]


def test_a_learner_never_gets_what_is_right_before_answering(begin, client_for, learner):
    attempt = begin()
    seen = json.dumps(learning.views(attempt))
    page = client_for(learner).get(f"/learn/{attempt.enrollment_id}/subjects/{attempt.subject_id}").text
    for text in (seen, page):
        assert "A blanket" in text
        assert "2222" not in text
        assert "It takes the air away" not in text
        assert '"correct"' not in text


def test_no_more_attempts_than_allowed(begin, learner):
    attempt = begin(attempts=2)
    learning.finish(attempt, learner)
    second = learning.start(attempt.enrollment, attempt.subject, learner)
    assert learning.start(attempt.enrollment, attempt.subject, learner) is second
    learning.finish(second, learner)
    with pytest.raises(Conflict, match="used all your attempts"):
        learning.start(attempt.enrollment, attempt.subject, learner)


def test_the_next_attempt_waits(begin, learner):
    attempt = begin(waiting=60)
    learning.finish(attempt, learner)
    with pytest.raises(Conflict, match="wait"):
        learning.start(attempt.enrollment, attempt.subject, learner)
    past(attempt, minutes=61)
    assert learning.start(attempt.enrollment, attempt.subject, learner).number == 2


def test_the_server_keeps_the_time(begin, learner):
    attempt = begin(time_limit=10, feedback="end")
    say(attempt, 0, right(attempt, 0))
    past(attempt, minutes=10, seconds=5)
    say(attempt, 1, "2222")
    past(attempt, seconds=30)
    with pytest.raises(Conflict, match="Time is up"):
        say(attempt, 1, "1", "too late")
    assert (attempt.score, attempt.finished_at) == (100, attempt.deadline)
    assert db.session.scalar(select(Result.score)) == 100


def test_what_nobody_looks_at_is_closed_when_its_time_is_up(begin):
    attempt = begin(time_limit=10)
    assert learning.close_overdue() == 0
    past(attempt, minutes=11)
    assert (learning.close_overdue(), learning.close_overdue()) == (1, 0)
    assert attempt.finished_at == attempt.deadline


def test_an_answer_to_what_is_not_asked_and_what_is_no_answer_are_refused(begin):
    attempt = begin()
    with pytest.raises(NotFound):
        learning.answer(attempt, "nothing", "1", "c", attempt.user)
    with pytest.raises(Invalid, match="number"):
        say(attempt, 1, "many")
    with pytest.raises(Invalid, match="Answer the question first"):
        say(attempt, 1, "")
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0


def test_another_person_cannot_answer_or_finish(begin, author):
    attempt = begin()
    with pytest.raises(NotAllowed):
        learning.answer(attempt, attempt.questions[0]["key"], "x", "c", author)
    with pytest.raises(NotAllowed):
        learning.finish(attempt, author)


def test_an_attempt_draws_from_a_bank_and_keeps_what_it_drew(begin, author, learner):
    bank = questions.create_bank(BankAttrs(title="Bank"), author)
    rows = [QuestionAttrs(title=f"Q{n}", definition=factories.NUMERIC | {"text": f"<p>{n}?</p>"}) for n in range(20)]
    added = questions.add_questions(bank, rows, author)
    attempt = begin([{"id": "drawn1", "kind": "draw", "bank_id": bank.id, "count": 5}])
    ids = [row["id"] for row in attempt.questions]
    assert len(set(ids)) == 5
    questions.delete_questions(bank, [row.id for row in added], author)
    assert len(learning.views(attempt)["drawn1"]) == 5
    assert say(attempt, 0, "2222").grade.correct


def change_draft(attempt: Attempt, author, title: str, *, without_last: bool = False):
    row = attempt.version.content
    page = row.pages[0]
    blocks = page.blocks[:-1] if without_last else page.blocks
    content.save_page(page, PageDraft(title=title, blocks=blocks, revision=page.revision), author)
    return row


def test_those_under_way_finish_the_version_they_began(begin, author, learner):
    attempt = begin()
    content.publish_content(change_draft(attempt, author, "Changed"), author)
    state = learning.standing(attempt.enrollment, attempt.subject)
    assert (state.version.number, state.under_way.version.number) == (2, 1)
    learning.finish(state.under_way, learner)
    assert db.session.scalar(select(Result.version)) == 1


def test_or_are_moved_on_by_the_author_with_answers_to_what_did_not_change(begin, author, learner):
    attempt = begin(feedback="end")
    say(attempt, 0, right(attempt, 0))
    say(attempt, 1, "2222")
    content.publish_content(change_draft(attempt, author, "Changed", without_last=True), author, move=True)
    moved = learning.standing(attempt.enrollment, attempt.subject).under_way
    assert (moved.version.number, len(moved.questions), list(learning.answered(moved))) == (
        2, 1, [moved.questions[0]["key"]],
    )  # fmt: skip
    learning.finish(moved, learner)
    assert db.session.scalars(select(Result)).one().version == 2
    assert moved.score == 100


def test_the_best_attempt_counts(begin, learner):
    attempt = begin(pass_mark=50)
    say(attempt, 0, right(attempt, 0))
    learning.finish(attempt, learner)
    learning.finish(learning.start(attempt.enrollment, attempt.subject, learner), learner)
    assert db.session.scalars(select(Result.score)).all() == [66]


def test_in_a_course_that_closed_meanwhile_the_attempt_ends_without_a_result(begin, author):
    attempt = begin(time_limit=5)
    courses.archive_course(attempt.course, author)
    past(attempt, minutes=6)
    learning.close_overdue()
    assert attempt.finished_at < utcnow()
    assert db.session.scalar(select(func.count()).select_from(Result)) == 0
