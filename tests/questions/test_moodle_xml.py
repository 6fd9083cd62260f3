"""Moodle XML: what Moodle exports is read, what it can hold survives, and hostile XML is refused."""

import base64
from decimal import Decimal

import pytest
from hypothesis import given, settings

from lms.errors import Invalid
from lms.questions import grade, read_answer, validated_question
from lms.questions.formats import Item, read_file, write_file
from lms.questions.html import digest
from tests.questions.drawn import questions
from tests.questions.samples import MULTIPLE, SINGLE, TRUE_FALSE

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 50).decode()


def quiz(*rows):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>{"".join(rows)}</quiz>'.encode()


def question(kind, body, text="<![CDATA[<p>Why?</p>]]>", files=""):
    return f"""<question type="{kind}"><name><text>Named</text></name>
      <questiontext format="html"><text>{text}</text>{files}</questiontext>
      <generalfeedback format="html"><text>In general.</text></generalfeedback>
      <defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>{body}</question>"""


def answer(fraction, text, said="", more=""):
    return f"""<answer fraction="{fraction}" format="html"><text>{text}</text>
      <feedback format="html"><text>{said}</text></feedback>{more}</answer>"""


def one(row):
    found = read_file(quiz(row))
    assert found.lines == []
    (item,) = found.items
    assert (item.title, item.definition["points"]) == ("Named", 2)
    assert item.definition["feedback"]["general"] == "In general."
    return item.definition


def worth(definition, raw):
    return grade(definition, read_answer(definition, raw)).points


def test_multiple_choice():
    body = """<single>false</single><shuffleanswers>0</shuffleanswers><answernumbering>abc</answernumbering>
      <correctfeedback format="html"><text>Well done.</text></correctfeedback>"""
    rows = answer("33.33333", "a", "Yes.") + answer("33.33333", "b") + answer("33.33333", "c") + answer("-50", "d")
    definition = one(question("multichoice", body + rows))
    assert (definition["kind"], definition["shuffle"]) == ("multiple", False)
    assert definition["feedback"]["correct"] == "Well done."
    assert worth(definition, [digest(text) for text in "abc"]) == 2
    single = one(question("multichoice", "<single>true</single>" + answer(100, "a") + answer(50, "b")))
    assert (single["kind"], worth(single, digest("b"))) == ("single", 1)


def test_true_or_false_keeps_the_feedback_of_both():
    definition = one(question("truefalse", answer(0, "true", "No.") + answer(100, "false", "Yes.")))
    assert definition["answer"] is False
    assert (definition["feedback"]["correct"], definition["feedback"]["incorrect"]) == ("Yes.", "No.")


def test_short_answers_and_what_is_said_to_all_others():
    rows = answer(100, "Paris") + answer(50, "P*s") + answer(0, "*", "Think again.")
    definition = one(question("shortanswer", "<usecase>1</usecase>" + rows))
    assert definition["case_sensitive"]
    assert definition["feedback"]["incorrect"] == "Think again."
    assert [worth(definition, raw) for raw in ("Paris", "Pars", "paris")] == [2, 1, 0]


def test_numbers_with_tolerance_and_units():
    units = "<units><unit><multiplier>1</multiplier><unit_name>cm</unit_name></unit></units>"
    found = read_file(quiz(question("numerical", answer(100, "2.54", "", "<tolerance>0.01</tolerance>") + units)))
    assert worth(found.items[0].definition, "2.55") == 2
    assert [(line.what, line.why[:5]) for line in found.lines] == [("Named: units cm", "Units")]


def test_matching_and_ordering():
    part = '<subquestion format="html"><text>{0}</text><answer><text>{1}</text></answer></subquestion>'
    rows = "".join(part.format(*pair) for pair in (("Stop", "red"), ("Go", "green"), ("", "blue")))
    definition = one(question("matching", f"<shuffleanswers>true</shuffleanswers>{rows}"))
    assert definition["extra"] == ["blue"]
    rows = "".join(answer(f"{number}.0000000", text) for number, text in ((2, "b"), (1, "a"), (3, "c")))
    definition = one(question("ordering", f"<gradingtype>ALL_OR_NOTHING</gradingtype>{rows}"))
    assert [item["text"] for item in definition["items"]] == ["a", "b", "c"]
    assert definition["scoring"] == "all"


@pytest.mark.parametrize("kind", ["gapselect", "ddwtos"])
def test_words_to_choose_or_drag_into_gaps(kind):
    tag = "selectoption" if kind == "gapselect" else "dragbox"
    words = (("cat", 1), ("mat", 2), ("dog", 1), ("hat", 2))
    rows = "".join(f"<{tag}><text>{word}</text><group>{group}</group></{tag}>" for word, group in words)
    definition = one(question(kind, f"<shuffleanswers>1</shuffleanswers>{rows}", "The [[1]] on the [[2]]. No [[1]]!"))
    assert definition["text"] == "The [[1]] on the [[2]]. No [[3]]!"
    assert [[row["text"] for row in gap["options"]] for gap in definition["gaps"]] == [
        ["cat", "dog"], ["mat", "hat"], ["cat", "dog"],
    ]  # fmt: skip
    assert worth(definition, {"1": digest("cat"), "2": digest("mat"), "3": digest("cat")}) == 2


