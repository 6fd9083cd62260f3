"""What planners fill in."""

from datetime import timedelta
from typing import Annotated, Self

from flask_babel import gettext as _
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator

from lms.attrs import Attrs, Html, Name, OptionalId, Timezone
from lms.errors import Invalid

MOST_PEOPLE = 100_000


def _none_if_blank(value: object) -> object:
    return None if value == "" else value


def _zero_if_blank(value: object) -> object:
    return 0 if value in ("", None) else value


def _web_address(link: str) -> str:
    if link and not link.startswith(("https://", "http://")):
        raise ValueError("Give the whole address, beginning with https://")
    return link


Place = Annotated[str, StringConstraints(max_length=200)]
Reason = Annotated[str, StringConstraints(max_length=500)]
Link = Annotated[str, StringConstraints(max_length=500), AfterValidator(_web_address)]
Seats = Annotated[int, Field(ge=1, le=MOST_PEOPLE)]
OptionalSeats = Annotated[Seats | None, BeforeValidator(_none_if_blank)]
OptionalMoment = Annotated[AwareDatetime | None, BeforeValidator(_none_if_blank)]
Prerequisite = Annotated[str, StringConstraints(pattern=r"^[a-z_]+:[0-9]{1,18}$")]


class SessionAttrs(Attrs):
    """When (with time zone), where, by whom."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    timezone: Timezone | None = None
    """None: the event's."""
    room_id: OptionalId = None
    location: Place = ""
    link: Link = ""
    instructor_ids: list[int] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise Invalid("ends_at", _("The end must be after the start."))
        if self.ends_at - self.starts_at > timedelta(days=366):
            raise Invalid("ends_at", _("An event lasts a year at most."))
        return self


class EventAttrs(Attrs):
    """What, for how many, and who may come. When and where is that of its only session; with several it is left out."""

    title: Name
    location: Place | None = None
    description: Html = ""
    starts_at: OptionalMoment = None
    ends_at: OptionalMoment = None
    timezone: Timezone | None = None
    """None: the organization's when it is new, else as it was."""
    capacity: OptionalSeats = None
    minimum: Annotated[int, BeforeValidator(_zero_if_blank), Field(ge=0, le=MOST_PEOPLE)] = 0
    opens_at: OptionalMoment = None
    closes_at: OptionalMoment = None
    cancel_until: OptionalMoment = None
    cost_centre: Annotated[str, StringConstraints(max_length=50)] = ""
    approval: bool = False
    part_passes: bool = False
    prerequisites: list[Prerequisite] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.starts_at is None) != (self.ends_at is None):
            raise Invalid("starts_at" if self.starts_at is None else "ends_at", _("Give a date and a time."))
        if self.starts_at is not None and self.ends_at is not None:
            SessionAttrs(starts_at=self.starts_at, ends_at=self.ends_at)
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise Invalid("closes_at", _("Registration must close after it opens."))
        if self.capacity is not None and self.minimum > self.capacity:
            raise Invalid("minimum", _("The minimum is more than there are places."))
        return self


class RoomAttrs(Attrs):
    """A room: its name is unique at its site."""

    name: Name
    site: Place = ""
    capacity: OptionalSeats = None
    active: bool = True
