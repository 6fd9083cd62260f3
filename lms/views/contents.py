"""Contents: the list, making, settings, versions, publishing, preview, copying and deleting one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import content, learning
from lms.accounts import names
from lms.attrs import validated
from lms.content import PACKAGE, Content, ContentAttrs, Quiz
from lms.db import find
from lms.errors import NotFound
from lms.policy import authorize
from lms.views import playing
from lms.views.access import fields, form_errors, list_arguments, login_required, me
from lms.views.forms.contents import ContentForm, QuizForm

blueprint = Blueprint("contents", __name__, url_prefix="/contents")


def editable(id: int) -> Content:
    """The content, if the person may edit it."""
    row = find(Content, id, me().organization_id)
    authorize(me(), "edit", row)
    return row


def editable_pages(id: int) -> Content:
    """The same, if it is made of pages."""
    row = editable(id)
    if row.kind == PACKAGE:
        raise NotFound("There is no such page, or it was deleted.")
    return row


@blueprint.get("/")
@login_required
def index() -> str:
    """All contents."""
    authorize(me(), "edit", "Content")
    page = content.contents_page(me().organization_id, *list_arguments("title"), state=request.args.get("state", ""))
    return render_template("contents/index.html", list=page)


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Response:
    """A new content."""
    authorize(me(), "edit", "Content")
    form = ContentForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            row = content.create_content(validated(ContentAttrs, fields(form)), me())
        if saved:
            flash(_("The content is there. Now write its pages."))
            return redirect(url_for("authoring.show", id=row.id))
    return render_template("contents/form.html", form=form, content=None)


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> Response:
    """A content: where its pages are written, or its package is looked at."""
    row = editable(id)
    return redirect(url_for("packages.show" if row.kind == PACKAGE else "authoring.show", id=row.id))


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change title or summary."""
    row = editable(id)
    form = ContentForm(obj=row)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            content.update_content(row, validated(ContentAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("contents.show", id=row.id))
    return render_template("contents/form.html", form=form, content=row)


@blueprint.route("/<int:id>/quiz", methods=["GET", "POST"])
@login_required
def quiz(id: int) -> str | Response:
    """How its questions are asked."""
    row = editable_pages(id)
    form = QuizForm(data=content.quiz_of(row).model_dump())
    if form.validate_on_submit():
        with form_errors(form) as saved:
            content.set_quiz(row, validated(Quiz, fields(form)), me())
        if saved:
            flash(_("Saved. Learners get it when you publish."))
            return redirect(url_for("contents.quiz", id=row.id))
    return render_template("contents/quiz.html", form=form, content=row)


@blueprint.get("/<int:id>/versions")
@login_required
def versions(id: int) -> str:
    """What was published when, and by whom."""
    row = editable_pages(id)
    rows = content.versions(row)
    return render_template(
        "contents/versions.html",
        content=row,
        versions=rows,
        publishers=names({version.published_by_id for version in rows if version.published_by_id}),
        under_way=learning.under_way_by_version(row.id),
    )


@blueprint.get("/<int:id>/preview")
@login_required
def preview(id: int) -> str:
    """The draft as learners will see it."""
    return playing.preview(editable_pages(id))


@blueprint.route("/<int:id>/publish", methods=["GET", "POST"])
@login_required
def publish(id: int) -> str | Response:
    """What is missing, what becomes of those under way; then learners get it."""
    row = editable_pages(id)
    if request.method == "POST":
        version = content.publish_content(row, me(), move=request.form.get("move") == "yes")
        flash(_("Version %(number)s is published.", number=version.number))
        return redirect(url_for("authoring.show", id=row.id))
    return render_template(
        "contents/publish.html", content=row, problems=content.problems(row), under_way=learning.under_way_on(row.id)
    )


@blueprint.get("/<int:id>/statistics")
@login_required
def statistics(id: int) -> str:
    """What attempts say about the content and its questions."""
    row = editable_pages(id)
    asked = request.args.get("version", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 9 else None
    return render_template(
        "contents/statistics.html",
        content=row,
        versions=content.versions(row),
        number=number,
        figures=learning.figures(row.id, number),
    )


@blueprint.post("/<int:id>/duplicate")
@login_required
def duplicate(id: int) -> Response:
    """A copy to go on with."""
    row = editable(id)
    copy = content.duplicate_content(row, _("Copy of %(title)s", title=row.title), me())
    flash(_("This is the copy. It is not published."))
    return redirect(url_for("authoring.show", id=copy.id))


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove a content no course uses."""
    content.delete_content(editable(id), me())
    flash(_("The content is deleted."))
    return redirect(url_for("contents.index"))