def test_cloze():
    text = (
        "Paris is in {2:SHORTANSWER:=France#Yes.~%50%Europe#Nearer.~*#No.}, has {1:NUMERICAL:=2.1:0.2~%50%2:0.5} "
        r"million people and a {:MULTICHOICE_S:=tower~wall~a \} b \# c}."
    )
    definition = one(question("cloze", "", text))
    assert definition["text"] == "Paris is in [[1]], has [[2]] million people and a [[3]]."
    assert [gap["weight"] for gap in definition["gaps"]] == [2, 1, 1]
    assert [row["text"] for row in definition["gaps"][2]["options"]] == ["tower", "wall", "a } b # c"]
    assert worth(definition, {"1": "europe", "2": "2.3", "3": digest("tower")}) == 1.5


def test_pictures_come_along_within_the_text_and_other_files_do_not():
    file = '<file name="{0}" path="/" encoding="base64">{1}</file>'
    files = file.format("a b.png", PNG) + file.format("c.pdf", "JVBERi0=") + file.format("d.png", "%%%")
    text = '<![CDATA[<img src="@@PLUGINFILE@@/a%20b.png" alt="A"> <a href="@@PLUGINFILE@@/c.pdf">c</a>]]>'
    found = read_file(quiz(question("truefalse", answer(100, "true") + answer(0, "false"), text, files)))
    definition = found.items[0].definition
    assert f'<img src="data:image/png;base64,{PNG}" alt="A">' in definition["text"]
    assert [line.what for line in found.lines] == ["Named: c.pdf", "Named: d.png"]
    written, report = write_file(found.items, "moodle")
    assert b"@@PLUGINFILE@@/picture1.png" in written
    assert read_file(written).items[0].definition == definition
    assert report.lines == []


def test_categories_and_tags_become_tags():
    category = '<question type="category"><category><text>$course$/top/Fire</text></category></question>'
    tags = "<tags><tag><text>first aid</text></tag></tags>"
    found = read_file(quiz(category, question("truefalse", answer(100, "true") + answer(0, "false") + tags)))
    assert found.items[0].tags == ["Fire", "first aid"]


def test_what_cannot_be_taken_over_is_told():
    found = read_file(quiz(
        question("essay", ""), question("description", ""), question("calculated", ""), question("ddmarker", ""),
        question("multichoice", answer(100, "only one")), question("gapselect", "", "[[1]]"),
        question("cloze", "", "{1:MULTIRESPONSE:=a~=b}"),
        question("truefalse", answer(100, "true") + answer(0, "false") + "<hint><text>x</text></hint>"),
    ))  # fmt: skip
    assert [item.definition["kind"] for item in found.items] == ["truefalse"]
    assert [line.where for line in found.lines] == [f"question {number}" for number in range(1, 9)]
    assert found.lines[0].why == "Open questions are not taken over: nobody could grade them here."


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><quiz>&c;</quiz>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><quiz><question>&e;</question></quiz>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (BOMB.encode(), "entities"), (OUTSIDE.encode(), "entities"), (b"<quiz>", "not XML, or it is broken"),
        (b"<html></html>", "first element is not quiz"), (b"", "empty"), (b"<quiz>" + b" " * 11_000_000, "10 MB"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "without end"),
        (b'<?xml version="1.0" encoding="nonsense"?><quiz/>', "broken"),
    ],
)  # fmt: skip
def test_broken_and_hostile_files_are_refused_with_a_sentence(data, sentence):
    with pytest.raises(Invalid) as refused:
        read_file(data, "moodle")
    assert sentence in refused.value.errors["file"]


def held(definition):
    """What Moodle XML can hold of a definition; a range is kept as its middle and half its width."""
    kind = definition["kind"]
    kept = {"truefalse": {"correct", "incorrect", "general"}, "shorttext": {"incorrect", "general"},
            "numeric": {"incorrect", "general"}, "gaps": {"general"}}  # fmt: skip
    said = definition["feedback"]
    rest = {name: said[name] if name in kept.get(kind, said) else "" for name in said}
    data = {**definition, "feedback": rest}
    if "scoring" in data and kind != "ordering":
        data["scoring"] = "partial"
    if "numbers" in data:
        data["numbers"] = [middle(row) for row in data["numbers"]]
    if "gaps" in data:
        data["gaps"] = [{**gap, "numbers": [middle(row) for row in gap["numbers"]]} for gap in data["gaps"]]
        data["shuffle"] = data["shuffle"] and any(gap["kind"] == "choice" for gap in data["gaps"])
    return validated_question(data)


def middle(row):
    if row["value"] is not None:
        return row
    low, high = Decimal(str(row["low"])), Decimal(str(row["high"]))
    return {**row, "low": None, "high": None, "value": float((low + high) / 2), "tolerance": float((high - low) / 2)}


@settings(max_examples=80, deadline=None)
@given(questions())
def test_what_moodle_xml_can_hold_survives_a_round_trip(definition):
    data, _report = write_file([Item("Some <title>", definition, ["a & b"])], "moodle")
    found = read_file(data, "moodle")
    assert found.lines == []
    assert [(item.title, list(item.tags), item.definition) for item in found.items] == [
        ("Some <title>", ["a & b"], held(definition))
    ]


def test_losses_are_told():
    items = [
        Item("one", validated_question({**MULTIPLE, "scoring": "all"})),
        Item("two", validated_question(SINGLE)),
        Item("three", validated_question({**TRUE_FALSE, "feedback": {"partial": "x"}})),
    ]
    _data, report = write_file(items, "moodle")
    assert [(line.where, line.what) for line in report.lines] == [("question 1", "one"), ("question 3", "three")]
