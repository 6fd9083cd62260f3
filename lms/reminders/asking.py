"""A manager asks somebody to see to a qualification: at most once a day for each."""

from datetime import date

from sqlalchemy import select

from lms.accounts import User
from lms.compliance.models import Qualification
from lms.db import db, find, transaction, upsert, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize
from lms.reminders.models import ASKED, ReminderLetter


def ask_to_renew(user_id: int, qualification_id: int, actor: User) -> ReminderLetter:
    """Tell a person that somebody asks them to see to it.

    Raises NotFound for somebody or something of another organization, Invalid for a person who left, Conflict when
    they were asked today already.
    """
    authorize(actor, "create", "ReminderLetter")
    person = find(User, user_id, actor.organization_id)
    qualification = find(Qualification, qualification_id, actor.organization_id)
    if not person.active:
        raise Invalid("user_id", "This person cannot sign in any more.")
    params = {"qualification": qualification.title, "qualification_id": qualification.id, "actor": actor.name}
    occasion = f"{_today().isoformat()} {qualification.id}"
    with transaction() as session:
        values = {"organization_id": actor.organization_id, "user_id": person.id, "kind": ASKED, "occasion": occasion}
        statement = upsert(ReminderLetter).values(**values, params=params).on_conflict_do_nothing()
        id = session.scalar(statement.returning(ReminderLetter.id))
        if id is None:
            raise Conflict("This person was reminded of it today already.")
        letter = session.get_one(ReminderLetter, id)
        EventCenter.broadcast("created", letter, actor)
    return letter


def asked_lately(qualification_ids: set[int], organization_id: int) -> set[tuple[int, int]]:
    """Who was asked today, with the qualification; one statement."""
    today = _today().isoformat()
    rows = db.session.execute(
        select(ReminderLetter.user_id, ReminderLetter.occasion).where(
            ReminderLetter.organization_id == organization_id,
            ReminderLetter.kind == ASKED,
            ReminderLetter.occasion.in_([f"{today} {id}" for id in qualification_ids]),
        )
    )
    return {(user_id, int((occasion or "0").rsplit(" ", 1)[-1])) for user_id, occasion in rows}


def _today() -> date:
    return utcnow().date()
