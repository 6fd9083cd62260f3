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


@pytest.mark.parametrize(("reference", "more", "name", "href"), [
    ("./start.html", "", "start.html", "start.html"),
    ("a/../start.html?x=1&amp;y=2#top", "", "start.html", "start.html?x=1&y=2#top"),
    ("My%20page.html", "", "My page.html", "My%20page.html"),
    ("100%25.html", "", "100%.html", "100%25.html"),
    ("Größe.html", "", "Größe.html", "Gr%C3%B6%C3%9Fe.html"),
    ("pages\\start.html", "", "pages\\start.html", "pages/start.html"),
    ("START.HTML", "", "start.html", "start.html"),
    ("start.html", 'xml:base="pages/"', "pages/start.html", "pages/start.html"),
    ("../start.html", 'xml:base="pages"', "start.html", "start.html"),
    ("https://example.org/unit", "", "start.html", "https://example.org/unit"),
])  # fmt: skip
def test_relative_addresses(author, reference, more, name, href):
    _package, units = taken(
        zipped({"imsmanifest.xml": manifest(item(), resource(href=reference, more=more)), name: PAGE}), author
    )
    assert units[0].href == href


@pytest.mark.parametrize(("parameters", "href"), [
    ("?a=1", "index.html?a=1"), ("&amp;a=1", "index.html?a=1"), ("a=1&amp;b=2", "index.html?a=1&b=2"),
    ("#part", "index.html#part"), ("", "index.html"),
])  # fmt: skip
def test_parameters_are_added_as_scorm_says(author, parameters, href):
    xml = manifest(item(parameters=parameters), resource())
    _package, units = taken(zipped({"imsmanifest.xml": xml, "index.html": PAGE}), author)
    assert units[0].href == href


@pytest.mark.parametrize(("kinds", "titles"), [(("sco", "asset"), ["r1"]), (("asset", "asset"), ["r1", "r2"])])
def test_without_organization_the_resources_are_the_table_of_contents(author, kinds, titles):
    resources = "".join(resource(number, f"{number}.html", kind) for number, kind in enumerate(kinds, start=1))
    xml = manifest("", resources).replace("organizations", "other")
    _package, units = taken(zipped({"imsmanifest.xml": xml, "1.html": PAGE, "2.html": PAGE}), author)
    assert [unit.title for unit in units] == titles


def test_folders_hidden_items_and_what_the_manifest_says_of_a_unit(author):
    inside = ("<adlcp:masteryscore>80</adlcp:masteryscore><adlcp:datafromlms>seed=7</adlcp:datafromlms>"
              "<adlcp:maxtimeallowed>00:30:00</adlcp:maxtimeallowed>"
              "<adlcp:timelimitaction>exit,message</adlcp:timelimitaction>")  # fmt: skip
    items = (f'<item identifier="f"><title>Part one</title>{item(1, inside)}<item identifier="e"><title>Empty</title>'
             f"</item></item>{item(2, isvisible='false')}")  # fmt: skip
    xml = manifest(items, resource(1) + resource(2, kind="asset"), default="not there")
    _package, units = taken(zipped({"imsmanifest.xml": xml, "index.html": PAGE}), author)
    assert [(u.kind, u.depth, u.parent, u.visible) for u in units] == [
        ("folder", 0, None, True), ("sco", 1, 1, True), ("asset", 0, None, False),
    ]  # fmt: skip
    assert units[1].details == {
        "mastery_score": 80, "launch_data": "seed=7", "max_time": "00:30:00", "time_limit_action": "exit,message",
    }  # fmt: skip


def test_scorm_2004_4th_edition_with_measures_objectives_and_shared_data(author):
    inside = """<adlcp:dataFromLMS>seed</adlcp:dataFromLMS>
      <adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.8"/>
      <adlcp:data><adlcp:map targetID="urn:shared" writeSharedData="false"/></adlcp:data>
      <imsss:sequencing><imsss:objectives><imsss:primaryObjective objectiveID="main" satisfiedByMeasure="true">
        <imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective>
        <imsss:objective objectiveID="second"/></imsss:objectives>
        <imsss:deliveryControls completionSetByContent="true"/></imsss:sequencing>"""
    xml = manifest(item(1, inside), resource(), version="2004 4th Edition")
    package, units = taken(zipped({"imsmanifest.xml": xml, "index.html": PAGE}), author)
    assert (package.standard, package.edition) == ("scorm2004", "SCORM 2004 4th Edition")
    assert units[0].details == {
        "launch_data": "seed", "completion_threshold": 0.8, "passing_score": 0.6, "completion_by_content": True,
        "objectives": ["main", "second"], "shared": [{"id": "urn:shared", "read": True, "write": False}],
    }  # fmt: skip


def test_blocks_and_units_of_cmi5(author):
    block = (f'<block id="https://example.org/b"><title><langstring lang="nl">Deel</langstring></title>{au(1)}'
             f'{au(2, moveOn="Passed", masteryScore="0.5")}</block>')  # fmt: skip
    package, units = taken(cmi5(block + au(3, url="https://example.org/far?x=1")), author)
    assert (package.identifier, package.content.summary) == ("https://example.org/course", "A course.")
    assert [(u.kind, u.title, u.parent) for u in units] == [
        ("folder", "Deel", None), ("au", "Unit 1", 1), ("au", "Unit 2", 1), ("au", "Unit 3", None),
    ]  # fmt: skip
    assert (units[2].details["move_on"], units[2].details["mastery_score"]) == ("Passed", 0.5)
    assert units[3].href == "https://example.org/far?x=1"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252", "shift_jis", "utf-8"])
def test_manifests_in_other_encodings(author, encoding):
    title = "日本" if encoding == "shift_jis" else "Größe"
    xml = XML.replace("UTF-8", encoding).replace("Made here", title)
    package, _units = taken(zipped({"imsmanifest.xml": xml.encode(encoding), "index.html": PAGE}), author)
    assert package.title == title


def test_utf8_that_is_none_stays_readable(author):
    xml = XML.replace("Made here", "Größe").encode("cp1252")
    package, _units = taken(zipped({"imsmanifest.xml": xml, "index.html": PAGE}), author)
    assert package.title == "Größe"


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
