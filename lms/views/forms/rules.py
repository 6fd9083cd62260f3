"""The form of an enrollment rule."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField
from wtforms.validators import Optional

from lms.rules import KINDS
from lms.rules.kinds import Choice


class RuleForm(FlaskForm):
    """Who, until when, and what happens to those who no longer match."""

    kind = SelectField(_("Who"), choices=[(name, kind.label) for name, kind in KINDS.items()], validate_choice=False)
    due_on = DateField(_("Due on"), [Optional()])
    due_days = IntegerField(_("Or days after enrollment"), [Optional()])
    removes = BooleanField(_("Take out again who no longer matches and has no results"))

    def offer(self, choices: dict[str, list[Choice]]) -> None:
        """What can be chosen for each kind."""
        for name, rows in choices.items():
            self[f"value_{name}"].choices = rows

    def value_of(self, kind: str) -> str:
        """What was chosen for this kind."""
        field = self._fields.get(f"value_{kind}")
        return str(field.data or "") if field else ""

    @property
    def value_fields(self) -> list[SelectField]:
        """A choice for each kind that needs one."""
        return [field for name, field in self._fields.items() if name.startswith("value_")]


for _name, _kind in KINDS.items():
    if _kind.choices:
        setattr(RuleForm, f"value_{_name}", SelectField(_("Which one"), choices=[], validate_choice=False))
