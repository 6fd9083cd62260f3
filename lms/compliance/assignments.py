"""Corrections of who was where: what the system did not hear at the time."""

from datetime import date, timedelta

from lms.accounts import Department, JobFunction, User
from lms.compliance.days import today_of, zone_of
from lms.compliance.deriving import lock
from lms.compliance.models import Assignment
from lms.compliance.places import load_pieces
from lms.compliance.qualifications import EARLIEST
from lms.compliance.timeline import Piece
from lms.db import find, transaction
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize


def correct_place(
    user: User, from_on: date, until_on: date, department_id: int | None, job_function_id: int | None, actor: User
) -> None:
    """Note afterwards that somebody was in another department or job from one day in the past to another; on the day
    after they were where they are known to have been. Raises Invalid."""
    authorize(actor, "edit", user)
    if not EARLIEST <= from_on <= until_on < today_of(user.organization_id):
        raise Invalid("until_on", "Give two days in the past, in their order. What is now, you change with the person.")
    for field, model, id in (
        ("department_id", Department, department_id), ("job_function_id", JobFunction, job_function_id)
    ):  # fmt: skip
        try:
            if id is not None:
                find(model, id, user.organization_id)
        except NotFound:
            raise Invalid(field, "Choose one from the list.") from None
    after = until_on + timedelta(days=1)
    with transaction() as session:
        lock([user.id])
        pieces = load_pieces([user], zone_of(user.organization_id))[user.id]
        before = [piece for piece in pieces if piece.start < from_on]
        then = [piece for piece in pieces if piece.start <= after]
        was = (before or pieces)[-1 if before else 0]
        back = (then or pieces)[-1 if then else 0]
        rows = [
            _row(user, from_on, (department_id, job_function_id, True), was),
            _row(user, after, (back.department_id, back.job_function_id, back.active), was),
        ]
        session.add_all(rows)
        session.flush()
        for row in rows:
            EventCenter.broadcast("created", row, actor)


def _row(user: User, day: date, place: tuple[int | None, int | None, bool], was: Piece) -> Assignment:
    return Assignment(
        organization_id=user.organization_id, user_id=user.id, from_on=day, department_id=place[0],
        job_function_id=place[1], active=place[2], was_department_id=was.department_id,
        was_job_function_id=was.job_function_id, was_active=was.active,
    )  # fmt: skip
