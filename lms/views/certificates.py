"""Certificates: the organization's, one of them as a page, PDF and badge, and what they look like."""

import re
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import certificates
from lms.attrs import validated
from lms.certificates import Certificate, Design, Facts, TemplateAttrs
from lms.db import utcnow
from lms.errors import Invalid
from lms.views.access import fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.certificates import RevokeForm, TemplateForm

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")

TYPED = ("heading", "text", "colour", "signatory", "signatory_role")
"""What the preview takes from the form as it is typed."""


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
    design = certificates.design_of(certificate.template, me().organization)
    document = _drawn(certificates.facts_of(certificate), design)
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
    design = certificates.design_of(kept, organization)
    form = TemplateForm(obj=design)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            certificates.save_template(_filled_in(form, design), me())
        if saved:
            flash(_("Saved. Certificates issued from now on look like this; earlier ones keep their look."))
            return redirect(url_for("certificates.template"))
    return render_template(
        "certificates/template.html", form=form, kept=kept, design=design, variables=certificates.VARIABLES
    )


def _filled_in(form: TemplateForm, design: Design) -> TemplateAttrs:
    filled = fields(form)
    given, without = filled.pop("logo"), filled.pop("without_logo")
    attrs = validated(TemplateAttrs, filled)
    logo_id = None if without else design.logo_id
    if given:
        logo_id = certificates.store_logo(given.stream, given.filename or "", me()).id
    return attrs.model_copy(update={"logo_id": logo_id})


@blueprint.get("/template/preview.png")
@role_required("edit", "CertificateTemplate")
def preview() -> Response:
    """A made-up certificate in the design that is in the form, saved or not; with the logo that is saved."""
    organization = me().organization
    design = certificates.design_of(certificates.current_template(organization.id), organization)
    asked = {name: request.args.get(name, getattr(design, name)) for name in TYPED}
    with suppress(Invalid):  # what is half typed is shown as it is saved
        design = Design(**validated(TemplateAttrs, {**asked, "logo_id": design.logo_id}).model_dump())
    if request.args.get("without_logo"):
        design = replace(design, logo_id=None)
    facts = certificates.example(organization, me().name, utcnow().date())
    return _file(certificates.as_png(_drawn(facts, design)), "image/png", "preview.png", inline=True)


def _drawn(facts: Facts, design: Design) -> bytes:
    organization = me().organization
    logo = certificates.read_logo(design.logo_id, organization.id)
    return certificates.as_pdf(facts, design, organization, current_app.config["PUBLIC_URL"], logo)


def _file_name(certificate: Certificate) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{certificate.person} {certificate.title}").strip("-").lower()[:80]
    return words or certificate.number


def _file(data: bytes, kind: str, name: str, *, inline: bool = False) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response.cache_control.private = True
    response.cache_control.no_store = True
    return response
