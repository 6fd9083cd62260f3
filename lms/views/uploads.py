"""Large uploads: a few pages take files of gigabytes, streamed to disk; every other request stays small."""

import tempfile
from typing import IO, Any

from flask import Flask, Request, current_app, request
from flask_login import current_user

from lms.policy import may

LARGE = {"media.upload", "packages.upload"}
"""Endpoints that authors send large files to."""
IN_MEMORY = 512 * 1024
"""Bytes of an uploaded file that are kept in memory; what is larger goes to disk as it comes in."""


class RequestWithFiles(Request):
    """Keeps uploaded files in the instance folder while they come in: the system's own may be a piece of memory."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:  # fmt: skip
        folder = current_app.config["INSTANCE"] / "uploads"
        folder.mkdir(exist_ok=True)
        file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115
        return file


def register(app: Flask) -> None:
    """To be called before anything that reads forms is registered: the limit must be known by then."""
    app.request_class = RequestWithFiles
    app.before_request(allow_large)


def allow_large() -> None:
    """An author may send a large file where one is expected; nobody else gets that far."""
    if request.endpoint in LARGE and current_user.is_authenticated and may(current_user, "edit", "Content"):
        request.max_content_length = current_app.config["LARGEST_UPLOAD"]
