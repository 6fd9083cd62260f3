"""Whatever is uploaded: it is read or refused in words, and never anything else."""

import io
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.errors import Invalid
from lms.questions import validated_question
from lms.questions.formats import FORMATS, Item, read_file, write_file
from tests.questions.samples import ALL

quick = settings(max_examples=100, deadline=None)
signs = st.text("ab1 \n{}=~#%:->[]\\/$*.;<&\"'", max_size=80)
FILES = {
    format: write_file([Item(data["kind"], validated_question(data)) for data in ALL], format)[0] for format in FORMATS
}


def is_read_or_refused(data, format=""):
    try:
        found = read_file(data, format)
    except Invalid as refused:
        assert all(refused.errors.values())
        return
    for item in found.items:
        assert validated_question(item.definition) == item.definition
        assert 0 < len(item.title) <= 200
    assert all(line.where and line.why for line in found.lines)


@quick
@given(st.binary(max_size=200))
def test_any_bytes(data):
    is_read_or_refused(data)


@quick
@given(signs)
@example("a{=%99999999999999999999999999%b ~c}")
@example("a{#=%nan%1}")
@example("{}}{")
@example("a{T#}{F}")
def test_any_signs_as_gift(text):
    is_read_or_refused(text.encode(), "gift")


@quick
@given(signs)
@example("{99999:MC:=a~b}")
@example("{1:SA:=a\\")
def test_any_signs_as_cloze(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    rows = f'<question type="cloze"><questiontext><text>x {escaped}</text></questiontext></question>'
    is_read_or_refused(f"<quiz>{rows}</quiz>".encode(), "moodle")


@quick
@given(st.sampled_from(["moodle", "gift"]), st.data())
def test_our_own_files_with_a_piece_missing_or_changed(format, data):
    file = FILES[format]
    start = data.draw(st.integers(0, len(file)))
    length = data.draw(st.integers(0, 60))
    is_read_or_refused(file[:start] + data.draw(st.binary(max_size=5)) + file[start + length :], format)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_items_with_an_element_missing_or_renamed(data):
    """Of each item of a package, one tag or attribute is taken away or changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FILES["qti"])) as package, zipfile.ZipFile(target, "w") as changed:
        for name in package.namelist():
            text = package.read(name).decode()
            words = sorted(set(text.replace("<", " ").replace(">", " ").replace('"', " ").split()))
            word = data.draw(st.sampled_from(words))
            other = data.draw(st.sampled_from([*words, "nan", "inf", "-1", "x"]))
            changed.writestr(name, text if name == "imsmanifest.xml" else text.replace(word, other))
    is_read_or_refused(target.getvalue(), "qti")


@pytest.mark.parametrize("fraction", ["nan", "inf", "-inf", "", "x", "1e400"])
def test_numbers_that_are_none(fraction):
    rows = "".join(
        f'<question type="{kind}"><questiontext><text>x</text></questiontext><defaultgrade>{fraction}</defaultgrade>'
        f'<answer fraction="{fraction}"><text>{fraction}</text><tolerance>{fraction}</tolerance></answer>'
        f'<answer fraction="100"><text>b</text></answer></question>'
        for kind in ("multichoice", "numerical", "shortanswer", "truefalse", "ordering")
    )
    is_read_or_refused(f"<quiz>{rows}</quiz>".encode())
