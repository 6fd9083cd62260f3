"""Importing: what is taken, what is refused with which sentence, and what is kept of it."""

import io
import json
import stat
import struct
import zipfile

import pytest
from sqlalchemy import func, select

from lms import media, packages
from lms.content import Content
from lms.db import db
from lms.errors import Invalid, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from lms.packages import Package, importing
from lms.packages.settings import Limits, Settings
from tests.packages import making
from tests.packages.making import PAGE, au, cmi5, item, manifest, resource, zipped


def taken(stream, author, **how):
    package = packages.import_package(stream, author, **how)
    return package, packages.units_of(package)


def refusal(stream, author) -> str:
    """The sentence with which it is refused; nothing is kept."""
    with pytest.raises(Invalid) as refused:
        packages.import_package(stream, author)
    assert db.session.scalar(select(func.count()).select_from(Content)) == 0
    return refused.value.errors["file"]


def kept(app) -> set:
    """The files in the store."""
    return {path for path in (app.config["INSTANCE"] / "media").rglob("*") if path.is_file()}


def test_a_package_becomes_a_content_and_is_heard_of(author):
    with EventCenter.listen() as heard:
        package, units = taken(making.scorm12(**{"a/b.txt": "text"}), author)
    assert (package.standard, package.title, package.files, package.version) == ("scorm12", "Made here", 3, 1)
    assert (package.content.kind, package.content.title, package.content.version) == ("package", "Made here", 1)
    assert [(unit.title, unit.kind, unit.href) for unit in units] == [("Unit 1", "sco", "index.html")]
    with packages.open_path(package, "a/b.txt")[0] as stream:
        assert stream.read() == b"text"
    assert_received(heard, "created", package.content, author)
    assert_received(heard, "created", package, author)


def test_a_second_upload_is_a_new_version_of_the_same_content(author):
    first, _ = taken(making.scorm12(), author)
    second, _ = taken(making.scorm12(), author, into=first.content)
    assert (second.content_id, second.version, second.content.version) == (first.content_id, 2, 2)
    assert packages.latest_package(first.content).id == second.id


def test_deleting_takes_the_files_along(app, author):
    before = kept(app)
    package, _ = taken(making.scorm12(), author)
    packages.delete_package(package.content, author)
    assert kept(app) == before
    assert db.session.scalar(select(func.count()).select_from(Package)) == 0


def test_only_authors_import(learner):
    with pytest.raises(NotAllowed):
        packages.import_package(making.scorm12(), learner)


XML = manifest(item(), resource())
GOOD = {"imsmanifest.xml": XML, "index.html": PAGE}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"readme.txt": "x"}, "has neither imsmanifest.xml"),
        ({"course/imsmanifest.xml": XML, "course/index.html": PAGE}, "in the folder “course”"),
        ({"course.zip": "x"}, "holds another zip"),
        ({**GOOD, "imsmanifest.xml": "<manifest>"}, "not well-formed XML: line 1, column"),
        ({**GOOD, "imsmanifest.xml": ""}, "imsmanifest.xml is empty"),
        ({**GOOD, "imsmanifest.xml": "<html/>"}, "does not begin with <manifest>"),
        ({**GOOD, "imsmanifest.xml": '<!DOCTYPE m [<!ENTITY a "b">]>' + XML[38:]}, "defines XML entities"),
        ({**GOOD, "imsmanifest.xml": '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + XML[38:]}, "entities"),
        ({**GOOD, "imsmanifest.xml": XML.replace("UTF-8", "klingon")}, "written in “klingon”"),
        ({"imsmanifest.xml": XML}, "begins with the file index.html, which is not in the zip"),
        ({**GOOD, "imsmanifest.xml": manifest(item(), resource(href="../../etc/passwd"))}, "outside the package"),
        ({**GOOD, "imsmanifest.xml": manifest(item(), resource(href="javascript:alert(1)"))}, "is not opened here"),
        ({**GOOD, "imsmanifest.xml": manifest(item(2), resource())}, "points to the resource “r2”"),
        ({**GOOD, "imsmanifest.xml": manifest("", "")}, "names nothing that could be launched"),
        ({**GOOD, "../evil.html": PAGE}, "outside the package"),
        ({**GOOD, "..\\evil.html": PAGE}, "outside the package"),
        ({**GOOD, "/etc/evil.html": PAGE}, "outside the package"),
        ({**GOOD, "C:\\evil.html": PAGE}, "outside the package"),
        ({**GOOD, "a\x07b.html": PAGE}, "signs that cannot be in one"),
        ({**GOOD, "x" * 300 + ".html": PAGE}, "name that is too long"),
        ({**GOOD, "a": "file", "a/b": "file"}, "both a file and a folder"),
        ({"cmi5.xml": "<course/>"}, "does not begin with <courseStructure>"),
    ],
)
def test_what_will_not_do_is_refused_with_what_is_wrong(app, author, files, words):
    before = kept(app)
    assert words in refusal(zipped(files), author)
    assert kept(app) == before


