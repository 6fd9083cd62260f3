"""The end of a chain, mailed outside on a schedule: what whoever can write to the database cannot take back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy import select

from lms.accounts import Organization
from lms.audits.chain import DAILY, NEVER, WEEKLY, AuditPlan
from lms.audits.heads import exported
from lms.audits.sealing import chain_of
from lms.db import db, transaction, utcnow

AGAIN_AFTER = {DAILY: timedelta(days=1), WEEKLY: timedelta(days=7)}
EARLY = timedelta(minutes=30)
"""Beat looks once an hour: without this a mail would be an hour later every day."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to somebody outside."""

    address: str
    data: bytes


def due_plans() -> list[int]:
    """Ids of the plans by which a mail is due; one statement."""
    now = utcnow()
    plans = db.session.scalars(select(AuditPlan).where(AuditPlan.every != NEVER, AuditPlan.address != ""))
    return [
        plan.id for plan in plans if plan.mailed_at is None or now - plan.mailed_at > AGAIN_AFTER[plan.every] - EARLY
    ]


@contextmanager
def letter_of(plan_id: int, sender: str) -> Iterator[Letter | None]:
    """The letter of a plan, which counts as sent when the block ends well; None where there is nothing to send.

    Others wait until then, so that it goes once. A chain that does not stand as it was signed is told of as such.
    """
    with transaction() as session:
        plan = session.get(AuditPlan, plan_id, with_for_update={"skip_locked": True}, populate_existing=True)
        if plan is None or plan_id not in due_plans():
            yield None
            return
        chain = chain_of(plan.organization_id)
        organization = session.get_one(Organization, plan.organization_id)
        if chain is None:
            yield None
            return
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = sender, plan.address
        message["Date"] = format_datetime(utcnow())
        message["Auto-Submitted"] = "auto-generated"
        if chain.is_ours:
            message["Subject"] = f"Audit trail of {organization.name}: {chain.number} entries"
            message.set_content(_TEXT.format(name=organization.name, head=exported(chain)), cte="quoted-printable")
        else:
            message["Subject"] = f"Audit trail of {organization.name}: something is wrong"
            message.set_content(_WRONG.format(name=organization.name), cte="quoted-printable")
        yield Letter(plan.address, message.as_bytes())
        plan.mailed_at = utcnow()


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
