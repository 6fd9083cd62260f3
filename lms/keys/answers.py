"""Writes that may be repeated: the first answer is kept for a day and given again."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.db import db, upsert, utcnow
from lms.errors import Invalid
from lms.keys.models import KeptAnswer
from lms.keys.scopes import KeyActor

KEPT = timedelta(days=1)


def answer_for(actor: KeyActor, token: str, request_hash: str) -> tuple[KeptAnswer, bool]:
    """The kept answer and True, or an empty one, to be filled in this same transaction, and False.

    A second request with the same token waits here until the first has committed.
    Raises Invalid when the token was used for something else.
    """
    now = utcnow()
    same = (
        KeptAnswer.organization_id == actor.organization_id,
        KeptAnswer.api_key_id == -actor.id,
        KeptAnswer.token == token,
    )  # fmt: skip
    db.session.execute(delete(KeptAnswer).where(*same, KeptAnswer.created_at < now - KEPT))
    made = db.session.scalar(
        upsert(KeptAnswer)
        .values(
            organization_id=actor.organization_id, api_key_id=-actor.id, token=token,
            request_hash=request_hash, created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(KeptAnswer.id)
    )  # fmt: skip
    answer = db.session.scalars(select(KeptAnswer).where(*same)).one()
    if made is None and answer.request_hash != request_hash:
        raise Invalid("Idempotency-Key", "This key was used for another request. Use a new one for each thing you do.")
    return answer, made is None


def forget_old_answers() -> None:
    """Remove what is older than a day; in the caller's transaction."""
    db.session.execute(delete(KeptAnswer).where(KeptAnswer.created_at < utcnow() - KEPT))
