"""Fields that several forms share."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import lazy_gettext as _
from wtforms import DateTimeLocalField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from lms.views.frame import timezone

LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
ROLES = [
    ("learner", _("Learner")),
    ("manager", _("Manager")),
    ("author", _("Author")),
    ("instructor", _("Instructor")),
    ("auditor", _("Auditor")),
    ("admin", _("Administrator")),
]
TIMEZONES = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
)


class CheckList(SelectMultipleField):
    """Several of a few: boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class IdField(SelectField):
    """One row out of a list, or none; the context checks that it is one of ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[], validate_choice=False, **kwargs)

    def offer(self, rows: list[tuple[int, str]], blank: Any) -> None:
        """Offer these rows after `blank`."""
        self.choices = [("", blank), *rows]


class LocalMomentField(DateTimeLocalField):
    """A moment, filled in and shown in the reader's time zone, kept with its zone."""

    def process_data(self, value: datetime | None) -> None:
        """Show a moment in the reader's zone."""
        super().process_data(value.astimezone(ZoneInfo(timezone())) if value else None)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was filled in as the reader's own time."""
        super().process_formdata(valuelist)
        self.data: datetime | None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=ZoneInfo(timezone()))
