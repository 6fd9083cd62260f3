"""Files are kept in the store, known by their content, and given to those who may see them."""

import hashlib
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms import media
from lms.db import db
from lms.errors import Invalid, NotFound
from lms.events import EventCenter, assert_received
from lms.media import MediaFile
from lms.media.kinds import OFFICE

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
ZIP = b"PK\x03\x04" + b"\0" * 26
SVG = b'<?xml version="1.0"?>\n<!-- drawn --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def keep(data: bytes, name: str, actor, **how) -> MediaFile:
    return media.store(io.BytesIO(data), name, actor, **how)


def test_a_file_is_kept_measured_and_heard_of(author):
    with EventCenter.listen() as heard:
        file = keep(PNG, "C:\\photos\\Ladder \u202e.png", author)
    assert (file.name, file.mime, file.size) == ("Ladder .png", "image/png", len(PNG))
    assert file.sha256 == hashlib.sha256(PNG).hexdigest()
    with media.open_file(file) as stream:
        assert stream.read() == PNG
        stream.seek(100)
        assert stream.read(10) == PNG[100:110]
    assert_received(heard, "created", file, author)


@pytest.mark.parametrize(
    ("data", "name", "mime"),
    [
        (PNG, "x.html", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 99, "x", "image/jpeg"),
        (SVG, "x.png", "image/svg+xml"),
        (b"<!-- a --><html><svg></svg></html>", "x.svg", "text/html"),
        (b"<script>alert(1)</script>", "x.txt", "text/html"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "x.avi", "video/mp4"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0", "x.mov", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "x", "video/webm"),
        (b"ID3\x03\0\0\0\0\0\0" + b"\0" * 99, "x.mp3", "audio/mpeg"),
        (b"\xef\xbb\xbfWEBVTT\n\n00:01.000 --> 00:02.000\nHi", "x", "text/vtt"),
        (b"%PDF-1.7\n\xe2\xe3", "x.doc", "application/pdf"),
        (b"a;b\n1;2\n", "x.csv", "text/csv"),
        ("Größe\n".encode("cp1252"), "x.txt", "text/plain"),
        (ZIP + b"[Content_Types].xml ... word/document.xml", "x", OFFICE + "wordprocessingml.document"),
        (ZIP, "x.docx", "application/zip"),
        (b"MZ\x90\0\x03\0\0\0" + b"\0" * 99, "x.png", "application/x-msdownload"),
        (b"\0\x01\x02\x03", "x.txt", "application/octet-stream"),
    ],
)  # fmt: skip
def test_the_content_tells_what_a_file_is(data, name, mime):
    assert media.kind_by_content(data, name) == mime


@pytest.mark.parametrize(
    ("data", "how", "words"),
    [
        (b"", {}, "This file is empty"),
        (SVG, {"kinds": media.VIDEOS}, "Choose an MP4 or WebM"),
        (PNG, {"kinds": media.CAPTIONS}, "first line is WEBVTT"),
        (PNG, {"largest": 20_000}, "larger than 20 KB"),
    ],
)
def test_what_is_not_wanted_leaves_nothing(app, author, data, how, words):
    def there() -> set[Path]:
        return {path for path in (app.config["INSTANCE"] / "media").rglob("*") if path.is_file()}

    before = there()
    with pytest.raises(Invalid, match=words):
        keep(data, "x", author, **how)
    assert db.session.scalar(select(func.count()).select_from(MediaFile)) == 0
    assert there() == before


def test_deleting_removes_row_and_bytes(author):
    file = keep(PNG, "x.png", author)
    key = file.key
    media.delete_file(file, author)
    with pytest.raises(NotFound):
        media.blobs().open(key)


@pytest.mark.parametrize("key", ["../outside", "1/../../outside", "/etc/passwd", ""])
def test_no_key_leads_outside_the_folder(app, key):
    with pytest.raises(ValueError, match="is not a key"):
        media.blobs().open(key)


def test_an_author_uploads_and_a_learner_reads_it_in_ranges(client_for, author, learner):
    answer = client_for(author).post("/media/", data={"file": (io.BytesIO(PNG), "Ladder.png")})
    told = json.loads(answer.text)
    assert (answer.status_code, told["mime"], told["size"]) == (201, "image/png", len(PNG))
    client = client_for(learner)
    whole = client.get(told["url"])
    assert (whole.status_code, whole.data, whole.headers["Accept-Ranges"]) == (200, PNG, "bytes")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    tag = whole.headers["ETag"]

    def ask(**headers: str):
        return client.get(told["url"], headers={name.replace("_", "-"): value for name, value in headers.items()})

    part = ask(Range="bytes=8-11")
    assert (part.status_code, part.data) == (206, PNG[8:12])
    assert (part.headers["Content-Range"], part.headers["Content-Length"]) == (f"bytes 8-11/{len(PNG)}", "4")
    assert ask(Range="bytes=-3").data == PNG[-3:]
    assert ask(Range="bytes=51000-").data == PNG[51000:]
    assert ask(Range="bytes=0-1", If_Range=tag).status_code == 206
    assert ask(Range="bytes=0-1", If_Range='"another"').data == PNG
    assert ask(Range="bytes=0-1,5-6").data == PNG
    beyond = ask(Range="bytes=99999999-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(PNG)}")
    assert ask(If_None_Match=tag).status_code == 304
    head = client.head(told["url"])
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(PNG)))


@pytest.mark.parametrize(
    ("data", "shown", "sandboxed"),
    [(SVG, "inline", True), (b"<html>", "attachment", True), (PNG, "inline", False), (ZIP, "attachment", False)],
)
def test_a_file_that_could_act_has_nothing_to_act_on(client_for, author, data, shown, sandboxed):
    url = client_for(author).post("/media/", data={"file": (io.BytesIO(data), "x")}).json["url"]
    answer = client_for(author).get(url)
    assert answer.headers["Content-Disposition"].startswith(shown)
    assert ("sandbox" in answer.headers["Content-Security-Policy"]) is sandboxed
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_who_may_not_gets_nothing(client_for, author, learner, stranger):
    file = keep(PNG, "x.png", author)
    evidence = keep(PNG, "y.png", author, purpose="evidence")
    assert client_for(stranger).get(f"/media/{file.id}/x.png").status_code == 404
    assert client_for(author).get(f"/media/{evidence.id}/y.png").status_code == 404
    assert client_for(learner).post("/media/", data={"file": (io.BytesIO(PNG), "x")}).status_code == 403


def test_only_an_author_may_send_more_than_other_pages_take(app, client_for, author, learner, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 10_000)
    large = lambda: {"file": (io.BytesIO(PNG), "x.png")}  # noqa: E731
    assert client_for(author).post("/media/", data=large()).status_code == 201
    assert client_for(learner).post("/media/", data=large()).status_code in (403, 413)
    assert client_for(author).post("/contents/new", data=large()).status_code == 413
    monkeypatch.setitem(app.config, "LARGEST_UPLOAD", 20_000)
    assert client_for(author).post("/media/", data=large()).status_code == 413
