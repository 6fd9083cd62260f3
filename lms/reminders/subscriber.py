"""Write the note and the mail of a reminder, through the notifications."""

from sqlalchemy import select

from lms.accounts import User
from lms.events import Change, EventCenter
from lms.notifications.subscriber import tell


@EventCenter.subscriber("reminders", hears={"ReminderLetter": {"created"}})
def deliver_letter(change: Change) -> None:
    """To the one person it is for, as they prefer."""
    state = change.state
    tell(change, state["kind"], select(User.id).where(User.id == state["user_id"]), state["params"])
