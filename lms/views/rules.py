"""Who is enrolled in a course because of what they are: the rules of a course, with a look before they are saved."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import courses, rules
from lms.attrs import validated
from lms.courses import Course
from lms.policy import authorize
from lms.rules import KINDS, Rule, RuleAttrs
from lms.views.access import fields, form_errors, login_required, me
from lms.views.forms.rules import RuleForm

blueprint = Blueprint("rules", __name__, url_prefix="/courses/<int:course_id>/rules")


def _course(course_id: int, action: str = "edit") -> Course:
    course = courses.find_course(course_id, me())
    authorize(me(), action, course)
    return course


@blueprint.get("/")
@login_required
def index(course_id: int) -> str:
    """The rules of a course."""
    course = _course(course_id, "enroll")
    found = rules.rules_of(course)
    words = {rule.id: KINDS[rule.kind].words(course.organization_id, rule.params) for rule in found}
    return render_template(
        "rules/index.html", course=course, rules=found, words=words, counts=rules.covered_counts(found)
    )


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new(course_id: int) -> str | Response:
    """A new rule."""
    return _form(_course(course_id), None)


@blueprint.route("/<int:id>", methods=["GET", "POST"])
@login_required
def edit(course_id: int, id: int) -> str | Response:
    """Change a rule."""
    course = _course(course_id)
    return _form(course, rules.find_rule(id, course))


@blueprint.post("/<int:id>/delete")
@login_required
def delete(course_id: int, id: int) -> Response:
    """Enroll nobody by this rule any more."""
    course = _course(course_id)
    rules.delete_rule(rules.find_rule(id, course), me())
    flash(_("The rule is deleted. Who is in the course stays."))
    return redirect(url_for("rules.index", course_id=course.id))


def _form(course: Course, rule: Rule | None) -> str | Response:
    form = RuleForm(obj=rule, **_chosen(rule))
    form.offer({name: kind.choices(course.organization_id) for name, kind in KINDS.items() if kind.choices})
    preview = None
    if form.validate_on_submit():
        with form_errors(form) as saved:
            given = {name: value for name, value in fields(form).items() if not name.startswith("value_")}
            attrs = validated(RuleAttrs, given | {"value": form.value_of(given["kind"])})
            preview = rules.preview(course, attrs, me(), rule)
            if "save" in request.form:
                rules.update_rule(rule, attrs, me()) if rule else rules.create_rule(course, attrs, me())
        if saved and "save" in request.form:
            flash(_("Saved. People are enrolled within a minute.") if course.status == "published" else _("Saved."))
            return redirect(url_for("rules.index", course_id=course.id))
    return render_template("rules/form.html", course=course, rule=rule, form=form, preview=preview, kinds=KINDS)


def _chosen(rule: Rule | None) -> dict[str, str]:
    return {f"value_{rule.kind}": str(rule.params.get("value", ""))} if rule else {}