@pytest.mark.parametrize(("aus", "words"), [
    (au(moveOn="Sometimes"), "moveOn=“Sometimes”"),
    (au(masteryScore="7"), "masteryScore"),
    (au(url=""), "has no <url>"),
    (au().replace("https://example.org/au/1", ""), "has no id"),
    ("", "names nothing that could be launched"),
])  # fmt: skip
def test_a_cmi5_course_that_will_not_do_is_refused(author, aus, words):
    assert words in refusal(cmi5(aus), author)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 1000, making.scorm12().getvalue()[:-30]])
def test_what_is_no_zip_is_refused(author, data):
    assert "not a zip file, or it is damaged" in refusal(io.BytesIO(data), author)


def test_a_link_in_the_zip_is_refused(author):
    link = zipfile.ZipInfo("link.html")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("imsmanifest.xml", XML)
        archive.writestr(link, "/etc/passwd")
    assert "is a link to another file" in refusal(stream, author)


def test_a_name_that_is_there_twice_is_refused(author):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name in ("imsmanifest.xml", "index.html", "index.html"):
            archive.writestr(name, XML)
    assert "is twice in this zip" in refusal(stream, author)


def test_an_encrypted_zip_is_refused(author):
    data = bytearray(making.scorm12().getvalue())
    start = data.find(b"PK\x01\x02")
    data[start + 8] |= 1
    assert "without a password" in refusal(io.BytesIO(bytes(data)), author)


def test_a_damaged_file_in_the_zip_is_named_and_nothing_is_kept(app, author):
    data = making.scorm12(**{"big.bin": bytes(range(256)) * 40}).getvalue()
    at = data.find(b"big.bin") + 60
    before = kept(app)
    broken = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
    assert "“big.bin” in this zip is damaged" in refusal(io.BytesIO(broken), author)
    assert kept(app) == before


def test_a_bomb_is_measured_while_it_is_unpacked(app, author, monkeypatch):
    """Its headers say that it is small; what comes out says that it is not."""
    stream = making.scorm12(**{"bomb.bin": b"\0" * (80 * 1024 * 1024)})
    before = kept(app)
    assert "times its size" in refusal(stream, author)
    assert kept(app) == before
    monkeypatch.setattr(Settings, "limits", Limits(size=1000))
    assert "larger than" in refusal(making.scorm12(**{"a.txt": "x" * 2000}), author)


def test_too_many_files_are_refused_before_their_names_are_read(author, monkeypatch):
    monkeypatch.setattr(Settings, "limits", Limits(files=2))
    assert "more than 2 files" in refusal(making.scorm12(**{"a.txt": "x"}), author)


def test_a_zip_whose_end_tells_too_few_files_is_not_believed(author, monkeypatch):
    monkeypatch.setattr(Settings, "limits", Limits(files=50))
    data = bytearray(making.scorm12(**{f"{number}.txt": "x" for number in range(2000)}).getvalue())
    end = data.rfind(b"PK\x05\x06")
    data[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    assert "more than 50 files" in refusal(io.BytesIO(bytes(data)), author)


def test_zip64_is_read(author):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        for name, data in GOOD.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(data.encode())
    data = stream.getvalue()
    # What tools write whose list of files begins beyond four gigabytes: the end refers to a second, longer end.
    end = data.rfind(b"PK\x05\x06")
    count, = struct.unpack("<H", data[end + 10 : end + 12])
    length, start = struct.unpack("<LL", data[end + 12 : end + 20])
    long = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    short = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    _package, units = taken(io.BytesIO(data[:end] + long + locator + short), author)
    assert [unit.href for unit in units] == ["index.html"]


def test_a_thousand_units(author):
    items = "".join(item(number) for number in range(1000))
    resources = "".join(resource(number, f"u/{number}.html") for number in range(1000))
    files = {f"u/{number}.html": PAGE for number in range(1000)}
    package, units = taken(zipped({"imsmanifest.xml": manifest(items, resources), **files}), author)
    assert (package.files, len(units), units[999].href) == (1001, 1000, "u/999.html")


def test_names_without_the_sign_for_utf8_and_what_file_managers_leave(author):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in {**GOOD, "Grose.txt": "text", "__MACOSX/._index.html": "junk", "a/.DS_Store": "junk"}.items():
            archive.writestr(name, data)
    # As the Finder of macOS writes it: UTF-8, and no flag that says so.
    raw = stream.getvalue().replace(b"Grose.txt", "Grö.txt".encode() + b"x")
    package, _units = taken(io.BytesIO(raw), author)
    assert package.files == 3
    with packages.open_path(package, "Grö.txtx")[0] as file:
        assert file.read() == b"text"


def test_files_are_found_whatever_their_capitals_and_nothing_else_is(author):
    package, _units = taken(making.scorm12(**{"Images/Logo.PNG": b"png"}), author)
    other, _units = taken(making.scorm12(**{"secret.txt": b"secret"}), author)
    with packages.open_path(package, "images/logo.png")[0] as file:
        assert file.read() == b"png"
    beside = f"../{other.prefix.split('/')[2]}/secret.txt"
    for path in ("secret.txt", beside, importing.INDEX, "", "images", "a/../index.html"):
        with pytest.raises(NotFound):
            packages.open_path(package, path)
    with media.blobs().open(package.prefix + importing.INDEX) as index:
        assert json.loads(index.read()) == {"images/logo.png": "Images/Logo.PNG"}
