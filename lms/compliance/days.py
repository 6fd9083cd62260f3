"""Days as the organization counts them: a moment becomes the date it is there, in the organization's time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts import Organization
from lms.db import db, utcnow


def zone_of(organization_id: int) -> ZoneInfo:
    """The organization's time zone; one statement."""
    name = db.session.scalar(select(Organization.timezone).where(Organization.id == organization_id))
    return ZoneInfo(name or "UTC")


def today_of(organization_id: int) -> date:
    """Which day it is for the organization; one statement."""
    return day_of(utcnow(), zone_of(organization_id))


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The date of a moment in a zone."""
    return moment.astimezone(zone).date()
