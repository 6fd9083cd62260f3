"""Exports that are made again and again, and where they are put."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le
from pydantic import StringConstraints
from sqlalchemy import select

from lms.accounts import Organization, User
from lms.db import db, find, transaction, utcnow
from lms.events import EventCenter
from lms.policy import authorize
from lms.transfer import destinations
from lms.transfer.destinations import FOLDER, LOCK, S3, SFTP, Place
from lms.transfer.exports import ExportAttrs, check_export, create_export
from lms.transfer.models import ExportSchedule

DAYS = {"daily": 1, "weekly": 7}

Line = Annotated[str, StringConstraints(max_length=250)]
AsTyped = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=False)]
LongText = Annotated[str, StringConstraints(max_length=20_000)]

OF: dict[str, tuple[str, ...]] = {
    FOLDER: (), S3: ("bucket", "folder"), SFTP: ("host", "port", "username", "folder", "host_key"),
}  # fmt: skip
"""What each destination has; anything else that was filled in is forgotten."""


class ScheduleAttrs(ExportAttrs):
    """How often, at which hour of the organization's day, and where the file goes."""

    every: Literal["daily", "weekly"] = "daily"
    hour: Annotated[int, Ge(0), Le(23)] = 5
    destination: Literal["folder", "s3", "sftp"] = "folder"
    bucket: Line = ""
    folder: Line = ""
    host: Line = ""
    port: Annotated[int, Ge(1), Le(65535)] = 22
    username: Annotated[str, StringConstraints(max_length=100)] = ""
    host_key: LongText = ""
    password: AsTyped = ""
    private_key: LongText = ""


def create_schedule(attrs: ScheduleAttrs, actor: User, config: Mapping[str, Any]) -> ExportSchedule:
    """Export the same again every day or week. Raises Invalid where the file cannot go there."""
    check_export(attrs, actor)
    place = {name: getattr(attrs, name) for name in OF[attrs.destination]}
    secret = (attrs.private_key or attrs.password) if attrs.destination == SFTP else ""
    destinations.check(Place(attrs.destination, "", secret=secret, **place), config)
    schedule = ExportSchedule(
        organization_id=actor.organization_id, actor_id=actor.id, kind=attrs.kind, format=attrs.format,
        every=attrs.every, hour=attrs.hour, destination=attrs.destination,
        secret=LOCK.lock(secret, config["SECRET_KEY"]) if secret else "", **place,
    )  # fmt: skip
    schedule.next_at = _next(schedule, utcnow())
    with transaction() as session:
        session.add(schedule)
        EventCenter.broadcast("created", schedule, actor)
    return schedule


def delete_schedule(id: int, actor: User) -> None:
    """No more of these; the files there are stay."""
    schedule = find(ExportSchedule, id, actor.organization_id)
    authorize(actor, "edit", "Export")
    with transaction() as session:
        EventCenter.broadcast("deleted", schedule, actor)
        session.delete(schedule)


def schedules(actor: Any) -> list[ExportSchedule]:
    """All of the organization's; one statement."""
    authorize(actor, "view", "Export")
    mine = ExportSchedule.organization_id == actor.organization_id
    return list(db.session.scalars(select(ExportSchedule).where(mine).order_by(ExportSchedule.id)))


def make_due(config: Mapping[str, Any]) -> None:
    """Begin the exports whose time has come."""
    for id in db.session.scalars(select(ExportSchedule.id).where(ExportSchedule.next_at <= utcnow())).all():
        with transaction() as session:
            schedule = session.get(ExportSchedule, id, with_for_update=True, populate_existing=True)
            if schedule is None or schedule.next_at > utcnow():
                continue
            schedule.next_at = _next(schedule, utcnow())
            actor = session.get(User, schedule.actor_id or 0)
            if actor is not None and actor.active:
                create_export(
                    ExportAttrs.model_validate({"kind": schedule.kind, "format": schedule.format}),
                    actor,
                    schedule=schedule,
                )


def _next(schedule: ExportSchedule, after: datetime) -> datetime:
    """The next time, after a moment, at which its hour begins where the organization is."""
    zone = ZoneInfo(db.session.get_one(Organization, schedule.organization_id).timezone)
    local = after.astimezone(zone)
    moment = local.replace(hour=schedule.hour, minute=0, second=0, microsecond=0)
    return moment if moment > local else moment + timedelta(days=DAYS[schedule.every])
