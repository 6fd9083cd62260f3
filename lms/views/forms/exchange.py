"""Forms of keys, imports and exports."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, NumberRange, Optional

from lms.keys import SCOPES
from lms.resources import RESOURCES
from lms.transfer import KINDS
from lms.views.forms.fields import CheckList

FILL_IN = _("Fill this in.")
RESOURCE_LABELS = {
    "people": _("People"), "departments": _("Departments"), "job-functions": _("Job functions"),
    "courses": _("Courses"), "subjects": _("Subjects"), "contents": _("Contents"), "events": _("Events"),
    "enrollments": _("Enrollments"), "results": _("Results"), "registrations": _("Registrations"),
    "qualifications": _("Qualifications"), "requirements": _("Requirements"), "exemptions": _("Exemptions"),
    "holdings": _("What people hold"), "evidence": _("Evidence"), "compliance": _("Compliance"),
    "audits": _("Audit trail"),
    "activities": _("Activity"), "changes": _("Changes"), "webhook-endpoints": _("Webhooks"),
}  # fmt: skip
DESTINATIONS = [
    ("folder", _("A folder of the installation")), ("s3", _("A bucket (S3)")), ("sftp", _("An SFTP server")),
]  # fmt: skip
FORMATS = [("csv", _("CSV, opens in Excel")), ("xlsx", _("Excel workbook")), ("jsonl", _("JSON Lines"))]


class KeyForm(FlaskForm):
    """A new API key."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    scopes = CheckList(_("What it may do"), choices=[(name, about) for name, (_roles, about) in SCOPES.items()],
                       validate_choice=False)  # fmt: skip
    expires_on = DateField(_("Good until"), [Optional()])

    def attrs(self) -> dict[str, Any]:
        """As the context wants it: until the end of the day, in UTC."""
        day = self.expires_on.data
        end = None if day is None else datetime.combine(day, time(23, 59, 59), UTC)
        return {"name": self.name.data or "", "scopes": self.scopes.data or [], "expires_at": end}


class UploadForm(FlaskForm):
    """A file and what is in it."""

    kind = SelectField(_("What is in it"), choices=[(kind.name, kind.label) for kind in KINDS.values()])
    file = FileField(_("File"), [FileRequired(_("Choose a file."))])


class ExportForm(FlaskForm):
    """What to export."""

    kind = SelectField(_("What"), choices=[(name, RESOURCE_LABELS[name]) for name in RESOURCES])
    format = SelectField(_("Format"), choices=FORMATS)


class SecretArea(TextAreaField):
    """Text that is never shown again, not even beside what is wrong with it."""

    def _value(self) -> str:
        return ""


class ScheduleForm(ExportForm):
    """How often."""

    every = SelectField(_("How often"), choices=[("daily", _("Every day")), ("weekly", _("Every week"))])
    hour = SelectField(_("At"), choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, default=5)
    destination = RadioField(_("Where it goes"), default="folder")
    bucket = SelectField(_("Bucket"), choices=[], validate_choice=False)
    folder = StringField(_("Folder"))
    host = StringField(_("Server"))
    port = IntegerField(_("Port"), [Optional(), NumberRange(1, 65535, _("Give a number from 1 to 65535."))], default=22)
    username = StringField(_("User name"))
    host_key = TextAreaField(_("Key of the server"))
    password = PasswordField(_("Password"))
    private_key = SecretArea(_("Or a private key"))

    def offer(self, buckets: Sequence[str]) -> "ScheduleForm":
        """Offer the buckets that there are, and S3 only where there is one."""
        offered = DESTINATIONS if buckets else [one for one in DESTINATIONS if one[0] != "s3"]
        self.destination.choices, self.bucket.choices = offered, [(name, name) for name in buckets]
        return self

    def values(self) -> dict[str, Any]:
        """What was filled in, of the destination that was chosen."""
        blank = {"bucket": "", "port": 22}
        return blank | {name: value for name, value in self.data.items() if name != "csrf_token" and value is not None}
