"""Forms of question banks and questions."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired

FILL_IN = _("Fill this in.")

KINDS = {
    "single": _("Single choice"),
    "multiple": _("Multiple choice"),
    "truefalse": _("True or false"),
    "shorttext": _("Short text"),
    "numeric": _("Number"),
    "ordering": _("Ordering"),
    "matching": _("Matching"),
    "gaps": _("Fill the gaps"),
}
"""What the kinds of questions are called."""


class BankForm(FlaskForm):
    """A bank."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    description = StringField(_("Description"))


class QuestionForm(FlaskForm):
    """A question; what is asked comes from the editor as JSON."""

    title = StringField(_("Title"))
    tags = StringField(_("Tags"))
    definition = HiddenField()


class ImportForm(FlaskForm):
    """A file with questions."""

    file = FileField(_("File"))
    format = SelectField(
        _("Format"),
        choices=[
            ("", _("Find out")),
            ("gift", "Moodle GIFT"),
            ("moodle", "Moodle XML"),
            ("qti", "QTI 2.1"),
        ],
        validate_choice=False,
    )
