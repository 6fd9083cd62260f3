"""What a manifest says: addresses, table of contents, what decides, in any encoding."""

import pytest

from lms import packages
from tests.packages.making import PAGE, au, cmi5, item, manifest, resource, zipped

XML = manifest(item(), resource())


def taken(stream, author):
    package = packages.import_package(stream, author)
    return package, packages.units_of(package)


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


def test_scorm_2004_4th_edition_with_measures_and_objectives(author):
    inside = """<adlcp:dataFromLMS>seed</adlcp:dataFromLMS>
      <adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.8"/>
      <imsss:sequencing><imsss:objectives><imsss:primaryObjective objectiveID="main" satisfiedByMeasure="true">
        <imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective>
        <imsss:objective objectiveID="second"/></imsss:objectives>
        <imsss:deliveryControls completionSetByContent="true"/></imsss:sequencing>"""
    xml = manifest(item(1, inside), resource(), version="2004 4th Edition")
    package, units = taken(zipped({"imsmanifest.xml": xml, "index.html": PAGE}), author)
    assert (package.standard, package.edition) == ("scorm2004", "SCORM 2004 4th Edition")
    assert units[0].details == {
        "launch_data": "seed", "completion_threshold": 0.8, "passing_score": 0.6, "completion_by_content": True,
        "objectives": ["main", "second"],
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
