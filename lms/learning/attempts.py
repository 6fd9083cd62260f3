"""Starting, going on with, and finishing an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from lms import content, results
from lms.accounts import User
from lms.content import ContentVersion, Quiz
from lms.courses import PUBLISHED, Enrollment, Subject
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict
from lms.events import EventCenter
from lms.learning.asking import asked
from lms.learning.models import Answer, Attempt
from lms.policy import authorize
from lms.results import Outcome

GRACE = timedelta(seconds=15)
"""How long after the deadline an answer may still come in: it was on its way."""
MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands with a subject: the version they get, and what they have done."""

    version: ContentVersion
    quiz: Quiz
    attempts: list[Attempt]
    """All on this content, first one first."""

    @property
    def under_way(self) -> Attempt | None:
        """The attempt that is not finished."""
        return next((attempt for attempt in self.attempts if attempt.finished_at is None), None)

    @property
    def last(self) -> Attempt | None:
        """The one that was finished last."""
        finished = [attempt for attempt in self.attempts if attempt.finished_at is not None]
        return finished[-1] if finished else None

    @property
    def left(self) -> int | None:
        """How many more attempts there are; None is without end."""
        return None if self.quiz.attempts is None else max(0, self.quiz.attempts - len(self.attempts))

    @property
    def free_at(self) -> datetime | None:
        """When the waiting time after the last attempt is over; None if there is none."""
        if self.last is None or self.last.finished_at is None or not self.quiz.waiting:
            return None
        return self.last.finished_at + timedelta(minutes=self.quiz.waiting)

    @property
    def is_waiting(self) -> bool:
        """Whether the next attempt has to wait."""
        return self.free_at is not None and self.free_at > utcnow()


def standing(enrollment: Enrollment, subject: Subject) -> Standing:
    """How the learner stands; closes what is over, moves on what the author moved. Three statements otherwise.

    Raises Conflict if the content was never published.
    """
    assert subject.content is not None
    version = content.latest_version(subject.content)
    attempts = _attempts(enrollment, subject)
    for attempt in attempts:
        if attempt.finished_at is None:
            if is_overdue(attempt):
                finish(attempt, None)
            else:
                _move_on(attempt)
    return Standing(version, Quiz.model_validate(version.quiz), attempts)


def _attempts(enrollment: Enrollment, subject: Subject) -> list[Attempt]:
    return list(
        db.session.scalars(
            select(Attempt)
            .join(Attempt.version)
            .where(
                Attempt.enrollment_id == enrollment.id,
                Attempt.subject_id == subject.id,
                ContentVersion.content_id == subject.content_id,
            )
            .order_by(Attempt.number)
            .options(selectinload(Attempt.version))
        )
    )


def start(enrollment: Enrollment, subject: Subject, actor: User) -> Attempt:
    """Begin an attempt, or go on with the one under way.

    Raises NotAllowed for another person's enrollment; Conflict when the course is closed, no attempt is left, or the
    waiting time is not over.
    """
    authorize(actor, "learn", enrollment)
    if enrollment.course.status != PUBLISHED:
        raise Conflict("This course is not open at the moment.")
    with transaction() as session:
        session.execute(select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update())
        state = standing(enrollment, subject)
        if state.under_way:
            return state.under_way
        if state.left == 0:
            raise Conflict("You have used all your attempts. Ask your manager or instructor what to do.")
        if state.is_waiting:
            raise Conflict("You have to wait before the next attempt. The page says until when.")
        attempt = _begin(enrollment, subject, state)
        session.add(attempt)
        EventCenter.broadcast("created", attempt, actor)
    return attempt


def _begin(enrollment: Enrollment, subject: Subject, state: Standing) -> Attempt:
    seed, now = SystemRandom().randrange(2**31), utcnow()
    # Over all contents the subject ever pointed to: the number is unique per subject.
    last = db.session.scalar(
        select(func.max(Attempt.number)).where(
            Attempt.enrollment_id == enrollment.id, Attempt.subject_id == subject.id
        )
    )
    return Attempt(
        organization_id=enrollment.organization_id,
        enrollment_id=enrollment.id,
        subject_id=subject.id,
        course_id=enrollment.course_id,
        user_id=enrollment.user_id,
        version=state.version,
        number=(last or 0) + 1,
        seed=seed,
        questions=asked(state.version, seed),
        started_at=now,
        deadline=now + timedelta(minutes=state.quiz.time_limit) if state.quiz.time_limit else None,
    )


