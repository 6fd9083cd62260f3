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
    "expiring": Kind(
        label=_("A qualification of yours expires soon"),
        title=_("%(qualification)s is valid until %(due)s"),
        text=_("Your qualification %(qualification)s is valid until %(due)s. See what to do to renew it."),
        button=_("See what to do"),
        path="/my-qualifications/",
    ),
    "asked_to_renew": Kind(
        label=_("Somebody reminds you of a qualification"),
        title=_("%(actor)s reminds you of %(qualification)s"),
        text=_("%(actor)s asks you to see to the qualification %(qualification)s."),
        button=_("See what to do"),
        path="/my-qualifications/",
    ),
    "team_expiring": Kind(
        label=_("Qualifications in your team expire soon"),
        title=_("Qualifications in your team that expire: %(number)s"),
        text=_("These expire soon: %(list)s"),
        button=_("Open the team"),
        path="/team/",
    ),
    "team_summary": Kind(
        label=_("How your team stands, every week"),
        title=_("Your team: %(percent)s in order"),
        text=_(
            "%(good)s of %(total)s required qualifications in your team are in order. "
            "Expired: %(expired)s. Missing: %(missing)s. In grace: %(in_grace)s. Expiring soon: %(expiring)s."
        ),
        button=_("Open the team"),
        path="/team/",
    ),
    "evidence_accepted": Kind(
        label=_("A certificate you handed in is accepted"),
        title=_("Your certificate for %(title)s is accepted"),
        text=_("%(actor)s accepted the certificate that you handed in for %(title)s. It counts."),
        button=_("See what it says"),
        path="/evidence/{object_id}",
    ),
    "evidence_refused": Kind(
        label=_("A certificate you handed in is refused"),
        title=_("Your certificate for %(title)s is refused"),
        text=_("%(actor)s refused the certificate that you handed in for %(title)s. Read why, and hand in another."),
        button=_("Read why"),
        path="/evidence/{object_id}",
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
