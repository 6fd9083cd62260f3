"""Classroom: training events, their sessions, rooms and instructors."""

from lms.classroom.attachments import attach, attachments, detach
from lms.classroom.attrs import EventAttrs, RoomAttrs, SessionAttrs
from lms.classroom.clashes import when
from lms.classroom.events import (
    FOLLOWERS,
    cancel_event,
    close_event,
    create_event,
    delete_event,
    update_event,
)
from lms.classroom.finding import (
    events_page,
    gives,
    open_events,
    possible_instructors,
    sessions_between,
    with_sessions,
)
from lms.classroom.models import (
    CANCELLED,
    CLOSED,
    PLANNED,
    Event,
    EventFile,
    EventTemplate,
    Room,
    Session,
    SessionInstructor,
)
from lms.classroom.rooms import create_room, delete_room, rooms, rooms_page, update_room
from lms.classroom.series import EVERY, copy_event, repeat_event
from lms.classroom.sessions import add_session, attrs_of, cancel_session, lock_event, update_session
from lms.classroom.templates import delete_template, save_template, templates

__all__ = [
    "CANCELLED",
    "CLOSED",
    "EVERY",
    "FOLLOWERS",
    "PLANNED",
    "Event",
    "EventAttrs",
    "EventFile",
    "EventTemplate",
    "Room",
    "RoomAttrs",
    "Session",
    "SessionAttrs",
    "SessionInstructor",
    "add_session",
    "attach",
    "attachments",
    "attrs_of",
    "cancel_event",
    "cancel_session",
    "close_event",
    "copy_event",
    "create_event",
    "create_room",
    "delete_event",
    "delete_room",
    "delete_template",
    "detach",
    "events_page",
    "gives",
    "lock_event",
    "open_events",
    "possible_instructors",
    "repeat_event",
    "rooms",
    "rooms_page",
    "save_template",
    "sessions_between",
    "templates",
    "update_event",
    "update_room",
    "update_session",
    "when",
    "with_sessions",
]
