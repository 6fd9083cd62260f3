"""What people are told about: the words of each kind, where its link leads, and whether it can be switched off."""

from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


@dataclass(frozen=True, slots=True)
class Kind:
    """`title` and `text` take the notification's params; `path` is where its button leads."""

    label: LazyString
    title: LazyString
    text: LazyString
    button: LazyString
    path: str
    can_be_off: bool = True

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
    ),
    "course_published": Kind(
        label=_("A course of yours opens"),
        title=_("%(course)s is open"),
        text=_("%(actor)s published the course %(course)s. You can start."),
        button=_("Open the course"),
        path="/courses/{course_id}",
    ),
    "event_changed": Kind(
        label=_("An event of yours changes"),
        title=_("%(title)s has changed"),
        text=_("%(actor)s changed when or where %(title)s takes place. Check the new details."),
        button=_("See when and where"),
        path="/events/{object_id}",
    ),
    "course_completed": Kind(
        label=_("You complete a course"),
        title=_("You completed %(course)s"),
        text=_("You have passed every subject of the course %(course)s. Well done."),
        button=_("See the course"),
        path="/courses/{course_id}",
    ),
    "export_ready": Kind(
        label=_("An export of yours is ready"),
        title=_("%(title)s is ready"),
        text=_("The file %(title)s that you asked for is made. It is kept for a week."),
        button=_("Download it"),
        path="/exchange/exports/{object_id}/file",
    ),
    "export_failed": Kind(
        label=_("An export of yours fails"),
        title=_("%(title)s could not be made"),
        text=_("The file %(title)s that you asked for could not be made. See why, and try again."),
        button=_("See the exports"),
        path="/exchange/exports/",
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
    ),
}
CHOICES = {kind: words for kind, words in KINDS.items() if words.can_be_off}
"""The kinds of the preference page."""
WITH_TOKEN = frozenset({"invitation", "password_reset"})
