"""What compliance offers to parts below it: a prerequisite of events, and a kind of enrollment rule."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, or_, select

from lms.compliance.days import day_of, today_of, zone_of
from lms.compliance.models import Holding, Qualification
from lms.db import db
from lms.registrations import PREREQUISITES, Prerequisite
from lms.rules import KINDS, Kind

SOON = timedelta(days=60)
"""How long before the last day a rule for what expires enrolls people."""


def _qualifications(organization_id: int) -> list[tuple[int, str]]:
    statement = (
        select(Qualification.id, Qualification.title)
        .where(Qualification.organization_id == organization_id)
        .order_by(Qualification.title)
    )
    return [(id, title) for id, title in db.session.execute(statement)]


def _holders(qualification_id: int, user_ids: Collection[int], moment: datetime) -> set[int]:
    """Those whose qualification is valid on the day of that moment, in their organization's zone."""
    qualification = db.session.get(Qualification, qualification_id)
    if qualification is None:
        return set()
    day = day_of(moment, zone_of(qualification.organization_id))
    return set(
        db.session.scalars(
            select(Holding.user_id).where(
                Holding.qualification_id == qualification_id,
                Holding.user_id.in_(user_ids),
                ~Holding.withdrawn,
                Holding.revoked_on.is_(None),
                Holding.valid_from <= day,
                or_(Holding.valid_until.is_(None), Holding.valid_until >= day),
            )
        )
    )


def _expiring(organization_id: int, params: Mapping[str, Any]) -> Select[int]:
    """Who holds it with a last valid day in the next `SOON`, and no later one."""
    text, today = str(params.get("value", "")), today_of(organization_id)
    last = func.max(func.coalesce(Holding.valid_until, today + 2 * SOON))
    return (
        select(Holding.user_id)
        .where(
            Holding.organization_id == organization_id,
            Holding.qualification_id == (int(text) if text.isdecimal() else 0),
            ~Holding.withdrawn,
            Holding.revoked_on.is_(None),
        )
        .group_by(Holding.user_id)
        .having(last.between(today, today + SOON))
    )


def _choices(organization_id: int) -> list[tuple[str, Any]]:
    return [(str(id), title) for id, title in _qualifications(organization_id)]


PREREQUISITES["qualification"] = Prerequisite(_("Holds"), _qualifications, _holders)
KINDS["expiring"] = Kind(
    label=_("Everyone whose qualification expires within 60 days"),
    people=_expiring,
    sentence=_("everyone whose %(value)s expires within 60 days takes this course"),
    choices=_choices,
    user_columns=("active",),
    person={"Holding": "user_id"},
    is_timed=True,
)
