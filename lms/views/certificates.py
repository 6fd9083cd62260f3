"""Certificates: the organization's, one of them as a page, PDF and badge, and what they look like."""

import re

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import certificates
from lms.attrs import validated
from lms.certificates import Certificate, Design, TemplateAttrs
from lms.db import utcnow
from lms.errors import Invalid
from lms.views.access import fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.certificates import RevokeForm, TemplateForm

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")


@blueprint.get("/")
@role_required("view", "Certificate")
def index() -> str:
    """Certificates of the organization."""
    q, sort, number, size = list_arguments("-issued")
    page = certificates.certificates_page(
        me(), q, sort, number, size, state=request.args.get("state", ""), kind=request.args.get("kind", "")
    )
    return render_template("certificates/index.html", list=page, today=certificates.today(me().organization))


@blueprint.route("/<int:id>", methods=["GET", "POST"])
@login_required
def show(id: int) -> str | Response:
    """One certificate; who may, revokes it here."""
    certificate = certificates.find_certificate(id, me())
    form = RevokeForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            certificates.revoke(certificate, form.reason.data or "", me())
        if saved:
            flash(_("The certificate is revoked. Whoever checks it sees that from now on."))
            return redirect(url_for("certificates.show", id=id))
    return render_template(
        "certificates/show.html",
        certificate=certificate,
        state=certificate.state(certificates.today(me().organization)),
        form=form,
        address=f"{current_app.config['PUBLIC_URL']}{url_for('verification.show', number=certificate.number)}",
    )


@blueprint.get("/<int:id>/pdf")
@login_required
def pdf(id: int) -> Response:
    """The certificate on paper, in the design it was issued with."""
    certificate = certificates.find_certificate(id, me())
    organization = me().organization
    design = certificates.design_of(certificate.template, organization)
    document = certificates.as_pdf(
        certificates.facts_of(certificate), design, organization, current_app.config["PUBLIC_URL"]
    )
    return _file(document, "application/pdf", f"{_file_name(certificate)}.pdf")


@blueprint.get("/<int:id>/badge")
@login_required
def badge(id: int) -> Response:
    """The certificate as an Open Badge: a signed credential in a file."""
    certificate = certificates.find_certificate(id, me())
    token = certificates.signed_credential(
        certificate, current_app.config["PUBLIC_URL"], current_app.config["SECRET_KEY"]
    )
    return _file(token.encode(), "application/vc+jwt", f"{_file_name(certificate)}.jwt")


@blueprint.route("/template", methods=["GET", "POST"])
@role_required("edit", "CertificateTemplate")
def template() -> str | Response:
    """What certificates look like from now on."""
    organization = me().organization
    kept = certificates.current_template(organization.id)
    form = _template_form(certificates.design_of(kept, organization))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            certificates.save_template(validated(TemplateAttrs, fields(form)), me())
        if saved:
            flash(_("Saved. Certificates issued from now on look like this; earlier ones keep their look."))
            return redirect(url_for("certificates.template"))
    return render_template("certificates/template.html", form=form, kept=kept, variables=certificates.VARIABLES)


@blueprint.get("/template/preview.png")
@role_required("edit", "CertificateTemplate")
def preview() -> Response:
    """A made-up certificate in the design that is in the form, saved or not."""
    organization = me().organization
    now = certificates.design_of(certificates.current_template(organization.id), organization)
    names = ("heading", "text", "colour", "signatory", "signatory_role", "logo_id")
    asked = {name: request.args.get(name, getattr(now, name)) for name in names}
    try:
        design = Design(**validated(TemplateAttrs, asked).model_dump())
    except Invalid:
        design = now
    facts = certificates.example(organization, me().name, utcnow().date())
    document = certificates.as_pdf(facts, design, organization, current_app.config["PUBLIC_URL"])
    return _file(certificates.as_png(document), "image/png", "preview.png", inline=True)


def _template_form(design: Design) -> TemplateForm:
    form = TemplateForm(obj=design)
    form.logo_id.offer([], _("None"))
    return form


def _file_name(certificate: Certificate) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{certificate.person} {certificate.title}").strip("-").lower()[:80]
    return words or certificate.number


def _file(data: bytes, kind: str, name: str, *, inline: bool = False) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response.cache_control.private = True
    response.cache_control.no_store = True
    return response
