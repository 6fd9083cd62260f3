"""Tell people what concerns them: a note in the inbox and a mail, as they prefer; never to who did it."""

from typing import Any

from sqlalchemy import Select, String, cast, insert, select

from lms.accounts import Organization, User
from lms.compliance import Qualification
from lms.courses import PUBLISHED, Course, Enrollment, Subject
from lms.db import db, on_commit
from lms.events import Change, EventCenter
from lms.notifications import classroom
from lms.notifications.models import Mail
from lms.notifications.outbox import wake_sender
from lms.notifications.telling import params_of, tell
from lms.origin import QUIET


@EventCenter.subscriber(
    "notifications",
    hears={
        "Subject": {"created"},
        "Course": {"updated"},
        "Event": {"updated"},
        "Session": {"created", "updated"},
        "SessionInstructor": {"created", "deleted"},
        "Registration": {"created", "updated"},
        "Enrollment": {"created", "updated"},
        "DueReminder": {"created"},
        "User": {"created", "updated"},
        "Evidence": {"updated"},
        "Export": {"updated"},
        "WebhookEndpoint": {"updated"},
    },
)
def notify(change: Change) -> None:
    """Write the notes and mails of one change; a fixed number of statements, whatever the number of people."""
    if change.via == QUIET:
        return
    classroom.tell_about(change, tell)
    match change.object_type:
        case "User":
            invite(change)
        case "Subject":
            tell_enrolled(change, "subject_added", change.state["course_id"])
        case "Course" if change.difference.get("status", ("", ""))[1] == PUBLISHED:
            tell_enrolled(change, "course_published", change.object_id)
        case "Event" if {"starts_at", "ends_at", "location"} & set(change.difference):
            courses = select(Subject.course_id).where(Subject.event_id == change.object_id)
            people = _enrolled_then(change).where(Enrollment.course_id.in_(courses))
            people = people.where(Enrollment.user_id.not_in(classroom.concerned(change.object_id)))
            tell(change, "event_changed", people, params_of(change, None))
        case "Export" if change.difference.get("state"):
            who = select(User.id).where(User.id == change.state["actor_id"])
            kind = "export_ready" if change.state["state"] == "done" else "export_failed"
            tell(change, kind, who, params_of(change, None), even_actor=True)
        case "Export" if change.difference.get("delivery", ("", ""))[1] == "unsent":
            who = select(User.id).where(User.id == change.state["actor_id"])
            tell(change, "export_unsent", who, params_of(change, None), even_actor=True)
        case "Enrollment" if change.action == "created" or change.difference.get("completed_at", ("", None))[1]:
            tell_learner(change)
        case "Evidence" if change.difference.get("state"):
            tell_of_review(change)
        case "WebhookEndpoint" if change.difference.get("disabled_because", ("", ""))[1]:
            tell(change, "webhook_switched_off", administrators(change.organization_id), params_of(change, None))
        case "DueReminder":
            remind(change)


def administrators(organization_id: int) -> Select[int]:
    """Those of an organization."""
    is_admin = cast(User.roles, String).contains('"admin"')
    return select(User.id).where(User.organization_id == organization_id, is_admin)


def tell_of_review(change: Change) -> None:
    """Tell somebody what became of the certificate they handed in."""
    title = select(Qualification.title).where(Qualification.id == change.state["qualification_id"])
    params = params_of(change, None) | {"title": db.session.scalar(title) or ""}
    person = select(User.id).where(User.id == change.state["user_id"])
    tell(change, f"evidence_{change.state['state']}", person, params)


def invite(change: Change) -> None:
    """Mail somebody who was invited, or invited again, a link to choose a password."""
    if not change.state["invited_at"] or "invited_at" not in change.difference:
        return
    organization = db.session.get_one(Organization, change.organization_id)
    params = params_of(change, None) | {"organization": organization.name}
    people = select(User.id).where(User.id == change.object_id, User.active)
    _write_mails(change, "invitation", params, list(db.session.scalars(people)))


def tell_enrolled(change: Change, kind: str, course_id: int) -> None:
    """Tell everyone enrolled in a course; those of a draft do not know of it yet."""
    people = _enrolled_then(change).where(Enrollment.course_id == course_id)
    tell(change, kind, people, params_of(change, course_id))


def tell_learner(change: Change) -> None:
    """Tell one person of their own enrollment; that they completed a course, they hear although they did it."""
    is_new = change.action == "created"
    person = select(Enrollment.user_id).join(Enrollment.course).where(Enrollment.id == change.object_id)
    if is_new:
        person = person.where(Course.status == PUBLISHED)
    kind = "enrolled" if is_new else "course_completed"
    tell(change, kind, person, params_of(change, change.state["course_id"]), even_actor=not is_new)


def remind(change: Change) -> None:
    """Tell a learner that a course is due, or was; or their managers that it was, and the course is not finished."""
    state = change.state
    learner = db.session.get_one(User, state["user_id"])
    params = params_of(change, state["course_id"]) | {
        "due": state["due_on"],
        "learner": learner.name,
        "user_id": learner.id,
    }
    tell(change, state["kind"], select(User.id).where(User.id.in_(state["told"])), params)


def _enrolled_then(change: Change) -> Select[int]:
    """Who was in an open course when it happened; a late delivery tells nobody of what was there when they came."""
    return (
        select(Enrollment.user_id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(Course.status == PUBLISHED, Course.published_at <= change.created_at)
        .where(Enrollment.created_at <= change.created_at)
        .distinct()
    )


def _write_mails(change: Change, kind: str, params: dict[str, Any], user_ids: list[int]) -> None:
    rows = [
        {
            "organization_id": change.organization_id,
            "user_id": id,
            "change_id": change.id,
            "kind": kind,
            "params": params,
        }
        for id in user_ids
    ]
    if rows:
        db.session.execute(insert(Mail), rows)
        on_commit(wake_sender)
