"""What stands around every page: navigation by role, the time in the reader's zone, addresses with other arguments."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, has_request_context, request, url_for
from flask_babel import format_date, format_datetime, format_time, format_timedelta, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from lms import notifications
from lms.accounts import User
from lms.db import utcnow
from lms.policy import may

LANGUAGES = ("en", "nl")


def register(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(frame)
    app.jinja_env.globals["get_locale"] = get_locale
    app.add_template_filter(local_time)
    app.add_template_filter(local_date)
    app.add_template_filter(ago)
    app.add_template_filter(lambda value: (value, value), "twice")
    app.add_template_filter(lambda key, labels: labels.get(key, key), "extract_from")
    app.jinja_env.globals.update(
        may=lambda action, obj: may(current_user, action, obj),
        ids_of=lambda rows: [(row.id, row.name) for row in rows],
        titles_of=lambda rows: [(row.id, row.title) for row in rows],
        departments_of=lambda tree: [(row.id, "– " * depth + row.name) for row, depth, _people in tree],
    )


def locale() -> str:
    """The reader's language: of the profile, or what the browser asks for; English where nobody reads, in a command."""
    if not has_request_context():
        return LANGUAGES[0]
    if current_user and current_user.is_authenticated:
        return str(current_user.locale)
    # A context that is called by a task or a command words its refusals too.
    return (has_request_context() and request.accept_languages.best_match(LANGUAGES)) or LANGUAGES[0]


def timezone() -> str:
    """The reader's time zone; UTC for visitors."""
    if current_user and current_user.is_authenticated:
        return str(current_user.timezone)
    return "UTC"


def frame() -> dict[str, Any]:
    """Navigation, count of unread notifications (one statement), and `with_args`."""
    if not (current_user and current_user.is_authenticated):
        return {"navigation": [], "unread": 0, "with_args": with_args}
    user = current_user._get_current_object()
    return {"navigation": navigation(user), "unread": notifications.unread_count(user), "with_args": with_args}


ITEMS = (
    (
        "",
        (
            ("Home", "house", "home.index", None),
            ("My courses", "mortarboard", "learning.index", None),
            ("Agenda", "calendar3", "agenda.index", None),
        ),
    ),
    (
        "Teach",
        (
            ("Courses", "collection", "courses.index", ("view_draft", "Course")),
            ("Contents", "file-earmark-text", "contents.index", ("edit", "Content")),
            ("Question banks", "question-circle", "banks.index", ("edit", "Bank")),
            ("Events", "calendar-event", "events.index", ("edit", "Event")),
            ("Rooms", "door-open", "rooms.index", ("edit", "Room")),
            ("Results", "clipboard-check", "results.index", ("view", "Enrollment")),
        ),
    ),
    (
        "Compliance",
        (
            ("My qualifications", "patch-check", "my_qualifications.index", None),
            ("Team", "grid-3x3", "team.index", ("view", "Status")),
            ("Overview", "graph-up", "standing.index", ("view", "Status")),
            ("Report", "file-earmark-text", "report.index", ("view", "ComplianceReport")),
            ("Certificates", "award", "certificates.index", ("view", "Certificate")),
            ("Qualifications", "journal-check", "qualifications.index", ("view", "Requirement")),
            ("Requirements", "list-check", "requirements.index", ("view", "Requirement")),
            ("Evidence", "file-earmark-check", "evidence.index", None),
            ("Exemptions", "calendar-minus", "exemptions.index", ("view", "Exemption")),
        ),
    ),
    (
        "Organization",
        (
            ("People", "people", "people.index", ("view", "User")),
            ("Departments", "diagram-3", "departments.index", ("edit", "Department")),
            ("Settings", "sliders", "organization.edit", ("edit", "Organization")),
        ),
    ),
    (
        "Exchange",
        (
            ("Imports", "upload", "imports.index", ("view", "Import")),
            ("Exports", "download", "exports.index", ("view", "Export")),
            ("OneRoster", "files", "oneroster.index", ("edit", "Import")),
            ("xAPI", "arrow-repeat", "lrs.index", ("view", "LrsConnection")),
            ("API keys", "key", "keys.index", ("view", "ApiKey")),
            ("Webhooks", "megaphone", "webhooks.index", ("edit", "WebhookEndpoint")),
        ),
    ),
    (
        "Oversight",
        (
            ("Activity", "activity", "activities.index", ("view", "Activity")),
            ("Audit trail", "shield-check", "audits.index", ("view", "Audit")),
            ("Deliveries", "send-check", "deliveries.index", ("view", "Delivery")),
            ("Mails", "envelope", "mails.index", ("view", "Mail")),
        ),
    ),
)
"""The left navigation: groups of (label, icon, endpoint, what one must be allowed to do)."""


def navigation(user: User) -> list[dict[str, Any]]:
    """The groups and items this person may open."""
    groups = []
    here = (request.endpoint or "").split(".")[0]
    for label, items in ITEMS:
        shown = [
            {"label": _(name), "icon": icon, "url": url_for(endpoint), "active": endpoint.split(".")[0] == here}
            for name, icon, endpoint, needed in items
            if needed is None or may(user, *needed)
        ]
        if shown:
            groups.append({"label": _(label) if label else "", "items": shown})
    return groups


def with_args(**changes: Any) -> str:
    """The current address with some query arguments changed; None removes one."""
    arguments: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    kept = {name: value for name, value in arguments.items() if value not in (None, "", [])}
    # These are words of url_for itself, not of any page of ours.
    kept = {name: value for name, value in kept.items() if name != "endpoint" and not name.startswith("_")}
    if request.endpoint is None:
        return request.path
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept})


def local_time(moment: datetime | None, format: str = "medium") -> Markup:
    """A moment in the reader's zone and language, as a <time> element.

    `short` and `full` end at the minute; `medium`, for trails, has seconds.
    """
    if moment is None:
        return Markup("–")
    if format == "medium":
        words = format_datetime(moment, format)
    else:
        day = format_datetime(moment, "EEEE d MMMM y" if format == "full" else "d MMM y")
        words = f"{day}, {format_time(moment, 'short')}"
    return Markup('<time datetime="{}">{}</time>').format(moment.astimezone(UTC).isoformat(), words)


def local_date(day: date | datetime | None) -> str:
    """A date in the reader's language; of a moment, the date it is in the reader's zone."""
    if day is None:
        return "–"
    return str(format_date(day.astimezone(ZoneInfo(timezone())) if isinstance(day, datetime) else day, "medium"))


def ago(moment: datetime | None) -> Markup:
    """How long ago, in words, with the exact time as a title."""
    if moment is None:
        return Markup("–")
    words = format_timedelta(moment - utcnow(), add_direction=True, granularity="second", threshold=0.99)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.astimezone(UTC).isoformat(), format_datetime(moment, "medium"), words
    )
