"""Files: sending them, in ranges, to those who may see them, and taking those an author uploads."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from lms import media
from lms.errors import Invalid, NotFound
from lms.media import MediaFile
from lms.policy import authorize
from lms.views.access import login_required, me

blueprint = Blueprint("media", __name__, url_prefix="/media")

SHOWN = (media.PICTURES, media.VIDEOS, media.SOUNDS, media.CAPTIONS, {"application/pdf", "text/plain"})
"""Types a browser may show in place; everything else is saved."""
ACTING = {"image/svg+xml", "text/html", "application/xml"}
"""Types that may hold scripts: a browser that opens one gives them nothing to act on."""
INERT = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; object-src 'self'"
CHUNK = 256 * 1024


@blueprint.get("/<int:id>/<name>")
@login_required
def show(id: int, name: str) -> Response:
    """A file of a content; everybody of the organization may read those. The name is for people only."""
    file = media.find_file(id, me())
    if file.purpose != "content":
        raise NotFound(_("There is no such file, or it was deleted."))
    return send(file)


@blueprint.post("/")
@login_required
def upload() -> Any:
    """Keep a file for a content; answers with what a page needs to show it, or with what is wrong."""
    authorize(me(), "edit", "Content")
    given = request.files.get("file")
    if given is None:
        return jsonify(error=_("Choose a file.")), 422
    try:
        file = media.store(given.stream, given.filename or "", me())  # type: ignore[arg-type]
    except Invalid as error:
        return jsonify(error=error.message), error.status
    return jsonify(id=file.id, url=address(file), name=file.name, mime=file.mime, size=file.size), 201


def address(file: MediaFile) -> str:
    """Where a file of a content is read."""
    return url_for("media.show", id=file.id, name=file.name)


def send(file: MediaFile, as_attachment: bool = False) -> Response:
    """`file` as an answer: with ranges, `If-Range`, an ETag, and nothing in it that could act on the reader's behalf.

    Whether the reader may see it is for the caller to check.
    """
    mime = f"{file.mime}; charset=utf-8" if file.mime.startswith("text/") else file.mime
    response = Response(mimetype=None, content_type=mime, direct_passthrough=True)
    shown = any(file.mime in kinds for kinds in SHOWN) and not as_attachment
    response.headers.set("Content-Disposition", "inline" if shown else "attachment", filename=file.name)
    response.headers["Content-Security-Policy"] = INERT + ("; sandbox" if file.mime in ACTING else "")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.set_etag(file.sha256)
    response.last_modified = file.created_at
    response.content_length = file.size
    if request.method != "HEAD":
        stream = media.open_file(file)
        response.response = wrap_file(request.environ, stream, CHUNK)
    return ranged(response, file.size)


def ranged(response: Response, size: int) -> Response:
    """`response` as the request's conditions want it: whole, the range asked for, 304 or 416."""
    environ = dict(request.environ)
    if request.range is not None and len(request.range.ranges) > 1:
        # Several ranges at once may be answered with the whole (RFC 9110, 14.2).
        environ.pop("HTTP_RANGE")
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    return response
