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
    "registered": Kind(
        label=_("You have a place in an event"),
        title=_("You have a place in %(title)s"),
        text=_("Your place in %(title)s is certain: %(when)s, %(where)s. The sessions are attached for your calendar."),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "waiting": Kind(
        label=_("You are on a waiting list"),
        title=_("You are on the waiting list of %(title)s"),
        text=_("%(title)s is full. You are number %(place)s on the waiting list and hear as soon as a place is yours."),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "promoted": Kind(
        label=_("You get a place from a waiting list"),
        title=_("A place in %(title)s is yours"),
        text=_("A place in %(title)s came free and is yours: %(when)s, %(where)s. If you cannot come, give it up soon, "
               "so that somebody else can."),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "registration_cancelled": Kind(
        label=_("Your registration is cancelled"),
        title=_("You are no longer registered for %(title)s"),
        text=_("Your registration for %(title)s is cancelled by %(actor)s. %(reason)s"),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "approval_asked": Kind(
        label=_("Somebody asks you to approve a registration"),
        title=_("%(user)s would like to go to %(title)s"),
        text=_("%(user)s asks for a place in %(title)s, %(when)s. Approve or decline it."),
        button=_("Approve or decline"),
        path="/events/{object_id}/people/",
    ),
    "declined": Kind(
        label=_("Your request for an event is declined"),
        title=_("Your request for %(title)s is declined"),
        text=_("%(actor)s declined your request for %(title)s. %(reason)s"),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "session_changed": Kind(
        label=_("A session of yours is moved or added"),
        title=_("%(title)s: another time or place"),
        text=_("%(actor)s changed a session of %(title)s. It is now %(when)s, %(where)s. If it is in your calendar, "
               "an update is attached."),
        button=_("See when and where"),
        path="/events/{object_id}",
    ),
    "session_cancelled": Kind(
        label=_("A session of yours is cancelled"),
        title=_("A session of %(title)s is cancelled"),
        text=_("%(actor)s cancelled the session of %(title)s, %(when)s. The other sessions take place."),
        button=_("See when and where"),
        path="/events/{object_id}",
    ),
    "event_cancelled": Kind(
        label=_("An event of yours is cancelled"),
        title=_("%(title)s is cancelled"),
        text=_("%(actor)s cancelled %(title)s, %(when)s. %(reason)s"),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "teaching": Kind(
        label=_("You are to give a session"),
        title=_("You give a session of %(title)s"),
        text=_("%(actor)s asked you to give a session of %(title)s: %(when)s, %(where)s."),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "not_teaching": Kind(
        label=_("Somebody else gives a session of yours"),
        title=_("You no longer give a session of %(title)s"),
        text=_("%(actor)s gave the session of %(title)s, %(when)s, to somebody else."),
        button=_("Open the event"),
        path="/events/{object_id}",
    ),
    "course_completed": Kind(
        label=_("You complete a course"),
        title=_("You completed %(course)s"),
        text=_("You have passed every subject of the course %(course)s. Well done."),
        button=_("See the course"),
        path="/courses/{course_id}",
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
    "webhook_switched_off": Kind(
        label=_("A webhook is switched off because it fails"),
        title=_("The webhook %(title)s is switched off"),
        text=_("The webhook %(title)s was switched off, because its address said that it is gone, or did nothing but "
               "fail for five days. Look at its log, switch it on again, and send again what was missed."),
        button=_("Open the webhook"),
        path="/exchange/webhooks/{object_id}",
    ),
    "export_unsent": Kind(
        label=_("An export of yours does not arrive"),
        title=_("%(title)s could not be delivered"),
        text=_("The file %(title)s is made, but could not be put where it goes. See why, and send it again."),
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
        is_urgent=True,
    ),
}
CHOICES = {kind: words for kind, words in KINDS.items() if words.can_be_off}
"""The kinds of the preference page."""
WITH_TOKEN = frozenset({"invitation", "password_reset"})
