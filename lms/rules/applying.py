"""Making enrollments what the rules say: found by the database, in small transactions that may be interrupted."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select, update

from lms.accounts import Organization, User
from lms.courses import PUBLISHED, Course, Enrollment
from lms.db import db, snapshot, transaction, upsert, utcnow
from lms.events import EventCenter
from lms.rules.kinds import KINDS, people_of
from lms.rules.models import Rule, RuleEnrollment
from lms.rules.rules import has_other_reason, has_results, made_by

CHUNK = 500
"""People enrolled, or taken out, in one transaction: as many as fit in one message to the subscribers."""


def apply_some(now: datetime | None = None) -> bool:
    """Bring one stale rule a chunk nearer to what it says; returns whether there was anything to do.

    Each chunk is one transaction and looks at what is there, so it may be killed and repeated at any point.
    """
    with transaction() as session:
        rule = session.scalar(
            select(Rule)
            .where(Rule.stale_at.is_not(None))
            .order_by(Rule.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if rule is None:
            return False
        if not apply(rule, now or utcnow()):
            rule.stale_at = None
    return True


def apply(rule: Rule, now: datetime, only: Collection[int] | None = None) -> int:
    """Enroll and take out at most a chunk of people, of all or of `only` these; returns how many it dealt with.

    In the caller's transaction. A course that is not open enrolls nobody, and takes nobody out.
    """
    course = db.session.get_one(Course, rule.course_id)
    if course.status != PUBLISHED:
        return 0
    matching = people_of(rule.kind, rule.organization_id, rule.params)
    if only is not None:
        matching = matching.where(User.id.in_(only))
    done = _enroll(rule, course, matching, now) + _note(rule, matching, now) + _remove(rule, matching, only)
    return done + (_set_due_dates(rule, now) if only is None else 0)


def _enroll(rule: Rule, course: Course, matching: Select[int], now: datetime) -> int:
    """Those who match and are not in the course; somebody else may enroll one at the same moment, which is fine."""
    session = db.session()
    enrolled = select(Enrollment.id).where(Enrollment.course_id == course.id, Enrollment.user_id == User.id)
    ids = session.scalars(matching.where(~enrolled.exists()).order_by(User.id).limit(CHUNK)).all()
    if not ids:
        return 0
    rows = [
        {
            "organization_id": rule.organization_id, "course_id": course.id, "user_id": id,
            "due_on": due_date(rule, now), "created_at": now, "updated_at": now,
        }
        for id in ids
    ]  # fmt: skip
    statement = upsert(Enrollment).values(rows).on_conflict_do_nothing()
    made = session.scalars(statement.returning(Enrollment.id)).all()
    session.add_all(
        RuleEnrollment(rule_id=rule.id, enrollment_id=id, made=True, since=now, due_set_at=now) for id in made
    )
    for enrollment in session.scalars(select(Enrollment).where(Enrollment.id.in_(made)).order_by(Enrollment.id)):
        EventCenter.broadcast("created", enrollment, None)
    return len(ids)


def _note(rule: Rule, matching: Select[int], now: datetime) -> int:
    """Those who match and were in the course already: the rule is a reason for them too, and may give a due date."""
    session = db.session()
    noted = select(RuleEnrollment.rule_id).where(
        RuleEnrollment.rule_id == rule.id, RuleEnrollment.enrollment_id == Enrollment.id
    )
    rows = session.scalars(
        select(Enrollment)
        .where(Enrollment.course_id == rule.course_id, Enrollment.user_id.in_(matching), ~noted.exists())
        .order_by(Enrollment.id)
        .limit(CHUNK)
    ).all()
    for enrollment in rows:
        session.add(RuleEnrollment(rule_id=rule.id, enrollment_id=enrollment.id, made=False, since=now, due_set_at=now))
        due = due_date(rule, enrollment.created_at)
        if enrollment.completed_at is None and enrollment.due_on is None and due is not None:
            previous = snapshot(enrollment)
            enrollment.due_on = due
            EventCenter.broadcast("updated", previous, enrollment, None)
    return len(rows)


def _remove(rule: Rule, matching: Select[int], only: Collection[int] | None) -> int:
    """Those who no longer match: the rule is no reason any more; whom it enrolled, it takes out if it is to.

    Who has results, or another rule as a reason, stays.
    """
    session = db.session()
    gone = (
        select(Enrollment)
        .join(RuleEnrollment, RuleEnrollment.enrollment_id == Enrollment.id)
        .where(RuleEnrollment.rule_id == rule.id, Enrollment.user_id.not_in(matching))
    )
    if only is not None:
        gone = gone.where(Enrollment.user_id.in_(only))
    ids = session.scalars(gone.with_only_columns(Enrollment.id).order_by(Enrollment.id).limit(CHUNK)).all()
    if not ids:
        return 0
    if rule.removes:
        leaving = session.scalars(
            select(Enrollment)
            .where(Enrollment.id.in_(ids), Enrollment.id.in_(made_by(rule)), Enrollment.completed_at.is_(None))
            .where(~has_results(), ~has_other_reason(rule))
            .order_by(Enrollment.id)
            .with_for_update()
        ).all()
        for enrollment in leaving:
            EventCenter.broadcast("deleted", enrollment, None)
            session.delete(enrollment)
        session.flush()
    session.execute(
        delete(RuleEnrollment).where(RuleEnrollment.rule_id == rule.id, RuleEnrollment.enrollment_id.in_(ids))
    )
    return len(ids)


def _set_due_dates(rule: Rule, now: datetime) -> int:
    """Whom the rule enrolled before its due date was changed, and who are not done yet."""
    session = db.session()
    rows = session.execute(
        select(Enrollment, RuleEnrollment)
        .join(RuleEnrollment, RuleEnrollment.enrollment_id == Enrollment.id)
        .where(RuleEnrollment.rule_id == rule.id, RuleEnrollment.made, Enrollment.completed_at.is_(None))
        .where(RuleEnrollment.due_set_at < rule.due_changed_at)
        .order_by(Enrollment.id)
        .limit(CHUNK)
    ).all()
    for enrollment, link in rows:
        link.due_set_at = max(now, rule.due_changed_at)
        due = due_date(rule, enrollment.created_at)
        if enrollment.due_on != due:
            previous = snapshot(enrollment)
            enrollment.due_on = due
            EventCenter.broadcast("updated", previous, enrollment, None)
    return len(rows)


def due_date(rule: Rule, enrolled_at: datetime) -> date | None:
    """Until when somebody enrolled then should be done, by the calendar of the organization."""
    if rule.due_days is None:
        return rule.due_on
    zone = db.session.get_one(Organization, rule.organization_id).timezone
    return enrolled_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=rule.due_days)


def follow(organization_id: int, user_ids: Sequence[int], kinds: Collection[str], now: datetime) -> None:
    """Look at these people again, by the organization's rules of these kinds; in the caller's transaction."""
    statement = (
        select(Rule)
        .join(Course, Course.id == Rule.course_id)
        .where(Rule.organization_id == organization_id, Rule.kind.in_(kinds), Course.status == PUBLISHED)
        .order_by(Rule.id)
    )
    for rule in db.session.scalars(statement).all():
        for start in range(0, len(user_ids), CHUNK):
            apply(rule, now, user_ids[start : start + CHUNK])


def mark_stale(*conditions: object) -> int:
    """Have everybody looked at again by the rules that match; one statement. In the caller's transaction."""
    done = db.session.execute(update(Rule).where(*conditions).values(stale_at=utcnow()))  # type: ignore[arg-type]
    return int(done.rowcount)  # type: ignore[attr-defined]


def mark_timed() -> int:
    """Have the rules applied again that time alone may change; for beat, once a day."""
    timed = [name for name, kind in KINDS.items() if kind.is_timed]
    with transaction():
        return mark_stale(Rule.kind.in_(timed)) if timed else 0