def is_overdue(attempt: Attempt) -> bool:
    """Whether its time is up, and nothing that was on its way can come in any more."""
    return attempt.finished_at is None and attempt.deadline is not None and attempt.deadline + GRACE < utcnow()


def keep_place(attempt: Attempt, page: int, seconds: int, actor: User) -> None:
    """Remember where the learner is, and for how long they had the page in front; not broadcast, it is no event.

    `seconds` count from the start of the attempt; more than have passed since then are not believed.
    """
    authorize(actor, "learn", attempt)
    with transaction() as session:
        session.refresh(attempt, with_for_update=True)
        if attempt.finished_at is None:
            attempt.page = min(max(0, page), MOST_PAGES)
            passed = int((utcnow() - attempt.started_at).total_seconds())
            attempt.seconds = max(attempt.seconds, min(seconds, passed))


def finish(attempt: Attempt, actor: User | None) -> Attempt:
    """Close the attempt and record what came of it; a second time changes nothing. `actor` is None when time closes it.

    Points of all questions that were asked count, answered or not.
    """
    if actor is not None:
        authorize(actor, "learn", attempt)
    with transaction() as session:
        session.refresh(attempt, with_for_update=True)
        if attempt.finished_at is not None:
            return attempt
        previous, quiz = snapshot(attempt), Quiz.model_validate(attempt.version.quiz)
        now = utcnow()
        attempt.finished_at = min(now, attempt.deadline) if attempt.deadline else now
        attempt.of = float(sum(row["points"] for row in attempt.questions))
        attempt.points = session.scalar(select(func.sum(Answer.points)).where(Answer.attempt_id == attempt.id)) or 0.0
        # A share of all points, with room for what binary fractions lose.
        percent = 100 * attempt.points / attempt.of + 1e-9 if attempt.of else None
        attempt.score = int(percent) if percent is not None else None
        attempt.passed = percent is None or percent >= (quiz.pass_mark or 0)
        EventCenter.broadcast("updated", previous, attempt, actor)
        if attempt.enrollment.course.status == PUBLISHED:
            outcome = Outcome(attempt.passed, attempt.score, attempt.seconds, attempt.version.number)
            source = "quiz" if attempt.questions else "learner"
            results.record(attempt.enrollment, attempt.subject, outcome, source, actor)
    return attempt


def close_overdue(most: int = 500) -> int:
    """Finish attempts whose time is up, each in a transaction of its own; returns how many."""
    ids = db.session.scalars(
        select(Attempt.id)
        .where(Attempt.finished_at.is_(None), Attempt.deadline < utcnow() - GRACE)
        .order_by(Attempt.deadline)
        .limit(most)
    ).all()
    for id in ids:
        attempt = db.session.get(Attempt, id)
        if attempt is not None:
            finish(attempt, None)
    return len(ids)


def _move_on(attempt: Attempt) -> None:
    """To the latest version to which the author moves those under way. Answers to unchanged questions stay."""
    newer = db.session.scalar(
        select(ContentVersion)
        .where(
            ContentVersion.content_id == attempt.version.content_id,
            ContentVersion.number > attempt.version.number,
            ContentVersion.moves,
        )
        .order_by(ContentVersion.number.desc())
        .limit(1)
    )
    if newer is None:
        return
    with transaction() as session:
        session.refresh(attempt, with_for_update=True)
        previous = snapshot(attempt)
        attempt.version, attempt.questions = newer, asked(newer, attempt.seed)
        attempt.page = min(attempt.page, max(0, len(newer.pages) - 1))
        limit = Quiz.model_validate(newer.quiz).time_limit
        attempt.deadline = attempt.started_at + timedelta(minutes=limit) if limit else None
        kept = {(row["key"], row["id"]) for row in attempt.questions}
        for answer in session.scalars(select(Answer).where(Answer.attempt_id == attempt.id)):
            if (answer.key, answer.question_version_id) not in kept:
                session.execute(delete(Answer).where(Answer.id == answer.id))
        EventCenter.broadcast("updated", previous, attempt, None)
