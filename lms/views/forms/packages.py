"""The form with which a package is uploaded."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField


class PackageForm(FlaskForm):
    """A zip, and a title where the package's own will not do."""

    file = FileField(_("Package"), [FileRequired(_("Choose a file."))])
    title = StringField(_("Title"))
