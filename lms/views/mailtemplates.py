"""For admins: the words of each kind of mail in each language, with a preview and a test mail."""

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from lms import notifications
from lms.errors import Invalid
from lms.notifications import KINDS
from lms.views.access import form_errors, me, role_required
from lms.views.forms.fields import LANGUAGES
from lms.views.forms.notifications import TemplateForm
from lms.views.mails import as_frame

blueprint = Blueprint("mailtemplates", __name__, url_prefix="/admin/mail-templates")


@blueprint.get("/")
@role_required("edit", "MailTemplate")
def index() -> str:
    """Every kind, and in which languages the organization uses its own words."""
    own = notifications.templates_of(me())
    return render_template("mailtemplates/index.html", kinds=KINDS, languages=LANGUAGES, own=own)


@blueprint.route("/<kind>/<language>", methods=["GET", "POST"])
@role_required("edit", "MailTemplate")
def edit(kind: str, language: str) -> str | AnyResponse:
    """The words of one kind in one language."""
    subject, text, is_own = notifications.words_for(kind, language, me())
    form = TemplateForm(data={"subject": subject, "text": text})
    if form.validate_on_submit():
        with form_errors(form) as saved:
            words = form.subject.data or "", form.text.data or ""
            if "test" in request.form:
                notifications.preview(kind, language, *words, me(), current_app.config)
                notifications.post_mail(me(), kind, notifications.example(*words))
            else:
                notifications.save_template(kind, language, *words, me())
        if saved and "test" not in request.form:
            flash(_("Saved. Mails say this from now on."))
            return redirect(url_for("mailtemplates.edit", kind=kind, language=language))
        if saved:
            flash(_("A test mail is on its way to %(address)s.", address=me().email))
    return render_template(
        "mailtemplates/form.html",
        form=form,
        kind=kind,
        words=KINDS[kind],
        language=language,
        languages=LANGUAGES,
        is_own=is_own,
        variables=notifications.variables(kind),
    )


@blueprint.route("/<kind>/<language>/preview", methods=["GET", "POST"])
@role_required("edit", "MailTemplate")
def preview(kind: str, language: str) -> Response:
    """The mail as it would look, for the frame of its page; of what is in the form, or as it is now."""
    subject, text, _is_own = notifications.words_for(kind, language, me())
    subject, text = request.form.get("subject", subject), request.form.get("text", text)
    try:
        message = notifications.preview(kind, language, subject, text, me(), current_app.config)
    except Invalid as error:
        return as_frame(render_template("mail/problem.html", problems=error.errors.values()))
    return as_frame(render_template("mail/preview.html", subject=message.subject, html=message.html))


@blueprint.post("/<kind>/<language>/reset")
@role_required("edit", "MailTemplate")
def reset(kind: str, language: str) -> AnyResponse:
    """Use our own words again."""
    notifications.reset_template(kind, language, me())
    flash(_("Mails of this kind use the built-in words again."))
    return make_response(redirect(url_for("mailtemplates.edit", kind=kind, language=language)))
