"""Two origins: the LMS, where people are signed in, and the one where packages are played, which has no cookies.

What strangers made runs on the second only. It finds there the files of the package and the addresses that its launch
token opens; every other page sends it away.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request
from werkzeug import Response

PLAYED = {"stage", "xapi"}
"""Blueprints of the second origin, and of no other."""
ON_BOTH = {"health"}
LOOPBACK = {"127.0.0.1", "localhost"}


def register(app: Flask) -> None:
    """Keep the two apart, before anything else looks at the request."""
    app.before_request(keep_apart)


def packages_origin() -> str:
    """Where packages are played, for this request; empty where there is no second origin.

    The one that is guessed when nothing is set is this machine by its other name: for a browser elsewhere it is none.
    """
    packages = current_app.config["PACKAGES_URL"]
    if not packages or host_of(packages) == request.host:
        return ""
    far = urlsplit(f"//{request.host}").hostname not in LOOPBACK
    return "" if far and urlsplit(packages).hostname in LOOPBACK else packages


def host_of(url: str) -> str:
    """Host and port, as a browser names them in its request."""
    return urlsplit(url).netloc


def keep_apart() -> Response | None:
    """A page of the LMS is not shown on the origin of packages, nor a package on that of the LMS."""
    packages = current_app.config["PACKAGES_URL"]
    there = bool(packages) and request.host == host_of(packages) != host_of(current_app.config["PUBLIC_URL"])
    if request.blueprint in PLAYED:
        # Where there is no second origin nobody gets a token; the routes are there for tests and tools all the same.
        if packages and not there and request.host == host_of(current_app.config["PUBLIC_URL"]):
            abort(404)
        return None
    if not there or request.endpoint == "static" or request.blueprint in ON_BOTH:
        return None
    if request.method not in ("GET", "HEAD"):
        abort(404)
    return redirect(current_app.config["PUBLIC_URL"] + request.full_path.rstrip("?"))
