"""Rooms."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import classroom
from lms.attrs import validated
from lms.classroom import Room, RoomAttrs
from lms.db import find
from lms.policy import authorize
from lms.views.access import fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.classroom import RoomForm

blueprint = Blueprint("rooms", __name__, url_prefix="/rooms")


@blueprint.get("/")
@role_required("view", "Room")
def index() -> str:
    """All rooms, each with its calendar."""
    return render_template(
        "rooms/index.html", list=classroom.rooms_page(me().organization_id, *list_arguments("site"))
    )


@blueprint.route("/new", methods=["GET", "POST"])
@role_required("edit", "Room")
def new() -> str | Response:
    """A new room."""
    form = RoomForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.create_room(validated(RoomAttrs, fields(form)), me())
        if saved:
            flash(_("The room is there."))
            return redirect(url_for("rooms.index"))
    return render_template("rooms/form.html", form=form, room=None)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change a room."""
    room = find(Room, id, me().organization_id)
    authorize(me(), "edit", room)
    form = RoomForm(obj=room)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.update_room(room, validated(RoomAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("rooms.index"))
    return render_template("rooms/form.html", form=form, room=room)


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove a room nothing was planned in."""
    classroom.delete_room(find(Room, id, me().organization_id), me())
    flash(_("The room is deleted."))
    return redirect(url_for("rooms.index"))
