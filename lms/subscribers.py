"""Everyone who hears changes, in one place: a new subscriber is a new file and a line here."""

from lms.activities import subscriber as activities
from lms.analytics import subscriber as analytics
from lms.audits import subscriber as audits
from lms.certificates import subscriber as certificates
from lms.compliance import subscriber as compliance
from lms.events import EventCenter
from lms.lrs import subscriber as lrs
from lms.notifications import subscriber as notifications
from lms.reminders import subscriber as reminders
from lms.rules import subscriber as rules
from lms.webhooks import subscriber as webhooks

SUBSCRIBERS = (
    audits, activities, notifications, analytics, compliance, certificates, reminders, rules, lrs, webhooks,
)  # fmt: skip


def names() -> list[str]:
    """The names of all subscribers, in the order above."""
    named = {one.handler.__module__: one.name for one in EventCenter.subscribers.values()}
    return [named[module.__name__] for module in SUBSCRIBERS]
