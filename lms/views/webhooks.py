"""Webhooks: endpoints, their secrets, and the log of what they were told and answered."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import webhooks
from lms.attrs import validated
from lms.views.access import fields, form_errors, list_arguments, me, role_required
from lms.views.forms.webhooks import TYPE_LABELS, EndpointForm, ReplayForm, RotationForm
from lms.views.frame import timezone
from lms.webhooks import EndpointAttrs, EndpointChanges, RotationAttrs

blueprint = Blueprint("webhooks", __name__, url_prefix="/exchange/webhooks")


@blueprint.get("/")
@role_required("edit", "WebhookEndpoint")
def index() -> str:
    """The organization's endpoints."""
    q, _sort, number, size = list_arguments("")
    page = webhooks.endpoints_page(me(), q, number, size)
    counts = webhooks.state_counts(page.items)
    return render_template("webhooks/index.html", list=page, counts=counts, labels=TYPE_LABELS)


@blueprint.route("/new", methods=["GET", "POST"])
@role_required("edit", "WebhookEndpoint")
def new() -> str:
    """A new endpoint; its secret is shown here, once, and nowhere else."""
    form = EndpointForm(enabled=True)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            endpoint = webhooks.create_endpoint(validated(EndpointAttrs, fields(form)), me())
        if saved:
            return render_template("webhooks/secret.html", endpoint=endpoint, secret=endpoint.secret, is_new=True)
    return render_template("webhooks/form.html", form=form, endpoint=None)


@blueprint.get("/<int:id>")
@role_required("edit", "WebhookEndpoint")
def show(id: int) -> str:
    """One endpoint, and the log of what it was told."""
    endpoint = webhooks.find_endpoint(id, me())
    q, _sort, number, size = list_arguments("")
    return render_template(
        "webhooks/show.html", endpoint=endpoint, labels=TYPE_LABELS, form=ReplayForm(formdata=None),
        list=webhooks.messages_page(endpoint, request.args.get("state", ""), q, number, size),
        counts=webhooks.state_counts([endpoint])[endpoint.id],
    )  # fmt: skip


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@role_required("edit", "WebhookEndpoint")
def edit(id: int) -> str | Response:
    """Change it."""
    endpoint = webhooks.find_endpoint(id, me())
    form = EndpointForm(obj=endpoint)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            webhooks.update_endpoint(endpoint, validated(EndpointChanges, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("webhooks.show", id=id))
    return render_template("webhooks/form.html", form=form, endpoint=endpoint)


@blueprint.post("/<int:id>/delete")
@role_required("edit", "WebhookEndpoint")
def delete(id: int) -> Response:
    """Remove it with its log."""
    webhooks.delete_endpoint(webhooks.find_endpoint(id, me()), me())
    flash(_("The endpoint is removed."))
    return redirect(url_for("webhooks.index"))


@blueprint.route("/<int:id>/secret", methods=["GET", "POST"])
@role_required("edit", "WebhookEndpoint")
def rotate(id: int) -> str:
    """A new secret, shown once; for a while the old one signs as well."""
    endpoint = webhooks.find_endpoint(id, me())
    form = RotationForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            secret = webhooks.rotate_secret(endpoint, validated(RotationAttrs, fields(form)), me())
        if saved:
            return render_template("webhooks/secret.html", endpoint=endpoint, secret=secret, is_new=False)
    return render_template("webhooks/rotate.html", form=form, endpoint=endpoint)


@blueprint.post("/<int:id>/test")
@role_required("edit", "WebhookEndpoint")
def test(id: int) -> Response:
    """Send it a message that says nothing, and show what comes of it."""
    message = webhooks.send_test(webhooks.find_endpoint(id, me()), me())
    flash(_("The test is sent within seconds. Reload this page to see the answer."))
    return redirect(url_for("webhooks.message", id=message.id))


@blueprint.post("/<int:id>/replay")
@role_required("edit", "WebhookEndpoint")
def replay_failed(id: int) -> str | Response:
    """Send again everything that failed since a day."""
    endpoint = webhooks.find_endpoint(id, me())
    form = ReplayForm()
    if form.validate_on_submit() and form.since.data is not None:
        since = datetime.combine(form.since.data, time(), ZoneInfo(timezone()))
        number = webhooks.replay_failed(endpoint, since, me())
        flash(ngettext("%(num)d message is sent again.", "%(num)d messages are sent again.", number))
    else:
        flash(_("Choose the day from which on messages are sent again."), "error")
    return redirect(url_for("webhooks.show", id=id))


@blueprint.get("/messages/<int:id>")
@role_required("edit", "WebhookEndpoint")
def message(id: int) -> str:
    """One message: what was sent, and each attempt with its answer."""
    found = webhooks.find_message(id, me())
    return render_template("webhooks/message.html", message=found, attempts=webhooks.attempts_of(found))


@blueprint.post("/messages/<int:id>/replay")
@role_required("edit", "WebhookEndpoint")
def replay(id: int) -> Response:
    """Send one message again."""
    webhooks.replay(webhooks.find_message(id, me()), me())
    flash(_("The message is sent again within seconds."))
    return redirect(url_for("webhooks.message", id=id))
