"""Mails that came back and complaints about mails: which mail it was, and that its address gets no more.

Delivery status notifications are RFC 3464, their codes RFC 3463, complaints RFC 5965 (ARF).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from sqlalchemy import String, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts import User
from lms.db import BigId, Owned, db, find, intpk, transaction, upsert, utcnow
from lms.errors import Invalid
from lms.events import EventCenter
from lms.notifications.models import COMPLAINT, FAILED, HARD_BOUNCE, Mail
from lms.notifications.signing import mail_of
from lms.paging import Page, paginate
from lms.policy import authorize

FINAL = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
"""Codes that speak of the address and not of the moment, the mailbox's size, the message or our server (RFC 3463)."""

REPORTS = ("message/delivery-status", "message/feedback-report")


class StoppedAddress(Owned, db.Model):
    """An address that gets no mail any more, and why; an administrator may lift it."""

    __tablename__ = "stopped_addresses"

    id: Mapped[intpk]
    address: Mapped[str] = mapped_column(String(254), unique=True)
    reason: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)
    mail_id: Mapped[int | None] = mapped_column(BigId)
    stopped_at: Mapped[datetime] = mapped_column(default=utcnow)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: about which mail, what kind of report, and the words to keep."""

    mail_id: int
    is_complaint: bool
    is_final: bool
    detail: str


def is_final(status: str) -> bool:
    """Whether the code in these words says that the address will never take mail."""
    return FINAL.search(status) is not None


def read_report(data: bytes, secret: str, recipient: str = "") -> Report:
    """Read what came to the bounce address; `recipient` is the envelope's, where the mail server tells it.

    Raises Invalid for what is no report (an automatic answer, for instance) or is about no mail of ours.
    """
    message = message_from_bytes(data, policy=compat32)
    mail_id = next((id for id in (mail_of(text, secret) for text in _addresses(message, recipient)) if id), None)
    fields = [dict(_lower(part)) for part in message.walk() if part.get_content_type() in REPORTS]
    complaint = next((one for one in fields if "feedback-type" in one), None)
    status = next((one for one in fields if "status" in one or "action" in one), None)
    if mail_id is None:
        raise Invalid("message", "This is about no mail of ours: no address or header in it carries our signature.")
    if complaint is not None:
        return Report(mail_id, True, True, complaint["feedback-type"])
    if status is None:
        raise Invalid("message", "This is neither a delivery report nor a complaint.")
    detail = " ".join(f"{status.get('status', '')} {status.get('diagnostic-code', '')}".split())
    has_failed = status.get("action", "").lower() == "failed"
    return Report(mail_id, False, has_failed and is_final(status.get("status", "")), detail or status.get("action", ""))


def _lower(part: Message) -> Iterator[tuple[str, str]]:
    """Fields of a report, which Python reads as messages of headers only; the last recipient's come last."""
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else []:
        if isinstance(block, Message):
            yield from ((name.lower(), str(value).strip()) for name, value in block.items())


def _addresses(message: Message, recipient: str) -> Iterator[str]:
    """Wherever our signed address may stand: the report's recipient, its fields, the returned mail's headers."""
    yield recipient
    for part in message.walk():
        for name in ("X-LMS-Mail", "Original-Mail-From", "Return-Path", "Delivered-To", "X-Original-To", "To"):
            for value in part.get_all(name, []):
                yield from re.findall(r"[^\s<>,;]+", str(value))
        if part.get_content_type() == "text/rfc822-headers":
            yield from re.findall(r"(?im)^X-LMS-Mail:\s*(\S+)", str(part.get_payload()))


def take_report(report: Report) -> Mail:
    """Note what a report says; a final bounce or a complaint stops mail to that address. A repeat changes nothing.

    Raises Invalid if the mail is gone.
    """
    with transaction() as session:
        mail = session.get(Mail, report.mail_id)
        if mail is None:
            raise Invalid("message", "The mail that this is about is not kept any more.")
        address = mail.address or mail.user.email
        if report.is_complaint:
            stop_address(address, mail.organization_id, COMPLAINT, report.detail, mail.id)
        else:
            mail.state, mail.error = FAILED, f"Came back: {report.detail}"[:1000]
            if report.is_final:
                stop_address(address, mail.organization_id, HARD_BOUNCE, report.detail, mail.id)
    return mail


def stop_address(address: str, organization_id: int, reason: str, detail: str, mail_id: int | None) -> None:
    """Send no more to this address; nothing happens where that is so already."""
    values = {
        "organization_id": organization_id, "address": address.lower(), "reason": reason, "detail": detail[:1000],
        "mail_id": mail_id, "stopped_at": utcnow(),
    }  # fmt: skip
    with transaction() as session:
        statement = upsert(StoppedAddress).values(**values).on_conflict_do_nothing(index_elements=["address"])
        new = session.scalar(statement.returning(StoppedAddress.id))
        if new:
            EventCenter.broadcast("created", session.get_one(StoppedAddress, new), None)


def stopped_page(actor: User, q: str = "", number: int = 1, size: int = 25) -> Page[StoppedAddress]:
    """Addresses of the actor's organization that get no mail, the latest first; two statements."""
    authorize(actor, "view", "Mail")
    statement = select(StoppedAddress).where(StoppedAddress.organization_id == actor.organization_id)
    if q:
        statement = statement.where(StoppedAddress.address.icontains(q, autoescape=True))
    return paginate(statement.order_by(StoppedAddress.id.desc()), number, size)


def stopped_count(actor: User) -> int:
    """How many there are; one statement."""
    statement = select(func.count()).where(StoppedAddress.organization_id == actor.organization_id)
    return db.session.scalar(statement) or 0


def lift(id: int, actor: User) -> StoppedAddress:
    """Let mail go to an address again; what was suppressed meanwhile stays so unless it is sent again."""
    row = find(StoppedAddress, id, actor.organization_id)
    authorize(actor, "edit", row)
    with transaction() as session:
        EventCenter.broadcast("deleted", row, actor)
        session.delete(row)
    return row
