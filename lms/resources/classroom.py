"""Who comes to which event."""

from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import Select

from lms import registrations
from lms.accounts import User
from lms.attrs import Attrs
from lms.classroom import Event
from lms.db import find
from lms.errors import Conflict, Invalid, NotFound
from lms.registrations import Registration
from lms.resources.learning import WHO
from lms.resources.resource import Field, Resource


class RegistrationAttrs(Attrs):
    """Who, for which event; with a reason past the order and above the capacity."""

    event_id: int
    user_id: int
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


def _register(attrs: RegistrationAttrs, actor: Any) -> Registration:
    try:
        event = find(Event, attrs.event_id, actor.organization_id)
    except NotFound:
        raise Invalid("event_id", "There is no such event.") from None
    new = registrations.register_people(event, [attrs.user_id], actor, reason=attrs.reason, source="api")
    if not new:
        raise Conflict("This person is registered already.")
    return new[0]


def _cancel(registration: Registration, actor: Any) -> Registration:
    registrations.cancel(registration, actor, reason=f"By {actor.name}")
    return registration


def _of_events(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Registration.user_id).join(Event, Event.id == Registration.event_id)


REGISTRATIONS = Resource(
    name="registrations",
    one="registration",
    scope="learning",
    model=Registration,
    view=("view", "Registration"),
    joins=_of_events,
    fields=(
        Field("id", Registration.id, "integer"),
        Field("event_id", Registration.event_id, "integer", filter=True),
        Field("event", Event.title),
        *WHO,
        Field("state", Registration.state, filter=True),
        Field("reason", Registration.reason),
        Field("source", Registration.source, filter=True),
        Field("created_at", Registration.created_at, "date-time"),
        Field("updated_at", Registration.updated_at, "date-time"),
    ),
    attrs=RegistrationAttrs,
    create=_register,
    actions={"cancel": _cancel},
)
