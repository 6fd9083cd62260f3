"""What people want to hear and when: each person's choices, and what their organization chose for them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator
from sqlalchemy import Date, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts import Organization, User
from lms.attrs import Attrs
from lms.db import BigId, Owned, db, intpk, snapshot, transaction, upsert
from lms.errors import Invalid
from lms.events import EventCenter
from lms.notifications.kinds import CHOICES, DAILY, IN_APP, KINDS, MAIL, OFF, WEEKLY
from lms.policy import authorize

CHANNELS = (MAIL, DAILY, WEEKLY, IN_APP, OFF)


class Preference(Owned, db.Model):
    """Somebody's choice for one kind, where it differs from their organization's."""

    __tablename__ = "notification_preferences"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(10))


class KindDefault(Owned, db.Model):
    """What an organization chose for one kind, where it differs from ours."""

    __tablename__ = "notification_defaults"
    __table_args__ = (UniqueConstraint("organization_id", "kind"),)

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(10))


class DigestPlan(Owned, db.Model):
    """When an organization's digests come: at which time, and the weekly one on which day (Monday is 0)."""

    __tablename__ = "digest_plans"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    at: Mapped[str] = mapped_column(String(5), default="07:00")
    weekday: Mapped[int] = mapped_column(default=0)


class Habits(Owned, db.Model):
    """When somebody does not want mail: quiet hours in their own zone, and the days they are away."""

    __tablename__ = "notification_habits"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    away_from: Mapped[date | None] = mapped_column(Date)
    away_until: Mapped[date | None] = mapped_column(Date)


def _none_if_blank(value: Any) -> Any:
    return value if value else None


def _time(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text[:5]):
        raise ValueError("Give a time, such as 22:00.")
    return text[:5] if text else None


OptionalTime = Annotated[str | None, BeforeValidator(_none_if_blank), AfterValidator(_time)]
OptionalDate = Annotated[date | None, BeforeValidator(_none_if_blank)]


class HabitsAttrs(Attrs):
    """Quiet hours may go over midnight; both or neither. Away includes both days; either may be left open."""

    quiet_from: OptionalTime = None
    quiet_until: OptionalTime = None
    away_from: OptionalDate = None
    away_until: OptionalDate = None

    @model_validator(mode="after")
    def _belong_together(self) -> "HabitsAttrs":
        if (self.quiet_from is None) != (self.quiet_until is None):
            missing = "quiet_from" if self.quiet_from is None else "quiet_until"
            raise Invalid(missing, "Give both a beginning and an end, or neither.")
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise Invalid("quiet_until", "Quiet hours of a whole day would keep every mail back. Give another end.")
        if self.away_from and self.away_until and self.away_until < self.away_from:
            raise Invalid("away_until", "The last day comes before the first.")
        return self


def preferences(user: User) -> dict[str, str]:
    """What the person hears, for every kind that can be chosen; two statements."""
    chosen = _channels(select(Preference.kind, Preference.channel).where(Preference.user_id == user.id))
    return defaults(user.organization_id) | {kind: channel for kind, channel in chosen.items() if kind in CHOICES}


def set_preferences(user: User, wishes: Mapping[str, str]) -> None:
    """Keep what the person wants; raises Invalid for a kind or channel there is not, and keeps nothing then."""
    _check(wishes)
    with transaction() as session:
        known = {row.kind: row for row in session.scalars(select(Preference).where(Preference.user_id == user.id))}
        for kind, channel in wishes.items():
            row = known.get(kind) or Preference(organization_id=user.organization_id, user_id=user.id, kind=kind)
            row.channel = channel
            session.add(row)


def switch_off(user_id: int, organization_id: int, kinds: list[str]) -> None:
    """No more mail of these kinds, as a mail's own link asks; what happens is still in the inbox."""
    with transaction() as session:
        for kind in kinds:
            row = {"organization_id": organization_id, "user_id": user_id, "kind": kind, "channel": IN_APP}
            statement = upsert(Preference).values(**row)
            session.execute(
                statement.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"channel": IN_APP})
            )


def defaults(organization_id: int) -> dict[str, str]:
    """What somebody hears who chose nothing; one statement."""
    chosen = _channels(
        select(KindDefault.kind, KindDefault.channel).where(KindDefault.organization_id == organization_id)
    )
    return {kind: chosen.get(kind, words.channel) for kind, words in CHOICES.items()}


def set_defaults(organization: Organization, wishes: Mapping[str, str], at: str, weekday: str, actor: User) -> None:
    """Keep what the organization chooses for its people, and when its digests come (`weekday`: Monday is 0)."""
    authorize(actor, "edit", organization)
    _check(wishes)
    try:
        time = _time(at)
    except ValueError as error:
        raise Invalid("at", str(error)) from None
    if time is None:
        raise Invalid("at", "Give a time, such as 22:00.")
    if weekday not in set("0123456"):
        raise Invalid("weekday", "Choose one from the list.")
    with transaction() as session:
        statement = select(KindDefault).where(KindDefault.organization_id == organization.id)
        known = {row.kind: row for row in session.scalars(statement)}
        for kind, channel in wishes.items():
            if kind not in known:
                row = KindDefault(organization_id=organization.id, kind=kind, channel=channel)
                if channel != KINDS[kind].channel:
                    session.add(row)
                    EventCenter.broadcast("created", row, actor)
            elif known[kind].channel != channel:
                previous = snapshot(known[kind])
                known[kind].channel = channel
                EventCenter.broadcast("updated", previous, known[kind], actor)
        plan = session.scalar(select(DigestPlan).where(DigestPlan.organization_id == organization.id))
        if plan is None:
            plan = DigestPlan(organization_id=organization.id, at=time, weekday=int(weekday))
            session.add(plan)
            EventCenter.broadcast("created", plan, actor)
        elif (plan.at, plan.weekday) != (time, int(weekday)):
            previous = snapshot(plan)
            plan.at, plan.weekday = time, int(weekday)
            EventCenter.broadcast("updated", previous, plan, actor)


def digest_plan(organization_id: int) -> DigestPlan:
    """When the organization's digests come; not saved where it never chose. One statement."""
    found = db.session.scalar(select(DigestPlan).where(DigestPlan.organization_id == organization_id))
    return found or DigestPlan(organization_id=organization_id, at="07:00", weekday=0)


def habits_of(user: User) -> Habits:
    """The person's quiet hours and days away; not saved where they never set any. One statement."""
    found = db.session.scalar(select(Habits).where(Habits.user_id == user.id))
    return found or Habits(organization_id=user.organization_id, user_id=user.id)


def set_habits(user: User, attrs: HabitsAttrs) -> None:
    """Keep when the person does not want mail."""
    with transaction() as session:
        row = habits_of(user)
        previous = snapshot(row) if row.id else None
        for name, value in attrs.model_dump().items():
            setattr(row, name, value)
        session.add(row)
        if previous is None:
            EventCenter.broadcast("created", row, user)
        else:
            EventCenter.broadcast("updated", previous, row, user)


def _channels(statement: Any) -> dict[str, str]:
    return {kind: channel for kind, channel in db.session.execute(statement)}


def _check(wishes: Mapping[str, str]) -> None:
    for kind, channel in wishes.items():
        if kind not in CHOICES or channel not in CHANNELS:
            raise Invalid(kind, "Choose one from the list.")
