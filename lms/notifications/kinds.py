"""What people are told about: the words of each kind, where its link leads, and whether it can be switched off."""

from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

MAIL, DAILY, WEEKLY, IN_APP, OFF = "mail", "daily", "weekly", "in_app", "off"
"""What somebody wants of a kind: a mail at once, in the daily or weekly digest, only the note in the inbox, nothing.
But for the last, the note is always there."""

@dataclass(frozen=True, slots=True)
class Kind:
    """`title` and `text` take the notification's params; `path` is where its button leads."""

    label: LazyString
    title: LazyString
    text: LazyString
    button: LazyString
    path: str
    can_be_off: bool = True
    channel: str = MAIL
    """How somebody hears of it who chose nothing, and whose organization did not either."""
    merges: bool = False
    """Several within a few minutes about one course (or event) become one mail."""
    is_urgent: bool = False
    """Goes at any hour, and to somebody who is away: they asked for it just now."""

    def link(self, params: dict[str, Any], base: str = "") -> str:
        """The address its button leads to."""
        return base + self.path.format(**params)


KINDS: dict[str, Kind] = {
    "enrolled": Kind(
        label=_("Somebody enrolls you in a course"),
        title=_("You are enrolled in %(course)s"),
        text=_("%(actor)s enrolled you in the course %(course)s."),
        button=_("Open the course"),
        path="/courses/{course_id}",
    ),
    "subject_added": Kind(
        label=_("A subject is added to a course of yours"),
        title=_("New in %(course)s: %(title)s"),
        text=_("%(actor)s added the subject %(title)s to the course %(course)s."),
        button=_("Open the course"),
        path="/courses/{course_id}",
        merges=True,
    ),
    "course_published": Kind(
        label=_("A course of yours opens"),
        title=_("%(course)s is open"),
        text=_("%(actor)s published the course %(course)s. You can start."),
        button=_("Open the course"),
        path="/courses/{course_id}",
        merges=True,
    ),
    "event_changed": Kind(
        label=_("An event of yours changes"),
        title=_("%(title)s has changed"),
        text=_("%(actor)s changed when or where %(title)s takes place. Check the new details."),
        button=_("See when and where"),
        path="/events/{object_id}",
        merges=True,
    ),
    "course_completed": Kind(
        label=_("You complete a course"),
        title=_("You completed %(course)s"),
        text=_("You have passed every subject of the course %(course)s. Well done."),
        button=_("See the course"),
        path="/courses/{course_id}",
    ),
    "due_soon": Kind(
        label=_("A course of yours is due soon"),
        title=_("%(course)s is due on %(due)s"),
        text=_("Please finish the course %(course)s before %(due)s."),
        button=_("Open the course"),
        path="/courses/{course_id}",
    ),
    "overdue": Kind(
        label=_("A course of yours is overdue"),
        title=_("%(course)s was due on %(due)s"),
        text=_("The course %(course)s was due on %(due)s and is not finished yet. Please finish it now."),
        button=_("Open the course"),
        path="/courses/{course_id}",
    ),
    "escalation": Kind(
        label=_("Somebody of your team is late with a course"),
        title=_("%(learner)s is late with %(course)s"),
        text=_("%(learner)s should have finished the course %(course)s on %(due)s."),
        button=_("Open this person's page"),
        path="/people/{user_id}",
        merges=True,
    ),
    "invitation": Kind(
        label=_("Invitation"),
        title=_("You are invited to the LMS of %(organization)s"),
        text=_("%(actor)s made an account for you at %(organization)s. Choose a password to sign in."),
        button=_("Choose a password"),
        path="/reset/{token}",
        can_be_off=False,
    ),
    "password_reset": Kind(
        label=_("Password reset"),
        title=_("Choose a new password"),
        text=_("Somebody, probably you, asked for a new password for this address. If it was not you, do nothing."),
        button=_("Choose a new password"),
        path="/reset/{token}",
        can_be_off=False,
        is_urgent=True,
    ),
}
CHOICES = {kind: words for kind, words in KINDS.items() if words.can_be_off}
"""The kinds of the preference page."""
WITH_TOKEN = frozenset({"invitation", "password_reset"})
