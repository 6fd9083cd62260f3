"""The end of a chain, mailed outside on a schedule: what whoever can write to the database cannot take back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy import select, update

from lms.accounts import Organization
from lms.audits.chain import DAILY, NEVER, WEEKLY, AuditChain, AuditPlan
from lms.audits.heads import exported
from lms.audits.sealing import chain_of
from lms.db import db, transaction, utcnow

AGAIN_AFTER = {DAILY: timedelta(days=1), WEEKLY: timedelta(days=7)}
EARLY = timedelta(minutes=30)
"""Beat looks once an hour: without this a mail would be an hour later every day."""
CLAIM = timedelta(minutes=10)
"""For so long whoever sends it is taken to be at it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to somebody outside."""

    address: str
    data: bytes


def due_plans() -> list[int]:
    """Ids of the plans by which a mail is due; one statement."""
    now = utcnow()
    plans = db.session.scalars(select(AuditPlan).where(AuditPlan.every != NEVER, AuditPlan.address != ""))
    return [plan.id for plan in plans if _is_due(plan, now)]


def _is_due(plan: AuditPlan, now: datetime) -> bool:
    if plan.every == NEVER or not plan.address:
        return False
    return plan.mailed_at is None or now - plan.mailed_at > AGAIN_AFTER[plan.every] - EARLY


@contextmanager
def letter_of(plan_id: int, sender: str) -> Iterator[Letter | None]:
    """The letter of a plan, which counts as sent when the block ends well; None where there is nothing to send.

    Nobody else sends it meanwhile. It is due again at once after an error, and in `CLAIM` after a kill.
    """
    letter, before = _claimed(plan_id, sender)
    try:
        yield letter
    except BaseException:
        _note(plan_id, before)
        raise
    if letter is not None:
        _note(plan_id, utcnow())


def _claimed(plan_id: int, sender: str) -> tuple[Letter | None, datetime | None]:
    with transaction() as session:
        plan = session.get(AuditPlan, plan_id, with_for_update=True, populate_existing=True)
        chain = chain_of(plan.organization_id) if plan is not None else None
        if plan is None or chain is None or not _is_due(plan, utcnow()):
            return None, plan.mailed_at if plan is not None else None
        before = plan.mailed_at
        letter = _letter(plan, chain, session.get_one(Organization, plan.organization_id).name, sender)
        plan.mailed_at = utcnow() + CLAIM + EARLY - AGAIN_AFTER[plan.every]
    return letter, before


def _note(plan_id: int, moment: datetime | None) -> None:
    with transaction() as session:
        session.execute(update(AuditPlan).where(AuditPlan.id == plan_id).values(mailed_at=moment))


def _letter(plan: AuditPlan, chain: AuditChain, name: str, sender: str) -> Letter:
    """A chain that does not stand as it was signed is told of as such."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, plan.address
    message["Date"], message["Auto-Submitted"] = format_datetime(utcnow()), "auto-generated"
    if chain.is_ours:
        message["Subject"] = f"Audit trail of {name}: {chain.number} entries"
        message.set_content(_TEXT.format(name=name, head=exported(chain)), cte="quoted-printable")
    else:
        message["Subject"] = f"Audit trail of {name}: something is wrong"
        message.set_content(_WRONG.format(name=name), cte="quoted-printable")
    return Letter(plan.address, message.as_bytes())


_TEXT = """\
This line is the end of the audit trail of {name}. Keep this mail: whoever has it can show later that nothing up to
here was altered since.

{head}

To compare, on the server of the LMS:  flask --app lms audits verify --head LINE
"""
_WRONG = """\
The end of the audit trail of {name} is not what the LMS signed. Nothing is sealed until this is looked into:
flask --app lms audits verify
"""
