"""Notifications: the in-app inbox, mail, and what people want to hear."""

from lms.notifications.inbox import inbox_page, open_note, preferences, read_all, set_preferences, unread_count
from lms.notifications.kinds import CHOICES, KINDS
from lms.notifications.models import IN_APP, MAIL, OFF, Mail, Notification, Preference
from lms.notifications.outbox import SEND_TASK, post_mail, send_waiting

__all__ = [
    "CHOICES",
    "IN_APP",
    "KINDS",
    "MAIL",
    "OFF",
    "SEND_TASK",
    "Mail",
    "Notification",
    "Preference",
    "inbox_page",
    "open_note",
    "post_mail",
    "preferences",
    "read_all",
    "send_waiting",
    "set_preferences",
    "unread_count",
]
