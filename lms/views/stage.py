"""Where packages run, on an origin without cookies: the player page, the package's files, and what it reports.

The token in the address is all the authority there is: it reads one package and reports for one unit of one learner.
"""

import json
import mimetypes
import posixpath
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for
from werkzeug.wsgi import wrap_file

from lms import packages, tracking
from lms.errors import Refusal
from lms.extensions import csrf
from lms.packages import AU, SCORM12
from lms.tracking import Launch
from lms.views.media import CHUNK, ranged

blueprint = Blueprint("stage", __name__, url_prefix="/play/<token>")
csrf.exempt(blueprint)

LARGEST_REPORT = 4 * 1024 * 1024
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads allow-pointer-lock"
"""What content may do in its frame. Not in it: leading the window away, and frames that escape."""
CONTENT_POLICY = (
    "default-src 'self' https: data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' data: blob:; "
    "form-action 'self'; frame-ancestors 'self' {lms}; base-uri 'self'; sandbox " + SANDBOX
)
"""Packages are full of inline scripts and eval. They may show what is elsewhere, and send to their own only."""
PLAYER_POLICY = (
    "default-src 'self'; frame-src 'self' https: data: blob:; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; frame-ancestors 'self' {lms}"
)
TYPES = {
    ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm",
    ".vtt": "text/vtt", ".webp": "image/webp", ".avif": "image/avif", ".woff": "font/woff", ".woff2": "font/woff2",
    ".ttf": "font/ttf", ".otf": "font/otf", ".eot": "application/vnd.ms-fontobject", ".svg": "image/svg+xml",
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".m4a": "audio/mp4", ".webm": "video/webm", ".ogv": "video/ogg",
    ".xhtml": "application/xhtml+xml", ".htm": "text/html", ".html": "text/html", ".xml": "application/xml",
    ".css": "text/css", ".map": "application/json", ".mp3": "audio/mpeg", ".wav": "audio/wav",
}  # fmt: skip
"""By ending, because packages rely on it; the machine's own table differs from place to place."""


@blueprint.get("/")
def player(token: str) -> Response:
    """The page that holds the SCORM API, with the unit in a frame inside."""
    launch = tracking.find_launch(token)
    state = launch.unit_attempt
    if state.unit.kind == AU:
        abort(404)
    settings = {
        "standard": state.attempt.package.standard,
        "data": tracking.initial(state),
        "commit": url_for("stage.commit", token=token),
        "content": content_address(launch, token),
        "lms": current_app.config["PUBLIC_URL"],
    }
    library = "scorm12" if state.attempt.package.standard == SCORM12 else "scorm2004"
    page = render_template("packages/play.html", settings=settings, library=library, title=state.unit.title)
    return secured(Response(page), PLAYER_POLICY)


@blueprint.get("/files/<path:path>")
def files(token: str, path: str) -> Response:
    """A file of the package, with ranges."""
    package = tracking.find_launch(token).unit_attempt.attempt.package
    stream, size, spelled = packages.open_path(package, path)
    response = Response(mimetype=None, content_type=type_of(spelled), direct_passthrough=True)
    response.set_etag(f"{package.id}-{size:x}-{quote(spelled)}")
    response.content_length = size
    response.headers["Cache-Control"] = "private, max-age=3600"
    if request.method == "HEAD":
        stream.close()
    else:
        response.response = wrap_file(request.environ, stream, CHUNK)
    return ranged(secured(response, CONTENT_POLICY), size)


@blueprint.post("/commit")
def commit(token: str) -> Any:
    """What a SCORM unit commits. The last one, on closing, comes as text/plain and without headers of ours."""
    request.max_content_length = LARGEST_REPORT
    try:
        # PostgreSQL has no NUL in its texts, and neither has SCORM.
        body = request.get_data().replace(b"\\u0000", b"").replace(b"\0", b"")
        data = json.loads(body, parse_constant=_no_number)
        sequence = request.args.get("sequence", "0")
        tracking.report(
            tracking.find_launch(token),
            data,
            sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 9 else 0,
            final=request.args.get("final") == "1",
        )
    except (ValueError, RecursionError):
        return jsonify(result=False, errorCode=101, errorMessage="This is no JSON."), 400
    except Refusal as refusal:
        return jsonify(result=False, errorCode=101, errorMessage=refusal.message), refusal.status
    return jsonify(result=True, errorCode=0)


def _no_number(name: str) -> None:
    raise ValueError(name)


@blueprint.route("/fetch", methods=["POST", "OPTIONS"])
def fetch(token: str) -> Any:
    """cmi5's fetch address (8.2): the token for the xAPI endpoint, once."""
    if request.method == "OPTIONS":
        return open_to_all(Response(status=204))
    auth = tracking.give_auth_token(tracking.find_launch(token))
    if auth is None:
        answer = {"error-code": "1", "error-text": "The token was fetched already. Open the unit again."}
    else:
        answer = {"auth-token": auth}
    return open_to_all(jsonify(answer))


@blueprint.get("/left")
def left(token: str) -> Response:
    """Where content goes when it is left: tells the LMS around it, or leads back there."""
    launch = tracking.find_launch(token)
    attempt = launch.unit_attempt.attempt
    back = current_app.config["PUBLIC_URL"] + url_for(
        "packages.launch", enrollment_id=attempt.enrollment_id, subject_id=attempt.subject_id, unit="none"
    )
    page = render_template("packages/left.html", back=back, lms=current_app.config["PUBLIC_URL"])
    return secured(Response(page), PLAYER_POLICY)


def content_address(launch: Launch, token: str) -> str:
    """Where the unit begins, from the origin of packages."""
    href = launch.unit_attempt.unit.href or ""
    if is_elsewhere(href):
        return href
    return f"/play/{token}/files/{href}"


def is_elsewhere(href: str) -> bool:
    """Whether an address leads out of the package."""
    return href.startswith(("http://", "https://", "//"))


def unit_address(launch: Launch, token: str, origin: str) -> str:
    """The whole address of a cmi5 unit, with the parameters of its launch (cmi5, 8.1)."""
    attempt, unit = launch.unit_attempt.attempt, launch.unit_attempt.unit
    address = content_address(launch, token)
    base, _mark, fragment = (origin + address if address.startswith("/play/") else address).partition("#")
    parameters = urlencode(
        {
            "endpoint": f"{origin}/xapi/",
            "fetch": f"{origin}/play/{token}/fetch",
            "actor": json.dumps(tracking.actor_of(attempt)),
            "registration": attempt.registration,
            "activityId": tracking.activity_of(unit),
        },
        quote_via=quote,
    )
    return f"{base}{'&' if '?' in base else '?'}{parameters}{'#' + fragment if fragment else ''}"


def type_of(path: str) -> str:
    """The type of a file by its ending. Without charset: the file says it itself."""
    ending = posixpath.splitext(path)[1].lower()
    return TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def secured(response: Response, policy: str) -> Response:
    """`response` with its policy, and with an address that nobody outside gets to know: the token is in it."""
    response.headers["Content-Security-Policy"] = policy.format(lms=current_app.config["PUBLIC_URL"])
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def open_to_all(response: Response) -> Response:
    """For content that is elsewhere: it has no cookie here, and what it may do its token says."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = (
        "Authorization, Content-Type, X-Experience-API-Version, If-Match, If-None-Match, Accept"
    )
    response.headers["Access-Control-Expose-Headers"] = (
        "ETag, Last-Modified, X-Experience-API-Version, X-Experience-API-Consistent-Through"
    )
    return response
