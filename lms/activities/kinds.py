"""Which changes are worth reading about, and the sentence for each."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from lms.events import Change

SENTENCES: dict[str, LazyString] = {
    "course_created": _("%(actor)s created the course %(course)s"),
    "course_published": _("%(actor)s published %(course)s"),
    "course_archived": _("%(actor)s archived %(course)s"),
    "course_reopened": _("%(actor)s reopened %(course)s"),
    "course_deleted": _("%(actor)s deleted the course %(course)s"),
    "subject_added": _("%(actor)s added the subject %(title)s to %(course)s"),
    "subject_removed": _("%(actor)s took the subject %(title)s out of %(course)s"),
    "enrolled": _("%(actor)s enrolled %(user)s in %(course)s"),
    "enrolled_self": _("%(actor)s started with %(course)s"),
    "unenrolled": _("%(actor)s took %(user)s out of %(course)s"),
    "course_completed": _("%(user)s completed %(course)s"),
    "subject_finished": _("%(user)s finished %(title)s in %(course)s"),
    "content_created": _("%(actor)s wrote the content %(title)s"),
    "event_planned": _("%(actor)s planned the event %(title)s"),
    "event_changed": _("%(actor)s changed when or where %(title)s takes place"),
    "certificate_revoked": _("%(actor)s revoked the certificate %(title)s of %(user)s"),
    "person_added": _("%(actor)s added %(user)s"),
    "qualification_obtained": _("%(user)s obtained the qualification %(title)s"),
    "qualification_made": _("%(actor)s made the qualification %(title)s"),
}

ABOUT_COURSES = ("course_published", "course_archived", "course_reopened", "subject_added", "subject_removed")
"""What somebody enrolled in a course reads about it who may not see other people's learning."""

ALWAYS = {
    ("Course", "created"): "course_created",
    ("Course", "deleted"): "course_deleted",
    ("Subject", "created"): "subject_added",
    ("Subject", "deleted"): "subject_removed",
    ("Enrollment", "deleted"): "unenrolled",
    ("Result", "created"): "subject_finished",
    ("Content", "created"): "content_created",
    ("Event", "created"): "event_planned",
    ("Holding", "created"): "qualification_obtained",
    ("Qualification", "created"): "qualification_made",
}
STATUS = {"published": "course_published", "archived": "course_archived", "draft": "course_reopened"}


def kind_of(change: Change) -> str | None:
    """The kind of activity this change is; None when nobody wants to read about it."""
    what = (change.object_type, change.action)
    difference = change.difference
    match what:
        case ("Enrollment", "created"):
            return "enrolled_self" if change.actor_id == change.state["user_id"] else "enrolled"
        case ("Course", "updated") if "status" in difference:
            return STATUS[difference["status"][1]]
        case ("Enrollment", "updated") if "completed_at" in difference:
            return "course_completed"
        case ("Event", "updated") if {"starts_at", "ends_at", "location"} & set(difference):
            return "event_changed"
        case ("Certificate", "updated") if difference.get("revoked_by_id", (None, None))[1]:
            return "certificate_revoked"
        case ("User", "created") if change.actor_id is not None:
            return "person_added"
    return ALWAYS.get(what)
