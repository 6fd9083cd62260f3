"""Activities: what people did, in human sentences."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, func, or_, select

from lms.accounts import User
from lms.activities.kinds import ABOUT_COURSES, SENTENCES
from lms.activities.models import Activity
from lms.courses import Enrollment
from lms.db import db
from lms.paging import Page, paginate
from lms.policy import may

__all__ = ["SENTENCES", "Activity", "activities_page", "latest_id", "newer"]


def activities_page(
    reader: User, number: int = 1, size: int = 25, *, course_id: int | None = None, user_id: int | None = None
) -> Page[Activity]:
    """What was done as far as `reader` may know, newest first, in the order of the changes; two statements."""
    return paginate(_of(reader, course_id, user_id).order_by(Activity.change_id.desc()), number, size)


def newer(reader: User, after: int, *, course_id: int | None = None, user_id: int | None = None) -> Sequence[Activity]:
    """Up to 50 activities that `reader` may know with an id greater than `after`, newest first; one statement.

    By id, not by change: what a worker finished late would otherwise never show on an open page.
    """
    statement = _of(reader, course_id, user_id).where(Activity.id > after)
    rows = db.session.scalars(statement.order_by(Activity.id).limit(50)).all()
    return sorted(rows, key=lambda row: row.change_id, reverse=True)


def latest_id(organization_id: int) -> int:
    """The id to ask `newer` with from now on; one statement."""
    statement = select(func.max(Activity.id)).where(Activity.organization_id == organization_id)
    return db.session.scalar(statement) or 0


def _of(reader: User, course_id: int | None, user_id: int | None) -> Select[Activity]:
    statement = select(Activity).where(Activity.organization_id == reader.organization_id)
    if not may(reader, "view", "User"):
        taken = select(Enrollment.course_id).where(Enrollment.user_id == reader.id)
        about_courses = and_(Activity.kind.in_(ABOUT_COURSES), Activity.course_id.in_(taken))
        statement = statement.where(or_(Activity.actor_id == reader.id, Activity.user_id == reader.id, about_courses))
    if course_id:
        statement = statement.where(Activity.course_id == course_id)
    if user_id:
        statement = statement.where((Activity.actor_id == user_id) | (Activity.user_id == user_id))
    return statement
