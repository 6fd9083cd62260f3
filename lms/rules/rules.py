"""Rules of a course: made, changed, looked at before they are saved, and explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from lms import broker
from lms.accounts import User, names
from lms.attrs import Attrs
from lms.courses import Course, Enrollment
from lms.db import db, find, on_commit, snapshot, transaction, utcnow
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize
from lms.results import Result
from lms.rules.kinds import KINDS, people_of
from lms.rules.models import Rule, RuleEnrollment

APPLY_TASK = "lms.rules.apply"
SHOWN = 20
"""Names a preview shows."""


def _none_if_blank(value: Any) -> Any:
    return None if value in ("", None) else value


class RuleAttrs(Attrs):
    """Who is to be enrolled, and until when they should be done: one date, or days after their enrollment."""

    kind: str
    value: Annotated[str, Field(max_length=50)] = ""
    due_on: Annotated[date | None, BeforeValidator(_none_if_blank)] = None
    due_days: Annotated[int | None, BeforeValidator(_none_if_blank)] = None
    removes: Annotated[bool, BeforeValidator(bool)] = False

    @model_validator(mode="after")
    def _can_be_kept(self) -> "RuleAttrs":
        if self.kind not in KINDS:
            raise Invalid("kind", "Choose one from the list.")
        if self.due_on is not None and self.due_days is not None:
            raise Invalid("due_days", "Give a date or a number of days, not both.")
        if self.due_days is not None and not 1 <= self.due_days <= 3650:
            raise Invalid("due_days", "Give a number of days from 1 to 3650.")
        return self

    @property
    def params(self) -> dict[str, Any]:
        """What the kind needs to know."""
        return {"value": self.value} if KINDS[self.kind].choices else {}


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving a rule would do: how many people match, who would be added and removed, who stays and why."""

    matching: int
    added: int
    added_names: Sequence[str]
    removed: int
    removed_names: Sequence[str]
    kept_with_results: int


def rules_of(course: Course) -> list[Rule]:
    """The rules of a course; one statement."""
    return list(db.session.scalars(select(Rule).where(Rule.course_id == course.id).order_by(Rule.id)))


def find_rule(id: int, course: Course) -> Rule:
    """A rule of the course; raises NotFound."""
    rule = find(Rule, id, course.organization_id)
    if rule.course_id != course.id:
        raise NotFound("There is no such rule, or it was deleted.")
    return rule


def covered_counts(rules: Sequence[Rule]) -> dict[int, int]:
    """How many people each rule keeps in its course; one statement."""
    statement = (
        select(RuleEnrollment.rule_id, func.count())
        .where(RuleEnrollment.rule_id.in_([rule.id for rule in rules]))
        .group_by(RuleEnrollment.rule_id)
    )
    return {rule_id: number for rule_id, number in db.session.execute(statement)}


def create_rule(course: Course, attrs: RuleAttrs, actor: User) -> Rule:
    """A new rule; those who match are enrolled in the background, once the course is open."""
    _check(course, attrs, actor)
    rule = Rule(organization_id=course.organization_id, course_id=course.id, **_columns(attrs))
    with transaction() as session:
        session.add(rule)
        EventCenter.broadcast("created", rule, actor)
        on_commit(wake)
    return rule


def update_rule(rule: Rule, attrs: RuleAttrs, actor: User) -> Rule:
    """Change a rule; enrollments follow in the background."""
    _check(rule.course, attrs, actor)
    with transaction():
        previous = snapshot(rule)
        if (rule.due_on, rule.due_days) != (attrs.due_on, attrs.due_days):
            rule.due_changed_at = utcnow()
        for name, value in _columns(attrs).items():
            setattr(rule, name, value)
        rule.stale_at = utcnow()
        EventCenter.broadcast("updated", previous, rule, actor)
        on_commit(wake)
    return rule


def delete_rule(rule: Rule, actor: User) -> None:
    """Enroll nobody by it any more; who is in the course stays."""
    authorize(actor, "edit", rule)
    with transaction() as session:
        EventCenter.broadcast("deleted", rule, actor)
        session.delete(rule)


def wake() -> None:
    """Have a worker apply rules that changed soon."""
    broker.wake(APPLY_TASK)


