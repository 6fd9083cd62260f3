"""What people hold, and the certificates from which some of it comes."""

from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import Select

from lms import compliance
from lms.accounts import User
from lms.attrs import Attrs
from lms.compliance import Evidence, Holding, Qualification, RecordAttrs
from lms.resources.learning import WHO
from lms.resources.resource import Field, Resource

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class FromDay(Attrs):
    """From which day on, and why."""

    on: date
    reason: Reason


class LastDay(Attrs):
    """The last valid day that is set by hand, and why."""

    last_day: date
    reason: Reason


class Day(Attrs):
    """From which day on."""

    on: date


class Review(Attrs):
    """What the reviewer says; a refusal needs it."""

    note: Annotated[str, StringConstraints(max_length=1000)] = ""


def _revoke(holding: Holding, told: FromDay, actor: Any) -> None:
    compliance.revoke(holding, told.on, told.reason, actor)


def _suspend(holding: Holding, told: FromDay, actor: Any) -> None:
    compliance.suspend(holding, told.on, told.reason, actor)


def _resume(holding: Holding, told: Day, actor: Any) -> None:
    compliance.resume(holding, told.on, actor)


def _change_expiry(holding: Holding, told: LastDay, actor: Any) -> None:
    compliance.change_expiry([holding.id], told.last_day, told.reason, actor)


def _accept(evidence: Evidence, told: Review, actor: Any) -> None:
    compliance.accept_evidence(evidence, told.note, actor)


def _refuse(evidence: Evidence, told: Review, actor: Any) -> None:
    compliance.refuse_evidence(evidence, told.note, actor)


def _of_holdings(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Holding.user_id).join(
        Qualification, Qualification.id == Holding.qualification_id
    )


def _of_evidence(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Evidence.user_id).join(
        Qualification, Qualification.id == Evidence.qualification_id
    )


HOLDINGS = Resource(
    name="holdings",
    one="holding",
    scope="compliance",
    model=Holding,
    view=("view", "Holding"),
    joins=_of_holdings,
    fields=(
        Field("id", Holding.id, "integer"),
        Field("qualification_id", Holding.qualification_id, "integer", filter=True),
        Field("qualification", Qualification.title),
        *WHO,
        Field("source", Holding.source, filter=True, about="courses, evidence or sign_off"),
        Field("source_id", Holding.source_id, "integer", filter=True),
        Field("obtained_on", Holding.achieved_on, "date"),
        Field("valid_until", Holding.valid_until, "date", nullable=True, about="the last valid day; null is for good"),
        Field("counted", Holding.counted, about="which part of the rule gave the last valid day"),
        Field("changed_to", Holding.changed_to, "date", nullable=True, about="the last valid day that was set by hand"),
        Field("change_reason", Holding.change_reason),
        Field("revoked_on", Holding.revoked_on, "date", nullable=True),
        Field("revoke_reason", Holding.revoke_reason),
        Field("suspensions", Holding.suspensions, "objects"),
        Field("withdrawn", Holding.withdrawn, "boolean", filter=True, about="its source no longer stands"),
        Field("created_at", Holding.created_at, "date-time"),
        Field("updated_at", Holding.updated_at, "date-time"),
    ),
    attrs=RecordAttrs,
    create=compliance.record,
    actions={
        "revoke": _revoke, "reinstate": compliance.reinstate, "suspend": _suspend, "resume": _resume,
        "change-expiry": _change_expiry,
    },
    asks={"revoke": FromDay, "suspend": FromDay, "resume": Day, "change-expiry": LastDay},
)  # fmt: skip

EVIDENCE = Resource(
    name="evidence",
    one="piece of evidence",
    scope="compliance",
    model=Evidence,
    view=("view", "Evidence"),
    joins=_of_evidence,
    fields=(
        Field("id", Evidence.id, "integer"),
        Field("qualification_id", Evidence.qualification_id, "integer", filter=True),
        Field("qualification", Qualification.title),
        *WHO,
        Field("state", Evidence.state, filter=True, about="submitted, accepted or refused"),
        Field("obtained_on", Evidence.obtained_on, "date"),
        Field("expires_on", Evidence.expires_on, "date", nullable=True, about="the last valid day it names itself"),
        Field("issuer", Evidence.issuer),
        Field("note", Evidence.note),
        Field("review_note", Evidence.review_note),
        Field("reviewed_by_id", Evidence.reviewed_by_id, "integer", nullable=True),
        Field("reviewed_at", Evidence.reviewed_at, "date-time", nullable=True),
        Field("created_at", Evidence.created_at, "date-time"),
        Field("updated_at", Evidence.updated_at, "date-time"),
    ),
    actions={"accept": _accept, "refuse": _refuse},
    asks={"accept": Review, "refuse": Review},
)
