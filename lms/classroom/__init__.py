"""Classroom: training events."""

from lms.classroom.events import EventAttrs, create_event, delete_event, events_page, update_event
from lms.classroom.models import Event

__all__ = ["Event", "EventAttrs", "create_event", "delete_event", "events_page", "update_event"]