def _columns(attrs: RuleAttrs) -> dict[str, Any]:
    return {
        "kind": attrs.kind, "params": attrs.params, "due_on": attrs.due_on, "due_days": attrs.due_days,
        "removes": attrs.removes,
    }  # fmt: skip


def _check(course: Course, attrs: RuleAttrs, actor: User) -> None:
    authorize(actor, "edit", course)
    choices = KINDS[attrs.kind].choices
    if choices and attrs.value not in {value for value, _words in choices(course.organization_id)}:
        raise Invalid("value", "Choose one from the list.")


def preview(course: Course, attrs: RuleAttrs, actor: User, rule: Rule | None = None) -> Preview:
    """What saving would do, without doing it; seven statements whatever the number of people."""
    _check(course, attrs, actor)
    matching = people_of(attrs.kind, course.organization_id, attrs.params)
    enrolled = select(Enrollment.user_id).where(Enrollment.course_id == course.id)
    added = [User.id.in_(matching), User.id.not_in(enrolled)]
    if rule is None or not attrs.removes:
        return Preview(_count(User.id.in_(matching)), _count(*added), _first(*added), 0, (), 0)
    gone = select(Enrollment.user_id).where(Enrollment.id.in_(made_by(rule)), Enrollment.user_id.not_in(matching))
    removed = [User.id.in_(gone.where(~has_results(), ~has_other_reason(rule)))]
    return Preview(
        _count(User.id.in_(matching)), _count(*added), _first(*added), _count(*removed), _first(*removed),
        _count(User.id.in_(gone.where(has_results()))),
    )  # fmt: skip


def made_by(rule: Rule) -> Select[int]:
    """Ids of the enrollments that the rule made."""
    return select(RuleEnrollment.enrollment_id).where(RuleEnrollment.rule_id == rule.id, RuleEnrollment.made)


def has_results() -> ColumnElement[bool]:
    """Condition on enrollments: results stand on record."""
    return select(Result.id).where(Result.enrollment_id == Enrollment.id).exists()


def has_other_reason(rule: Rule) -> ColumnElement[bool]:
    """Condition on enrollments: another rule keeps the person in the course."""
    other = select(RuleEnrollment.rule_id).where(RuleEnrollment.enrollment_id == Enrollment.id)
    return other.where(RuleEnrollment.rule_id != rule.id).exists()


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(User.id)).where(*conditions)) or 0


def _first(*conditions: ColumnElement[bool]) -> list[str]:
    return list(db.session.scalars(select(User.name).where(*conditions).order_by(User.name, User.id).limit(SHOWN)))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is in a course: the rules that say so, or who enrolled them (blank: they did it themselves)."""

    enrollment: Enrollment
    rules: Sequence[str]
    enrolled_by: str
    by_themselves: bool


def reasons(user: User) -> list[Reason]:
    """The person's enrollments, each with why; four statements, and one for the words of each kind of rule."""
    enrollments = db.session.scalars(
        select(Enrollment)
        .where(Enrollment.user_id == user.id)
        .options(joinedload(Enrollment.course))
        .order_by(Enrollment.completed_at.is_not(None), Enrollment.due_on.is_(None), Enrollment.due_on, Enrollment.id)
    ).all()
    rules: dict[int, list[str]] = {}
    words: dict[tuple[str, str], str] = {}
    for enrollment_id, kind, params in db.session.execute(
        select(RuleEnrollment.enrollment_id, Rule.kind, Rule.params)
        .join(Rule, Rule.id == RuleEnrollment.rule_id)
        .where(RuleEnrollment.enrollment_id.in_([row.id for row in enrollments]))
        .order_by(Rule.id)
    ):
        key = kind, str(params)
        if key not in words:
            words[key] = KINDS[kind].words(user.organization_id, params)
        rules.setdefault(enrollment_id, []).append(words[key])
    who = names({row.enrolled_by_id for row in enrollments if row.enrolled_by_id is not None})
    return [
        Reason(row, rules.get(row.id, ()), who.get(row.enrolled_by_id or 0, ""), row.enrolled_by_id == user.id)
        for row in enrollments
    ]
